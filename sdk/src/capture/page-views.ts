import type { UseChunk } from '../chunks.ts';
import { onRestore, whenActivated } from '../lifecycle.ts';

/** ms from the arrival on a page to its view: our script may run above the `<title>`. Less than to the first batch. */
const LOADED_MS = 40;
/**
 * ms from a navigation within the page to its view: the router has rendered by then and set the title, and its
 * `replaceState` after `pushState` has been counted in.
 */
const RENDERED_MS = 100;

/**
 * Reports one view per distinct URL per navigation: page loads, routes, and returns from the back/forward cache;
 * prerendered pages when they are shown. A change of the fragment is no view unless routes live there, nor is
 * `replaceState` within the same path, by which pages note filters and scroll positions.
 * @param begin - called in the moment of the navigation, so that the view stays ahead of the events of its page, with
 * what was viewed before, on this page or another; returns what reports the view when the page has rendered
 * @returns to be called when the page is about to go away: reports a view that still waits
 */
export function watchPageViews(
  use: UseChunk,
  hashRoutes: boolean,
  begin: (referrer: string) => () => void,
): () => void {
  const urlOf = (href: string) => (hashRoutes ? href : href.replace(/#.*/, ''));
  const pathOf = (href: string) => urlOf(href).replace(/\?[^#]*/, '');
  let viewed: string | undefined;
  let report: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function settle() {
    clearTimeout(timer);
    if (!report) return;
    report();
    report = undefined;
    viewed = location.href;
  }
  function view(ms: number) {
    report ??= begin(viewed || document.referrer);
    clearTimeout(timer);
    timer = setTimeout(settle, ms);
  }
  function arrive() {
    viewed = '';
    view(LOADED_MS);
  }
  function navigated(replaced: boolean) {
    // Prerendered, and not shown yet.
    if (viewed === undefined) return;
    // Back where it was before anybody could look: not a view.
    if (urlOf(location.href) === urlOf(viewed)) report = undefined;
    else if (report || !replaced || pathOf(location.href) !== pathOf(viewed)) view(RENDERED_MS);
  }

  const { navigation } = window as { navigation?: Navigation };
  // Tells also of routes that call no method of `history`.
  if (navigation)
    navigation.addEventListener('currententrychange', ({ navigationType }) =>
      navigated(navigationType === 'replace'),
    );
  else use('history', ({ watchHistory }) => watchHistory(navigated));
  onRestore(arrive);
  whenActivated(arrive);
  return settle;
}

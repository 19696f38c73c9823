import { onHide, onRestore, whenActivated } from '../lifecycle.ts';

/**
 * ms from a navigation in the page to its page view: the router has rendered by then and set the title, and its
 * `replaceState` after `pushState` has been counted in.
 */
const RENDERED_MS = 60;

const urlOf = (href: string) => href.replace(/#.*/, '');
const pathOf = (href: string) => href.replace(/[?#].*/, '');

/**
 * Reports one view per distinct URL per navigation: page loads, the History API, and returns from the back/forward
 * cache; prerendered pages when they are shown. A change of the fragment is no view, nor is `replaceState` within
 * the same path, by which pages note filters and scroll positions.
 * @param mark - called in the moment of the navigation, so that the view stays ahead of the events of its page
 * @param report - called with that mark when the page has rendered, or is about to go away; `referrer` is what was
 * viewed before, on this page or another
 */
export function watchPageViews<Mark>(mark: () => Mark, report: (mark: Mark, referrer: string) => void): void {
  let viewed = location.href;
  let pending: [Mark, string] | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function settle() {
    clearTimeout(timer);
    if (!pending) return;
    report(...pending);
    pending = undefined;
    viewed = location.href;
  }
  function viewPage() {
    pending = [mark(), document.referrer];
    settle();
  }
  function navigated(replaced?: boolean) {
    const { href } = location;
    clearTimeout(timer);
    // Back where it was before anybody could look: not a view.
    if (urlOf(href) === urlOf(viewed)) pending = undefined;
    else if (pending || !replaced || pathOf(href) !== pathOf(viewed)) {
      pending ??= [mark(), viewed];
      timer = setTimeout(settle, RENDERED_MS);
    }
  }

  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    // The page's method as it was: `this` and its exceptions included.
    history[name] = function (...args) {
      original.apply(this, args);
      try {
        navigated(name === 'replaceState');
      } catch {
        // Counting must not break routing.
      }
    };
  }
  addEventListener('popstate', () => navigated());
  onHide(settle);
  onRestore(viewPage);
  whenActivated(() => {
    // Evaluated above the page's <title>, as a cached async script can be.
    if (document.readyState === 'loading' && !document.title)
      document.addEventListener('DOMContentLoaded', viewPage, { once: true });
    else viewPage();
  });
}

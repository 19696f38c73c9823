/**
 * Calls back whenever the page is shown, hidden, or about to go away for good; `left`: it may not come back.
 * `pagehide` reaches `window` only, and `unload` would cost the back/forward cache.
 */
export function onTurn(fn: (left: boolean) => void): void {
  addEventListener('pagehide', () => fn(true));
  document.addEventListener('visibilitychange', () => fn(document.hidden));
}

/** Calls back whenever the page may be about to go away for good: it is hidden, or left. */
export const onHide = (fn: () => void): void => onTurn((left) => left && fn());

/** Calls back when the page comes back from the back/forward cache. */
export function onRestore(fn: () => void): void {
  addEventListener('pageshow', ({ persisted }) => persisted && fn());
}

/** At once, or when a prerendered page is shown to its visitor. */
export function whenActivated(fn: () => void): void {
  if ((document as Document & { prerendering?: boolean }).prerendering)
    document.addEventListener('prerenderingchange', fn);
  else fn();
}

/** Resolves when the page's own scripts have run: it has loaded. */
export const onLoaded = (): Promise<void> =>
  new Promise((resolve) => {
    // A handler of the page's for the same event may be what it waits for.
    const later = () => setTimeout(resolve);
    if (document.readyState === 'complete') later();
    else addEventListener('load', later);
  });

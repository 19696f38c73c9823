/**
 * Calls back whenever the page may be about to go away for good: it is hidden, or left.
 * `pagehide` reaches `window` only, and `unload` would cost the back/forward cache.
 */
export function onHide(fn: () => void): void {
  addEventListener('pagehide', fn);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && fn());
}

/** Calls back when the page comes back from the back/forward cache. */
export function onRestore(fn: () => void): void {
  addEventListener('pageshow', ({ persisted }) => persisted && fn());
}

/** At once, or when a prerendered page is shown to its visitor. */
export function whenActivated(fn: () => void): void {
  if ((document as Document & { prerendering?: boolean }).prerendering)
    document.addEventListener('prerenderingchange', fn, { once: true });
  else fn();
}

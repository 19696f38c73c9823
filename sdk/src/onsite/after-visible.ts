let total = 0;
let since = 0;
let hidden = true;

/** ms for which the page was visible until now; when that began does not matter. */
export function visibleMs(): number {
  const now = performance.now();
  if (!hidden) total += now - since;
  since = now;
  hidden = document.hidden;
  return total;
}
document.addEventListener('visibilitychange', visibleMs);

/**
 * Calls `fire` after `ms` in which the page was visible; never once `signal` is aborted.
 * @returns lets the time begin anew
 */
export function afterVisible(ms: number, signal: AbortSignal, fire: () => void): () => void {
  let from = visibleMs();
  // While the page is hidden the rest stays as it is, and is only looked at again.
  const look = () => {
    const left = from + ms - visibleMs();
    if (signal.aborted) return;
    if (left > 0) setTimeout(look, left);
    else fire();
  };
  look();
  return () => {
    from = visibleMs();
  };
}
export type AfterVisible = typeof afterVisible;

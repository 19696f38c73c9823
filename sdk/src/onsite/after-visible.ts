/**
 * Measures for how long something is seen.
 * @param running - whether it is seen now; asked whenever the page is shown or hidden, and at each reading
 * @returns reads it: ms until now
 */
export function stopwatch(running: () => boolean, signal: AbortSignal): () => number {
  let total = 0;
  let since = 0;
  let ran = false;
  const read = () => {
    const now = performance.now();
    if (ran) total += now - since;
    since = now;
    ran = running();
    return total;
  };
  document.addEventListener('visibilitychange', read, { signal });
  read();
  return read;
}

/**
 * Calls `fire` after `ms` in which the page was visible; never once `signal` is aborted.
 * @returns lets the time begin anew
 */
export function afterVisible(ms: number, signal: AbortSignal, fire: () => void): () => void {
  const seen = stopwatch(() => !document.hidden, signal);
  let from = 0;
  // While the page is hidden the rest stays as it is, and is only looked at again.
  const look = () => {
    const left = from + ms - seen();
    if (signal.aborted) return;
    if (left > 0) setTimeout(look, left);
    else fire();
  };
  look();
  return () => {
    from = seen();
  };
}
export type AfterVisible = typeof afterVisible;

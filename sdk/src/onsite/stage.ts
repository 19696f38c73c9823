/** Whether the visitor is looking at the page, and no modal dialog of the page's own is in the way. */
function isFree(): boolean {
  if (document.visibilityState !== 'visible') return false;
  try {
    return !document.querySelector(':modal');
  } catch {
    // A browser without `:modal`.
    return !document.querySelector('dialog[open]');
  }
}

/** Resolves when a popup may be painted, or `signal` is aborted. */
export function whenFree(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = new AbortController();
    const look = () => {
      if (!signal.aborted && !isFree()) return;
      stop.abort();
      resolve();
    };
    // `close` does not bubble, but it is captured.
    const options = { capture: true, signal: stop.signal };
    document.addEventListener('close', look, options);
    document.addEventListener('visibilitychange', look, options);
    signal.addEventListener('abort', look, options);
    look();
  });
}

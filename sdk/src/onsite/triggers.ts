import type { Trigger } from '../message.ts';

/** After `ms` in which the page was visible; never once `signal` is aborted. */
function afterVisible(ms: number, signal: AbortSignal, fire: () => void) {
  let left = ms;
  /** When the time that runs now began to run. */
  let since: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const follow = () => {
    clearTimeout(timer);
    if (since !== undefined) left -= performance.now() - since;
    since = undefined;
    if (signal.aborted || document.visibilityState !== 'visible') return;
    since = performance.now();
    timer = setTimeout(() => {
      document.removeEventListener('visibilitychange', follow);
      if (!signal.aborted) fire();
    }, left);
  };
  document.addEventListener('visibilitychange', follow, { signal });
  follow();
}

/** Resolves when the first of the triggers fires. */
export function whenTriggered(triggers: readonly Trigger[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    for (const trigger of triggers) {
      if (trigger.on === 'load') afterVisible(trigger.delayMs ?? 0, signal, resolve);
    }
  });
}

/** ms between two looks. Longer than the core waits before it reports the view of a route. */
const LOOK_MS = 200;
/** ms after which nobody waits for the network any more: a late popup is worse than none. */
const PATIENCE_MS = 5_000;

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** What it resolves to, or nothing if that takes too long. */
export const soon = <T>(promise: Promise<T>) => Promise.race([promise, pause(PATIENCE_MS)]);

/**
 * Resolves as soon as `can`, which is asked again and again: of a dialog that is taken out of the page, a field left
 * in somebody's shadow root, or a slot that appears, no event tells.
 * @throws what `signal` was aborted with
 */
export async function until(can: () => unknown, signal: AbortSignal): Promise<void> {
  const isDue = async () => {
    signal.throwIfAborted();
    return can();
  };
  while (!(await isDue())) await pause(LOOK_MS);
}

/** How requests leave, and how long they may take: what a test may replace. */
export interface Sending {
  fetch: typeof fetch;
  /** Aborts after so many ms. */
  timeout: (ms: number) => AbortSignal;
  /** What was waited for is there. */
  clear?: (signal: AbortSignal) => void;
}

const timers = new WeakMap<AbortSignal, ReturnType<typeof setTimeout>>();

export const REAL: Sending = {
  fetch: (...args) => fetch(...args),
  // Not `AbortSignal.timeout`, which cannot be taken back, and would keep an object awake and paid for until it is over.
  timeout(ms) {
    const controller = new AbortController();
    const over = () => controller.abort(new Error('The time is over.'));
    timers.set(controller.signal, setTimeout(over, ms));
    return controller.signal;
  },
  clear: (signal) => clearTimeout(timers.get(signal)),
};

/** Rejects with the signal's reason when the time is over, also where what is awaited does not heed the signal. */
export function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason);
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}

/**
 * What is there of an answer when it ends, is too long, or the time is over. The connection is released.
 *
 * @param maxBytes the rest is not read
 */
export async function beginningOf(
  response: Response,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (let read = 0; reader && read < maxBytes; ) {
      const { done, value } = await inTime(reader.read(), signal);
      if (done) break;
      text += decoder.decode(value.subarray(0, maxBytes - read), { stream: true });
      read += value.length;
    }
  } catch {
    // The status has said what counts.
  }
  reader?.cancel().catch(() => {});
  return text;
}

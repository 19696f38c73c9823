import { type EventKey, isEarlier } from './fact-order.ts';
import type { FactWindow } from './fact-window.ts';

/** The events that are kept, the newest. */
export const MAX_EVENTS = 200;

/** Bit n of `bits` says that the event can be step n, the bit after the last step that it must not have happened. */
type SequenceEvent = [...EventKey, bits: number];

/** In total order, from the newest event that must not be, if there is one: what was before it can complete nothing. */
export type Sequence = SequenceEvent[];

export function addToSequence(
  state: Sequence,
  event: SequenceEvent,
  steps: number,
  window: FactWindow,
): void {
  const at = state.findLastIndex((known) => isEarlier(known, event)) + 1;
  state.splice(at, 0, event);
  // Only the first one that was kept can be one that must not be.
  const barred = isBarred(state[at + 1], steps) ? at + 1 : isBarred(event, steps) ? at : 0;
  const kept = window.firstKept(window.bucketOf(state.at(-1)?.[0] ?? event[0]));
  const first = state.findIndex(([ms]) => window.bucketOf(ms) >= kept);
  state.splice(0, Math.max(first, barred, state.length - MAX_EVENTS));
}

/**
 * Whether the steps happened in their order, one event each, in the buckets from `firstBucket` on, and since the first
 * of them nothing that must not be. An event that is both a step and what must not be is no step.
 */
export function isComplete(state: Sequence, firstBucket: number, steps: number, window: FactWindow): boolean {
  let step = 0;
  for (const event of state) {
    if (step === steps) return true;
    const [ms, , bits] = event;
    if (bits & (1 << step) && !isBarred(event, steps) && window.bucketOf(ms) >= firstBucket) step++;
  }
  return step === steps;
}

function isBarred(event: SequenceEvent | undefined, steps: number): boolean {
  return event !== undefined && (event[2] & (1 << steps)) !== 0;
}

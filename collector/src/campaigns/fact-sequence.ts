import { type EventKey, isEarlier } from './fact-order.ts';
import type { FactWindow } from './fact-window.ts';

/** The events that are kept, the newest. */
export const MAX_EVENTS = 200;

/** Bit n of `bits` says that the event can be step n, the bit after the last step that it must not have happened. */
type SequenceEvent = [...EventKey, bits: number];

/** In total order; what was before the newest event that must not be is of no use any more. */
export type Sequence = SequenceEvent[];

export function addToSequence(
  state: Sequence,
  event: SequenceEvent,
  steps: number,
  window: FactWindow,
): void {
  state.splice(state.findLastIndex((known) => isEarlier(known, event)) + 1, 0, event);
  const [newest] = state.at(-1) ?? event;
  const kept = window.firstKept(window.bucketOf(newest));
  const first = state.findIndex(([ms]) => window.bucketOf(ms) >= kept);
  const barred = state.findLastIndex(([, , bits]) => isBarred(bits, steps));
  state.splice(0, Math.max(first, barred, state.length - MAX_EVENTS));
}

/**
 * Whether the steps happened in their order, one event each, in the buckets from `firstBucket` on, and since the first
 * of them nothing that must not be. An event that is both a step and what must not be is no step.
 */
export function isComplete(state: Sequence, firstBucket: number, steps: number, window: FactWindow): boolean {
  let step = 0;
  for (const [ms, , bits] of state) {
    if (isBarred(bits, steps)) step = 0;
    else if (step < steps && bits & (1 << step) && window.bucketOf(ms) >= firstBucket) step++;
  }
  return step === steps;
}

function isBarred(bits: number, steps: number): boolean {
  return (bits & (1 << steps)) !== 0;
}

import { exactMs } from './duration.ts';
import type { Step } from './steps.ts';

/** What lies behind those who come to a step, by the shortest and the longest of the ways to it. Times are ms. */
export interface Arrival {
  /** Whether a way leads to it on which nothing waits. */
  atOnce: boolean;
  /** `wait_until` is a day at most. */
  longestMs: number;
  /** Since the last push on the way, if nothing waits for a time of the day in between; else infinite. */
  sincePushMs: number;
}

const DAY_MS = 86_400_000;

/** Places of the steps that may follow one; a place behind the last step is the end. */
export function waysFrom(steps: readonly Step[], index: number): number[] {
  const step = steps[index];
  if (step?.type === 'exit') return [];
  if (step?.type !== 'branch') return [index + 1];
  return [...new Set([step.yes, step.no].map((id) => targetOf(steps, index, id)))];
}

/** A journey leads on, never back: what is no later step is the next one. */
function targetOf(steps: readonly Step[], index: number, id: string | null): number {
  const found = id === null ? -1 : steps.findIndex((step) => step.id === id);
  return found > index ? found : index + 1;
}

/** How each step is come to; `null`: no way leads there. The last one is the end. */
export function arrivalsOf(steps: readonly Step[]): (Arrival | null)[] {
  const arrivals: (Arrival | null)[] = Array.from({ length: steps.length + 1 }, () => null);
  arrivals[0] = { atOnce: true, longestMs: 0, sincePushMs: Number.POSITIVE_INFINITY };
  for (const [index, step] of steps.entries()) {
    const here = arrivals[index];
    if (!here) continue;
    for (const next of waysFrom(steps, index)) arrivals[next] = joined(arrivals[next], after(step, here));
  }
  return arrivals;
}

function after(step: Step, here: Arrival): Arrival {
  switch (step.type) {
    case 'wait': {
      const ms = exactMs(step.for);
      return {
        atOnce: here.atOnce && ms === 0,
        longestMs: here.longestMs + ms,
        sincePushMs: here.sincePushMs + ms,
      };
    }
    case 'wait_until':
      return {
        atOnce: false,
        longestMs: here.longestMs + DAY_MS,
        sincePushMs: Number.POSITIVE_INFINITY,
      };
    case 'message':
      return step.channel === 'push' ? { ...here, sincePushMs: 0 } : here;
    default:
      return here;
  }
}

function joined(known: Arrival | null | undefined, other: Arrival): Arrival {
  if (!known) return other;
  return {
    atOnce: known.atOnce || other.atOnce,
    longestMs: Math.max(known.longestMs, other.longestMs),
    sincePushMs: Math.min(known.sincePushMs, other.sincePushMs),
  };
}

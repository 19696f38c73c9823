import type { PushMemory } from './memory.ts';

const DAY_MS = 86_400_000;
/** Days for which nobody asks again: after the first, second, and every further "not now". */
const QUIET_DAYS = [3, 7, 30];
/** Days for which a browser without a push service counts as one without push; Brave has none until it is switched on. */
const BROKEN_DAYS = 30;
/** An hour, where the service may only have been out of reach. */
const UNREACHED_MS = 3_600_000;

/** After the visitor has closed our question, or the browser's, without an answer. */
export function refused(known: PushMemory, now: number): PushMemory {
  const refusals = (known.refusals ?? 0) + 1;
  const days = QUIET_DAYS[Math.min(refusals, QUIET_DAYS.length) - 1] as number;
  return { ...known, refusals, quietUntil: now + days * DAY_MS };
}

/** After the browser could not reach a push service. */
export function broken(known: PushMemory, isBrave: boolean, now: number): PushMemory {
  return { ...known, brokenUntil: now + (isBrave ? BROKEN_DAYS * DAY_MS : UNREACHED_MS) };
}

/** Why nobody may be asked now, as far as this browser remembers; `null`: he may. */
export function whyQuiet(
  known: PushMemory,
  permission: NotificationPermission,
  now: number,
): 'unsupported' | 'denied' | 'later' | null {
  if ((known.brokenUntil ?? 0) > now) return 'unsupported';
  if (permission === 'denied') return 'denied';
  return (known.quietUntil ?? 0) > now ? 'later' : null;
}

/** Whether the site is told of a fault: each once a day. */
export const isNews = ({ told }: PushMemory, reason: string, now: number): boolean =>
  told?.reason !== reason || now - told.at >= DAY_MS;

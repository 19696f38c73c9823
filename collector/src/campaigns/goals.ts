import { exactMs } from './duration.ts';
import type { Exposure } from './exposures.ts';
import type { Campaign, Goal } from './schema.ts';

/** An event that some campaign wants. */
export interface Reached {
  /** ms since the epoch. */
  at: number;
  /** Of the order, where it is about one: however often it is told, it is one. Else of the message. */
  id: string;
  /** In the event's currency. */
  value: number | null;
  currency: string | null;
}

/** A goal that was reached in time after an exposure. */
export interface Conversion extends Reached {
  campaign: string;
  version: number;
  variant: string;
  control: Exposure['control'] | null;
  exposedAt: number;
}

/** How far a device's clock may be away from ours without being corrected, ms. */
const CLOCK_MS = 60_000;

/**
 * The goals of one campaign that a visitor has reached, oldest first: each within the goal's time of the first exposure
 * (or would-be exposure), which decides the arm, however often the popup came.
 *
 * @param exposures of this campaign, oldest first
 * @param reached events that are its goal
 */
export function conversionsOf(
  { id, goal }: Pick<Campaign, 'id' | 'goal'>,
  exposures: readonly Exposure[],
  reached: readonly Reached[],
): Conversion[] {
  const [first] = exposures;
  if (!first || !goal) return [];
  const { version, variant, control = null, at: exposedAt } = first;
  const inTime = reached.filter((event) => isInTime(event, first, goal)).sort(byTime);
  return (goal.count === 'once' ? inTime.slice(0, 1) : inTime).map((event) => ({
    ...event,
    campaign: id,
    version,
    variant,
    control,
    exposedAt,
  }));
}

/** When the goal was last reached in time after any exposure, ms since the epoch; `null`: never. */
export function lastConversion(
  goal: Goal | null,
  exposures: readonly Exposure[],
  reached: readonly Reached[],
): number | null {
  if (!goal) return null;
  const inTime = reached.filter((event) => exposures.some((exposure) => isInTime(event, exposure, goal)));
  return inTime.length > 0 ? Math.max(...inTime.map(({ at }) => at)) : null;
}

/** Adds an event; of an order that is told twice the first telling counts. Oldest first. */
export function withReached(all: readonly Reached[], event: Reached): Reached[] {
  const known = all.find(({ id }) => id === event.id);
  if (known && byTime(known, event) <= 0) return [...all];
  return [...all.filter((other) => other !== known), event].sort(byTime);
}

function byTime(a: Reached, b: Reached): number {
  return a.at - b.at || (a.id < b.id ? -1 : 1);
}

/**
 * Exposures have our time, events that of the device; what armed the popup was before the exposure by the device's clock
 * too. A day is 24 hours here, from the exposure.
 */
function isInTime({ at }: Reached, { at: exposedAt, causedAt }: Exposure, { within }: Goal): boolean {
  return at >= exposedAt - CLOCK_MS && at > (causedAt ?? exposedAt - 1) && at <= exposedAt + exactMs(within);
}

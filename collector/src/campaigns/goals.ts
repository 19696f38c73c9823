import { exactMs } from './duration.ts';
import type { Exposure } from './exposures.ts';
import type { Campaign, Goal } from './schema.ts';

/** An event that some campaign wants: how it is reported. */
export interface Reached {
  /** ms since the epoch. */
  at: number;
  messageId: string;
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

/**
 * The goals of one campaign that a visitor has reached, oldest first: each within the goal's time of the first exposure
 * (or would-be exposure), which decides the arm, however often the popup came.
 *
 * @param exposures of this campaign, oldest first
 * @param reached events that are its goal
 */
export function conversionsOf(
  { id, goal }: Pick<Campaign, 'id'> & { goal: Goal | null },
  exposures: readonly Exposure[],
  reached: readonly Reached[],
): Conversion[] {
  const [first] = exposures;
  if (!first || !goal) return [];
  const { version, variant, control = null, at: exposedAt } = first;
  const inTime = reached
    .filter(({ at }) => at >= exposedAt && at <= exposedAt + windowOf(goal))
    .sort((a, b) => a.at - b.at || (a.messageId < b.messageId ? -1 : 1));
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
  const window = windowOf(goal);
  const times = reached
    .map(({ at }) => at)
    .filter((at) => exposures.some((exposure) => at >= exposure.at && at <= exposure.at + window));
  return times.length > 0 ? Math.max(...times) : null;
}

function windowOf({ within }: Goal): number {
  return exactMs(within);
}

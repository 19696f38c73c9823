import { nextTimeOfDay, timeOfWeek } from './local-time.ts';
import type { Campaign } from './schema.ts';

/**
 * When the quiet hours end in which `now` lies, ms since the epoch; `null`: it lies in none. They begin with the first
 * time and end before the second, by the clock of the zone; over midnight when the first one is later.
 */
export function quietUntil(hours: Campaign['quietHours'], now: number, zone: string): number | null {
  if (hours === null) return null;
  const [from, to] = hours.map(minutesOf) as [number, number];
  const { minuteOfDay } = timeOfWeek(now, zone);
  const isQuiet =
    from <= to ? minuteOfDay >= from && minuteOfDay < to : minuteOfDay >= from || minuteOfDay < to;
  return isQuiet ? nextTimeOfDay(now + 1, hours[1], zone) : null;
}

/** Of the day. @param time `HH:MM` */
export function minutesOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}

/** How many minutes of a day are quiet. */
export function minutesQuiet(hours: NonNullable<Campaign['quietHours']>): number {
  const [from, to] = hours.map(minutesOf) as [number, number];
  return (to - from + 1_440) % 1_440;
}

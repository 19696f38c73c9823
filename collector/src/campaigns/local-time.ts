import { z } from 'zod';

const DAY_MS = 86_400_000;
/** Since 1972 clocks have been changed on quarters of an hour; what does not is looked up each time. */
const QUARTER_MS = 900_000;

/** A moment as the clock and the calendar of a place show it. */
export interface LocalTime {
  /** `YYYY-MM-DD`. */
  date: string;
  /** Days from 1970-01-01 to the local date. */
  day: number;
  /** ISO 8601: 1 is Monday, 7 is Sunday. */
  weekday: number;
  hour: number;
  minute: number;
  /** Minutes from 00:00 by the clock, also on days on which it is changed: 0 to 1439. */
  minuteOfDay: number;
}

/** @throws RangeError for a zone that is not known: see {@link zoneOr}, and for a time that no Date can hold */
export function localTime(ms: number, zone: string): LocalTime {
  const { day, weekday, minuteOfDay } = timeOfWeek(ms, zone);
  return {
    date: new Date(day * DAY_MS).toISOString().slice(0, -14),
    day,
    weekday,
    hour: Math.floor(minuteOfDay / 60),
    minute: minuteOfDay % 60,
    minuteOfDay,
  };
}

/** What of {@link localTime} costs next to nothing. @throws as it does */
export function timeOfWeek(ms: number, zone: string): Pick<LocalTime, 'day' | 'weekday' | 'minuteOfDay'> {
  const wall = wallTime(ms, zone);
  const day = Math.floor(wall / DAY_MS);
  return { day, weekday: weekdayOf(day), minuteOfDay: Math.floor((wall - day * DAY_MS) / 60_000) };
}

/** Days from 1970-01-01 to the local date. @throws as {@link localTime} */
export function dayOf(ms: number, zone: string): number {
  return Math.floor(wallTime(ms, zone) / DAY_MS);
}

/** ISO 8601 weekday of a day number; 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** What the clock shows, as ms since the epoch as if it were UTC. @throws as {@link localTime} */
export function wallTime(ms: number, zone: string): number {
  return ms + zoneClock(zone).offset(ms);
}

/**
 * The first moment at which the clock shows `wall` or later: the earlier one of a repeated hour, the end of a skipped one.
 *
 * @param wall ms since the epoch of the shown time, as if it were UTC
 * @throws as {@link localTime}
 */
export function firstMomentAt(wall: number, zone: string): number {
  const { offset } = zoneClock(zone);
  // No clock is more than 14 h away from UTC, and none is changed twice in two days.
  const before = offset(wall - DAY_MS);
  const after = offset(wall + DAY_MS);
  const moments = [wall - before, wall - after].filter((ms) => ms + offset(ms) === wall);
  if (moments.length > 0) return Math.min(...moments);
  let [low, high] = [wall - after, wall - before];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (middle + offset(middle) >= wall) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The first moment at or after `ms` at which the clock shows this time of the day.
 *
 * @param time `HH:MM`
 * @throws as {@link localTime}
 */
export function nextTimeOfDay(ms: number, time: string, zone: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const wanted = (hour * 60 + minute) * 60_000;
  const today = dayOf(ms, zone);
  for (let day = today - 1; ; day++) {
    const moment = firstMomentAt(day * DAY_MS + wanted, zone);
    if (moment >= ms) return moment;
    const again = lastMomentAt(day * DAY_MS + wanted, zone);
    if (again >= ms) return again;
  }
}

/** The later moment of a repeated hour; of others the only one, or one that shows another time. */
function lastMomentAt(wall: number, zone: string): number {
  const moment = wall - zoneClock(zone).offset(wall + DAY_MS);
  return wallTime(moment, zone) === wall ? moment : Number.NEGATIVE_INFINITY;
}

/** Whether {@link localTime} knows the zone: an IANA name, or an offset such as `+05:30`, which some browsers give. */
export function isTimeZone(text: string): boolean {
  try {
    zoneClock(text);
    return true;
  } catch {
    return false;
  }
}

/** The zone that a visitor names, if it is one; visitors can name anything. */
export function zoneOr(named: unknown, fallback: string): string {
  return typeof named === 'string' && isTimeZone(named) ? named : fallback;
}

/** Of a setting. */
export const timeZone = z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin');

interface ZoneClock {
  /** What is added to UTC at a moment, ms. */
  offset(ms: number): number;
}

/** Names come from visitors, so there is a limit; a formatter takes long to make, so the usual zones are kept. */
const clocks = new Map<string, ZoneClock>();
const MAX_ZONES = 100;
const MAX_NAME_LENGTH = 64;

function zoneClock(zone: string): ZoneClock {
  let clock = clocks.get(zone);
  if (!clock) {
    if (zone.length > MAX_NAME_LENGTH) throw new RangeError('Invalid time zone');
    clock = makeClock(zone);
    if (clocks.size >= MAX_ZONES) clocks.clear();
    clocks.set(zone, clock);
  }
  return clock;
}

/** Of days and quarters of an hour per zone: some years. */
const MAX_SPANS = 2_000;

function makeClock(zone: string): ZoneClock {
  const exact = exactOffset(zone);
  const days = new Map<number, number | null>();
  const quarters = new Map<number, number | null>();
  /** The offset all through a span that begins and ends with the same one; `null` when it changes within. */
  const constant = (spans: Map<number, number | null>, length: number, index: number) => {
    let offset = spans.get(index);
    if (offset === undefined) {
      const first = exact(index * length);
      offset = first === exact((index + 1) * length - 1) ? first : null;
      if (spans.size >= MAX_SPANS) spans.clear();
      spans.set(index, offset);
    }
    return offset;
  };
  return {
    offset: (ms) =>
      constant(days, DAY_MS, Math.floor(ms / DAY_MS)) ??
      constant(quarters, QUARTER_MS, Math.floor(ms / QUARTER_MS)) ??
      exact(ms),
  };
}

function exactOffset(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (ms) => {
    // Whole seconds, downwards: no zone has a fraction of one.
    const second = Math.floor(ms / 1_000) * 1_000;
    const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(second)) shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: s = 0 } = shown;
    return Date.UTC(year, month - 1, day, hour, minute, s) - second;
  };
}

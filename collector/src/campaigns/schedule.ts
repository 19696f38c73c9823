import { z } from 'zod';
import { firstMomentAt, isTimeZone, timeOfWeek, zoneOr } from './local-time.ts';

const DAY_MINUTES = 1_440;

const moment = z.iso.datetime({
  offset: true,
  local: true,
  error: 'must be a time such as 2026-12-24T08:00 (by the clock of the zone) or 2026-12-24T08:00:00Z',
});
const from = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day from 00:00 to 23:59');
const to = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time of day from 00:00 to 24:00');

/** When a campaign may show itself. */
export const scheduleSchema = z
  .strictObject({
    /** ISO 8601. With `Z` or an offset it is one moment; without, it is what the clock of the zone shows. */
    start: moment.exactOptional(),
    /** The first moment at which it is over. */
    end: moment.exactOptional(),
    /** Whose clock and calendar count; a visitor whose zone is not known has that of the site. */
    timezone: z
      .string()
      .refine(
        (zone) => zone === 'visitor' || zone === 'site' || isTimeZone(zone),
        'must be visitor, site or an IANA time zone such as Europe/Berlin',
      )
      .default('visitor'),
    /** ISO 8601 weekdays: 1 is Monday, 7 is Sunday. */
    days: z
      .array(
        z
          .number()
          .int()
          .min(1, 'must be 1 (Monday) to 7 (Sunday)')
          .max(7, 'must be 1 (Monday) to 7 (Sunday)'),
      )
      .min(1, 'must name a day; leave it out for every day')
      .refine((days) => new Set(days).size === days.length, 'must name each day once')
      .exactOptional(),
    /** From the first minute until before the second; what crosses midnight belongs to the day on which it began. */
    hours: z
      .array(z.tuple([from, to]))
      .min(1, 'must have a range; leave it out for the whole day')
      .max(24, 'must have at most 24 ranges')
      .exactOptional(),
  })
  .refine(({ start, end }) => !start || !end || !isAfter(start, end), {
    path: ['end'],
    message: 'must be after the start',
  })
  .prefault({});
export type Schedule = z.infer<typeof scheduleSchema>;

/** Whose clocks there are. `visitor` is what the visitor's device named, which may be anything. */
export interface Zones {
  visitor: string | null;
  /** Known to be one. */
  site: string;
}

export type Opening = { open: true } | { open: false; reason: 'not_started' | 'ended' | 'day' | 'hours' };

/** Whether a campaign may show itself at `now` (ms since the epoch). */
export function inSchedule(schedule: Schedule, now: number, zones: Zones): Opening {
  const { start, end, days, hours } = compiledOf(schedule);
  if (!start && !end && !days && !hours) return { open: true };
  const zone = zoneOf(schedule, zones);
  if (start && now < momentOf(start, zone)) return { open: false, reason: 'not_started' };
  if (end && now >= momentOf(end, zone)) return { open: false, reason: 'ended' };
  if (!days && !hours) return { open: true };
  const { weekday, minuteOfDay } = timeOfWeek(now, zone);
  const today = !days || days.has(weekday);
  const yesterday = !days || days.has(weekday === 1 ? 7 : weekday - 1);
  const covered = (hours ?? WHOLE_DAY).some(
    (range) =>
      (today && minuteOfDay >= range.from && minuteOfDay < range.to) ||
      (yesterday && minuteOfDay + DAY_MINUTES < range.to),
  );
  return covered ? { open: true } : { open: false, reason: today ? 'hours' : 'day' };
}

function zoneOf({ timezone }: Schedule, zones: Zones): string {
  if (timezone === 'site') return zones.site;
  return timezone === 'visitor' ? zoneOr(zones.visitor, zones.site) : zoneOr(timezone, zones.site);
}

/** Minutes from 00:00 of the day on which it begins; beyond 1440 it ends on the next one. */
interface Range {
  from: number;
  to: number;
}
const WHOLE_DAY: readonly Range[] = [{ from: 0, to: DAY_MINUTES }];

/** A moment (ms since the epoch), or a time by the clock (the same, as if the clock showed UTC). */
type Moment = { at: number } | { wall: number };

interface Compiled {
  start: Moment | undefined;
  end: Moment | undefined;
  days: ReadonlySet<number> | undefined;
  hours: readonly Range[] | undefined;
}

/** Kept as long as the campaign that the site's cache holds. */
const compiled = new WeakMap<Schedule, Compiled>();
function compiledOf(schedule: Schedule): Compiled {
  let found = compiled.get(schedule);
  if (!found) {
    const { start, end, days, hours } = schedule;
    found = {
      start: start === undefined ? undefined : parseMoment(start),
      end: end === undefined ? undefined : parseMoment(end),
      days: days && new Set(days),
      hours: hours?.map(([from, to]) => rangeOf(minutesOf(from), minutesOf(to))),
    };
    compiled.set(schedule, found);
  }
  return found;
}

function rangeOf(from: number, to: number): Range {
  if (from === to) return { from: 0, to: DAY_MINUTES };
  return { from, to: to > from ? to : to + DAY_MINUTES };
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function parseMoment(text: string): Moment {
  return /(Z|[+-]\d\d:\d\d)$/.test(text) ? { at: Date.parse(text) } : { wall: Date.parse(`${text}Z`) };
}

/** A schedule's `start` or `end`, ms since the epoch. @param zone whose clock it names, where it names no offset */
export function momentIn(text: string, zone: string): number {
  return momentOf(parseMoment(text), zone);
}

function momentOf(moment: Moment, zone: string): number {
  return 'at' in moment ? moment.at : firstMomentAt(moment.wall, zone);
}

/** Whether the campaign would be over when it starts; a moment and a time by the clock cannot be compared. */
function isAfter(start: string, end: string): boolean {
  const [a, b] = [parseMoment(start), parseMoment(end)];
  if ('at' in a && 'at' in b) return a.at >= b.at;
  return 'wall' in a && 'wall' in b && a.wall >= b.wall;
}

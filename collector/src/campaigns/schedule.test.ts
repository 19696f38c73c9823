import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/properties/runs.ts';
import { inSchedule, type Schedule, scheduleSchema } from './schedule.ts';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/St_Johns',
  'America/Havana',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
];
const MINUTE = 60_000;
const DAY = 86_400_000;
const at = (iso: string) => Date.parse(iso);
const zones = (visitor: string | null) => ({ visitor, site: 'UTC' });

const formats = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    }),
  ]),
);
/** `YYYY-MM-DDTHH:MM`, as the platform shows it. */
const clock = (ms: number, zone: string) => (formats.get(zone)?.format(ms) ?? '').replace(' ', 'T');
const weekday = (date: string) => new Date(`${date}T12:00Z`).getUTCDay() || 7;

const found = new Map<string, number>();
function firstShown(moment: string, zone: string): number {
  const key = `${moment} ${zone}`;
  let ms = found.get(key) ?? at(`${moment}Z`) - DAY;
  while (clock(ms, zone) < moment) ms += MINUTE;
  found.set(key, ms);
  return ms;
}

/** The schedule in words: the clock is looked at, one minute at a time. */
function isOpen(schedule: Schedule, now: number, zone: string): boolean {
  const reached = (moment: string) => now >= (moment.endsWith('Z') ? at(moment) : firstShown(moment, zone));
  if (schedule.start && !reached(schedule.start)) return false;
  if (schedule.end && reached(schedule.end)) return false;
  const [today = '', time = ''] = clock(now, zone).split('T');
  const yesterday = new Date(at(`${today}T12:00Z`) - DAY).toISOString().slice(0, 10);
  const wanted = (date: string) => !schedule.days || schedule.days.includes(weekday(date));
  return (schedule.hours ?? [['00:00', '24:00']]).some(([from, to]) => {
    if (from === to) return wanted(today);
    if (from < to) return wanted(today) && time >= from && time < to;
    return (wanted(today) && time >= from) || (wanted(yesterday) && time < to);
  });
}

const minute = fc.integer({ min: 0, max: 1_439 });
const hhmm = (n: number) => new Date(n * MINUTE).toISOString().slice(11, 16);
const range = fc.tuple(minute.map(hhmm), fc.oneof(minute.map(hhmm), fc.constant('24:00')));
const days = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
const ranges = fc.array(range, { minLength: 1, maxLength: 3 });
/** Days of 2026 on which one of the zones changes its clock, and others. */
const day = fc.oneof(
  fc.constantFrom('03-08', '03-29', '04-04', '10-03', '10-25', '11-01', '12-31').map((d) => `2026-${d}`),
  fc
    .integer({ min: 0, max: 364 })
    .map((n) => new Date(at('2026-01-01T00:00Z') + n * DAY).toISOString().slice(0, 10)),
);

describe('a schedule', () => {
  it('is open in exactly the minutes that the clock on the wall says', () => {
    const cases = fc.record({
      zone: fc.constantFrom(...ZONES),
      day,
      days: fc.option(days),
      hours: fc.option(ranges),
    });
    fc.assert(
      fc.property(cases, ({ zone, day, days, hours }) => {
        const schedule = scheduleSchema.parse({ ...(days && { days }), ...(hours && { hours }) });
        const noon = at(`${day}T12:00Z`);
        for (let now = noon - DAY; now < noon + DAY; now += MINUTE) {
          expect(inSchedule(schedule, now, zones(zone)).open).toBe(isOpen(schedule, now, zone));
        }
      }),
      runs(25),
    );
  });

  it.each(ZONES)('is open all year when the clock of %s says so', (zone) => {
    const schedule = scheduleSchema.parse({
      days: [1, 5, 7],
      hours: [
        ['22:00', '02:30'],
        ['08:15', '12:00'],
      ],
    });
    let wrong = 0;
    for (let now = at('2026-01-01T00:00Z'); now < at('2027-01-01T00:00Z'); now += 15 * MINUTE) {
      if (inSchedule(schedule, now, zones(zone)).open !== isOpen(schedule, now, zone)) wrong++;
    }
    expect(wrong).toBe(0);
  });

  it('starts and ends when the clock first shows it, also in skipped and repeated hours', () => {
    const cases = fc.record({
      zone: fc.constantFrom(...ZONES),
      day,
      start: minute,
      lasts: fc.integer({ min: 1, max: 600 }),
    });
    fc.assert(
      fc.property(cases, ({ zone, day, start, lasts }) => {
        const wall = at(`${day}T00:00Z`) + start * MINUTE;
        const text = (ms: number) => new Date(ms).toISOString().slice(0, 16);
        const schedule = scheduleSchema.parse({ start: text(wall), end: text(wall + lasts * MINUTE) });
        for (let now = wall - 16 * 60 * MINUTE; now < wall + 16 * 60 * MINUTE; now += 15 * MINUTE) {
          expect(inSchedule(schedule, now, zones(zone)).open).toBe(isOpen(schedule, now, zone));
        }
      }),
      runs(10),
    );
  });

  it('says why it is closed', () => {
    const schedule = scheduleSchema.parse({
      start: '2026-12-01T00:00:00Z',
      end: '2026-12-24T18:00',
      timezone: 'Europe/Berlin',
      days: [4, 5],
      hours: [['22:00', '02:00']],
    });
    const asked = (iso: string) => inSchedule(schedule, at(iso), zones(null));
    expect(asked('2026-11-30T23:59:59.999Z')).toEqual({ open: false, reason: 'not_started' });
    expect(asked('2026-12-02T21:30:00Z')).toEqual({ open: false, reason: 'day' });
    expect(asked('2026-12-03T20:59:00Z')).toEqual({ open: false, reason: 'hours' });
    expect(asked('2026-12-05T00:59:00Z')).toEqual({ open: true });
    expect(asked('2026-12-05T01:00:00Z')).toEqual({ open: false, reason: 'day' });
    expect(asked('2026-12-24T16:59:59.999Z')).toEqual({ open: false, reason: 'hours' });
    expect(asked('2026-12-24T17:00:00Z')).toEqual({ open: false, reason: 'ended' });
  });

  it("goes by the visitor's clock, or the site's when the visitor's is not known", () => {
    const schedule = scheduleSchema.parse({ hours: [['09:00', '10:00']] });
    const now = at('2026-06-01T07:30:00Z');
    expect(inSchedule(schedule, now, { visitor: 'Europe/Berlin', site: 'UTC' }).open).toBe(true);
    expect(inSchedule(schedule, now, { visitor: 'Mars/Olympus', site: 'Europe/Berlin' }).open).toBe(true);
    expect(inSchedule(schedule, now, { visitor: null, site: 'UTC' }).open).toBe(false);
    expect(
      inSchedule({ ...schedule, timezone: 'site' }, now, { visitor: 'Europe/Berlin', site: 'UTC' }).open,
    ).toBe(false);
  });

  it('takes what campaigns had before', () => {
    expect(scheduleSchema.parse(undefined)).toEqual({ timezone: 'visitor' });
    const before = { start: '2026-11-01T00:00:00.000Z', end: '2026-12-01T00:00:00Z' };
    expect(scheduleSchema.parse(before)).toEqual({ ...before, timezone: 'visitor' });
    expect(inSchedule(scheduleSchema.parse(before), at('2026-11-15T00:00Z'), zones(null))).toEqual({
      open: true,
    });
  });

  it.each([
    [{ start: '24.12.2026' }, 'must be a time such as'],
    [{ start: '2026-02-30T08:00' }, 'must be a time such as'],
    [{ start: '2026-12-24T08:00', end: '2026-12-24T08:00' }, 'must be after the start'],
    [{ timezone: 'Mars/Olympus' }, 'must be visitor, site or an IANA time zone'],
    [{ days: [0] }, 'must be 1 (Monday) to 7 (Sunday)'],
    [{ days: [1, 1] }, 'must name each day once'],
    [{ days: [] }, 'leave it out for every day'],
    [{ hours: [['9:00', '10:00']] }, 'must be a time of day from 00:00 to 23:59'],
    [{ hours: [['24:00', '10:00']] }, 'must be a time of day from 00:00 to 23:59'],
    [{ hours: [['10:00', '24:01']] }, 'must be a time of day from 00:00 to 24:00'],
  ])('refuses %j', (schedule, message) => {
    expect(scheduleSchema.safeParse(schedule).error?.issues[0]?.message).toContain(message);
  });
});

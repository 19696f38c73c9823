import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/properties/runs.ts';
import { dayOf, firstMomentAt, isTimeZone, localTime, wallTime, zoneOr } from './local-time.ts';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Havana',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Marquesas',
  '+05:30',
];
const zone = fc.constantFrom(...ZONES);
const at = (iso: string) => Date.parse(iso);

/** What the platform shows, asked anew each time. */
function asked(ms: number, timeZone: string): { date: string; time: string; weekday: string } {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-CA', { timeZone, hourCycle: 'h23', ...options }).format(ms);
  return {
    date: format({ year: 'numeric', month: '2-digit', day: '2-digit' }),
    time: format({ hour: '2-digit', minute: '2-digit' }),
    weekday: format({ weekday: 'short' }),
  };
}

const pad = (n: number) => String(n).padStart(2, '0');
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

describe('local time', () => {
  it('is what the clock and the calendar of the place show', () => {
    const ms = fc.oneof(
      fc.integer({ min: at('1971-01-01T00:00Z'), max: at('2045-01-01T00:00Z') }),
      // The days on which the clocks of these zones are changed.
      fc
        .tuple(
          fc.constantFrom(
            at('2026-03-29T00:00Z'),
            at('2026-10-25T00:00Z'),
            at('2026-03-08T06:00Z'),
            at('2026-11-01T06:00Z'),
            at('2026-04-04T15:00Z'),
            at('2026-10-03T15:30Z'),
            at('2011-12-30T10:00Z'),
          ),
          fc.integer({ min: -10_800_000, max: 10_800_000 }),
        )
        .map(([day, by]) => day + by),
    );
    fc.assert(
      fc.property(ms, zone, (now, place) => {
        const { date, day, weekday, hour, minute, minuteOfDay } = localTime(now, place);
        expect({ date, time: `${pad(hour)}:${pad(minute)}`, weekday: WEEKDAYS[weekday - 1] }).toEqual(
          asked(now, place),
        );
        expect(minuteOfDay).toBe(hour * 60 + minute);
        expect(day * 86_400_000).toBe(at(`${date}T00:00Z`));
        expect(dayOf(now, place)).toBe(day);
      }),
      runs(500),
    );
  });

  it.each([
    ['Europe/Berlin', '2026-03-29T00:59:59.999Z', '01:59'],
    ['Europe/Berlin', '2026-03-29T01:00:00.000Z', '03:00'],
    ['Australia/Lord_Howe', '2026-10-03T15:29:59.999Z', '01:59'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00.000Z', '02:30'],
    ['Asia/Kathmandu', '2026-01-01T00:00:00.000Z', '05:45'],
    ['Africa/Monrovia', '1972-01-07T00:44:29.999Z', '23:59'],
  ])('in %s at %s shows %s', (place, iso, shown) => {
    const { hour, minute } = localTime(at(iso), place);
    expect(`${pad(hour)}:${pad(minute)}`).toBe(shown);
  });

  it('begins at the first moment that the clock shows, in skipped and repeated hours too', () => {
    const berlin = (wall: string) => new Date(firstMomentAt(at(`${wall}Z`), 'Europe/Berlin')).toISOString();
    expect(berlin('2026-03-29T02:30:00')).toBe('2026-03-29T01:00:00.000Z');
    expect(berlin('2026-10-25T02:30:00')).toBe('2026-10-25T00:30:00.000Z');
    expect(berlin('2026-10-25T03:00:00')).toBe('2026-10-25T02:00:00.000Z');
    expect(firstMomentAt(at('2011-12-30T12:00Z'), 'Pacific/Apia')).toBe(at('2011-12-30T10:00Z'));
  });

  it('comes back from the clock to the moment, or to the first one that shows the same', () => {
    const ms = fc.integer({ min: at('2009-01-01T00:00Z'), max: at('2030-01-01T00:00Z') });
    fc.assert(
      fc.property(ms, zone, (now, place) => {
        const first = firstMomentAt(wallTime(now, place), place);
        expect(first).toBeLessThanOrEqual(now);
        expect(wallTime(first, place)).toBe(wallTime(now, place));
        expect(wallTime(first - 1, place)).toBeLessThan(wallTime(now, place));
      }),
      runs(300),
    );
  });
});

it('takes the zone of the site when a visitor names none that exists', () => {
  for (const named of ['Mars/Olympus', '', null, undefined, 7, 'x'.repeat(10_000), '__proto__']) {
    expect(zoneOr(named, 'Europe/Kyiv')).toBe('Europe/Kyiv');
  }
  expect(zoneOr('America/Lima', 'Europe/Kyiv')).toBe('America/Lima');
  expect(isTimeZone('Mars/Olympus')).toBe(false);
});

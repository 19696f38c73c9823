import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/properties/runs.ts';
import { localTime } from './local-time.ts';
import { minutesOf, quietUntil } from './quiet-hours.ts';

const NIGHT: [string, string] = ['21:00', '09:00'];
const at = (iso: string) => Date.parse(iso);
const isoOf = (ms: number | null) => ms && new Date(ms).toISOString();

describe('quiet hours', () => {
  it.each([
    ['2026-11-18T19:59:59.999Z', null],
    ['2026-11-18T20:00:00Z', '2026-11-19T08:00:00.000Z'],
    ['2026-11-18T23:30:00Z', '2026-11-19T08:00:00.000Z'],
    ['2026-11-19T07:59:59.999Z', '2026-11-19T08:00:00.000Z'],
    ['2026-11-19T08:00:00Z', null],
  ])('go over midnight: nobody in Vienna is woken (%s)', (now, until) => {
    expect(isoOf(quietUntil(NIGHT, at(now), 'Europe/Vienna'))).toBe(until);
  });

  it('are those of where the visitor is', () => {
    const evening = at('2026-11-18T20:00:00Z');
    expect(quietUntil(NIGHT, evening, 'America/New_York')).toBeNull();
    expect(isoOf(quietUntil(NIGHT, evening, 'Asia/Kathmandu'))).toBe('2026-11-19T03:15:00.000Z');
  });

  it('within a day are quiet between the two times', () => {
    expect(isoOf(quietUntil(['12:00', '14:00'], at('2026-11-18T12:30:00Z'), 'UTC'))).toBe(
      '2026-11-18T14:00:00.000Z',
    );
    expect(quietUntil(['12:00', '14:00'], at('2026-11-18T14:00:00Z'), 'UTC')).toBeNull();
  });

  it('that are none hold nothing back', () => {
    expect(quietUntil(null, at('2026-11-18T02:00:00Z'), 'UTC')).toBeNull();
    expect(quietUntil(['09:00', '09:00'], at('2026-11-18T09:00:00Z'), 'UTC')).toBeNull();
  });

  it.each([
    ['when summer begins', '2026-03-28T22:00:00Z', '2026-03-29T07:00:00.000Z'],
    ['when it ends', '2026-10-24T22:00:00Z', '2026-10-25T08:00:00.000Z'],
  ])('end at nine by the clock %s', (_, now, until) => {
    expect(isoOf(quietUntil(NIGHT, at(now), 'Europe/Vienna'))).toBe(until);
  });

  it('that end in the hour that is repeated do not last another day', () => {
    const now = at('2026-10-25T01:15:00Z');
    expect(isoOf(quietUntil(['22:00', '02:30'], now, 'Europe/Vienna'))).toBe('2026-10-25T01:30:00.000Z');
  });

  it('end at a time that is not quiet, within a day', () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '30'))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`);
    const near = fc
      .tuple(
        fc.constantFrom(
          ...['2026-03-29T00:00Z', '2026-10-25T00:00Z', '2026-11-01T06:00Z', '2026-04-04T15:00Z'].map(at),
        ),
        fc.integer({ min: -30 * 3_600_000, max: 30 * 3_600_000 }),
      )
      .map(([day, by]) => day + by);
    const zone = fc.constantFrom('Europe/Vienna', 'America/New_York', 'Australia/Lord_Howe', 'UTC');
    fc.assert(
      fc.property(time, time, near, zone, (from, to, now, place) => {
        fc.pre(from !== to);
        const until = quietUntil([from, to], now, place);
        const { hour, minute } = localTime(now, place);
        const clock = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
        const isQuiet = from < to ? clock >= from && clock < to : clock >= from || clock < to;
        expect(until !== null).toBe(isQuiet);
        if (until === null) return;
        expect(until).toBeGreaterThan(now);
        expect(until - now).toBeLessThanOrEqual(25 * 3_600_000);
        // On the day on which the clock passes over all of what is not quiet, nothing is.
        const shown = localTime(until, place);
        if (shown.hour * 60 + shown.minute === minutesOf(to))
          expect(quietUntil([from, to], until, place)).toBeNull();
      }),
      runs(500),
    );
  });
});

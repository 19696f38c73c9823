import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff, retryAfter } from './backoff.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a failing collector is neither stormed nor forgotten: between 2 s and 30 min', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), random, (failures, drawn) => {
      const wait = backoff(failures, drawn);
      expect(wait).toBeGreaterThanOrEqual(2_000);
      expect(wait).toBeLessThanOrEqual(Math.min(3_000 * 1.5 ** (failures - 1), 1_800_000));
    }),
  );
});

test('ten seconds of outage see four requests at most, whatever is drawn', () => {
  fc.assert(
    fc.property(fc.array(random, { minLength: 4, maxLength: 4 }), (drawn) => {
      const waits = drawn.map((one, failures) => backoff(failures + 1, one));
      expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(10_000);
    }),
  );
});

test('the pages that an outage stopped come back spread out', () => {
  expect(backoff(5, 0)).toBeCloseTo(10_125);
  expect(backoff(5, 0.5)).toBeCloseTo(12_656.25);
  expect(backoff(20, 0.999_999)).toBeGreaterThan(1_790_000);
});

test.each([
  ['8', 8_000],
  ['Sun, 22 Nov 2026 04:00:30 GMT', 30_000],
  ['Sun, 22 Nov 2026 03:00:00 GMT', -3_600_000],
  ['soon', undefined],
  [null, undefined],
])('Retry-After: %s is %s ms', (header, ms) => {
  expect(retryAfter(header, Date.parse('2026-11-22T04:00:00Z'))).toBe(ms);
});

import { expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const DAY = 86_400_000;

it.each([
  ['0', 0],
  ['120', 120_000],
  [' 7 ', 7_000],
  ['Fri, 20 Nov 2026 12:05:00 GMT', 300_000],
  ['Friday, 20-Nov-26 12:05:00 GMT', 300_000],
  ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
  ['99999999999999999999', 30 * DAY],
  ['Fri, 20 Nov 2099 12:05:00 GMT', 30 * DAY],
  ['-5', null],
  ['1.5', null],
  ['soon', null],
  ['2026', 2_026_000],
  ['Fri, 99 Nov 2026 99:05:00 GMT', null],
  ['', null],
  [null, null],
])('"Retry-After: %s" is %s ms', (header, ms) => {
  expect(retryAfterMs(header, NOW)).toBe(ms);
});

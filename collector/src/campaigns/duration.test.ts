import { expect, it } from 'vitest';
import { duration, parseDuration } from './duration.ts';

it.each([
  ['P7D', { days: 7 }],
  ['P1W', { days: 7 }],
  ['P2W3D', { days: 17 }],
  ['PT30M', { ms: 1_800_000 }],
  ['PT1H30M', { ms: 5_400_000 }],
  ['P1DT2H', { ms: 26 * 3_600_000 }],
  ['PT0S', { ms: 0 }],
])('reads %s', (text, meant) => {
  expect(parseDuration(text)).toEqual(meant);
});

it.each([
  '',
  'P',
  'PT',
  'P1DT',
  '7D',
  'P-7D',
  'P1Y',
  'P1M',
  'PT1.5H',
  'P1H',
  'PT1D',
  'P7D ',
  `P${'9'.repeat(400)}D`,
])('says that "%s" is no duration', (text) => {
  expect(parseDuration(text)).toBeNull();
  expect(duration.safeParse(text).error?.issues[0]?.message).toBe(
    'must be a duration such as P7D, PT30M or P1DT12H',
  );
});

import { describe, expect, it } from 'vitest';
import { acceptedTime } from './accepted-time.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;

describe('the time of an event', () => {
  it.each([
    ["is the sender's, to the millisecond, while its clock is right", NOW - 1_234, NOW - 10, NOW - 1_234],
    ["is the sender's when it is a minute wrong", NOW - 1_234, NOW - MINUTE, NOW - 1_234],
    [
      'is corrected when its clock is more than a minute slow',
      NOW - 2 * MINUTE - 500,
      NOW - 2 * MINUTE,
      NOW - 500,
    ],
    ['is corrected when its clock is an hour fast', NOW + 60 * MINUTE - 500, NOW + 60 * MINUTE, NOW - 500],
    ["is the sender's when it does not say when it sent", NOW - 9 * MINUTE, Number.NaN, NOW - 9 * MINUTE],
    ['is the arrival when it does not say when it happened', Number.NaN, NOW, NOW],
    ['may be five minutes ahead', NOW + 5 * MINUTE, NOW, NOW + 5 * MINUTE],
    ['is the arrival when it is further ahead', NOW + 5 * MINUTE + 1, NOW, NOW],
  ])('%s', (_, timestamp, sentAt, expected) => {
    expect(acceptedTime(timestamp, sentAt, NOW)).toBe(expected);
  });
});

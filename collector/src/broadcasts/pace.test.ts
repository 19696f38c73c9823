import { describe, expect, it } from 'vitest';
import { isGivenUp, pageSize, pauseAfter, TURN, waitAfter } from './pace.ts';

describe('the pace of a broadcast', () => {
  it('is never above what was asked for, however fast people answer', () => {
    for (const rate of [1, 7, 50, 499]) {
      let [asked, ms] = [0, 0];
      while (asked < 2_000) {
        const size = pageSize(rate, asked % TURN.people, TURN);
        const took = 3;
        ms += took + pauseAfter(size, rate, took);
        asked += size;
      }
      expect(asked / (ms / 1_000)).toBeLessThanOrEqual(rate * 1.001);
      expect(asked / (ms / 1_000)).toBeGreaterThan(rate * 0.9);
    }
  });

  it('is not made up for when people are slow to answer', () => {
    expect(pauseAfter(50, 50, 4_000)).toBe(0);
  });

  it('gives up nobody at once, and everybody later than one among many', () => {
    expect([1, 2, 3].map((failures) => isGivenUp(failures, true))).toEqual([false, false, true]);
    expect([3, 9, 10].map((failures) => isGivenUp(failures, false))).toEqual([false, false, true]);
    expect([1, 2, 5, 30].map(waitAfter)).toEqual([1_000, 2_000, 16_000, 300_000]);
  });
});

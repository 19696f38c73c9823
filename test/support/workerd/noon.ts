import { afterEach, beforeEach, vi } from 'vitest';

/** Noon in Vienna, on a Wednesday, ms since the epoch. */
export const NOON = Date.parse('2026-11-18T11:00:00Z');

/** Each test of the file that calls this begins at {@link NOON}; the clock stands until {@link pass}. */
export function beginAtNoon(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(NOON);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
}

/** Lets so many ms pass. */
export const pass = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

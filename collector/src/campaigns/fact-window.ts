import { parseDuration } from './duration.ts';
import { dayOf } from './local-time.ts';

/**
 * How far back a fact looks. Time is cut into buckets, which are numbered upwards: one for all time, one for each
 * calendar day, or one for each millisecond. What is stamped later than now has happened too, by a clock that is
 * ahead, so a window has a beginning and no end.
 */
export interface FactWindow {
  /** The bucket of a moment (ms since the epoch). */
  bucketOf(ms: number): number;
  /** The first bucket that counts at `now`. */
  firstAt(now: number): number;
  /** The first bucket that can still count, once something has happened in bucket `newest`. */
  firstKept(newest: number): number;
  /** Of the buckets that are kept: the newest. */
  maxBuckets: number;
}

/** More in an exact window, and the newest of them count. */
const MAX_EXACT = 500;
/** A message's time may be ahead of the time at which a value is asked for, never by so much. */
const SLACK_MS = 600_000;

/** @param within ISO 8601; `undefined`: all time. @param zone whose calendar days count */
export function windowOf(within: string | undefined, zone: string): FactWindow {
  const span = within === undefined ? null : parseDuration(within);
  if (!span) return { bucketOf: () => 0, firstAt: () => 0, firstKept: () => 0, maxBuckets: 1 };
  if ('ms' in span) {
    return {
      bucketOf: (ms) => ms,
      firstAt: (now) => now - span.ms + 1,
      firstKept: (newest) => newest - span.ms - SLACK_MS + 1,
      maxBuckets: MAX_EXACT,
    };
  }
  return {
    bucketOf: (ms) => dayOf(ms, zone),
    firstAt: (now) => dayOf(now, zone) - span.days + 1,
    // One day more: shortly before midnight, something may be stamped tomorrow.
    firstKept: (newest) => newest - span.days,
    maxBuckets: span.days + 1,
  };
}

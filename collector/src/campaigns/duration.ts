import { z } from 'zod';

/** How long: so many calendar days, or exactly so many ms. */
export type Duration = { days: number } | { ms: number };

const HOUR_MS = 3_600_000;
const ISO_8601 =
  /^P(?=\d|T\d)(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/;

/**
 * Reads an ISO 8601 duration of weeks, days, hours, minutes and seconds, in whole numbers. With weeks and days alone
 * it means calendar days; with any of the others it is exact, and a day is 24 h.
 *
 * @returns `null` for what is not one; years and months, which have no fixed length, are not
 */
export function parseDuration(text: string): Duration | null {
  const parts = ISO_8601.exec(text);
  if (!parts) return null;
  const [weeks, days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  const allDays = (weeks ?? 0) * 7 + (days ?? 0);
  if (!text.includes('T')) return { days: allDays };
  return {
    ms: (allDays * 24 + (hours ?? 0)) * HOUR_MS + (minutes ?? 0) * 60_000 + (seconds ?? 0) * 1_000,
  };
}

/** Of a setting; stays text, see {@link parseDuration}. */
export const duration = z
  .string()
  .refine((text) => parseDuration(text) !== null, 'must be a duration such as P7D, PT30M or P1DT12H');

/** The length in ms of a duration that is measured from a moment: a day is 24 h. 0 for what is not one. */
export function exactMs(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed) return 0;
  return 'ms' in parsed ? parsed.ms : parsed.days * 24 * HOUR_MS;
}

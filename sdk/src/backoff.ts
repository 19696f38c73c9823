/** The first retry comes at the latest after this many ms, and each further one half as long again… */
const FIRST_MS = 3_000;
const GROWTH = 1.5;
/** …up to 30 minutes. */
const LAST_MS = 1_800_000;

/**
 * Milliseconds to wait after the `failures`-th failure in a row (1, 2, …). A third of it is jitter: the pages that an
 * outage stopped do not come back together, nor does chance draw a row of short waits, or one long wait too early.
 * After an outage of 10 s, four requests at most have been made, and the next one comes within 6 s in 99 of 100 pages.
 * @param random - in [0, 1)
 */
export function backoff(failures: number, random: number): number {
  return (Math.min(LAST_MS, FIRST_MS * GROWTH ** (failures - 1)) * (2 + random)) / 3;
}

/** Milliseconds that a `Retry-After` header asks for (seconds or an HTTP date), negative if that is over; undefined when it says nothing. */
export const retryAfter = (header: string | null, now: number): number | undefined =>
  Number(header) * 1_000 || Date.parse(header as string) - now || undefined;

/** The first retry comes at the latest after this many ms, and each further one doubles it… */
const FIRST_MS = 3_000;
/** …up to 30 minutes. */
const LAST_MS = 1_800_000;
/** Jitter may not draw a retry out of the hat at once. */
const LEAST_MS = 1_000;

/**
 * Milliseconds to wait after the `failures`-th failure in a row (1, 2, …): full jitter, so that the pages that
 * an outage stopped together do not come back together.
 * @param random - in [0, 1)
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(failures: number, random: number): number {
  const ceiling = Math.min(LAST_MS, FIRST_MS * 2 ** (failures - 1));
  return LEAST_MS + random * (ceiling - LEAST_MS);
}

/** Milliseconds that a `Retry-After` header asks for (seconds or an HTTP date); undefined when it says nothing. */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  const ms = seconds >= 0 ? seconds * 1_000 : Date.parse(header) - now;
  return ms >= 0 ? ms : undefined;
}

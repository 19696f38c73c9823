/** Chrome's push service silences sites for two weeks at most. */
const MAX_MS = 30 * 86_400_000;

/**
 * How long an answer asks to wait, ms, from `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3); 30 days at
 * most. `null`: it does not say, or says nothing sensible.
 *
 * @param now ms since the epoch
 */
export function retryAfterMs(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(MAX_MS, Number(text) * 1_000);
  // Without a weekday, almost any text would pass for a date.
  const at = /^[A-Z][a-z]+, .*\bGMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.min(MAX_MS, Math.max(0, at - now));
}

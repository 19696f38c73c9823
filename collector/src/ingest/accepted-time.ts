/** Below this difference between the clocks, a client's timestamp is used to the millisecond. */
const TOLERATED_SKEW_MS = 60_000;
/** How far a message may be ahead of its arrival. */
export const MAX_AHEAD_MS = 5 * 60_000;

/** Years 0000 to 9999, which ISO 8601 writes with four digits: their texts compare as their times do. */
export function isWritable(time: number): boolean {
  return time >= -62_167_219_200_000 && time <= 253_402_300_799_999;
}

/**
 * When a message happened, by the collector's clock (design §2, Time). All times in ms since the epoch; `NaN` = absent.
 *
 * @param timestamp when it happened, by the client's clock; absent: now
 * @param sentAt when it left, by the client's clock; absent: the client's clock is trusted
 */
export function acceptedTime(timestamp: number, sentAt: number, receivedAt: number): number {
  if (Number.isNaN(timestamp)) return receivedAt;
  const skew = receivedAt - sentAt;
  const corrected = Math.abs(skew) > TOLERATED_SKEW_MS ? timestamp + skew : timestamp;
  return corrected > receivedAt + MAX_AHEAD_MS || !isWritable(corrected) ? receivedAt : corrected;
}

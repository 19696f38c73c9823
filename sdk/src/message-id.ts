export interface MessageIds {
  /** The next UUIDv7; always greater, as a string, than every one before it. */
  next(): string;
  /** Whether this page made the identifier. */
  made(id: string): boolean;
}

/**
 * UUIDv7 (RFC 9562 §5.7) with a 12-bit counter in `rand_a` (§6.2, method 1). Order holds within one millisecond,
 * and when the clock jumps back the last time is kept and counted on from. The 62 random bits are drawn once per
 * page, which makes a call cheap and lets a page recognise its own messages in another tab's answer. They are not
 * drawn before the first id, for servers and workers import this too, and may not do so at that time.
 */
export function createMessageIds(
  now: () => number = Date.now,
  random = () => crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n,
): MessageIds {
  let page = '';
  /** 48 bits of milliseconds, 12 bits of counter: when these run over, they carry into the time. */
  let tick = 0n;
  return {
    next() {
      // The variant, binary 10, above 62 random bits.
      page ||= ((1n << 63n) | BigInt.asUintN(62, random())).toString(16).replace(/^..../, '$&-');
      const time = BigInt(Math.trunc(now())) << 12n;
      tick = time > tick ? time : tick + 1n;
      const hex = tick.toString(16).padStart(15, '0');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(12)}-${page}`;
    },
    made: (id) => id.endsWith(page || ' '),
  };
}

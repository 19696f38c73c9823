/** What marks a message: its identifier and the moment of the call. */
export interface Mark {
  /** UUIDv7. */
  messageId: string;
  /** ISO 8601 with milliseconds. */
  timestamp: string;
}

export interface MessageIds {
  /** The next mark; its id, as a string, is greater than every one before it, and its time not smaller. */
  next(): Mark;
  /** Whether this page made the identifier. */
  made(messageId: string): boolean;
  /** Of the page's latest view. */
  view?: Mark;
}

/** Identifiers in one millisecond before they borrow from the next: 8 bits of counter. */
const PER_MS = 256;

/**
 * UUIDv7 (RFC 9562 §5.7) with a counter in the upper 8 bits of `rand_a` (§6.2, method 1). Order holds within one
 * millisecond, and when the clock jumps back the last time is kept and counted on from. The 15 random digits are drawn
 * once per page, which makes a call cheap and lets a page recognise its own messages in another tab's answer. They
 * are not drawn before the first id, for servers and workers import this too, and may not do so at that time.
 */
export function createMessageIds(): MessageIds {
  let page = '';
  /** ms × `PER_MS` + counter: 49 bits today, so that adding 1 is exact until the year 3084. */
  let tick = 0;
  return {
    next() {
      // 8 is the variant; the first four digits are a group of their own.
      page ||= `8${crypto.getRandomValues(new Uint32Array(4)).join('')}`.slice(0, 16).replace(/..../, '$&-');
      tick = Math.max(Date.now() * PER_MS, tick + 1);
      const hex = tick.toString(16).padStart(14, '0');
      return {
        messageId: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(12)}0-${page}`,
        timestamp: new Date(tick / PER_MS).toISOString(),
      };
    },
    made: (messageId) => messageId.endsWith(page || ' '),
  };
}

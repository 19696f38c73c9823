/** ms that a link's id is good for, and by which a clock may have been set back meanwhile. */
const VALID_MS = 120_000;
const SKEW_MS = 10_000;

/** cyrb53, a well-known public-domain hash: 53 bits, quick, and not cryptographic. https://stackoverflow.com/a/52171480 */
function hash(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

/**
 * The id as a link takes it along: `<anonymousId>.<time>.<signature>`, both numbers in base 36. The signature ties it to
 * this moment and to this browser (its user agent, language and clock), so that a link that is shared or bookmarked
 * hands nobody's id to somebody else. It is no secret, and proves nothing about who made it: whoever reads this code
 * can sign. What a forged link must not do, the caller prevents by asking where the visitor comes from.
 * @param now - ms since the epoch
 */
export function sign(anonymousId: string, now: number): string {
  const claim = `${anonymousId}.${now.toString(36)}`;
  const browser = [navigator.userAgent, navigator.language, new Date(now).getTimezoneOffset()];
  return `${claim}.${hash([claim, ...browser].join('\n')).toString(36)}`;
}

/**
 * The id of a signed value, if this browser signed it at most 120 s ago.
 * @param now - ms since the epoch
 */
export function verify(value: string, now: number): string | undefined {
  const [, id, time] = /^([\w-]{1,64})\.(\w{1,11})\.\w+$/.exec(value) ?? [];
  const signed = Number.parseInt(time ?? '', 36);
  const age = now - signed;
  return id && age >= -SKEW_MS && age <= VALID_MS && sign(id, signed) === value ? id : undefined;
}

/** What is signed under one purpose is worth nothing under another. */
export type Purpose =
  | 'armed'
  | 'person'
  | 'contact'
  | 'route'
  | 'cookie'
  | 'test'
  | 'cart'
  | 'preferences'
  | 'reference';

/** The secret of one purpose. */
export function secretFor(purpose: Purpose, key: string): string {
  return `${purpose}:${key}`;
}

/** HMAC-SHA-256, base64url without padding. */
export async function hmac(purpose: Purpose, text: string, key: string): Promise<string> {
  const secret = await hmacKey(secretFor(purpose, key));
  const signature = await crypto.subtle.sign('HMAC', secret, new TextEncoder().encode(text));
  return base64url(new Uint8Array(signature));
}

/** Whether `signature` is the {@link hmac} of `text`; takes the same time whatever is wrong. */
export async function verifyHmac(
  purpose: Purpose,
  text: string,
  signature: string,
  key: string,
): Promise<boolean> {
  const expected = new TextEncoder().encode(await hmac(purpose, text, key));
  const given = new TextEncoder().encode(signature);
  return expected.byteLength === given.byteLength && crypto.subtle.timingSafeEqual(expected, given);
}

const imported = new Map<string, CryptoKey>();
async function hmacKey(secret: string): Promise<CryptoKey> {
  const known = imported.get(secret);
  if (known) return known;
  const bytes = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  imported.set(secret, key);
  return key;
}

export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

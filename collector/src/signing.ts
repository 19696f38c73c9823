/** HMAC-SHA-256, base64url without padding. */
export async function hmac(text: string, key: string): Promise<string> {
  const signature = await crypto.subtle.sign('HMAC', await hmacKey(key), new TextEncoder().encode(text));
  return base64url(new Uint8Array(signature));
}

/** Whether `signature` is the {@link hmac} of `text`; takes the same time whatever is wrong. */
export async function verifyHmac(text: string, signature: string, key: string): Promise<boolean> {
  const expected = new TextEncoder().encode(await hmac(text, key));
  const given = new TextEncoder().encode(signature);
  return expected.byteLength === given.byteLength && crypto.subtle.timingSafeEqual(expected, given);
}

let imported: { secret: string; key: CryptoKey } | null = null;
async function hmacKey(secret: string): Promise<CryptoKey> {
  if (imported?.secret !== secret) {
    const bytes = new TextEncoder().encode(secret);
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
    ]);
    imported = { secret, key };
  }
  return imported.key;
}

export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

import { base64url } from 'jose';

/** Of AES-GCM, bytes: SP 800-38D, 8.2.2. Random ones may be drawn 2^32 times for one key. */
const IV_BYTES = 12;

/**
 * Encrypts what is kept in the database and must not be read out of it: AES-256-GCM, under a key derived from
 * `SIGNING_KEY` (HKDF).
 *
 * @param label what it is and whose, such as `push-key <site> <public key>`: it opens under no other, so that nobody who
 * writes to the database can pass one secret off as another
 * @returns base64url
 */
export async function seal(text: string, label: string, signingKey: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const plain = new TextEncoder().encode(text);
  const sealed = await crypto.subtle.encrypt(algorithm(iv, label), await keyOf(signingKey), plain);
  const bytes = new Uint8Array(IV_BYTES + sealed.byteLength);
  bytes.set(iv);
  bytes.set(new Uint8Array(sealed), IV_BYTES);
  return base64url.encode(bytes);
}

/** @throws when it was sealed under another label or key, or was changed since */
export async function unseal(sealed: string, label: string, signingKey: string): Promise<string> {
  const bytes = base64url.decode(sealed);
  const iv = bytes.slice(0, IV_BYTES);
  const plain = await crypto.subtle.decrypt(
    algorithm(iv, label),
    await keyOf(signingKey),
    bytes.slice(IV_BYTES),
  );
  return new TextDecoder().decode(plain);
}

function algorithm(iv: Uint8Array<ArrayBuffer>, label: string) {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(label) };
}

const derived = new Map<string, CryptoKey>();
async function keyOf(signingKey: string): Promise<CryptoKey> {
  const known = derived.get(signingKey);
  if (known) return known;
  const encode = (text: string) => new TextEncoder().encode(text);
  const source = await crypto.subtle.importKey('raw', encode(signingKey), 'HKDF', false, ['deriveKey']);
  const key = await crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encode('vault') },
    source,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
  derived.set(signingKey, key);
  return key;
}

import { keyBytes } from './curve.ts';

/** What a push service has to take (RFC 8030, 7.2): 4,096 bytes, less our header, the tag of AES-GCM and the delimiter. */
export const MAX_PLAINTEXT_BYTES = 4_096 - 86 - 16 - 1;

type Bytes = Uint8Array<ArrayBuffer>;

const CURVE = { name: 'ECDH', namedCurve: 'P-256' };
const CIPHER = { name: 'AES-GCM', length: 128 };
const RECORD_SIZE = [0, 0, 0x10, 0];
const text = (words: string) => new Uint8Array(new TextEncoder().encode(words));
const INFO = text('WebPush: info\0');
const CONTENT_KEY = text('Content-Encoding: aes128gcm\0');
const NONCE = text('Content-Encoding: nonce\0');
/** Ends the last record (RFC 8188, 2); what follows it would be padding. */
const DELIMITER = 2;

/** The keys of a browser's subscription, base64url. */
export interface BrowserKeys {
  /** Its public key, an uncompressed point of P-256. */
  p256dh: string;
  /** 16 bytes that it shares with us. */
  auth: string;
}

/** What is new with every message. */
export interface Fresh {
  keys: CryptoKeyPair;
  /** 16 bytes. */
  salt: Bytes;
}

async function fresh(): Promise<Fresh> {
  const keys = (await crypto.subtle.generateKey(CURVE, false, ['deriveBits'])) as CryptoKeyPair;
  return { keys, salt: crypto.getRandomValues(new Uint8Array(16)) };
}

/**
 * Encrypts a message so that one browser alone can read it: RFC 8291, in the one record of RFC 8188 (`aes128gcm`) that
 * is the body of the request.
 *
 * @param plaintext at most {@link MAX_PLAINTEXT_BYTES}; Firefox for Android takes less: see payload.ts
 * @param using for the vector of the RFC alone: nothing of it may ever be used twice
 * @throws RangeError when it is too long; TypeError or DOMException when the keys are none
 */
export async function encrypt(
  plaintext: Uint8Array,
  { p256dh, auth }: BrowserKeys,
  using?: Fresh,
): Promise<Bytes> {
  if (plaintext.length > MAX_PLAINTEXT_BYTES) {
    throw new RangeError(`A push message has at most ${MAX_PLAINTEXT_BYTES} bytes, not ${plaintext.length}.`);
  }
  const [point, secret] = [keyBytes(p256dh), keyBytes(auth)];
  if (!point) throw new TypeError('"p256dh" is not base64url.');
  if (secret?.length !== 16) throw new TypeError('"auth" is not 16 bytes in base64url.');
  const [theirs, { keys, salt }] = await Promise.all([
    // Refuses what is not on the curve.
    crypto.subtle.importKey('raw', point, CURVE, false, []),
    using ?? fresh(),
  ]);
  const [ours, shared] = await Promise.all([
    crypto.subtle.exportKey('raw', keys.publicKey) as Promise<ArrayBuffer>,
    // The platform's own types say `$public`, for the sake of another language; the Worker reads `public`.
    crypto.subtle.deriveBits({ name: 'ECDH', public: theirs } as never, keys.privateKey, 256),
  ]);
  const both = joined(INFO, point, new Uint8Array(ours));
  const input = await derivable(await derive(await derivable(shared), secret, both, 32));
  const [key, nonce] = await Promise.all([
    crypto.subtle.deriveKey(hkdf(salt, CONTENT_KEY), input, CIPHER, false, ['encrypt']),
    derive(input, salt, NONCE, 12),
  ]);
  const record = joined(plaintext, [DELIMITER]);
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, record);
  return joined(salt, RECORD_SIZE, [ours.byteLength], new Uint8Array(ours), new Uint8Array(sealed));
}

function derivable(secret: ArrayBuffer): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits', 'deriveKey']);
}

function derive(key: CryptoKey, salt: Bytes, info: Bytes, bytes: number): Promise<ArrayBuffer> {
  return crypto.subtle.deriveBits(hkdf(salt, info), key, bytes * 8);
}

function hkdf(salt: Bytes, info: Bytes) {
  return { name: 'HKDF', hash: 'SHA-256', salt, info };
}

function joined(...parts: ArrayLike<number>[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

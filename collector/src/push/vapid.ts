import { base64url } from 'jose';
import { isPoint, keyBytes } from './curve.ts';

/** The keys with which a site names itself to push services (RFC 8292), base64url. */
export interface VapidPair {
  /** An uncompressed point of P-256; what browsers subscribe with. */
  publicKey: string;
  /** 32 bytes. */
  privateKey: string;
}

/** Signs the requests of one site with one of its keys. */
export interface Signer {
  publicKey: string;
  key: CryptoKey;
  /** By push service's origin. */
  signed: Map<string, Signed>;
}
interface Signed {
  authorization: string;
  subject: string;
  /** ms since the epoch. */
  expires: number;
}

const HOUR_MS = 3_600_000;
/** RFC 8292 allows 24 h; half of it leaves room for clocks that are wrong. */
const LIFE_MS = 12 * HOUR_MS;
/** A signature that expires sooner is made anew. */
const RENEW_MS = HOUR_MS;
/** There are a handful of push services, one of them with a host for each of its data centres. */
const MAX_SIGNED = 100;
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const HASH = { name: 'ECDSA', hash: 'SHA-256' };
const HEAD = encoded({ typ: 'JWT', alg: 'ES256' });

/** A new pair. */
export async function newVapidPair(): Promise<VapidPair> {
  const pair = (await crypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])) as CryptoKeyPair;
  const [point, jwk] = await Promise.all([
    crypto.subtle.exportKey('raw', pair.publicKey) as Promise<ArrayBuffer>,
    crypto.subtle.exportKey('jwk', pair.privateKey) as Promise<JsonWebKey>,
  ]);
  return { publicKey: base64url.encode(new Uint8Array(point)), privateKey: jwk.d ?? '' };
}

/** @throws when they are no keys of P-256 */
export async function signerOf({ publicKey, privateKey }: VapidPair): Promise<Signer> {
  const key = await crypto.subtle.importKey(
    'jwk',
    { ...coordinates(publicKey), d: privateKey },
    CURVE,
    false,
    ['sign'],
  );
  return { publicKey, key, signed: new Map() };
}

/** What is wrong with a pair that somebody brings, as a sentence; `null`: the keys are fine, and belong to each other. */
export async function pairFault({ publicKey, privateKey }: VapidPair): Promise<string | null> {
  const point = keyBytes(publicKey);
  if (!point || !isPoint(point)) {
    return '"publicKey" must be an uncompressed point of P-256 (65 bytes that begin with 4) in base64url.';
  }
  if (keyBytes(privateKey)?.length !== 32) return '"privateKey" must be 32 bytes in base64url.';
  const message = new TextEncoder().encode('Do these belong to each other?');
  try {
    const { key } = await signerOf({ publicKey, privateKey });
    const signature = await crypto.subtle.sign(HASH, key, message);
    const open = await crypto.subtle.importKey('jwk', coordinates(publicKey), CURVE, false, ['verify']);
    if (await crypto.subtle.verify(HASH, open, signature, message)) return null;
  } catch {
    // Some implementations notice it when the keys are read already.
  }
  return '"privateKey" is not the one that belongs to "publicKey".';
}

/**
 * What is wrong with the contact that push services are told, as a sentence; `null`: nothing. Apple answers 403 to an
 * address at localhost, and to one with a space or angle brackets.
 */
export function subjectFault(subject: string): string | null {
  if (subject.length > 256) return 'The subject may have at most 256 characters.';
  if (/[\s<>]/.test(subject)) return 'The subject must have no spaces and no angle brackets.';
  const host = subject.startsWith('mailto:')
    ? /^mailto:[^@/?#]+@([^@/?#]+)$/.exec(subject)?.[1]
    : subject.startsWith('https://') && URL.canParse(subject) && new URL(subject).hostname;
  if (!host) return 'The subject must be mailto: and an e-mail address, or an https: address.';
  return isPublicName(host) ? null : `The subject must be reachable from outside, and ${host} is not.`;
}

/** Whether a host has a name that the world may know. */
function isPublicName(host: string): boolean {
  return (
    /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i.test(host) && !/\.?localhost$/i.test(host)
  );
}

/**
 * The `Authorization` of a request to a push service, made anew for each of them every 11 hours.
 *
 * @param origin of the push service
 * @param now ms since the epoch
 */
export async function authorization(
  signer: Signer,
  origin: string,
  subject: string,
  now: number,
): Promise<string> {
  const known = signer.signed.get(origin);
  const left = known?.subject === subject ? known.expires - now : 0;
  // More than its whole life is left when the clock was set back.
  if (known && left > RENEW_MS && left <= LIFE_MS) return known.authorization;
  const expires = now + LIFE_MS;
  const claims = { aud: origin, exp: Math.floor(expires / 1_000), sub: subject };
  const unsigned = `${HEAD}.${encoded(claims)}`;
  const signature = await crypto.subtle.sign(HASH, signer.key, new TextEncoder().encode(unsigned));
  const token = `${unsigned}.${base64url.encode(new Uint8Array(signature))}`;
  const made = { authorization: `vapid t=${token}, k=${signer.publicKey}`, subject, expires };
  if (signer.signed.size >= MAX_SIGNED) signer.signed.clear();
  signer.signed.set(origin, made);
  return made.authorization;
}

function coordinates(publicKey: string): JsonWebKey {
  const point = keyBytes(publicKey) ?? new Uint8Array();
  const [x, y] = [base64url.encode(point.slice(1, 33)), base64url.encode(point.slice(33))];
  return { kty: 'EC', crv: 'P-256', x, y };
}

function encoded(value: object): string {
  return base64url.encode(JSON.stringify(value));
}

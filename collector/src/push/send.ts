import type { Env } from '../env.ts';
import { inTime, REAL, type Sending } from '../outgoing.ts';
import { encrypt } from './encrypt.ts';
import { pushService, testOrigins } from './endpoint.ts';
import { judge, type PushResult, result } from './judge.ts';
import { type KeyHolder, type PushKeys, pushKeys, signerFor } from './keys.ts';
import { MAX_PAYLOAD_BYTES, type PushPayload } from './payload.ts';
import { type Answer, noteAccepted, noteDropped, noteRefused } from './refusals.ts';
import type { StoredSubscription } from './subscription.ts';
import { authorization, type Signer } from './vapid.ts';

export type { PushResult } from './judge.ts';

export type Urgency = 'very-low' | 'low' | 'normal' | 'high';

export interface PushMessage {
  payload: PushPayload;
  /** For how long the push service keeps it for a browser that is not reachable, s. */
  ttlS: number;
  urgency: Urgency;
  /** 32 characters of base64url: replaces an older message that has not been delivered yet. */
  topic: string;
}

/** Until the push service's answer is there, ms. */
const TIMEOUT_MS = 10_000;
/** Four weeks: what the strictest push service takes, s. */
const MAX_TTL_S = 28 * 86_400;
/** Apple decodes it: https://www.rfc-editor.org/rfc/rfc8030#section-5.4 allows other lengths. */
const TOPIC = /^(?:[\w-]{4})*(?:[\w-]{2,3})?$/;

/**
 * Hands a message to the push service of one browser, once, and says what came of it. Takes 10 s at most.
 *
 * Never throws.
 *
 * @param now ms since the epoch
 */
export async function sendPush(
  env: Env,
  site: KeyHolder,
  subscription: StoredSubscription,
  message: PushMessage,
  now: number,
  sending: Sending = REAL,
): Promise<PushResult> {
  const url = pushService(subscription.endpoint, testOrigins(env));
  if (!url) return result('gone', null, 'The endpoint is not one of a push service that browsers use.');
  const plaintext = new TextEncoder().encode(JSON.stringify(message.payload));
  const unfit = messageFault(message, plaintext.length);
  if (unfit) return result('dropped', null, unfit);

  const known = await knownKeys(env, site, subscription.key, now);
  if (!known) return result('retry', null, "The site's keys cannot be read now.");
  const { keys, signer } = known;
  if (keys.stopped) return result('key', null, `Stopped since ${keys.stopped.since}. ${keys.stopped.why}`);
  if (signer === 'sealed') return result('key', null, UNOPENED);
  if (signer === 'unknown')
    return result('gone', null, 'It was made with a key that the site no longer has.');

  let body: Uint8Array<ArrayBuffer>;
  try {
    body = await encrypt(plaintext, subscription);
  } catch (error) {
    return result('gone', null, `Its keys are no keys: ${(error as Error).message}`);
  }
  const headers = await headersFor(url, message, signer, keys, now);
  const answered = await post(url, headers, body, now, sending);
  const judged = ofFormerKey(answered, subscription, keys);
  // What a former key has reached says nothing of the one that new subscriptions are made with.
  if (subscription.key === keys.publicKey) await note(env, site.id, url, subscription, judged, now);
  return judged;
}

/** Why nothing can be signed; said in the site's status too. */
export const UNOPENED =
  'The private key cannot be opened: SIGNING_KEY is another than when it was stored. Set it back, or import or rotate the keys.';

/** `null`: the database does not answer. */
async function knownKeys(env: Env, site: KeyHolder, key: string, now: number) {
  try {
    const signer = await signerFor(env, site, key, now);
    return { signer, keys: await pushKeys(env, site, now) };
  } catch (error) {
    console.error(`The push keys of ${site.id} cannot be read.`, error);
    return null;
  }
}

function messageFault({ topic, ttlS }: PushMessage, bytes: number): string | null {
  if (bytes > MAX_PAYLOAD_BYTES)
    return `The payload has ${bytes} bytes; at most ${MAX_PAYLOAD_BYTES} are sent.`;
  if (topic.length > 32 || topic === '' || !TOPIC.test(topic)) return `"${topic}" is no topic.`;
  return Number.isFinite(ttlS) && ttlS >= 0 ? null : `${ttlS} s is no time to live.`;
}

async function headersFor(
  url: URL,
  { ttlS, urgency, topic }: PushMessage,
  signer: Signer,
  { subject }: PushKeys,
  now: number,
): Promise<Headers> {
  const ttl = Math.min(MAX_TTL_S, Math.floor(ttlS));
  const headers = new Headers({
    Authorization: await authorization(signer, url.origin, subject, now),
    'Content-Encoding': 'aes128gcm',
    'Content-Type': 'application/octet-stream',
    TTL: String(ttl),
    Urgency: urgency,
    Topic: topic,
  });
  // Without it, Windows answers 400 to a TTL of 0: https://github.com/web-push-libs/pywebpush/issues/162
  if (url.hostname.endsWith('.notify.windows.com')) {
    headers.set('X-WNS-Cache-Policy', ttl > 0 ? 'cache' : 'no-cache');
  }
  return headers;
}

async function post(
  url: URL,
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
  now: number,
  sending: Sending,
): Promise<PushResult> {
  const signal = sending.timeout(TIMEOUT_MS);
  try {
    const response = await inTime(
      sending.fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal }),
      signal,
    );
    return await judge(response, now, signal);
  } catch (error) {
    const why = signal.aborted ? `no answer within ${TIMEOUT_MS / 1_000} s` : (error as Error).message;
    return result('retry', null, `The push service could not be reached: ${why.slice(0, 200)}`);
  } finally {
    sending.clear?.(signal);
  }
}

/** A subscription that the current key has not made, and that its own key cannot reach any more. */
function ofFormerKey(answered: PushResult, { key }: StoredSubscription, keys: PushKeys): PushResult {
  return answered.outcome === 'key' && key !== keys.publicKey ? { ...answered, outcome: 'gone' } : answered;
}

/** What the site's status needs to know. That it cannot be noted changes nothing for the message. */
async function note(
  env: Env,
  site: string,
  { origin, href }: URL,
  { reached }: StoredSubscription,
  { outcome, status, detail }: PushResult,
  now: number,
): Promise<void> {
  if (status === null) return;
  const answer: Answer = {
    service: origin,
    endpoint: href,
    status,
    detail: detail || 'without a word',
    reached: reached === true,
  };
  try {
    if (outcome === 'sent') await noteAccepted(env, site, now);
    if (outcome === 'dropped') await noteDropped(env, site, answer, now);
    if (outcome === 'key') await noteRefused(env, site, answer, now);
  } catch (error) {
    console.error(`An answer to ${site} could not be noted.`, error);
  }
}

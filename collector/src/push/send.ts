import type { Env } from '../env.ts';
import { encrypt } from './encrypt.ts';
import { pushService, testOrigins } from './endpoint.ts';
import { type KeyHolder, type PushKeys, pushKeys, signerFor } from './keys.ts';
import { MAX_PAYLOAD_BYTES, type PushPayload } from './payload.ts';
import { type Answer, noteAccepted, noteDropped, noteRefused } from './refusals.ts';
import { retryAfterMs } from './retry-after.ts';
import type { StoredSubscription } from './subscription.ts';
import { authorization, type Signer } from './vapid.ts';

export type Urgency = 'very-low' | 'low' | 'normal' | 'high';

export interface PushMessage {
  payload: PushPayload;
  /** For how long the push service keeps it for a browser that is not reachable, s. */
  ttlS: number;
  urgency: Urgency;
  /** 32 characters of base64url: replaces an older message that has not been delivered yet. */
  topic: string;
}

/**
 * What came of a message:
 * - `sent`: the push service has taken it, which is not yet to have delivered it;
 * - `gone`: the subscription will never work again, and has to be removed;
 * - `retry`: it may work later, not before `retryAfterMs`; `null`: whenever;
 * - `dropped`: this message will never be taken, another may;
 * - `key`: the site's key or contact is refused, or sending is stopped. The subscription may be fine.
 */
export interface PushResult {
  outcome: 'sent' | 'gone' | 'retry' | 'dropped' | 'key';
  /** Of HTTP; `null`: there was no answer, or nothing was asked. */
  status: number | null;
  retryAfterMs: number | null;
  /** Why, for who looks into it; at most some 600 characters. */
  detail: string | null;
}

/** What a test may replace. */
export interface Sending {
  fetch: typeof fetch;
  /** Aborts after so many ms. */
  timeout: (ms: number) => AbortSignal;
}

/** Until the push service's answer is there, ms. */
const TIMEOUT_MS = 10_000;
/** Four weeks: what the strictest push service takes, s. */
const MAX_TTL_S = 28 * 86_400;
/** Characters of an answer that explain why it was refused. */
const MAX_WORDS = 300;
/** Bytes of it that are read. */
const MAX_READ = 1_000;
/** Apple decodes it: https://www.rfc-editor.org/rfc/rfc8030#section-5.4 allows other lengths. */
const TOPIC = /^(?:[\w-]{4})*(?:[\w-]{2,3})?$/;

const REAL: Sending = {
  fetch: (...args) => fetch(...args),
  timeout: (ms) => AbortSignal.timeout(ms),
};

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
  if (subscription.key === keys.publicKey) await note(env, site.id, url, judged, now);
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
    return result('retry', null, `The push service could not be reached: ${why}`.slice(0, MAX_WORDS));
  }
}

/** What an answer means: webpush.md, 1.5. Its body is released in any case, else the connection would stay taken. */
async function judge(response: Response, now: number, signal: AbortSignal): Promise<PushResult> {
  const { status, headers } = response;
  const outcome = outcomeOf(status);
  if (outcome === 'sent' || outcome === 'gone' || outcome === 'retry') {
    release(response);
    const after = outcome === 'retry' ? retryAfterMs(headers.get('Retry-After'), now) : null;
    return { outcome, status, retryAfterMs: after, detail: null };
  }
  const words = (await beginningOf(response, signal)).slice(0, MAX_WORDS);
  const ofWindows = [...headers]
    .filter(([name]) => name.startsWith('x-wns-'))
    .map(([name, value]) => `${name}: ${value}`.slice(0, 100));
  return result(
    outcome,
    status,
    [words, ...ofWindows]
      .filter(Boolean)
      .join('; ')
      .slice(0, 2 * MAX_WORDS),
  );
}

function outcomeOf(status: number): PushResult['outcome'] {
  if (status >= 200 && status < 300) return 'sent';
  // A redirect is never followed: the new address was not handed to us by a browser.
  if (status === 404 || status === 410 || (status >= 301 && status <= 308 && status !== 304)) return 'gone';
  // Windows throttles with 406.
  if (status === 406 || status === 408 || status === 429 || status >= 500) return 'retry';
  return status === 401 || status === 403 ? 'key' : 'dropped';
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
  { outcome, status, detail }: PushResult,
  now: number,
): Promise<void> {
  if (status === null) return;
  const answer: Answer = { service: origin, endpoint: href, status, detail: detail || 'without a word' };
  try {
    if (outcome === 'sent') await noteAccepted(env, site, now);
    if (outcome === 'dropped') await noteDropped(env, site, answer, now);
    if (outcome === 'key') await noteRefused(env, site, answer, now);
  } catch (error) {
    console.error(`An answer to ${site} could not be noted.`, error);
  }
}

/** At most {@link MAX_READ} bytes of an answer, and what is there of them when the time is over. */
async function beginningOf(response: Response, signal: AbortSignal): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (let read = 0; reader && read < MAX_READ; ) {
      const { done, value } = await inTime(reader.read(), signal);
      if (done) break;
      text += decoder.decode(value.subarray(0, MAX_READ - read), { stream: true });
      read += value.length;
    }
  } catch {
    // What has arrived is all that there is to say.
  }
  reader?.cancel().catch(() => {});
  return text;
}

function release(response: Response): void {
  response.body?.cancel().catch(() => {});
}

/** Rejects when the time is over, also where what is awaited does not heed the signal. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason);
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}

function result(outcome: PushResult['outcome'], status: number | null, detail: string): PushResult {
  return { outcome, status, retryAfterMs: null, detail };
}

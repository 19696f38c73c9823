import { Webhook } from 'standardwebhooks';
import type { PersonalData } from '../campaigns/liquid.ts';
import { formattingFor } from '../campaigns/liquid-filters.ts';
import { reasonOf } from '../campaigns/reason.ts';
import type { Env } from '../env.ts';
import { visitorReference } from '../ingest/visitor-reference.ts';
import { beginningOf, inTime, REAL, type Sending } from '../outgoing.ts';
import { preferencesLink, unsubscribeLink } from '../preferences/link.ts';
import { CHANNEL_OF } from '../profile/addresses.ts';
import { testOrigins } from '../push/endpoint.ts';
import { retryAfterMs } from '../push/retry-after.ts';
import type { Site } from '../sites.ts';
import { textsIn, type WebhookContent } from './content.ts';
import { markLinks } from './links.ts';
import { renderWebhook, type WebhookRequest } from './render.ts';
import { readSecrets } from './secrets.ts';
import { signingSecrets } from './signing-secret.ts';
import { targetFault } from './target.ts';
import { secretsIn, urlFault } from './url-template.ts';

/** Whom a webhook is about. */
export interface WebhookPerson {
  /** Of the profile's object. */
  name: string;
  /** Where the message goes, as `addressFor` says; `null`: nowhere, it is about the person only. */
  address: string | null;
  /** BCP 47 and IANA; `null`: not known, the site's count. */
  locale: string | null;
  timeZone: string | null;
}

export interface WebhookMessage {
  content: WebhookContent;
  data: PersonalData;
  deliveryId: string;
  person: WebhookPerson;
}

/**
 * What came of a webhook:
 * - `sent`: it was answered with a 2xx;
 * - `retry`: it may work later, not before `retryAfterMs`; `null`: whenever;
 * - `dropped`: it will never be taken, or must not be sent;
 * - `skipped`: nothing was sent, because something is not known of this person.
 */
export interface WebhookResult {
  outcome: 'sent' | 'retry' | 'dropped' | 'skipped';
  /** Of HTTP; `null`: there was no answer, or nothing was asked. */
  status: number | null;
  retryAfterMs: number | null;
  /** Why, for who looks into it; `null` of what was sent. */
  reason: string | null;
  /** Of the answer the first 1,000 characters, without the secrets that it repeats. */
  answer: string | null;
}

/** Of an answer, headers and body, ms. */
const TIMEOUT_MS = 10_000;
/** Of an answer's body, bytes; the rest is not read. */
const MAX_ANSWER_BYTES = 64_000;
/** Characters. */
const MAX_ANSWER_LENGTH = 1_000;

/**
 * Sends a webhook once, and says what came of it; takes 10 s at most. The delivery id is the same for every try, so that
 * receivers can tell one that comes again.
 *
 * @param now ms since the epoch
 * @throws when what our own event is signed with cannot be read from D1; never for what is answered, or is not
 */
export async function sendWebhook(
  env: Env,
  site: Site,
  message: WebhookMessage,
  now: number,
  sending: Sending = REAL,
): Promise<WebhookResult> {
  const { content, data, deliveryId, person } = message;
  const extraOrigins = testOrigins(env);
  const unfit = urlFault(content.url, extraOrigins);
  if (unfit !== null) return unsent('dropped', `/url ${unfit}`);
  if (content.address !== undefined && person.address === null) return unsent('skipped', 'no_address');
  let names: (string | null)[];
  try {
    names = secretsIn(textsIn(content).map(({ text }) => text));
  } catch (error) {
    return unsent('dropped', `A template cannot be read: ${reasonOf(error)}`);
  }
  let secrets: Record<string, string>;
  try {
    const known = names.filter((name) => name !== null);
    secrets = Object.fromEntries(await readSecrets(env, site.id, known));
  } catch (error) {
    return unsent('retry', `The secrets cannot be read: ${reasonOf(error)}`);
  }

  const { settings } = site;
  const links = await linksFor(env, site, message, now);
  const reference = await visitorReference(site.id, person.name, now, env.SIGNING_KEY);
  const marks = { beckon_push: deliveryId, ...(reference === null ? {} : { beckon_ref: reference }) };
  const mark = (text: string) => markLinks(text, settings.origins, marks);
  const { language, timeZone, currency } = settings;
  const formatting = formattingFor(
    { locale: person.locale ?? language, timeZone: person.timeZone ?? timeZone, currency },
    now,
  );
  const rendered = renderWebhook(content, {
    ...{ data, formatting, links, secrets, mark },
    ...{ address: person.address, delivery: { id: deliveryId } },
  });
  if ('reason' in rendered) return unsent('skipped', withoutSecrets(rendered.reason, secrets));
  const { request } = rendered;
  const refused = targetFault(request.url, extraOrigins);
  if (refused !== null) return unsent('dropped', `/url cannot be asked: ${refused}`);
  if (request.body === null && request.method !== 'GET') {
    await addOwnEvent(request, env, site, message, { links, mark }, now);
  }
  return ask(request, secrets, now, sending);
}

async function linksFor(
  env: Env,
  site: Site,
  { content, person }: WebhookMessage,
  now: number,
): Promise<Record<string, string>> {
  const preferences = await preferencesLink(site, person.name, now, env.SIGNING_KEY);
  if (preferences === null) return {};
  if (content.address === undefined) return { preferences };
  const unsubscribe = unsubscribeLink(preferences, CHANNEL_OF[content.address], content.topic ?? null);
  return { preferences, unsubscribe };
}

/** The event that receivers of the shop's own take, signed as https://www.standardwebhooks.com says. */
async function addOwnEvent(
  request: WebhookRequest,
  env: Env,
  site: Site,
  { content, data, deliveryId, person }: WebhookMessage,
  { links, mark }: { links: Record<string, string>; mark: (text: string) => string },
  now: number,
): Promise<void> {
  const { address = null, topic = null } = content;
  const { visitor = null, cart = null, event = null, facts = null } = data;
  const to = address === null ? null : { kind: address, value: person.address };
  const about = { visitor, cart, event, facts };
  const marked = JSON.parse(JSON.stringify(about), (_, value) =>
    typeof value === 'string' ? mark(value) : value,
  );
  const body = JSON.stringify({
    type: 'message.due',
    timestamp: new Date(now).toISOString(),
    data: { delivery_id: deliveryId, site: site.id, to, topic, ...marked, links },
  });
  const at = new Date(now);
  const secrets = await signingSecrets(env, site.id, now);
  request.body = body;
  request.headers.set('Content-Type', 'application/json');
  request.headers.set('webhook-id', deliveryId);
  request.headers.set('webhook-timestamp', String(Math.floor(now / 1_000)));
  const signatures = secrets.map((secret) => new Webhook(secret).sign(deliveryId, at, body));
  request.headers.set('webhook-signature', signatures.join(' '));
}

async function ask(
  { url, method, headers, body }: WebhookRequest,
  secrets: Record<string, string>,
  now: number,
  sending: Sending,
): Promise<WebhookResult> {
  const signal = sending.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await inTime(
      sending.fetch(url, { method, headers, body, redirect: 'manual', signal }),
      signal,
    );
  } catch (error) {
    sending.clear?.(signal);
    const why = signal.aborted ? `no answer within ${TIMEOUT_MS / 1_000} s` : reasonOf(error);
    return unsent('retry', withoutSecrets(why, secrets).slice(0, MAX_ANSWER_LENGTH));
  }
  const { status } = response;
  const words = withoutSecrets(await beginningOf(response, MAX_ANSWER_BYTES, signal), secrets);
  sending.clear?.(signal);
  const outcome = outcomeOf(status);
  return {
    outcome,
    status,
    retryAfterMs: outcome === 'retry' ? retryAfterMs(response.headers.get('Retry-After'), now) : null,
    reason: outcome === 'sent' ? null : reasonFor(status),
    answer: words.slice(0, MAX_ANSWER_LENGTH).toWellFormed(),
  };
}

function outcomeOf(status: number): WebhookResult['outcome'] {
  if (status >= 200 && status < 300) return 'sent';
  return status === 408 || status === 425 || status === 429 || status >= 500 ? 'retry' : 'dropped';
}

function reasonFor(status: number): string {
  const moved = status >= 300 && status < 400;
  return moved ? `HTTP ${status}: it leads elsewhere, which is not followed` : `HTTP ${status}`;
}

/** Answers and faults are kept where more people look than at secrets. */
function withoutSecrets(text: string, secrets: Readonly<Record<string, string>>): string {
  const spellings = Object.values(secrets).flatMap((secret) => [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
  ]);
  return spellings
    .filter((secret) => secret.length >= 4)
    .reduce((left, secret) => left.replaceAll(secret, '•••'), text);
}

function unsent(outcome: WebhookResult['outcome'], reason: string): WebhookResult {
  return { outcome, status: null, retryAfterMs: null, reason, answer: null };
}

import type { PersonalData } from '../campaigns/liquid.ts';
import type { CompiledCampaign } from '../campaigns/program.ts';
import type { PushStep, SentStep, WebhookStep } from '../campaigns/steps.ts';
import { CART_PARAMETER, makeCartLink } from '../carts/make-cart-link.ts';
import type { Env } from '../env.ts';
import { pushPayload } from '../push/payload.ts';
import type { StoredSubscription } from '../push/subscription.ts';
import { base64url } from '../signing.ts';
import type { Site } from '../sites.ts';
import { addressFor } from './addresses.ts';
import { type CartToRestore, cartToRestore } from './cart-to-restore.ts';
import type { Delivery } from './deliveries.ts';
import type { Prepared } from './prepared.ts';
import type { Records } from './records.ts';
import { lastSeenOf } from './sessions.ts';
import { seenByCampaign } from './situation.ts';
import type { State } from './state.ts';
import { subscriptionsByLife } from './subscriptions.ts';
import { wordPush } from './word-push.ts';

/** Whom a message is for. */
export interface Recipient {
  env: Env;
  site: Site;
  records: Records;
  /** The device of the newest event. */
  lastDevice(): string;
}

/** What a message may say of its recipient. */
interface Known {
  data: PersonalData;
  /** ISO 4217. */
  currency: string;
  /** IANA. */
  timeZone: string;
  /** Of the shop. */
  origin: string;
  /** ms since the epoch. */
  now: number;
}

/** The browser that was used last; `undefined`: none takes push messages. */
export function targetOf(state: State): StoredSubscription | undefined {
  return subscriptionsByLife(state, lastSeenOf(state.history))[0];
}

/**
 * A delivery with everything filled in, as of now.
 *
 * @returns why there is nothing to send
 * @throws what Liquid says of a template that fails on this data
 */
export async function preparedFor(
  to: Recipient,
  compiled: CompiledCampaign,
  step: SentStep,
  delivery: Delivery,
): Promise<Prepared | string> {
  const left = cartToRestore(to.records.state.history);
  const link = left && mentionsCart(step) ? await linkTo(left, to, delivery) : null;
  if (step.channel === 'webhook') {
    return preparedWebhook(to, step, delivery, knownOf(to, compiled, to.lastDevice(), left, link));
  }
  const target = targetOf(to.records.state);
  if (!target) return 'no_subscription';
  const known = knownOf(to, compiled, target.anonymousId, left, link);
  return preparedPush(to, step, delivery, target, known);
}

async function preparedPush(
  { site, records: { state } }: Recipient,
  step: PushStep,
  { id, campaign, variant, until }: Delivery,
  subscription: StoredSubscription,
  { origin, now, ...known }: Known,
): Promise<Prepared | string> {
  const { anonymousId } = subscription;
  const worded = wordPush(step, {
    ...{ ...known, origin, now, variant },
    locales: [state.history.locale, site.settings.language],
    collector: site.settings.collectorUrl ?? subscription.collector ?? origin,
  });
  if (!worded) return 'status';
  const topic = await topicOf(site.id, anonymousId, campaign);
  const fitted = pushPayload(worded.text, { id, anonymousId, lang: worded.lang, tag: topic });
  if ('fault' in fitted) return 'payload';
  const ttlS = Math.max(1, Math.round((until - now) / 1_000));
  const message = { payload: fitted.payload, ttlS, urgency: step.urgency, topic };
  return { channel: 'push', subscription, message };
}

function preparedWebhook(
  { records: { name, state } }: Recipient,
  { webhook }: WebhookStep,
  { id }: Delivery,
  { data, timeZone }: Known,
): Prepared | string {
  const { history } = state;
  const { address, topic = null } = webhook;
  const found = address === undefined ? null : addressFor(history, address, topic);
  if (found && 'reason' in found) return found.reason;
  const person = { name, address: found?.address ?? null, locale: history.locale, timeZone };
  return { channel: 'webhook', message: { content: webhook, data, deliveryId: id, person } };
}

/**
 * @param left the cart to which the message leads back
 * @param link that does; `null`: it is not in the message
 */
function knownOf(
  { site, records: { state } }: Recipient,
  compiled: CompiledCampaign,
  device: string,
  left: CartToRestore | null,
  link: string | null,
): Known {
  const now = Date.now();
  const seen = seenByCampaign(state, compiled, device, site, now);
  const origin = originFor(site, seen.data.page.url);
  const cart = left
    ? { items: left.items, value: left.value, currency: left.currency, quantity: quantityOf(left) }
    : { items: [], value: 0, currency: null, quantity: 0 };
  const { userId, traits } = state.history;
  // Who claims to be the person does not write what the person is told.
  const visitor = userId === null ? seen.data.visitor : { ...seen.data.visitor, traits };
  const restore_url = link === null ? origin : withParameter(origin, CART_PARAMETER, link);
  return {
    data: { ...seen.data, visitor, cart: { ...cart, restore_url }, now },
    currency: left?.currency ?? seen.currency,
    timeZone: seen.timeZone,
    origin,
    now,
  };
}

function linkTo(
  { items, currency }: CartToRestore,
  { env, site, records: { name } }: Recipient,
  { id }: Delivery,
): Promise<string> {
  return makeCartLink(env, site, { profile: name, cart: { items, currency }, seed: id }, Date.now());
}

/**
 * 32 characters: what push services take (research/webpush.md §1.1). One per browser and journey: the newest stands, also
 * when its visitor has become somebody's in between.
 */
async function topicOf(...parts: string[]): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify(parts));
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', text)).slice(0, 24));
}

/** Our own event, which is sent where a webhook has no body of its own, tells all that is known. */
function mentionsCart(step: SentStep): boolean {
  if (step.channel === 'webhook' && step.webhook.body === undefined) return true;
  return JSON.stringify(step).includes('restore_url');
}

/** Of the page that the visitor was on last, where it is one of the site's; else the site's first. */
function originFor({ settings: { origins } }: Site, page: string | null): string {
  const last = page !== null && URL.canParse(page) ? new URL(page).origin : null;
  return last !== null && origins.includes(last) ? last : (origins[0] ?? last ?? '');
}

function withParameter(address: string, name: string, value: string): string {
  const url = new URL(address);
  url.searchParams.set(name, value);
  return url.href;
}

function quantityOf({ items }: CartToRestore): number {
  return items.reduce((sum, { quantity }) => sum + quantity, 0);
}

import { loadBroadcast, toldBroadcast } from '../broadcasts/known.ts';
import type { ToldBroadcast } from '../broadcasts/schema.ts';
import { exactMs } from '../campaigns/duration.ts';
import type { Verdict } from '../campaigns/journey.ts';
import type { CompiledCampaign } from '../campaigns/program.ts';
import { reasonOf } from '../campaigns/reason.ts';
import type { SentStep } from '../campaigns/steps.ts';
import { makeCartLink } from '../carts/make-cart-link.ts';
import type { Env } from '../env.ts';
import { makeDeliveryId } from '../push/delivery-id.ts';
import { pushPayload } from '../push/payload.ts';
import { sendPush } from '../push/send.ts';
import type { StoredSubscription } from '../push/subscription.ts';
import { base64url } from '../signing.ts';
import type { Site } from '../sites.ts';
import type { Campaigning } from './campaigning.ts';
import { type CartToRestore, cartToRestore } from './cart-to-restore.ts';
import { addDeliveries, concluded, type Delivery, nextTry, type SendResult } from './deliveries.ts';
import {
  journeysNow,
  keepJourneys,
  lastSeenOf,
  objection,
  type Standing,
  verdictOn,
  withShown,
} from './journeying.ts';
import type { Prepared } from './prepared.ts';
import type { Records } from './records.ts';
import { seenByCampaign } from './situation.ts';
import { addExposures, type LoggedDecision, logDecision, type State } from './state.ts';
import { removeSubscription, subscriptionsByLife } from './subscriptions.ts';
import { wordPush } from './word-push.ts';

/** After how long what was handed to somebody else to send, or was being sent when all stopped, is sent again, ms. */
const LEASE_MS = 60_000;

/** How messages leave a profile: what is due is written down, then prepared, sent, and its outcome written down. */
export class Sending {
  readonly #records: Records;
  readonly #campaigning: Campaigning;
  readonly #env: Env;
  /** Tells the store what has become of it. */
  readonly #settle: () => Promise<void>;

  constructor(records: Records, campaigning: Campaigning, env: Env, settle: () => Promise<void>) {
    this.#records = records;
    this.#campaigning = campaigning;
    this.#env = env;
    this.#settle = settle;
  }

  /** Takes all journeys as far as they go; what they have to say is due from now on. */
  advance(site: Site, now: number): Standing[] {
    const records = this.#records;
    const { forgetting, history } = records.state;
    if (isElsewhere(records.state) || forgetting || history.watermark === null) return [];
    if (!site.program.campaigns.some(({ isJourney }) => isJourney)) return [];
    this.#campaigning.catchUp(site);
    const device = this.#campaigning.lastDevice();
    const found = journeysNow(records.state, device, site, now, newId);
    if (Object.keys(found.runs).length > 0) {
      records.write((state) => {
        keepJourneys(state, found);
        for (const delivery of found.deliveries) logDecision(state, decisionOn(delivery, now));
      });
    }
    const due = nextTry(records.state.deliveries);
    const times = [found.wakeAt, due].filter((time) => time !== null);
    if (times.length > 0) records.wakeBy(Math.max(now, Math.min(...times)));
    return found.standings;
  }

  /**
   * Takes a broadcast's message, to be sent by the alarm, or notes why not. Asked again, nothing changes.
   *
   * @param told see {@link toldBroadcast}
   * @returns `null`: there is nobody here who could be sent anything
   */
  async receive(site: Site, told: string): Promise<Delivery['status'] | null> {
    const records = this.#records;
    const compiled = toldBroadcast(site, told, Date.now());
    const { id: campaign, version, steps } = compiled.campaign;
    const [step] = steps;
    if (step?.type !== 'message' || step.channel !== 'push') return null;
    this.#campaigning.catchUp(site);
    const device = this.#campaigning.lastDevice();
    const { variant } = verdictOn(compiled, step, records.state, device, site, Date.now());
    const of = { campaign, version, variant, step: step.id };
    const id = await makeDeliveryId(of, records.name);

    // No await from here on.
    const now = Date.now();
    const { state } = records;
    if (isElsewhere(state) || state.forgetting) return null;
    const known = state.deliveries.find((one) => one.campaign === campaign && one.version === version);
    if (known) return known.status;
    const { draft }: ToldBroadcast = JSON.parse(told);
    const left = draft.segment !== null && !Object.hasOwn(state.segments, draft.segment);
    const { verdict, anonymousId } = verdictOn(compiled, step, state, device, site, now);
    const delivery: Delivery = {
      ...of,
      ...{ id, channel: 'push', run: null, tries: 0, anonymousId, answered: null },
      ...(left ? skipped('segment', now) : standingOf(verdict, now, now + exactMs(draft.ttl))),
    };
    records.write((changed) => {
      addDeliveries(changed, [delivery]);
      logDecision(changed, decisionOn(delivery, now));
    });
    if (delivery.status === 'due') records.wakeBy(delivery.nextTryAt);
    return delivery.status;
  }

  /** A popup that a journey has offered was shown. */
  noteShown(campaign: string, step: string, standings: readonly Standing[], now: number): void {
    const standing = standings.find(({ compiled }) => compiled.campaign.id === campaign);
    if (!standing) return;
    this.#records.write((state) => {
      state.journeys[campaign] = withShown(standing.run, step, now);
    });
  }

  /** Sends what is due, or hands it to who does. Call it from the alarm; {@link advance} comes before. */
  async sendDue(site: Site): Promise<void> {
    const records = this.#records;
    for (const { id } of records.state.deliveries.filter(({ status }) => status === 'due')) {
      const now = Date.now();
      const delivery = this.#due(id, now);
      if (!delivery) continue;
      // Should this stop on its way, it is sent again.
      this.#change(id, (one) => ({ ...one, nextTryAt: now + LEASE_MS }));
      records.wakeBy(now + LEASE_MS);
      if (this.#env.DELIVERIES) await this.#env.DELIVERIES.send({ profile: records.name, id });
      else await this.#send(site, id);
    }
    // What is held wakes it again, whatever it has woken for now.
    const next = nextTry(records.state.deliveries);
    if (next !== null) records.wakeBy(Math.max(Date.now(), next));
  }

  async #send(site: Site, id: string): Promise<void> {
    const prepared = await this.prepare(site, id);
    if (!prepared) return;
    const result = await sendPrepared(this.#env, site, prepared);
    await this.conclude(id, result, prepared.subscription.endpoint);
  }

  /**
   * What is to be sent, with all that is known now; `null`: nothing any more, and why is written down. Whatever is waited
   * for, the truth is asked once more at the end.
   */
  async prepare(site: Site, id: string): Promise<Prepared | null> {
    const asked = this.#held(id);
    const compiled = asked ? await this.#belongsTo(site, asked) : null;
    const delivery = this.#held(id);
    if (!delivery || this.#isRefused(site, delivery, compiled)) return null;
    const { state, name } = this.#records;
    const step = compiled?.campaign.steps.find((one) => one.id === delivery.step);
    if (!compiled || step?.type !== 'message' || step.channel === 'popup') return this.#drop(id, 'status');
    const left = cartToRestore(state.history);
    const restore =
      left && mentionsCart(step)
        ? await makeCartLink(
            this.#env,
            site,
            { profile: name, cart: { items: left.items, currency: left.currency }, seed: id },
            Date.now(),
          )
        : null;
    try {
      const prepared = await this.#worded(site, compiled, step, delivery, left, restore);
      if (typeof prepared === 'string') return this.#drop(id, prepared);
      return this.#isRefused(site, delivery, compiled) ? null : prepared;
    } catch (error) {
      console.warn(`${delivery.campaign}@${delivery.version} cannot be worded.`, reasonOf(error));
      return this.#drop(id, 'content');
    }
  }

  /** @returns why there is nothing to send */
  async #worded(
    site: Site,
    compiled: CompiledCampaign,
    step: SentStep,
    delivery: Delivery,
    left: CartToRestore | null,
    restore: string | null,
  ): Promise<Prepared | string> {
    if (step.channel !== 'push') return 'channel';
    const subscription = this.#target();
    if (!subscription) return 'no_subscription';
    const now = Date.now();
    const { state, name } = this.#records;
    const { data, currency, timeZone } = seenByCampaign(state, compiled, subscription.anonymousId, site, now);
    const origin = originFor(site, data.page.url);
    const cart = left
      ? { items: left.items, value: left.value, currency: left.currency, quantity: quantityOf(left) }
      : data.cart;
    const restoreUrl = restore === null ? origin : withParameter(origin, 'beckon_cart', restore);
    const worded = wordPush(step, {
      variant: delivery.variant,
      locales: [state.history.locale, site.settings.language],
      data: { ...data, cart: { ...cart, restore_url: restoreUrl }, now },
      timeZone,
      currency: left?.currency ?? currency,
      now,
      origin,
      collector: subscription.collector ?? origin,
    });
    if (!worded) return 'status';
    this.#change(delivery.id, (one) => ({ ...one, anonymousId: subscription.anonymousId }));
    const topic = await topicOf(site.id, name, delivery.campaign);
    const about = { id: delivery.id, anonymousId: subscription.anonymousId, lang: worded.lang, tag: topic };
    const fitted = pushPayload(worded.text, about);
    if ('fault' in fitted) return 'payload';
    const ttlS = Math.max(1, Math.round((delivery.until - now) / 1_000));
    const message = { payload: fitted.payload, ttlS, urgency: step.urgency, topic };
    return { id: delivery.id, channel: 'push', subscription, message };
  }

  /** What a try has come to. Said twice, it counts once. */
  async conclude(id: string, result: SendResult, endpoint: string | null): Promise<void> {
    const delivery = this.#held(id);
    if (!delivery) return;
    const now = Date.now();
    const { name } = this.#records;
    const target = this.#target();
    const tried = endpoint ?? target?.endpoint;
    this.#records.write((state) => {
      if (result.outcome === 'gone' && tried) removeSubscription(state, tried, name);
      const after = concluded(delivery, result, state.subscriptions.length > 0, now);
      addDeliveries(state, []);
      state.deliveries = state.deliveries.map((one) => (one.id === id ? after : one));
      if (after.status !== 'sent') return;
      const { campaign, version, variant, anonymousId } = after;
      const device = anonymousId === null ? {} : { anonymousId };
      addExposures(state, [{ campaign, version, variant, claimId: id, at: now, quiet: true, ...device }]);
    });
    const next = nextTry(this.#records.state.deliveries);
    if (next !== null) this.#records.wakeBy(Math.max(now, next));
    await this.#settle();
  }

  /** What a delivery says: a journey's step, or a broadcast. `null`: that is not there any more. */
  async #belongsTo(site: Site, { campaign, run }: Delivery): Promise<CompiledCampaign | null> {
    if (run === null) return loadBroadcast(this.#env, site, campaign, Date.now());
    return site.program.byId.get(campaign) ?? null;
  }

  /** Whether something has come in between; that is written down. */
  #isRefused(site: Site, delivery: Delivery, compiled: CompiledCampaign | null): boolean {
    this.#campaigning.catchUp(site);
    const now = Date.now();
    const { state } = this.#records;
    const found = objection(delivery, compiled, state, this.#campaigning.lastDevice(), site, now);
    if (!found) return false;
    const { reason, until } = found;
    if (until !== null && until < delivery.until) {
      this.#change(delivery.id, (one) => ({ ...one, reason, nextTryAt: until }));
      this.#records.wakeBy(until);
    } else this.#change(delivery.id, (one) => ({ ...one, status: 'cancelled', reason }));
    return true;
  }

  #drop(id: string, reason: string): null {
    const status = reason === 'no_subscription' ? 'skipped' : 'failed';
    this.#change(id, (one) => ({ ...one, status, reason }));
    return null;
  }

  /** The browser that was used last. */
  #target(): StoredSubscription | undefined {
    const { state } = this.#records;
    return subscriptionsByLife(state, lastSeenOf(state.history))[0];
  }

  #held(id: string): Delivery | undefined {
    return this.#records.state.deliveries.find((one) => one.id === id && one.status === 'due');
  }

  #due(id: string, now: number): Delivery | undefined {
    const delivery = this.#held(id);
    return delivery && delivery.nextTryAt <= now ? delivery : undefined;
  }

  #change(id: string, change: (delivery: Delivery) => Delivery): void {
    this.#records.write((state) => {
      state.deliveries = state.deliveries.map((one) => (one.id === id ? change(one) : one));
    });
  }
}

/** Whether all that is decided is decided by the person. */
function isElsewhere({ link }: Pick<State, 'link'>): boolean {
  return link !== null && link.phase !== 'lending';
}

/** How a delivery begins: when its time comes, or why it never does. */
type Beginning = Pick<Delivery, 'at' | 'until' | 'status' | 'reason' | 'nextTryAt'>;

/** @param until how long it is worth having, ms since the epoch */
function standingOf(verdict: Verdict, now: number, until: number): Beginning {
  switch (verdict.kind) {
    case 'send':
      return { at: now, until, status: 'due', reason: null, nextTryAt: now };
    case 'hold': {
      const { until: at, reason } = verdict;
      return at < until ? { at, until, status: 'due', reason, nextTryAt: at } : skipped(reason, now);
    }
    case 'held_out':
      return { ...skipped(verdict.reason, now), status: 'held_out' };
    case 'skip':
    case 'end':
      return skipped(verdict.reason, now);
  }
}

function skipped(reason: string, now: number): Beginning {
  return { at: now, until: now, status: 'skipped', reason, nextTryAt: now };
}

function decisionOn(delivery: Delivery, now: number): LoggedDecision {
  const { campaign, version, variant, reason, anonymousId, status } = delivery;
  return {
    ...{ at: now, outcome: status === 'due' ? 'sent' : 'skipped', campaign, version, variant },
    ...{ gate: null, reason, trace: { gates: [] } },
    ...(anonymousId === null ? {} : { anonymousId }),
  };
}

/** Sends what was prepared, from wherever it is. */
export async function sendPrepared(env: Env, site: Site, prepared: Prepared): Promise<SendResult> {
  const { subscription, message } = prepared;
  const { outcome, status, retryAfterMs, detail } = await sendPush(
    env,
    site,
    subscription,
    message,
    Date.now(),
  );
  return { outcome, status, retryAfterMs, reason: detail, answer: null };
}

function newId({
  campaign,
  version,
  variant,
  step,
}: Pick<Delivery, 'campaign' | 'version' | 'variant' | 'step'>): string {
  const random = base64url(crypto.getRandomValues(new Uint8Array(16)));
  return `${campaign}@${version}.${variant}.${step}.${random}`;
}

/** 32 characters: what push services take (research/webpush.md §1.1). One per person and journey: the newest stands. */
async function topicOf(...parts: string[]): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify(parts));
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', text)).slice(0, 24));
}

function mentionsCart(step: SentStep): boolean {
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

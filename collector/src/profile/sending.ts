import { loadBroadcast, toldBroadcast } from '../broadcasts/known.ts';
import type { ToldBroadcast } from '../broadcasts/schema.ts';
import { exactMs } from '../campaigns/duration.ts';
import type { CompiledCampaign } from '../campaigns/program.ts';
import { reasonOf } from '../campaigns/reason.ts';
import type { WebhookStep } from '../campaigns/steps.ts';
import type { Env } from '../env.ts';
import { type Sending as HowToSend, REAL } from '../outgoing.ts';
import { makeDeliveryId } from '../push/delivery-id.ts';
import { sendPush } from '../push/send.ts';
import type { Site } from '../sites.ts';
import { sendWebhook } from '../webhooks/send.ts';
import { addressFor, CHANNEL_OF, type Unreachable } from './addresses.ts';
import { decisionOn, heldOut, newId, skipped, standingOf } from './beginning.ts';
import type { Campaigning } from './campaigning.ts';
import { IDENTIFIER_OF } from './consents.ts';
import { addDeliveries, concluded, type Delivery, nextTry, type SendResult } from './deliveries.ts';
import { journeysNow, keepJourneys, type Standing, verdictOn, withShown } from './journeying.ts';
import { objection, objectionOfPerson } from './objections.ts';
import { askOwner } from './people.ts';
import { endpointOf, type Prepared } from './prepared.ts';
import { preparedFor, targetOf } from './preparing.ts';
import { contactNames } from './profile-name.ts';
import type { Records } from './records.ts';
import type { Objection } from './rpc.ts';
import { addExposures, logDecision, type State } from './state.ts';
import { noteReached, removeSubscription } from './subscriptions.ts';

/** After how long what was handed to somebody else to send, or was being sent when all stopped, is sent again, ms. */
const LEASE_MS = 60_000;

/** Reasons of which nobody is to blame: there is nowhere to send it to. */
const UNREACHABLE: readonly string[] = [
  'no_address',
  'no_consent',
  'unconfirmed',
  'unsubscribed',
  'topic_unsubscribed',
  'no_subscription',
] satisfies (Unreachable | 'no_subscription')[];

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
        for (const delivery of found.deliveries) {
          logDecision(state, decisionOn(delivery, now));
          if (delivery.status === 'held_out')
            addExposures(state, [heldOut(delivery, state.test !== null, now)]);
        }
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
      if (!this.#isDue(id, now)) continue;
      // Should this stop on its way, it is sent again.
      const tryAt = now + LEASE_MS;
      this.#change(id, (one) => ({ ...one, nextTryAt: tryAt }));
      records.wakeBy(tryAt);
      if (this.#env.DELIVERIES) await this.#env.DELIVERIES.send({ profile: records.name, id, tryAt });
      else await this.#send(site, id);
    }
    // What is held wakes it again, whatever it has woken for now.
    const next = isElsewhere(records.state) ? null : nextTry(records.state.deliveries);
    if (next !== null) records.wakeBy(Math.max(Date.now(), next));
  }

  async #send(site: Site, id: string): Promise<void> {
    const delivery = this.#held(id);
    if (!delivery) return;
    const compiled = await this.#belongsTo(site, delivery);
    const prepared = await this.prepare(site, id);
    if (!prepared) return;
    let isSent = true;
    const result = await sendPrepared(this.#env, site, prepared, {
      ...REAL,
      fetch: (...request) => {
        // Keys were read and signed with since; nothing is waited for between this and the wire.
        isSent = this.#isWanted(site, id, compiled, endpointOf(prepared));
        return isSent ? REAL.fetch(...request) : Promise.reject(new Error('It is not wanted any more.'));
      },
    });
    if (isSent) await this.conclude(id, result, endpointOf(prepared));
  }

  /** Whether it may still go out to this browser. */
  #isWanted(site: Site, id: string, compiled: CompiledCampaign | null, endpoint: string | null): boolean {
    const { subscriptions } = this.#records.state;
    const isKnown = endpoint === null || subscriptions.some((known) => known.endpoint === endpoint);
    return isKnown && !this.#isRefused(site, id, compiled);
  }

  /** The same for somebody else who sends it: once for each task. */
  async take(site: Site, id: string, tryAt: number): Promise<Prepared | null> {
    const delivery = this.#held(id);
    if (delivery?.nextTryAt !== tryAt) return null;
    this.#change(id, (one) => ({ ...one, nextTryAt: Math.max(Date.now() + LEASE_MS, tryAt + 1) }));
    return this.prepare(site, id);
  }

  /**
   * What is to be sent, with all that is known now; `null`: nothing any more, and why is written down. Whatever is waited
   * for, the truth is asked once more at the end.
   */
  async prepare(site: Site, id: string): Promise<Prepared | null> {
    const asked = this.#held(id);
    const compiled = asked ? await this.#belongsTo(site, asked) : null;
    if (this.#isRefused(site, id, compiled) || (await this.#isRefusedByPerson(site, id, compiled)))
      return null;
    const step = compiled?.campaign.steps.find((one) => one.id === asked?.step);
    const ended =
      step?.type === 'message' && step.channel === 'webhook' ? await this.#endedBy(site, step) : null;
    if (ended) return this.#drop(id, ended);
    const delivery = this.#held(id);
    if (!delivery) return null;
    if (!compiled || step?.type !== 'message' || step.channel === 'popup') return this.#drop(id, 'status');
    try {
      const prepared = await preparedFor(
        { env: this.#env, site, records: this.#records, lastDevice: () => this.#campaigning.lastDevice() },
        compiled,
        step,
        delivery,
      );
      if (typeof prepared === 'string') return this.#drop(id, prepared);
      const { channel } = prepared;
      const device = channel === 'push' ? prepared.subscription.anonymousId : null;
      if (device !== null) this.#change(id, (one) => ({ ...one, anonymousId: device }));
      return this.#isRefused(site, id, compiled) ? null : prepared;
    } catch (error) {
      console.warn(`${delivery.campaign}@${delivery.version} cannot be worded.`, reasonOf(error));
      return this.#drop(id, 'content');
    }
  }

  /** What a try has come to. Said twice, it counts once. */
  async conclude(id: string, result: SendResult, endpoint: string | null): Promise<void> {
    const { name, state: before } = this.#records;
    if (before.link?.phase === 'moved') return this.#concludeAt(before.link.person, id, result, endpoint);
    const delivery = this.#held(id);
    if (!delivery) return;
    const now = Date.now();
    const tried = endpoint ?? targetOf(before)?.endpoint;
    this.#records.write((state) => {
      if (result.outcome === 'gone' && tried) removeSubscription(state, tried, name);
      if (result.outcome === 'sent' && endpoint !== null) noteReached(state, endpoint);
      const after = concluded(delivery, result, state.subscriptions.length > 0, now);
      state.deliveries = state.deliveries.map((one) => (one.id === id ? after : one));
      if (after.status !== 'sent') return;
      const { campaign, version, variant, anonymousId } = after;
      const device = anonymousId === null ? {} : { anonymousId };
      const test = state.test ? { test: true as const } : {};
      const shown = { campaign, version, variant, claimId: id, at: now, quiet: true as const };
      addExposures(state, [{ ...shown, ...device, ...test }]);
    });
    const next = nextTry(this.#records.state.deliveries);
    if (next !== null) this.#records.wakeBy(Math.max(now, next));
    await this.#settle();
  }

  /** It went out while all that is here was handed over. */
  async #concludeAt(person: string, ...concluded: Parameters<Sending['conclude']>): Promise<void> {
    await askOwner<null>(person, this.#env, (profile) => profile.concludeDelivery(...concluded));
  }

  /** What a delivery says: a journey's step, or a broadcast. `null`: that is not there any more. */
  async #belongsTo(site: Site, { campaign, run }: Delivery): Promise<CompiledCampaign | null> {
    if (run === null) return loadBroadcast(this.#env, site, campaign, Date.now());
    return site.program.byId.get(campaign) ?? null;
  }

  /** Whether something has come in between, or it is not sent from here any more; the former is written down. */
  #isRefused(site: Site, id: string, compiled: CompiledCampaign | null): boolean {
    const { state } = this.#records;
    const delivery = this.#held(id);
    // Who takes it over sends it.
    if (!delivery || state.link?.phase === 'moving') return true;
    this.#campaigning.catchUp(site);
    const found = objection(delivery, compiled, state, this.#campaigning.lastDevice(), site, Date.now());
    if (found) this.#refuse(delivery, found);
    return found !== null;
  }

  #refuse(delivery: Delivery, { reason, until }: { reason: string; until: number | null }): void {
    if (until !== null && until < delivery.until) {
      this.#change(delivery.id, (one) => ({ ...one, reason, nextTryAt: until }));
      this.#records.wakeBy(until);
    } else this.#change(delivery.id, (one) => ({ ...one, status: 'cancelled', reason }));
  }

  /** Whether who has the address has ended what goes there, be it known here or not that he is the same. */
  async #endedBy(site: Site, { webhook }: WebhookStep): Promise<string | null> {
    const { address: kind } = webhook;
    const topic = webhook.topic ?? null;
    if (!kind) return null;
    const found = addressFor(this.#records.state.history, kind, topic);
    if ('reason' in found) return null;
    const identifier = IDENTIFIER_OF[CHANNEL_OF[kind]];
    const names = identifier
      ? await contactNames(site.id, { [identifier]: found.address }, this.#env.SIGNING_KEY)
      : [];
    for (const name of names.filter((one) => one !== this.#records.name)) {
      const { reason } = await askOwner<Objection>(
        name,
        this.#env,
        async (profile) => profile.hasEnded(kind, topic) as Promise<Objection>,
      );
      if (reason !== null) return reason;
    }
    return null;
  }

  /** A device that only lends what it hears does not know what its person has done elsewhere. */
  async #isRefusedByPerson(site: Site, id: string, compiled: CompiledCampaign | null): Promise<boolean> {
    const { link } = this.#records.state;
    const delivery = this.#held(id);
    if (link?.phase !== 'lending' || !delivery) return false;
    const { reason } = await askOwner<Objection>(link.person, this.#env, (profile) =>
      profile.objectTo(delivery),
    );
    if (reason !== null) this.#change(id, (one) => ({ ...one, status: 'cancelled', reason }));
    return this.#isRefused(site, id, compiled);
  }

  /** At a person: why a device that lends must not send this. */
  objectTo(delivery: Delivery, site: Site): Objection {
    const { state } = this.#records;
    if (state.history.watermark === null) return { kind: 'objection', reason: null };
    this.#campaigning.catchUp(site);
    return {
      kind: 'objection',
      reason: objectionOfPerson(delivery, state, this.#campaigning.lastDevice(), site, Date.now()),
    };
  }

  #drop(id: string, reason: string): null {
    const status = UNREACHABLE.includes(reason) ? 'skipped' : 'failed';
    this.#change(id, (one) => ({ ...one, status, reason }));
    return null;
  }

  /** Of somebody who is being erased nothing is due, and nothing must be written that is not there. */
  #held(id: string): Delivery | undefined {
    const { deliveries, forgetting } = this.#records.state;
    return forgetting ? undefined : deliveries.find((one) => one.id === id && one.status === 'due');
  }

  #isDue(id: string, now: number): boolean {
    const delivery = this.#held(id);
    const isLeaving = this.#records.state.link?.phase === 'moving';
    return delivery !== undefined && delivery.nextTryAt <= now && !isLeaving;
  }

  #change(id: string, change: (delivery: Delivery) => Delivery): void {
    if (!this.#held(id)) return;
    this.#records.write((state) => {
      state.deliveries = state.deliveries.map((one) => (one.id === id ? change(one) : one));
    });
  }
}

/** Whether all that is decided is decided by the person. */
function isElsewhere({ link }: Pick<State, 'link'>): boolean {
  return link !== null && link.phase !== 'lending';
}

/** Sends what was prepared, from wherever it is. */
export async function sendPrepared(
  env: Env,
  site: Site,
  prepared: Prepared,
  by?: HowToSend,
): Promise<SendResult> {
  const now = Date.now();
  if (prepared.channel === 'webhook') return sendWebhook(env, site, prepared.message, now, by);
  const { subscription, message } = prepared;
  const { detail, ...result } = await sendPush(env, site, subscription, message, now, by);
  return { ...result, reason: detail, answer: null };
}

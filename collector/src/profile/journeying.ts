import { type Arm, armOf } from '../campaigns/experiment.ts';
import { firstClosed, type Situation } from '../campaigns/gates.ts';
import {
  type Advanced,
  type Ask,
  advance,
  type Entry,
  offeredStep,
  type Passed,
  type Run,
  runOf,
  timeToLive,
  type Verdict,
  waitBefore,
} from '../campaigns/journey.ts';
import { offerOf } from '../campaigns/offer.ts';
import type { CompiledCampaign } from '../campaigns/program.ts';
import { quietUntil } from '../campaigns/quiet-hours.ts';
import type { Campaign, EntryFact } from '../campaigns/schema.ts';
import { popupOf, type SentStep, type WebhookStep } from '../campaigns/steps.ts';
import type { Site } from '../sites.ts';
import { addressFor } from './addresses.ts';
import { believed, cartToRestore } from './cart-to-restore.ts';
import { consentsOf } from './consents.ts';
import { addDeliveries, type Delivery, isBefore, reachedPushCap } from './deliveries.ts';
import type { History } from './history.ts';
import { lastPresence } from './presence.ts';
import { type Sight, sightOf, situationOf } from './situation.ts';
import type { State } from './state.ts';
import { subscriptionsByLife } from './subscriptions.ts';

/** "On the site now", ms: who did something so shortly ago, or more shortly than the journey has waited. */
export const ON_SITE_MS = 120_000;

/** Where a visitor stands in one journey. */
export interface Standing {
  compiled: CompiledCampaign;
  run: Run;
  waiting: Advanced['waiting'];
}

/** What journeys come to now: what is to be kept, and when to look again (ms since the epoch; `null`: not for them). */
export interface Outcome {
  standings: Standing[];
  /** Runs that have changed, by campaign. */
  runs: Record<string, Run>;
  deliveries: Delivery[];
  wakeAt: number | null;
}

export type JourneyData = Pick<
  State,
  | 'history'
  | 'segments'
  | 'exposures'
  | 'refusals'
  | 'ledger'
  | 'test'
  | 'journeys'
  | 'deliveries'
  | 'subscriptions'
>;

/** The gates of a popup that also stand before what is sent. */
export const SENT_GATES = ['status', 'schedule', 'consent', 'audience', 'suppression'] as const;

/**
 * Takes every journey of the site as far as it goes for this visitor. The ledger must be up to date.
 *
 * @param lastDevice the device of the newest event
 * @param makeId of a delivery
 */
export function journeysNow(
  known: JourneyData,
  lastDevice: string,
  site: Site,
  now: number,
  makeId: (of: Pick<Delivery, 'campaign' | 'version' | 'variant' | 'step'>) => string,
): Outcome {
  const outcome: Outcome = { standings: [], runs: {}, deliveries: [], wakeAt: null };
  for (const compiled of site.program.campaigns) {
    const { campaign } = compiled;
    if (!compiled.isJourney || campaign.status === 'paused') continue;
    const entries = entriesOf(compiled, known);
    let before = own(known.journeys, campaign.id);
    // Who comes late, with all that he has done meanwhile, may have ended one run and be in the next.
    for (;;) {
      const run = runOf(campaign, before, entries);
      if (!run || run.ended) break;
      // Nobody enters any more.
      if (campaign.status === 'ended' && run !== before) break;
      const sent = [...known.deliveries, ...outcome.deliveries];
      const journey = new Journey(compiled, { ...known, deliveries: sent }, run, lastDevice, site, now);
      // Nothing was done in it, and the moment tells as much each time: what is not kept holds no later entry back.
      if (campaign.entry.on === 'fact' && run !== before && journey.ended(run)) break;
      const newest = entries.at(-1)?.at ?? run.entry.at;
      const { run: next, waiting } = advance(campaign, run, newest, journey, now);
      outcome.standings.push({ compiled, run: next, waiting });
      if (waiting) outcome.wakeAt = Math.min(outcome.wakeAt ?? waiting.until, waiting.until);
      if (!next.ended && next.passed.length === run.passed.length) break;
      outcome.runs[campaign.id] = next;
      const said = next.passed.slice(run.passed.length);
      outcome.deliveries.push(...deliveriesOf(said, next, journey, campaign, now, makeId));
      if (!next.ended) break;
      before = next;
    }
  }
  return outcome;
}

/** What these steps of a run have come to, of messages that go out. */
function deliveriesOf(
  said: readonly Passed[],
  { entry }: Run,
  journey: Journey,
  campaign: Campaign,
  now: number,
  makeId: (of: Pick<Delivery, 'campaign' | 'version' | 'variant' | 'step'>) => string,
): Delivery[] {
  return said.flatMap(({ step, outcome, reason = null }): Delivery[] => {
    const message = campaign.steps.find(({ id }) => id === step);
    if (message?.type !== 'message' || message.channel === 'popup') return [];
    const status = outcome === 'sent' ? 'due' : outcome;
    if (status !== 'due' && status !== 'skipped' && status !== 'held_out') return [];
    const { id, version } = campaign;
    const of = { campaign: id, version, variant: journey.variantOf(message), step };
    return [
      {
        ...{ ...of, id: makeId(of), channel: message.channel, run: entry.at },
        ...{ at: now, until: now + timeToLive(campaign, step), status, reason },
        ...{ tries: 0, nextTryAt: now, anonymousId: journey.device, answered: null },
      },
    ];
  });
}

/** One visitor's way through a journey, as {@link journeysNow} would find it; nothing comes of it. */
export interface Look {
  /** Asked about nothing that is not so now. */
  journey: Journey;
  /** `null`: it was not entered. */
  run: Run | null;
  waiting: Advanced['waiting'];
  /** What would be sent now. */
  due: Advanced['due'];
}

/** Where a visitor stands in a journey, be it a draft. The ledger must be up to date. */
export function lookInto(
  compiled: CompiledCampaign,
  known: JourneyData,
  lastDevice: string,
  site: Site,
  now: number,
): Look {
  const { campaign } = compiled;
  const entries = entriesOf(compiled, known);
  let before = own(known.journeys, campaign.id);
  for (;;) {
    const run = runOf(campaign, before, entries);
    const entered = run ?? { entry: { at: now, cause: '' }, passed: [], ended: null };
    const journey = new Journey(compiled, known, entered, lastDevice, site, now);
    if (!run || run.ended || campaign.status === 'paused') return { journey, run, waiting: null, due: [] };
    const next = advance(campaign, run, entries.at(-1)?.at ?? run.entry.at, journey, now);
    // Who has ended one run may be in the next.
    if (!next.run.ended || runOf(campaign, next.run, entries) === next.run) return { journey, ...next };
    before = next.run;
  }
}

/** Keeps what {@link journeysNow} has found. */
export function keepJourneys(state: State, { runs, deliveries }: Pick<Outcome, 'runs' | 'deliveries'>): void {
  Object.assign(state.journeys, runs);
  addDeliveries(state, deliveries);
}

/** The popups that journeys offer to a visitor who is here. */
export function offersIn(standings: readonly Standing[]): CompiledCampaign[] {
  return standings.flatMap(({ compiled, run, waiting }) => {
    const step = waiting?.reason === 'on_site' ? waiting.step : offeredStep(run);
    // The one with which the journey begins comes like that of any campaign.
    if (step === null || step === compiled.campaign.steps[0]?.id) return [];
    return offerOf(compiled, step) ?? [];
  });
}

/** A popup was shown that a journey has offered: nothing else is said in its place. */
export function withShown(run: Run, step: string, now: number): Run {
  const others = run.passed.filter((passed) => passed.step !== step);
  return { ...run, passed: [...others, { step, at: now, outcome: 'shown' as const }] };
}

/** What is to become of a broadcast's message, to whom, and in which variant; whether he is on the site does not matter. */
export function verdictOn(
  compiled: CompiledCampaign,
  step: SentStep,
  known: JourneyData,
  lastDevice: string,
  site: Site,
  now: number,
): { verdict: Verdict; variant: string; anonymousId: string } {
  const run: Run = { entry: { at: now, cause: '' }, passed: [], ended: null };
  const journey = new Journey(compiled, known, run, lastDevice, site, now);
  const verdict = journey.message(step, 0);
  return { verdict, variant: journey.variantOf(step), anonymousId: journey.device };
}

/** How long a message of a broadcast that is paused waits before it is looked at again, ms. */
const PAUSED_MS = 300_000;

/**
 * Why a delivery must not go out any more, though its time had come; `null`: it may.
 *
 * @param compiled what it belongs to; `null`: that is not there any more
 * @returns `until`: it may then
 */
export function objection(
  delivery: Delivery,
  compiled: CompiledCampaign | null,
  known: JourneyData,
  lastDevice: string,
  site: Site,
  now: number,
): { reason: string; until: number | null } | null {
  const isBroadcast = delivery.run === null;
  if (isBroadcast && compiled?.campaign.status === 'paused') {
    return { reason: 'paused', until: now + PAUSED_MS };
  }
  if (compiled?.campaign.status !== 'live') return { reason: 'status', until: null };
  if (now >= delivery.until) return { reason: 'deadline', until: null };
  if (isBroadcast && known.deliveries.some((other) => comesBefore(other, delivery))) {
    return { reason: 'repeated', until: null };
  }
  const run: Run = { entry: { at: delivery.run ?? delivery.at, cause: '' }, passed: [], ended: null };
  // Of those on their way, the later one gives way.
  const others = known.deliveries.filter(
    (other) => other.id !== delivery.id && (other.status !== 'due' || isBefore(other, delivery)),
  );
  const knowing = { ...known, deliveries: others };
  const journey = new Journey(compiled, knowing, run, delivery.anonymousId ?? lastDevice, site, now);
  const ended = journey.ended(run);
  if (ended) return { reason: ended.reason, until: null };
  const closed = journey.closedGate();
  if (closed) return { reason: closed, until: null };
  const isPush = delivery.channel === 'push';
  const refused = isPush ? journey.pushRefused(waitBefore(compiled.campaign, delivery.step)) : null;
  // That nobody can be reached is found out where it is sent.
  if (refused?.kind === 'skip' && refused.reason !== 'no_subscription') return { ...refused, until: null };
  if (refused?.kind === 'hold') return refused;
  const until = journey.quietUntil();
  if (until !== null) return { reason: 'quiet_hours', until };
  const cap = isPush ? journey.pushCap() : null;
  return cap === null ? null : { reason: cap, until: null };
}

/** The same at a person, of a delivery of a device that only lends what it hears: what he has done, and was told already. */
export function objectionOfPerson(
  delivery: Delivery,
  known: JourneyData,
  lastDevice: string,
  site: Site,
  now: number,
): string | null {
  const { campaign, step, run, at } = delivery;
  if (run === null) return saysSame(delivery, known.deliveries) ? 'said_elsewhere' : null;
  const compiled = site.program.byId.get(campaign);
  if (!compiled) return null;
  const of: Run = { entry: { at: run ?? at, cause: '' }, passed: [], ended: null };
  const told = { ...known, history: believed(known.history) };
  const journey = new Journey(compiled, told, of, lastDevice, site, now);
  const ended = journey.ended(of);
  if (ended) return ended.reason;
  if (delivery.channel === 'push' && journey.hasEndedPush()) return 'unsubscribed';
  const isSaid = known.deliveries.some(
    (one) =>
      one.campaign === campaign &&
      one.step === step &&
      one.at >= of.entry.at &&
      (one.status === 'sent' || one.status === 'due'),
  );
  return isSaid ? 'said_elsewhere' : null;
}

/** Whether the same broadcast has been, or is being, said to this person. */
function saysSame({ campaign, version }: Delivery, others: readonly Delivery[]): boolean {
  return others.some(
    (other) =>
      other.campaign === campaign &&
      other.version === version &&
      (other.status === 'sent' || other.status === 'due'),
  );
}

/** Devices that were asked one by one, and then turned out to be one person's, have one message. */
function comesBefore(other: Delivery, { campaign, version, id }: Delivery): boolean {
  if (other.id === id || other.campaign !== campaign || other.version !== version) return false;
  return other.status === 'sent' || (other.status === 'due' && other.id < id);
}

/** One visitor's journey, as its steps ask about it. */
export class Journey implements Ask {
  readonly device: string;
  readonly #compiled: CompiledCampaign;
  readonly #known: JourneyData;
  readonly #run: Run;
  readonly #site: Site;
  readonly #now: number;
  #seen: { sight: Sight; situation: Situation } | null = null;

  constructor(
    compiled: CompiledCampaign,
    known: JourneyData,
    run: Run,
    lastDevice: string,
    site: Site,
    now: number,
  ) {
    this.#compiled = sent(compiled);
    this.#known = known;
    this.#run = run;
    this.#site = site;
    this.#now = now;
    const [target] = subscriptionsByLife(known, lastSeenOf(known.history));
    this.device = target?.anonymousId ?? lastDevice;
  }

  ended({ entry }: Run): Run['ended'] {
    const { exits, goal, exitRules, campaign } = this.#compiled;
    const { reached } = this.#known.ledger;
    const newest = (key: string) => reached[key]?.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
    const { fact } = campaign.entry;
    // A purchase changes carts, also those that it leaves something in: that is no new cart that was left.
    const isOver = (at: number) => (fact === 'cart.updatedAt' ? at >= entry.at : at > entry.at);
    const exitedAt = Math.max(...exits.map(newest));
    if (isOver(exitedAt)) return { at: exitedAt, reason: 'exit' };
    const goalAt = goal === null ? Number.NEGATIVE_INFINITY : newest(goal);
    if (isOver(goalAt)) return { at: goalAt, reason: 'converted' };
    if (campaign.entry.on === 'fact' && fact && momentOf(fact, this.#known.history) === null) {
      return { at: this.#now, reason: 'entry_gone' };
    }
    if (exitRules.length === 0) return null;
    const { data } = this.#look().situation;
    return exitRules.some((holds) => holds(data) === true) ? { at: this.#now, reason: 'exit' } : null;
  }

  branch({ id }: { id: string }): boolean {
    return this.#compiled.branches.get(id)?.(this.#look().situation.data) === true;
  }

  zone(of: string): string {
    if (of === 'site') return this.#site.settings.timeZone;
    return of === 'visitor' ? this.#look().situation.shared.now.timezone : of;
  }

  message(step: SentStep, waitedMs: number): Verdict {
    const closed = this.closedGate();
    if (closed === 'not_matched' || closed?.startsWith('missing')) return { kind: 'end', reason: 'audience' };
    if (closed) return { kind: 'skip', reason: closed };
    const refused = step.channel === 'push' ? this.pushRefused(waitedMs) : this.#unreachable(step);
    if (refused) return refused;
    const until = this.quietUntil();
    if (until !== null) return { kind: 'hold', until, reason: 'quiet_hours' };
    const cap = step.channel === 'push' ? this.pushCap() : null;
    if (cap) return { kind: 'skip', reason: cap };
    const { variant, control } = this.armOf(step);
    return control ? { kind: 'held_out', variant, reason: control } : { kind: 'send', variant };
  }

  variantOf(step: SentStep): string {
    return this.armOf(step).variant;
  }

  /** What the gates are asked about. */
  get situation(): Situation {
    return this.#look().situation;
  }

  armOf(step: SentStep): Arm {
    const variants = step.channel === 'push' ? step.variants : [{ key: 'a', weight: 1 }];
    const { unit, holdout, exposures, test } = this.#look().situation;
    return armOf(this.#compiled.campaign, unit, holdout, exposures, test, variants);
  }

  /** The reason of the first gate that is closed; `null`: none is. */
  closedGate(): string | null {
    const found = firstClosed(SENT_GATES, this.#compiled, this.#look().situation);
    return found.closed === null ? null : found.closed === 'audience' ? 'not_matched' : found.reason;
  }

  quietUntil(): number | null {
    const { timezone } = this.#look().situation.shared.now;
    return quietUntil(this.#compiled.campaign.quietHours, this.#now, timezone);
  }

  /** The cap on pushes that is reached; `null`: none is, or none is asked for. */
  pushCap(): string | null {
    if (this.#compiled.campaign.cap === null) return null;
    const { timezone } = this.#look().situation.shared.now;
    return reachedPushCap(this.#known.deliveries, this.#site.settings.push, this.#now, timezone);
  }

  hasEndedPush(): boolean {
    const { history } = this.#known;
    const { push } = consentsOf(history.consents, history.claimedConsents);
    // Who claims to be the visitor does not speak for him.
    return push?.state === 'withdrawn' && !push.claimed;
  }

  /** Why the visitor does not want to be sent a push; `null`: nothing was said. */
  unwanted(): string | null {
    if (this.hasEndedPush()) return 'unsubscribed';
    return this.#look().situation.shared.consent.marketing === false ? 'consent' : null;
  }

  /** @param waitedMs how long the journey has waited before the message */
  pushRefused(waitedMs: number): Extract<Verdict, { kind: 'hold' | 'skip' }> | null {
    const { history, subscriptions } = this.#known;
    const window = Math.min(ON_SITE_MS, waitedMs);
    const presence = lastPresence(history);
    if (presence !== null && this.#now - presence < window) {
      return { kind: 'hold', until: presence + window, reason: 'on_site' };
    }
    if (subscriptions.length === 0) return { kind: 'skip', reason: 'no_subscription' };
    const reason = this.unwanted();
    return reason === null ? null : { kind: 'skip', reason };
  }

  #unreachable({ webhook: { address, topic } }: WebhookStep): Verdict | null {
    const found = address && addressFor(this.#known.history, address, topic ?? null);
    return found && 'reason' in found ? { kind: 'skip', reason: found.reason } : null;
  }

  #look() {
    if (!this.#seen) {
      const sight = sightOf(this.#known, this.device, this.#site, this.#now);
      const moment = { anonymousId: this.device, cause: null, armedAt: this.#run.entry.at };
      // That the popup with which it began could not be worded is nothing against what is sent.
      const known = { ...this.#known, refusals: [] };
      const situation = situationOf(known, this.#compiled, this.#site, moment, this.#now, sight);
      this.#seen = { sight, situation };
    }
    return this.#seen;
  }
}

/** As the gates see what is sent: no popup covers a page. */
export function sent(compiled: CompiledCampaign): CompiledCampaign {
  const { campaign } = compiled;
  return popupOf(campaign)
    ? { ...compiled, campaign: { ...campaign, steps: campaign.steps.slice(1) } }
    : compiled;
}

/** By what the visitor has entered, oldest first. */
function entriesOf({ campaign, entry }: CompiledCampaign, { ledger, history }: JourneyData): Entry[] {
  if (entry !== null) return (ledger.reached[entry] ?? []).map(({ at, id }) => ({ at, cause: id }));
  const moment = momentOf(campaign.entry.fact ?? 'visitor.lastSeen', history);
  return moment === null ? [] : [{ at: moment, cause: 'moment' }];
}

/** ms since the epoch; `null`: there is none. */
function momentOf(fact: EntryFact, history: History): number | null {
  switch (fact) {
    case 'cart.updatedAt':
      // What was bought elsewhere meanwhile is no cart that somebody has left.
      return cartToRestore(history)?.updatedAt ?? null;
    case 'visitor.lastSeen': {
      // A server may tell of the order after the page was left: whoever buys is there.
      const times = [lastPresence(history), lastOrderAt(history)].filter((time) => time !== null);
      return times.length > 0 ? Math.max(...times) : null;
    }
    case 'visitor.lastOrderAt':
      return lastOrderAt(history);
  }
}

function lastOrderAt({ orders }: History): number | null {
  return orders.list.at(-1)?.at ?? null;
}

/** When each device was last on a page, ms since the epoch. */
export function lastSeenOf({ sessions }: Pick<History, 'sessions'>): (anonymousId: string) => number {
  return (anonymousId) => sessions.findLast((session) => session.anonymousId === anonymousId)?.end ?? 0;
}

function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

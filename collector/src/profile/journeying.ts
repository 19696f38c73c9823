import { armOf } from '../campaigns/experiment.ts';
import { firstClosed, type Situation } from '../campaigns/gates.ts';
import {
  type Advanced,
  type Ask,
  advance,
  type Entry,
  offeredStep,
  type Run,
  runOf,
  timeToLive,
  type Verdict,
} from '../campaigns/journey.ts';
import { offerOf } from '../campaigns/offer.ts';
import type { CompiledCampaign } from '../campaigns/program.ts';
import { quietUntil } from '../campaigns/quiet-hours.ts';
import type { EntryFact } from '../campaigns/schema.ts';
import type { SentStep } from '../campaigns/steps.ts';
import type { Site } from '../sites.ts';
import { currentCart } from './cart.ts';
import { consentsOf } from './consents.ts';
import { addDeliveries, type Delivery, reachedPushCap } from './deliveries.ts';
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

type Known = Pick<
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
const GATES = ['status', 'schedule', 'consent', 'audience', 'suppression'] as const;

/**
 * Takes every journey of the site as far as it goes for this visitor. The ledger must be up to date.
 *
 * @param lastDevice the device of the newest event
 * @param makeId of a delivery
 */
export function journeysNow(
  known: Known,
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
    const run = runOf(campaign, own(known.journeys, campaign.id), entries);
    if (!run || run.ended) continue;
    const sent = [...known.deliveries, ...outcome.deliveries];
    const journey = new Journey(compiled, { ...known, deliveries: sent }, run, lastDevice, site, now);
    const newest = entries.at(-1)?.at ?? run.entry.at;
    const { run: next, waiting } = advance(campaign, run, newest, journey, now);
    outcome.standings.push({ compiled, run: next, waiting });
    if (waiting) outcome.wakeAt = Math.min(outcome.wakeAt ?? waiting.until, waiting.until);
    if (!next.ended && next.passed.length === run.passed.length) continue;
    outcome.runs[campaign.id] = next;
    for (const { step, outcome: came, reason = null } of next.passed.slice(run.passed.length)) {
      const message = campaign.steps.find(({ id }) => id === step);
      if (message?.type !== 'message' || message.channel === 'popup') continue;
      const status = came === 'sent' ? 'due' : came;
      if (status !== 'due' && status !== 'skipped' && status !== 'held_out') continue;
      const of = {
        campaign: campaign.id,
        version: campaign.version,
        variant: journey.variantOf(message),
        step,
      };
      outcome.deliveries.push({
        ...of,
        id: makeId(of),
        channel: message.channel,
        run: next.entry.at,
        at: now,
        until: now + timeToLive(campaign, step),
        status,
        reason,
        tries: 0,
        nextTryAt: now,
        anonymousId: journey.device,
        answered: null,
      });
    }
  }
  return outcome;
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
  known: Known,
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
  known: Known,
  lastDevice: string,
  site: Site,
  now: number,
): { reason: string; until: number | null } | null {
  const isBroadcast = delivery.run === null;
  if (isBroadcast && compiled?.campaign.status === 'paused') {
    return { reason: 'paused', until: now + PAUSED_MS };
  }
  if (compiled?.campaign.status !== 'live') return { reason: 'status', until: null };
  if (now > delivery.until) return { reason: 'late', until: null };
  const others = known.deliveries.filter(({ id }) => id !== delivery.id);
  if (isBroadcast && others.some((other) => comesBefore(other, delivery))) {
    return { reason: 'repeated', until: null };
  }
  const run: Run = { entry: { at: delivery.run ?? delivery.at, cause: '' }, passed: [], ended: null };
  const journey = new Journey(
    compiled,
    { ...known, deliveries: others },
    run,
    delivery.anonymousId ?? lastDevice,
    site,
    now,
  );
  const ended = journey.ended(run);
  if (ended) return { reason: ended.reason, until: null };
  const closed =
    journey.closedGate() ??
    (delivery.channel === 'push' ? journey.unwanted() : null) ??
    // That of a journey was seen when its step was passed; a broadcast's may have waited for the morning.
    (isBroadcast ? journey.pushCap() : null);
  if (closed) return { reason: closed, until: null };
  const until = journey.quietUntil();
  return until === null ? null : { reason: 'quiet_hours', until };
}

/** Devices that were asked one by one, and then turned out to be one person's, have one message. */
function comesBefore(other: Delivery, { campaign, version, id }: Delivery): boolean {
  if (other.campaign !== campaign || other.version !== version) return false;
  return other.status === 'sent' || (other.status === 'due' && other.id < id);
}

/** One visitor's journey, as its steps ask about it. */
class Journey implements Ask {
  readonly device: string;
  readonly #compiled: CompiledCampaign;
  readonly #known: Known;
  readonly #run: Run;
  readonly #site: Site;
  readonly #now: number;
  #seen: { sight: Sight; situation: Situation } | null = null;

  constructor(
    compiled: CompiledCampaign,
    known: Known,
    run: Run,
    lastDevice: string,
    site: Site,
    now: number,
  ) {
    this.#compiled = compiled;
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
    const exitedAt = Math.max(...exits.map(newest));
    if (exitedAt > entry.at) return { at: exitedAt, reason: 'exit' };
    const goalAt = goal === null ? Number.NEGATIVE_INFINITY : newest(goal);
    if (goalAt > entry.at) return { at: goalAt, reason: 'converted' };
    const { fact } = campaign.entry;
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
    const refused = step.channel === 'push' ? this.#pushRefused(waitedMs) : null;
    if (refused) return refused;
    const until = this.quietUntil();
    if (until !== null) return { kind: 'hold', until, reason: 'quiet_hours' };
    const cap = step.channel === 'push' ? this.pushCap() : null;
    if (cap) return { kind: 'skip', reason: cap };
    const { variant, control } = this.#armOf(step);
    return control ? { kind: 'held_out', variant, reason: control } : { kind: 'send', variant };
  }

  variantOf(step: SentStep): string {
    return this.#armOf(step).variant;
  }

  /** The reason of the first gate that is closed; `null`: none is. */
  closedGate(): string | null {
    const found = firstClosed(GATES, this.#compiled, this.#look().situation);
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

  /** Why the visitor does not want to be sent a push; `null`: nothing was said. */
  unwanted(): string | null {
    const { history } = this.#known;
    const { push } = consentsOf(history.consents, history.claimedConsents);
    if (push?.state === 'withdrawn') return 'unsubscribed';
    return this.#look().situation.shared.consent.marketing === false ? 'consent' : null;
  }

  #pushRefused(waitedMs: number): Verdict | null {
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

  #armOf(step: SentStep) {
    const variants = step.channel === 'push' ? step.variants : [{ key: 'a', weight: 1 }];
    const { unit, holdout, exposures, test } = this.#look().situation;
    return armOf(this.#compiled.campaign, unit, holdout, exposures, test, variants);
  }

  #look() {
    if (!this.#seen) {
      const sight = sightOf(this.#known, this.device, this.#site, this.#now);
      const moment = { anonymousId: this.device, cause: null, armedAt: this.#run.entry.at };
      const situation = situationOf(this.#known, this.#compiled, this.#site, moment, this.#now, sight);
      this.#seen = { sight, situation };
    }
    return this.#seen;
  }
}

/** By what the visitor has entered, oldest first. */
function entriesOf({ campaign, entry }: CompiledCampaign, { ledger, history }: Known): Entry[] {
  if (entry !== null) return (ledger.reached[entry] ?? []).map(({ at, id }) => ({ at, cause: id }));
  const moment = momentOf(campaign.entry.fact ?? 'visitor.lastSeen', history);
  return moment === null ? [] : [{ at: moment, cause: 'moment' }];
}

/** ms since the epoch; `null`: there is none. */
function momentOf(fact: EntryFact, history: History): number | null {
  switch (fact) {
    case 'cart.updatedAt':
      return currentCart(history.carts)?.updatedAt ?? null;
    case 'visitor.lastSeen':
      return lastPresence(history);
    case 'visitor.lastOrderAt':
      return history.orders.list.at(-1)?.at ?? null;
  }
}

/** When each device was last on a page, ms since the epoch. */
export function lastSeenOf({ sessions }: Pick<History, 'sessions'>): (anonymousId: string) => number {
  return (anonymousId) => sessions.findLast((session) => session.anonymousId === anonymousId)?.end ?? 0;
}

function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

import { type Arm, armOf } from '../campaigns/experiment.ts';
import { firstClosed, type Situation } from '../campaigns/gates.ts';
import type { Ask, Run, Verdict } from '../campaigns/journey.ts';
import type { CompiledCampaign } from '../campaigns/program.ts';
import { quietUntil } from '../campaigns/quiet-hours.ts';
import type { EntryFact } from '../campaigns/schema.ts';
import { popupOf, type SentStep, type WebhookStep } from '../campaigns/steps.ts';
import type { Site } from '../sites.ts';
import { addressFor } from './addresses.ts';
import { cartToRestore } from './cart-to-restore.ts';
import { consentsOf } from './consents.ts';
import { reachedPushCap } from './deliveries.ts';
import type { History } from './history.ts';
import { lastPresence } from './presence.ts';
import { lastSeenOf } from './sessions.ts';
import { type Sight, sightOf, situationOf } from './situation.ts';
import type { State } from './state.ts';
import { subscriptionsByLife } from './subscriptions.ts';

/** "On the site now", ms: who did something so shortly ago, or more shortly than the journey has waited. */
export const ON_SITE_MS = 120_000;

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

/** One visitor's journey, as its steps ask about it. */
export class VisitorJourney implements Ask {
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

/** ms since the epoch; `null`: there is none. */
export function momentOf(fact: EntryFact, history: History): number | null {
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

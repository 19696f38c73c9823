import type { TestVisitor } from '../campaigns/experiment.ts';
import type { Exposure } from '../campaigns/exposures.ts';
import type { GateTrace } from '../campaigns/gates.ts';
import { joinedRun, type Run } from '../campaigns/journey.ts';
import type { Trace } from '../campaigns/logic.ts';
import { setOwn } from '../message.ts';
import type { StoredSubscription } from '../push/subscription.ts';
import { addDeliveries, cancelRepeats, type Delivery } from './deliveries.ts';
import type { Stated } from './facts.ts';
import { emptyHistory, type History } from './history.ts';
import { emptyLedger, type Ledger } from './ledger.ts';
import type { KnownDevice, Link } from './link.ts';
import { addSubscriptions } from './subscriptions.ts';

/** A claim that was answered with no: kept so that asking again gives the same answer. */
export interface Refusal {
  claimId: string;
  reason: string;
  campaign: string;
  /** ms since the epoch. */
  at: number;
  /** The device that asked. */
  anonymousId?: string;
}

/** What was decided of a campaign, and why: kept for those who ask. */
export interface LoggedDecision {
  /** ms since the epoch. */
  at: number;
  /** `sent`, `skipped`: a journey's message, or broadcast. */
  outcome: 'armed' | 'shown' | 'control' | 'refused' | 'sent' | 'skipped';
  campaign: string;
  version: number;
  variant: string;
  gate: string | null;
  reason: string | null;
  trace: { gates: GateTrace[]; audience?: Trace };
  /** The device that it was decided for. */
  anonymousId?: string;
}

/** A code that this visitor has from a pool. */
export interface HeldCode {
  code: string;
  /** ISO 8601; `null`: it does not run out. */
  expiresAt: string | null;
  /** When it was drawn, ms since the epoch. */
  at: number;
  /** The device that was shown it. */
  anonymousId?: string;
}

/** What a profile knows besides its chunks. */
export interface State {
  v: 1;
  history: History;
  /** Of a device: when it began to belong to nobody, ms since the epoch; see {@link Link.epoch}. */
  epoch: number;
  /** Of a device on which somebody has identified; of an e-mail or phone whose user id is known. */
  link: Link | null;
  /** Of a device that belongs to nobody: whom it has belonged to. */
  formerly: string[];
  /** Of a device: hashes of messages that earlier people have; sent again, they are not news of the present one. */
  foreign: number[];
  /** Of a device: chunks that a person gave back, by id; they are put aside before somebody else gets the others. */
  own: string[];
  /**
   * Of a device: what it was shown and given before this time (ms since the epoch) was put aside with the chunks of that
   * time, and is nobody else's.
   */
  aside: number;
  /** Of a device: chunks that its person has no copy of yet. */
  unlent: string[];
  /** Of a person. */
  devices: KnownDevice[];
  /** Of a person: `<anonymousId>/<epoch>` of devices that turned out not to be his. */
  disowned: string[];
  /** Of a person: the objects of e-mails, phones and cards that have led here. */
  contacts: string[];
  /** Everything is being erased; nothing more is taken until that is done. */
  forgetting: boolean;
  /** Popups shown, oldest first: born here, so no message holds them. */
  exposures: Exposure[];
  refusals: Refusal[];
  /** Newest last. */
  decisions: LoggedDecision[];
  /** When it was entered (ms since the epoch), by id of the segment. */
  segments: Record<string, number>;
  /** By pool. */
  coupons: Record<string, HeldCode>;
  /** Somebody of the shop, who tries campaigns out. */
  test: TestVisitor | null;
  /** The last run of each journey in which something was done, by campaign; see campaigns/journey.ts. */
  journeys: Record<string, Run>;
  deliveries: Delivery[];
  /** Browsers that take push messages. */
  subscriptions: StoredSubscription[];
  ledger: Ledger;
  /** Chunks that the store has not confirmed. */
  unconfirmed: string[];
  /** Chunks that the store must still erase. */
  erasing: string[];
  /** Facts that the store has, as far as is remembered: the others are told again. */
  stated: Stated;
  /** Facts that are not so any more, and that the store may still have. */
  retracted: string[];
  /** Of a person: devices whose facts the store must forget once more, when none of them is on its way any more. */
  purging: string[];
  /** When messages came last, ms since the epoch. */
  heardAt: number;
  /** Of the facts: the time of the last write, ms since the epoch, and greater with each. */
  revision: number;
  /** Place of the chunk that came last. */
  places: number;
  /** Messages since the checkpoint. */
  sinceCheckpoint: number;
}

const MAX_EXPOSURES = 200;
const MAX_REFUSALS = 20;
const MAX_DECISIONS = 20;
/** Characters of a logged trace as JSON; of a longer one the parts of the rule are left out. */
const MAX_TRACE_LENGTH = 3_000;
export const MAX_DISOWNED = 100;
export const MAX_CONTACTS = 100;
export const MAX_FOREIGN = 1_000;

export function emptyState(): State {
  return {
    v: 1,
    history: emptyHistory(),
    epoch: 0,
    link: null,
    formerly: [],
    foreign: [],
    own: [],
    aside: 0,
    unlent: [],
    devices: [],
    disowned: [],
    contacts: [],
    forgetting: false,
    exposures: [],
    refusals: [],
    decisions: [],
    segments: {},
    coupons: {},
    test: null,
    journeys: {},
    deliveries: [],
    subscriptions: [],
    ledger: emptyLedger(),
    unconfirmed: [],
    erasing: [],
    stated: {},
    retracted: [],
    purging: [],
    heardAt: 0,
    revision: 0,
    places: 0,
    sinceCheckpoint: 0,
  };
}

/** Adds what was not counted yet, in the order of their times. */
export function addExposures(state: State, exposures: readonly Exposure[]): void {
  const fresh = exposures.filter(
    ({ claimId }) => !state.exposures.some((known) => known.claimId === claimId),
  );
  const all = [...state.exposures, ...fresh].sort((a, b) => a.at - b.at);
  // The first of each campaign says in which arm of the experiment the visitor is.
  const firsts = new Set(new Map(all.toReversed().map((exposure) => [exposure.campaign, exposure])).values());
  state.exposures = all.filter((exposure, i) => i >= all.length - MAX_EXPOSURES || firsts.has(exposure));
}

/** Whoever was in a segment is in it since then, and does not enter it again. */
export function addSegments(state: Pick<State, 'segments'>, segments: Readonly<State['segments']>): void {
  for (const [segment, since] of Object.entries(segments)) {
    const known = Object.hasOwn(state.segments, segment) ? state.segments[segment] : undefined;
    setOwn(state.segments, segment, Math.min(known ?? since, since));
  }
}

/** Of two codes of one pool the one that was drawn first stays. */
export function addCoupons(state: State, coupons: Readonly<Record<string, HeldCode>>): void {
  for (const [pool, held] of Object.entries(coupons)) {
    const known = Object.hasOwn(state.coupons, pool) ? state.coupons[pool] : undefined;
    if (!known || held.at < known.at) setOwn(state.coupons, pool, held);
  }
}

function withShortTrace(decision: LoggedDecision): LoggedDecision {
  const { gates, audience } = decision.trace;
  if (!audience || JSON.stringify(audience).length <= MAX_TRACE_LENGTH) return decision;
  const { children: _, ...verdict } = audience;
  return { ...decision, trace: { gates, audience: verdict } };
}

/** What an object has decided of campaigns, and what hangs on it. */
export type Decided = Pick<
  State,
  'refusals' | 'decisions' | 'coupons' | 'test' | 'journeys' | 'deliveries' | 'subscriptions'
>;

export function nothingDecided(): Decided {
  const { refusals, decisions, coupons, test, journeys, deliveries, subscriptions } = emptyState();
  return { refusals, decisions, coupons, test, journeys, deliveries, subscriptions };
}

/** Takes over what another object has decided of campaigns; repeating it changes nothing. */
export function addDecided(state: State, decided: Decided): void {
  const { refusals, decisions, coupons, test, journeys, deliveries, subscriptions } = decided;
  addCoupons(state, coupons);
  state.test ??= test;
  for (const [campaign, run] of Object.entries(journeys)) {
    const known = Object.hasOwn(state.journeys, campaign) ? state.journeys[campaign] : undefined;
    setOwn(state.journeys, campaign, known ? joinedRun(known, run) : run);
  }
  addDeliveries(state, deliveries);
  cancelRepeats(state);
  addSubscriptions(state, subscriptions);
  for (const refusal of refusals) {
    if (!state.refusals.some(({ claimId }) => claimId === refusal.claimId)) addRefusal(state, refusal);
  }
  const texts = new Set(state.decisions.map((decision) => JSON.stringify(decision)));
  const fresh = decisions.filter((decision) => !texts.has(JSON.stringify(decision)));
  state.decisions = [...state.decisions, ...fresh].sort((a, b) => a.at - b.at).slice(-MAX_DECISIONS);
}

/** Of one campaign the newest arming is enough: the log is for what differs. */
export function logDecision(state: State, decision: LoggedDecision): void {
  const others = state.decisions.filter(
    ({ outcome, campaign }) =>
      decision.outcome !== 'armed' || outcome !== 'armed' || campaign !== decision.campaign,
  );
  state.decisions = [...others, withShortTrace(decision)].slice(-MAX_DECISIONS);
}

export function addRefusal(state: State, refusal: Refusal): void {
  state.refusals = [...state.refusals, refusal].slice(-MAX_REFUSALS);
}

/** What one device was shown, and what was decided for it. */
export function decidedFor(
  { exposures, refusals, decisions, deliveries, journeys }: State,
  anonymousId: string,
): Pick<State, 'exposures' | 'refusals' | 'decisions' | 'deliveries' | 'journeys'> {
  const theirs = (one: { anonymousId?: string | null | undefined }) => one.anonymousId === anonymousId;
  const said = deliveries.filter(theirs);
  // What was said there is not said there again.
  const inJourneys = Object.entries(journeys).filter(([id]) => said.some(({ campaign }) => campaign === id));
  return {
    deliveries: said,
    journeys: Object.fromEntries(inJourneys),
    exposures: exposures.filter(theirs),
    refusals: refusals.filter(theirs),
    decisions: decisions.filter(theirs),
  };
}

/**
 * The time at which something is accepted or decided, ms since the epoch: later than all that was before, so that it
 * can be told afterwards what a decision knew.
 */
export function nextMoment({ heardAt, exposures, refusals }: State, now: number): number {
  const before = Math.max(heardAt, exposures.at(-1)?.at ?? 0, refusals.at(-1)?.at ?? 0);
  return Math.max(now, before + 1);
}

/** Leaves to nobody what was shown, given and decided before a time, and all that follows from what was said then. */
export function putAside(state: State, before: number): void {
  const later = ({ at }: { at: number }) => at >= before;
  state.exposures = state.exposures.filter(later);
  state.refusals = state.refusals.filter(later);
  state.decisions = state.decisions.filter(later);
  state.coupons = Object.fromEntries(Object.entries(state.coupons).filter(([, held]) => later(held)));
  state.segments = {};
  state.journeys = {};
  state.deliveries = state.deliveries.filter(later);
  state.subscriptions = [];
  state.ledger = emptyLedger();
  state.aside = before;
}

export function addForeign(state: State, hashes: readonly number[]): void {
  state.foreign = [...new Set([...state.foreign, ...hashes])].slice(-MAX_FOREIGN);
}

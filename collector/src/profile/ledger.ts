import { addToFacts, type FactStates } from '../campaigns/behaviour.ts';
import { type Exposure, OUTCOMES, type Outcome, type Outcomes } from '../campaigns/exposures.ts';
import { conversionsOf, lastConversion, type Reached, withReached } from '../campaigns/goals.ts';
import type { CompiledCampaign, Program, Watch } from '../campaigns/program.ts';
import { valuesAt } from '../campaigns/property-path.ts';
import { ownString, type StoredMessage, setOwn, toNumber } from '../message.ts';
import { isOrderEvent } from './orders.ts';

/**
 * What campaigns remember of a profile's events: facts that they declare, goals, and what became of their popups. Each
 * message is added once, in any order, with the same result; so what comes late costs no more than what comes in time.
 */
export interface Ledger {
  /** Of the last chunk whose messages are in it. */
  place: number;
  /** Of the {@link Program.keys} that it was made for. */
  keys: number;
  facts: FactStates;
  /** Of each {@link Watch}, the newest events, the oldest of them first. */
  reached: Record<string, Reached[]>;
  /** By campaign: what of its goal was reached after an exposure. It stays when newer events push out those above. */
  converted: Record<string, Converted>;
  outcomes: Outcomes;
}

/** For this goal, a {@link Watch}; the conversions, oldest first, and the time of the last one after any exposure. */
interface Converted {
  goal: string;
  events: Reached[];
  last: number | null;
}

const MAX_REACHED = 50;
const MAX_CONVERSIONS = 200;
/** Campaigns of which outcomes are remembered. */
const MAX_CAMPAIGNS = 300;

export function emptyLedger(): Ledger {
  return { place: 0, keys: 0, facts: {}, reached: {}, converted: {}, outcomes: {} };
}

/**
 * Brings a ledger up to date: what has come since is added, and what nobody had asked for before is made from all that is
 * held. What was remembered of chunks that are folded by now stays.
 *
 * @param messages those of the chunks behind a place, up to another
 */
export function catchUp(
  ledger: Ledger,
  program: Program,
  lastPlace: number,
  messages: (after: number, upTo: number) => readonly StoredMessage[],
): void {
  if (ledger.keys !== program.digest) {
    const { facts, reached, place } = ledger;
    ledger.facts = {};
    ledger.reached = {};
    const outcomes = structuredClone(ledger.outcomes);
    for (const message of messages(0, place)) addToLedger(ledger, program, message);
    for (const key of program.keys) {
      if (facts[key]) ledger.facts[key] = facts[key];
      if (reached[key]) ledger.reached[key] = reached[key];
    }
    ledger.outcomes = outcomes;
    ledger.keys = program.digest;
  }
  if (ledger.place === lastPlace) return;
  for (const message of messages(ledger.place, lastPlace)) addToLedger(ledger, program, message);
  ledger.place = lastPlace;
}

/** Adds a message, which must not have been added before. */
export function addToLedger(ledger: Ledger, program: Program, message: StoredMessage): void {
  if (message.event === undefined) return;
  addToFacts(ledger.facts, program.facts, message);
  for (const watch of program.watches.get(message.event) ?? []) addReached(ledger, watch, message);
  const outcome = OUTCOMES.find((name) => message.event === `popup_${name}`);
  // `id@version`; a popup that was dismissed once stays away, whichever version comes next.
  const campaign = outcome && ownString(message.properties, 'campaign')?.split('@')[0];
  if (outcome && campaign) addOutcome(ledger.outcomes, campaign, outcome, Date.parse(message.timestamp));
}

function addReached({ reached }: Ledger, { key, where, value }: Watch, message: StoredMessage): void {
  const { properties = {}, messageId, timestamp } = message;
  if (where && where(properties) !== true) return;
  const [worth] = valuesAt(properties, value.split('.')).map(toNumber);
  reached[key] = withReached(reached[key] ?? [], {
    at: Date.parse(timestamp),
    id: (isOrderEvent(message) && ownString(properties, 'transaction_id')) || messageId,
    value: worth ?? null,
    currency: ownString(properties, 'currency'),
  });
}

/** Notes which goals were reached after an exposure, before newer events push them out. */
export function noteConversions(ledger: Ledger, program: Program, exposures: readonly Exposure[]): void {
  for (const [id, mine] of Map.groupBy(exposures, (exposure) => exposure.campaign)) {
    const { campaign, goal = null } = program.byId.get(id) ?? {};
    if (!campaign || goal === null) continue;
    const before = ledger.converted[campaign.id];
    const known = before?.goal === goal ? before : { events: [], last: null };
    const candidates = (ledger.reached[goal] ?? []).reduce<readonly Reached[]>(withReached, known.events);
    const events = conversionsOf(campaign, mine, candidates).map(({ at, id, value, currency }) => ({
      at,
      id,
      value,
      currency,
    }));
    const last = latest(known.last, lastConversion(campaign.goal, mine, candidates));
    if (events.length > 0 || last !== null) {
      ledger.converted[campaign.id] = { goal, events: events.slice(-MAX_CONVERSIONS), last };
    }
  }
  for (const [key, events] of Object.entries(ledger.reached)) {
    if (events.length > MAX_REACHED) ledger.reached[key] = events.slice(-MAX_REACHED);
  }
}

/** When a campaign's goal was last reached after an exposure to it, ms since the epoch. */
export function convertedAt(
  { converted, reached }: Ledger,
  { campaign, goal }: CompiledCampaign,
  exposures: readonly Exposure[],
): number | null {
  if (goal === null) return null;
  const mine = exposures.filter((exposure) => exposure.campaign === campaign.id);
  if (mine.length === 0) return null;
  const known = converted[campaign.id];
  const now = lastConversion(campaign.goal, mine, reached[goal] ?? []);
  return known?.goal === goal ? latest(known.last, now) : now;
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function addOutcome(outcomes: Outcomes, campaign: string, outcome: Outcome, at: number): void {
  const known = Object.hasOwn(outcomes, campaign) ? outcomes[campaign] : undefined;
  const full = Object.keys(outcomes).length >= MAX_CAMPAIGNS;
  if (!known && full) return;
  const [count, last] = known?.[outcome] ?? [0, at];
  setOwn(outcomes, campaign, { ...known, [outcome]: [count + 1, Math.max(last, at)] });
}

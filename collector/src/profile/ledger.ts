import { addToFacts, type FactStates } from '../campaigns/behaviour.ts';
import { OUTCOMES, type Outcome, type Outcomes } from '../campaigns/exposures.ts';
import type { Reached } from '../campaigns/goals.ts';
import type { Program, Watch } from '../campaigns/program.ts';
import { ownNumber, ownString, type StoredMessage, setOwn } from '../message.ts';

/**
 * What campaigns remember of a profile's events: facts that they declare, goals, and what became of their popups. Each
 * message is added once, in any order, with the same result; so what comes late costs no more than what comes in time.
 */
export interface Ledger {
  /** Of the last chunk whose messages are in it. */
  place: number;
  /** {@link Program.digest} of what it was made for. */
  keys: number;
  facts: FactStates;
  /** Of each {@link Watch}, the newest events, the oldest of them first. */
  reached: Record<string, Reached[]>;
  outcomes: Outcomes;
}

const MAX_REACHED = 50;
/** Campaigns of which outcomes are remembered. */
const MAX_CAMPAIGNS = 300;

export function emptyLedger(): Ledger {
  return { place: 0, keys: 0, facts: {}, reached: {}, outcomes: {} };
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
  const campaign = outcome && ownString(message.properties, 'campaign');
  if (outcome && campaign) addOutcome(ledger.outcomes, campaign, outcome, Date.parse(message.timestamp));
}

function addReached({ reached }: Ledger, { key, where, value }: Watch, message: StoredMessage): void {
  const { properties = {}, messageId, timestamp } = message;
  if (where && where(properties) !== true) return;
  const event = {
    at: Date.parse(timestamp),
    messageId,
    value: ownNumber(properties, value),
    currency: ownString(properties, 'currency'),
  };
  reached[key] = [...(reached[key] ?? []), event]
    .sort((a, b) => a.at - b.at || (a.messageId < b.messageId ? -1 : 1))
    .slice(-MAX_REACHED);
}

function addOutcome(outcomes: Outcomes, campaign: string, outcome: Outcome, at: number): void {
  const known = Object.hasOwn(outcomes, campaign) ? outcomes[campaign] : undefined;
  const full = Object.keys(outcomes).length >= MAX_CAMPAIGNS;
  if (!known && full) return;
  const [count, last] = known?.[outcome] ?? [0, at];
  setOwn(outcomes, campaign, { ...known, [outcome]: [count + 1, Math.max(last, at)] });
}

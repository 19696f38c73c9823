import type { JsonObject } from '../../../sdk/src/message.ts';
import { compareMessages, type Identifiers, own, ownString, type StoredMessage, setOwn } from '../message.ts';
import { isWorkerReport } from '../push/worker-report.ts';
import { type Attribution, attributed } from './attribution.ts';
import { applyToCarts, type Carts } from './cart.ts';
import { type Consents, noteConsents, trimConsents } from './consents.ts';
import { applyToOrders, dropOldestOrders, noOrders, type Orders } from './orders.ts';
import { notePresence, type Presence } from './presence.ts';
import { notePrices, type Prices } from './prices.ts';
import { addToSession, type Session, sessionOf } from './sessions.ts';
import { noteSurroundings, type Surroundings } from './surroundings.ts';
import { type CampaignTouch, touchesAt, touchIn, withTouch } from './touches.ts';

/** An account that the person was said to belong to, with what was said of it. */
export interface Membership {
  groupId: string;
  traits: JsonObject;
  /** ms since the epoch. */
  at: number;
  /** Said without proof. */
  claimed: boolean;
}

/**
 * What a profile's messages amount to: a pure function of their set, by folding them in total order.
 * Everything here can be made again from the chunks.
 */
export interface History {
  anonymousIds: string[];
  userId: string | null;
  /** The latest of each; and of those that were not proven, which never hide what is known. */
  identifiers: Identifiers;
  claimedIdentifiers: Identifiers;
  /** Latest value per key. */
  traits: JsonObject;
  /** What devices say that did not prove whose they are; it never hides what is known. */
  claimedTraits: JsonObject;
  /** By what channels the person agreed to be reached; the same of those who proved nothing. */
  consents: Consents;
  claimedConsents: Consents;
  /** Oldest first; how many there were before those. */
  sessions: Session[];
  olderSessions: number;
  attribution: Attribution;
  carts: Carts;
  /** What things cost, as the visitor was told last. */
  prices: Prices;
  orders: Orders;
  /** Messages of campaigns that were clicked not long before the last event, oldest first. */
  clicks: CampaignTouch[];
  /** The account named last stands last. */
  accounts: Membership[];
  /** Client events by canonical name. */
  counters: JsonObject;
  /** Of any message, ms since the epoch. */
  firstSeen: number;
  lastSeen: number;
  /** When each device was on a page. */
  present: Presence;
  /** BCP 47, of the newest message that says so. */
  locale: string | null;
  /** By device. */
  surroundings: Record<string, Surroundings>;
  /** The last message folded in: what is older than it makes the fold start anew. */
  watermark: Watermark | null;
  /** Whether detail was dropped to keep within the limits. */
  truncated: boolean;
}

/** A place in the total order. */
export type Watermark = Pick<StoredMessage, 'timestamp' | 'messageId'>;

/** Bounds of the detail that is kept, so that no visitor's state grows without end; the oldest goes first. */
const MAX_SESSIONS = 200;
const MAX_ACCOUNTS = 20;
const MAX_ANONYMOUS_IDS = 50;
const MAX_TRAITS = 500;
/** Characters of one trait as JSON; a longer one stays in the events alone. */
const MAX_TRAIT_LENGTH = 2_048;
/** Names beyond this number are counted together, under {@link OTHER_EVENTS}. */
const MAX_EVENT_NAMES = 500;
const OTHER_EVENTS = '(other)';

export function emptyHistory(): History {
  return {
    anonymousIds: [],
    userId: null,
    identifiers: {},
    claimedIdentifiers: {},
    traits: {},
    claimedTraits: {},
    consents: {},
    claimedConsents: {},
    sessions: [],
    olderSessions: 0,
    attribution: { first: null, last: null },
    carts: {},
    prices: {},
    orders: noOrders(),
    clicks: [],
    accounts: [],
    counters: {},
    firstSeen: 0,
    lastSeen: 0,
    present: {},
    locale: null,
    surroundings: {},
    watermark: null,
    truncated: false,
  };
}

/** Whether every one of `messages` comes after all that the history holds, so that they can simply be added. */
export function isNewer(history: History, messages: readonly StoredMessage[]): boolean {
  const { watermark } = history;
  return (
    watermark === null ||
    messages.every((message) => message.source === 'collector' || compareMessages(message, watermark) > 0)
  );
}

/** Folds messages, sorted in total order and newer than the history, into it. */
export function extend(history: History, sorted: readonly StoredMessage[], siteCurrency: string): void {
  for (const message of sorted) apply(history, message, siteCurrency);
}

function apply(history: History, message: StoredMessage, siteCurrency: string): void {
  if (message.source === 'collector') return;
  const time = Date.parse(message.timestamp);
  if (history.watermark === null) history.firstSeen = time;
  history.lastSeen = time;
  history.watermark = { timestamp: message.timestamp, messageId: message.messageId };

  const { anonymousId, userId, groupId } = message;
  if (anonymousId && !history.anonymousIds.includes(anonymousId)) {
    history.anonymousIds.push(anonymousId);
    const forgotten = history.anonymousIds.length > MAX_ANONYMOUS_IDS && history.anonymousIds.shift();
    if (forgotten) {
      delete history.surroundings[forgotten];
      delete history.present[forgotten];
    }
  }
  const ofWorker = isWorkerReport(message);
  if (!ofWorker) noteSurroundings(history.surroundings, message);
  notePresence(history.present, message, time);
  const claimed = message.unverified === true;
  if (userId && (!claimed || history.userId === null)) history.userId = userId;
  const identifiers = claimed ? history.claimedIdentifiers : history.identifiers;
  Object.assign(identifiers, message.identifiers);
  if (message.type === 'identify') {
    mergeTraits(claimed ? history.claimedTraits : history.traits, message.traits);
  }
  noteConsents(claimed ? history.claimedConsents : history.consents, message);
  if (groupId) join(history, { groupId, traits: message.traits ?? {}, at: time, claimed });
  const locale = ownString(message.context, 'locale');
  if (locale && !ofWorker && (!claimed || history.locale === null)) history.locale = locale;
  if (message.event === undefined) return;

  count(history.counters, message.event);
  const touch = touchIn(message, time);
  if (touch) history.clicks = withTouch(history.clicks, touch);
  if (ofWorker) return;
  const begun = addToSession(history.sessions, message, time);
  if (begun) history.attribution = attributed(history.attribution, begun.touch);
  dropOldestSessions(history);
  applyToCarts(history.carts, message, time, siteCurrency);
  notePrices(history.prices, message, siteCurrency);
  applyToOrders(history.orders, message, time, siteCurrency, () => {
    const touches = touchesAt(history.clicks, time);
    return {
      session: sessionOf(history.sessions, anonymousId)?.id ?? null,
      attribution: history.attribution,
      ...(touches.length > 0 ? { touches } : {}),
    };
  });
}

/** All traits, the claimed ones behind those that are known. */
export function traitsOf({ traits, claimedTraits }: History): JsonObject {
  const all: JsonObject = {};
  for (const [key, value] of [...Object.entries(claimedTraits), ...Object.entries(traits)]) {
    setOwn(all, key, value);
  }
  return all;
}

/** All names below the user id, the claimed ones behind those that are known. */
export function identifiersOf({
  identifiers,
  claimedIdentifiers,
}: Pick<History, 'identifiers' | 'claimedIdentifiers'>): Identifiers {
  return { ...claimedIdentifiers, ...identifiers };
}

/** The account named last, if possible by somebody who was known. */
export function accountOf({ accounts }: History): Membership | undefined {
  return accounts.findLast(({ claimed }) => !claimed) ?? accounts.at(-1);
}

/** Puts `messages` on top of an earlier history, which is changed. Of a message that is there twice, the first counts. */
export function refolded(
  history: History,
  messages: readonly StoredMessage[],
  siteCurrency: string,
): History {
  const all = new Map<string, StoredMessage>();
  for (const message of messages) {
    if (!all.has(message.messageId) && isNewer(history, [message])) all.set(message.messageId, message);
  }
  extend(history, [...all.values()].sort(compareMessages), siteCurrency);
  return history;
}

export function dropOldestSessions(history: History, count = MAX_SESSIONS): void {
  const dropped = history.sessions.splice(0, Math.max(0, history.sessions.length - count));
  history.olderSessions += dropped.length;
}

/** A membership that is told again moves to the end; its traits are merged. */
function join(history: History, membership: Membership): void {
  const known = history.accounts.find(
    ({ groupId, claimed }) => groupId === membership.groupId && claimed === membership.claimed,
  );
  const traits = { ...known?.traits };
  mergeTraits(traits, membership.traits);
  history.accounts = [
    ...history.accounts.filter((other) => other !== known),
    { ...membership, traits },
  ].slice(-MAX_ACCOUNTS);
}

/** A key that is set again counts as new. */
export function mergeTraits(traits: JsonObject, given: JsonObject | undefined): void {
  for (const [key, value] of Object.entries(given ?? {})) {
    if (JSON.stringify(value).length > MAX_TRAIT_LENGTH) continue;
    delete traits[key];
    setOwn(traits, key, value);
  }
  for (const key of Object.keys(traits).slice(0, -MAX_TRAITS)) delete traits[key];
}

export function count(counters: JsonObject, event: string): void {
  const full = !Object.hasOwn(counters, event) && Object.keys(counters).length >= MAX_EVENT_NAMES;
  const name = full ? OTHER_EVENTS : event;
  const before = own(counters, name);
  setOwn(counters, name, (typeof before === 'number' ? before : 0) + 1);
}

/**
 * Makes a history that is far too large smaller: of each kind of detail the older half goes, totals stay. Only a
 * visitor who does nothing but fill it gets here.
 */
export function trim(history: History): void {
  history.truncated = true;
  dropOldestSessions(history, half(history.sessions));
  dropOldestOrders(history.orders, half(history.orders.list));
  for (const order of history.orders.list) order.items = [];
  history.orders.changes++;
  history.anonymousIds = newerHalf(history.anonymousIds);
  for (const id of Object.keys(history.surroundings)) {
    if (!history.anonymousIds.includes(id)) delete history.surroundings[id];
  }
  for (const id of Object.keys(history.present)) {
    if (!history.anonymousIds.includes(id)) delete history.present[id];
  }
  history.prices = Object.fromEntries(newerHalf(Object.entries(history.prices)));
  history.accounts = newerHalf(history.accounts);
  history.traits = Object.fromEntries(newerHalf(Object.entries(history.traits)));
  history.claimedTraits = Object.fromEntries(newerHalf(Object.entries(history.claimedTraits)));
  trimConsents(history.consents);
  trimConsents(history.claimedConsents);
  const carts = Object.entries(history.carts).sort(([, a], [, b]) => a.updatedAt - b.updatedAt);
  history.carts = Object.fromEntries(newerHalf(carts));
}

function half(list: readonly unknown[]): number {
  return Math.ceil(list.length / 2);
}

function newerHalf<T>(list: readonly T[]): T[] {
  return list.slice(-half(list));
}

import type { JsonObject } from '../../../sdk/src/message.ts';
import { compareMessages, own, ownAmount, ownString, type StoredMessage, setOwn } from '../message.ts';
import { applyToCarts, type Carts, cartValue, type Line, linesOf } from './cart.ts';
import { addToSession, type Session } from './sessions.ts';

export interface Order {
  transactionId: string;
  /** ms since the epoch. */
  at: number;
  value: number;
  currency: string;
  items: Line[];
  /** What was paid back so far, in the same currency. */
  refunded: number;
}

/**
 * What a profile's messages amount to: a pure function of their set, by folding them in total order.
 * Everything here can be made again from the chunks.
 */
export interface History {
  anonymousIds: string[];
  userId: string | null;
  /** Latest value per key. */
  traits: JsonObject;
  sessions: Session[];
  carts: Carts;
  orders: Order[];
  /** Client events by canonical name. */
  counters: JsonObject;
  /** ms since the epoch. */
  firstSeen: number;
  lastSeen: number;
  /** BCP 47, of the newest message that says so. */
  locale: string | null;
  /** The last message folded in: what is older than it makes the fold start anew. */
  watermark: { timestamp: string; messageId: string } | null;
}

/** Bounds of the detail that is kept, so that no visitor's state grows without end; the oldest goes first. */
const MAX_ORDERS = 200;
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
    traits: {},
    sessions: [],
    carts: {},
    orders: [],
    counters: {},
    firstSeen: 0,
    lastSeen: 0,
    locale: null,
    watermark: null,
  };
}

/** Whether every one of `messages` comes after all that the history holds, so that they can simply be added. */
export function isNewer(history: History, messages: readonly StoredMessage[]): boolean {
  const { watermark } = history;
  return watermark === null || messages.every((message) => compareMessages(message, watermark) > 0);
}

/** Folds messages, sorted in total order and newer than the history, into it. */
export function extend(history: History, sorted: readonly StoredMessage[], siteCurrency: string): void {
  for (const message of sorted) apply(history, message, siteCurrency);
}

function apply(history: History, message: StoredMessage, siteCurrency: string): void {
  const time = Date.parse(message.timestamp);
  if (history.watermark === null) history.firstSeen = time;
  history.lastSeen = time;
  history.watermark = { timestamp: message.timestamp, messageId: message.messageId };

  const { anonymousId, userId } = message;
  if (
    anonymousId &&
    !history.anonymousIds.includes(anonymousId) &&
    history.anonymousIds.length < MAX_ANONYMOUS_IDS
  ) {
    history.anonymousIds.push(anonymousId);
  }
  if (userId) history.userId = userId;
  if (message.type === 'identify') mergeTraits(history.traits, message.traits);
  history.locale = ownString(message.context, 'locale') ?? history.locale;
  if (message.event === undefined) return;

  count(history.counters, message.event);
  addToSession(history.sessions, message, time);
  applyToCarts(history.carts, message, time, siteCurrency);
  if (message.event === 'purchase') addOrder(history.orders, message, time, siteCurrency);
  if (message.event === 'refund') refund(history.orders, message);
}

/** A key that is set again counts as new. */
function mergeTraits(traits: JsonObject, given: JsonObject | undefined): void {
  for (const [key, value] of Object.entries(given ?? {})) {
    if (JSON.stringify(value).length > MAX_TRAIT_LENGTH) continue;
    delete traits[key];
    setOwn(traits, key, value);
  }
  for (const key of Object.keys(traits).slice(0, -MAX_TRAITS)) delete traits[key];
}

function count(counters: JsonObject, event: string): void {
  const full = !Object.hasOwn(counters, event) && Object.keys(counters).length >= MAX_EVENT_NAMES;
  const name = full ? OTHER_EVENTS : event;
  const before = own(counters, name);
  setOwn(counters, name, (typeof before === 'number' ? before : 0) + 1);
}

/** An order counts once per transaction, however often the thank-you page is opened. */
function addOrder(orders: Order[], purchase: StoredMessage, time: number, siteCurrency: string): void {
  const transactionId = transactionOf(purchase) ?? purchase.messageId;
  if (orders.some((order) => order.transactionId === transactionId)) return;
  const items = linesOf(purchase.properties);
  orders.push({
    transactionId,
    at: time,
    value: ownAmount(purchase.properties, 'value') ?? cartValue(items),
    currency: ownString(purchase.properties, 'currency') ?? siteCurrency,
    items,
    refunded: 0,
  });
  if (orders.length > MAX_ORDERS) orders.shift();
}

/** GA4: a refund without a value or items pays the whole order back. */
function refund(orders: Order[], message: StoredMessage): void {
  const transactionId = transactionOf(message);
  const order = orders.find((candidate) => candidate.transactionId === transactionId);
  if (!order) return;
  const items = linesOf(message.properties);
  const value = ownAmount(message.properties, 'value') ?? (items.length > 0 ? cartValue(items) : order.value);
  order.refunded = Math.min(order.value, order.refunded + value);
}

function transactionOf(message: StoredMessage): string | null {
  const id = own(message.properties, 'transaction_id');
  return typeof id === 'number' ? String(id) : ownString(message.properties, 'transaction_id');
}

/**
 * Makes a history that is far too large smaller: of each kind of detail the older half goes, totals stay. Only a
 * visitor who does nothing but fill it gets here.
 */
export function trim(history: History): void {
  history.sessions = newerHalf(history.sessions);
  history.orders = newerHalf(history.orders).map((order) => ({ ...order, items: [] }));
  history.anonymousIds = newerHalf(history.anonymousIds);
  history.traits = Object.fromEntries(newerHalf(Object.entries(history.traits)));
  const carts = Object.entries(history.carts).sort(([, a], [, b]) => a.updatedAt - b.updatedAt);
  history.carts = Object.fromEntries(newerHalf(carts));
}

function newerHalf<T>(list: readonly T[]): T[] {
  return list.slice(-Math.ceil(list.length / 2));
}

import { own, ownAmount, ownString, type StoredMessage, setOwn } from '../message.ts';
import { ORDER_STATES, type OrderState } from '../sites.ts';
import type { Attribution } from './attribution.ts';
import { cartValue, currencyOf, linesOf } from './cart.ts';
import { couponsUsed } from './coupon-use.ts';
import type { Line } from './line.ts';
import type { CampaignTouch } from './touches.ts';

export interface Order {
  transactionId: string;
  /** ms since the epoch. */
  at: number;
  value: number;
  currency: string;
  items: Line[];
  /** What was paid back so far, in the same currency. */
  refunded: number;
  state: OrderState;
  /** The device that bought; `null` when a server said so. */
  anonymousId: string | null;
  /** Codes that it names. */
  coupons: string[];
  /** The shop's server has told it, too: its codes are used, whosever they are. */
  server?: true;
  /** The session in which it was bought. */
  session: string | null;
  /** What had brought the buyer by then. */
  attribution: Attribution;
  /** Messages of campaigns that he had clicked not long before, oldest first; absent: none. */
  touches?: CampaignTouch[];
}

export interface Orders {
  /** Oldest first. */
  list: Order[];
  /** States that were told of orders before their purchase, the newest last. */
  announced: Record<string, OrderState>;
  /** Of orders whose detail was dropped: how many, and their value less refunds, by `<state> <currency>`. */
  older: { count: number; revenue: Record<string, number> };
  /** How many events have changed anything here. */
  changes: number;
}

/** Bounds of the detail that is kept; the oldest goes first, its revenue stays. */
const MAX_ORDERS = 200;
const MAX_ANNOUNCED = 50;

export function noOrders(): Orders {
  return { list: [], announced: {}, older: { count: 0, revenue: {} }, changes: 0 };
}

/** What an order knows of the moment in which it was bought. */
export type Purchase = Pick<Order, 'session' | 'attribution' | 'touches'>;

/** Whether an event may change orders. */
export function isOrderEvent(event: StoredMessage): boolean {
  return event.event === 'purchase' || event.event === 'refund' || event.event === 'order_updated';
}

/** Applies one event to the orders (design §3). Events must come in total order. */
export function applyToOrders(
  orders: Orders,
  event: StoredMessage,
  time: number,
  siteCurrency: string,
  purchase: () => Purchase,
): void {
  if (!isOrderEvent(event)) return;
  orders.changes++;
  if (event.event === 'refund') refund(orders, event);
  else if (event.event === 'order_updated') update(orders, event);
  else add(orders, event, time, siteCurrency, purchase);
}

/** An order counts once per transaction, however often and by whom it is told. */
function add(
  orders: Orders,
  event: StoredMessage,
  time: number,
  siteCurrency: string,
  purchase: () => Purchase,
): void {
  const transactionId = transactionOf(event) ?? event.messageId;
  const known = orders.list.find((order) => order.transactionId === transactionId);
  const state = stateOf(event);
  if (known) {
    known.state = state ?? known.state;
    if (event.server) known.server = true;
    return;
  }
  const items = linesOf(event.properties);
  orders.list.push({
    transactionId,
    at: time,
    value: ownAmount(event.properties, 'value') ?? cartValue(items),
    currency: currencyOf(event) ?? siteCurrency,
    items,
    refunded: 0,
    state: state ?? announced(orders, transactionId) ?? 'created',
    anonymousId: event.anonymousId ?? null,
    coupons: couponsUsed(event.properties ?? {}),
    ...(event.server ? { server: true } : {}),
    ...purchase(),
  });
  delete orders.announced[transactionId];
  dropOldestOrders(orders, MAX_ORDERS);
}

/** The latest word on an order stands, also one that comes before its purchase. */
function update(orders: Orders, event: StoredMessage): void {
  const transactionId = transactionOf(event);
  const state = stateOf(event);
  if (transactionId === null || state === null) return;
  const order = orders.list.find((candidate) => candidate.transactionId === transactionId);
  if (order) {
    order.state = state;
    return;
  }
  delete orders.announced[transactionId];
  setOwn(orders.announced, transactionId, state);
  for (const oldest of Object.keys(orders.announced).slice(0, -MAX_ANNOUNCED))
    delete orders.announced[oldest];
}

/** GA4: a refund without a value or items pays the whole order back. */
function refund(orders: Orders, message: StoredMessage): void {
  const transactionId = transactionOf(message);
  const order = orders.list.find((candidate) => candidate.transactionId === transactionId);
  if (!order) return;
  const items = linesOf(message.properties);
  const value = ownAmount(message.properties, 'value') ?? (items.length > 0 ? cartValue(items) : order.value);
  order.refunded = Math.min(order.value, order.refunded + value);
}

/** Leaves the newest `count` orders in detail. */
export function dropOldestOrders(orders: Orders, count: number): void {
  for (const order of orders.list.splice(0, Math.max(0, orders.list.length - count))) {
    const key = `${order.state} ${order.currency}`;
    orders.older.count++;
    orders.older.revenue[key] = (orders.older.revenue[key] ?? 0) + order.value - order.refunded;
  }
}

function announced({ announced }: Orders, transactionId: string): OrderState | null {
  return (Object.hasOwn(announced, transactionId) && announced[transactionId]) || null;
}

function transactionOf(message: StoredMessage): string | null {
  const id = own(message.properties, 'transaction_id');
  return typeof id === 'number' ? String(id) : ownString(message.properties, 'transaction_id');
}

function stateOf(event: StoredMessage): OrderState | null {
  const status = own(event.properties, 'status');
  return ORDER_STATES.find((state) => state === status) ?? null;
}

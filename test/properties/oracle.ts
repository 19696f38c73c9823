import type { StoredMessage } from '../../collector/src/message.ts';

/** What the oracle takes of a site's settings. */
export interface Shop {
  currency: string;
  ordersCountFrom: OrderState;
}
export const SHOP: Shop = { currency: 'USD', ordersCountFrom: 'created' };

/** The states that an order passes, and the two that end it without revenue. */
const RANKS = ['created', 'paid', 'shipped', 'delivered'] as const;
export const ORDER_STATES = [...RANKS, 'cancelled', 'returned'] as const;
export type OrderState = (typeof ORDER_STATES)[number];

interface Item {
  item_id: string;
  item_variant?: string;
  price?: number;
  quantity?: number;
}
type Line = Item & { quantity: number };
interface Properties {
  items?: Item[];
  cart_id?: string;
  transaction_id?: string;
  value?: number;
  currency?: string;
  status?: string;
  delivery_id?: string;
  campaign?: string;
  variant?: string;
}
interface Event {
  id: string;
  name: string;
  device: string | undefined;
  time: number;
  properties: Properties;
  message: StoredMessage;
}

const SESSION_GAP_MS = 30 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** What service workers report is no visit. */
export const NO_VISITS = ['push_shown', 'push_clicked', 'push_dismissed'];
const iso = (time: number) => new Date(time).toISOString();

/**
 * The profile JSON of a visitor or person who has sent these messages: design §2 and §3 said once more, all at once
 * and without a care for cost, and without a line of the collector's. Messages have their accepted times and well-formed
 * properties; of a repeated one any copy will do. `null`: nothing was ever heard of this visitor.
 */
export function oracle(messages: Iterable<StoredMessage>, shop = SHOP) {
  const once = new Map([...messages].map((message) => [message.messageId, message]));
  const all = [...once.values()].sort(
    (a, b) => compare(a.timestamp, b.timestamp) || compare(a.messageId, b.messageId),
  );
  const first = all[0];
  const last = all.at(-1);
  if (!first || !last) return null;
  const events = all.flatMap((message): Event[] => {
    const { messageId: id, event: name, anonymousId: device, timestamp, properties = {} } = message;
    return name === undefined ? [] : [{ id, name, device, time: Date.parse(timestamp), properties, message }];
  });
  const traits = all.filter(({ type }) => type === 'identify').map((message) => message.traits ?? {});
  const orders = ordersOf(events, shop);
  return {
    ids: {
      anonymousIds: distinct(all.map(({ anonymousId }) => anonymousId)),
      userId: all.findLast(({ userId }) => userId !== undefined)?.userId ?? null,
    },
    traits: Object.assign({}, ...traits) as Record<string, unknown>,
    sessions: sessionsOf(events),
    cart: currentCart(events, shop),
    orders,
    counters: countBy(events.map(({ name }) => name)),
    firstSeen: first.timestamp,
    lastSeen: last.timestamp,
    totals: { revenue: revenueOf(orders, shop) },
  };
}

/** Runs of one device's events without a gap of more than 30 minutes. */
function sessionsOf(all: readonly Event[]) {
  const events = all.filter(({ name }) => !NO_VISITS.includes(name));
  const runs = distinct(events.map(({ device }) => device)).flatMap((device) => {
    const own = events.filter((event) => event.device === device);
    const starts = own.flatMap(({ time }, i) => {
      const before = own[i - 1];
      return before === undefined || time - before.time > SESSION_GAP_MS ? [i] : [];
    });
    return starts.map((start, n) => own.slice(start, starts[n + 1]));
  });
  return runs
    .sort(([a], [b]) => events.indexOf(a as Event) - events.indexOf(b as Event))
    .map((run) => {
      const [first, last] = [run[0] as Event, run.at(-1) as Event];
      const page = (first.message.context?.page ?? {}) as { url?: string; referrer?: string };
      return {
        id: first.id,
        start: iso(first.time),
        end: iso(last.time),
        events: run.length,
        anonymousId: first.device,
        entry: page.url ?? null,
        referrer: page.referrer ?? null,
        campaign: first.message.context?.campaign ?? null,
      };
    });
}

interface Cart {
  lines: Line[];
  currency: string;
  /** Of the event that changed its content last: the time, and the place in the total order. */
  changedAt: number;
  turn: number;
}

/** The one that is not empty and was changed last; of two that one purchase has changed, the older. */
function currentCart(events: readonly Event[], shop: Shop) {
  const carts = new Map<string, Cart>();
  events.forEach((event, turn) => {
    const owner =
      event.properties.cart_id === undefined ? `of ${event.device}` : `id ${event.properties.cart_id}`;
    const items = linesOf(event);
    const bought = items.map(keyOf);
    const set = (cart: string, lines: Line[], said?: string) => {
      const before = carts.get(cart);
      const currency = said ?? before?.currency ?? shop.currency;
      const sameLines = JSON.stringify(before?.lines ?? []) === JSON.stringify(lines);
      if (sameLines && (lines.length === 0 || before?.currency === currency)) return;
      carts.set(cart, { lines, currency, changedAt: event.time, turn });
    };
    const lines = carts.get(owner)?.lines ?? [];
    const { currency } = event.properties;
    if (event.name === 'cart_updated') set(owner, added([], items), currency);
    if (event.name === 'add_to_cart') set(owner, added(lines, items), currency);
    if (event.name === 'remove_from_cart') set(owner, removed(lines, items), currency);
    if (event.name !== 'purchase') return;
    set(owner, [], currency);
    for (const [other, { lines }] of carts) {
      const left = lines.filter((line) => !bought.includes(keyOf(line)));
      if (other !== owner) set(other, left);
    }
  });
  const current = [...carts.values()]
    .filter(({ lines }) => lines.length > 0)
    .sort((a, b) => b.turn - a.turn)[0];
  if (!current) return { items: [], value: 0, currency: null, updatedAt: null };
  const { lines, currency, changedAt } = current;
  return { items: lines, value: sumOf(lines), currency, updatedAt: iso(changedAt) };
}

const linesOf = ({ properties }: Event): Line[] =>
  (properties.items ?? []).map((item) => ({ ...item, quantity: item.quantity ?? 1 }));
const keyOf = ({ item_id, item_variant }: Item) => JSON.stringify([item_id, item_variant]);
const sumOf = (lines: readonly Line[]) =>
  lines.reduce((sum, { price, quantity }) => sum + (price ?? 0) * quantity, 0);

/** One line per item and variant: quantities add up, the newest description wins. */
function added(lines: readonly Line[], items: readonly Line[]): Line[] {
  const together = new Map(lines.map((line) => [keyOf(line), line]));
  for (const item of items) {
    const quantity = (together.get(keyOf(item))?.quantity ?? 0) + item.quantity;
    together.set(keyOf(item), { ...together.get(keyOf(item)), ...item, quantity });
  }
  return [...together.values()].filter(({ quantity }) => quantity > 0);
}

function removed(lines: readonly Line[], items: readonly Line[]): Line[] {
  const less = (line: Line) =>
    items.reduce((left, item) => left - (keyOf(item) === keyOf(line) ? item.quantity : 0), line.quantity);
  return lines.map((line) => ({ ...line, quantity: less(line) })).filter(({ quantity }) => quantity > 0);
}

/** Each transaction once, at its first purchase; refunds lower what it is worth, states follow the latest word. */
function ordersOf(events: readonly Event[], shop: Shop) {
  const transactionOf = ({ id, properties }: Event) => properties.transaction_id ?? id;
  const purchases = events.filter(({ name }) => name === 'purchase');
  return distinct(purchases.map(transactionOf)).map((transactionId) => {
    const own = events.filter((event) => transactionOf(event) === transactionId);
    const purchase = own.find(({ name }) => name === 'purchase') as Event;
    const { value = sumOf(linesOf(purchase)), currency = shop.currency } = purchase.properties;
    const refunds = own.slice(own.indexOf(purchase)).filter(({ name }) => name === 'refund');
    const refunded = refunds.reduce((sum, refund) => {
      const items = linesOf(refund);
      return Math.min(value, sum + (refund.properties.value ?? (items.length > 0 ? sumOf(items) : value)));
    }, 0);
    const said = own
      .filter(({ name }) => name === 'purchase' || name === 'order_updated')
      .flatMap(({ properties }) => ORDER_STATES.filter((state) => state === properties.status));
    return {
      transactionId,
      at: iso(purchase.time),
      value,
      currency,
      refunded,
      items: linesOf(purchase),
      state: said.at(-1) ?? 'created',
      touches: touchesOf(events, purchase),
    };
  });
}

/** The newest click on each message within a day before the purchase. */
function touchesOf(events: readonly Event[], purchase: Event) {
  const clicks = events
    .slice(0, events.indexOf(purchase))
    .filter(({ time }) => purchase.time - time <= DAY_MS)
    .flatMap(clickOn);
  const same = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b);
  return clicks
    .filter(({ of }, i) => !clicks.slice(i + 1).some((later) => same(later.of, of)))
    .map(({ of, at }) => ({ ...of, at }));
}

interface Click {
  of: {
    channel: string;
    campaign: string;
    version: number;
    variant: string;
    step: string | null;
    deliveryId: string | null;
  };
  at: string;
}

function clickOn({ name, time, properties }: Event): Click[] {
  const { delivery_id: deliveryId = '', campaign = '', variant } = properties;
  if (!['push_clicked', 'popup_clicked'].includes(name) || campaign.endsWith('@draft')) return [];
  const channel = name === 'push_clicked' ? 'push' : 'popup';
  const at = iso(time);
  const [delivered, , step] = deliveryId.split('.');
  if (delivered && step) {
    const [of = '', version] = delivered.split('@');
    return [{ of: { channel, campaign: of, version: Number(version), variant: 'a', step, deliveryId }, at }];
  }
  const [of, version] = campaign.split('@');
  if (channel === 'push' || !of || variant === undefined) return [];
  return [
    { of: { channel, campaign: of, version: Number(version), variant, step: null, deliveryId: null }, at },
  ];
}

function revenueOf(orders: ReturnType<typeof ordersOf>, { ordersCountFrom }: Shop): Record<string, number> {
  const rank = (state: OrderState) => (RANKS as readonly OrderState[]).indexOf(state);
  const revenue: Record<string, number> = {};
  for (const { state, currency, value, refunded } of orders) {
    if (rank(state) < rank(ordersCountFrom)) continue;
    revenue[currency] = (revenue[currency] ?? 0) + value - refunded;
  }
  return revenue;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const distinct = <T>(list: readonly (T | undefined)[]) => [
  ...new Set(list.filter((entry) => entry !== undefined)),
];
function countBy(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(distinct(names).map((name) => [name, names.filter((n) => n === name).length]));
}

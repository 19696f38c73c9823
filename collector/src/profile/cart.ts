import type { JsonObject } from '../../../sdk/src/message.ts';
import { own, ownAmount, ownString, type StoredMessage } from '../message.ts';
import { itemIdOf, type Line, lineKey } from './line.ts';
import { type PutIn, putInAfter } from './put-in.ts';

export interface Cart {
  lines: Line[];
  currency: string;
  /** When its content last changed, ms since the epoch, and by which message. */
  updatedAt: number;
  changedBy: string;
  putIn?: PutIn;
  /** Filled by who did not prove that he is the person. */
  claimed?: true;
}

/** By owner: `id:<cart_id>`, else `device:<anonymousId>`. */
export type Carts = Record<string, Cart>;

/** GA4's limit of items in an event; a cart keeps as many lines, the newest ones. */
const MAX_LINES = 200;
/** Carts beyond this number are forgotten. */
const MAX_CARTS = 50;

/** Applies one event to the carts (design §3, Carts). Events must come in total order. */
export function applyToCarts(carts: Carts, event: StoredMessage, time: number, siteCurrency: string): void {
  const items = linesOf(event.properties);
  const told = currencyOf(event);
  const edit = (owner: string, toLines: (lines: Line[]) => Line[], currency = told) => {
    const before = carts[owner];
    const keeps = event.event !== 'cart_updated' && before?.claimed === true;
    const isClaimed = keeps || (event.event !== 'purchase' && event.unverified === true);
    const after: Cart = {
      lines: bounded(toLines(before?.lines ?? [])),
      currency: currency ?? before?.currency ?? siteCurrency,
      updatedAt: time,
      changedBy: event.messageId,
      ...(before?.putIn ? { putIn: before.putIn } : {}),
      ...(isClaimed ? { claimed: true } : {}),
    };
    if (isChange(before, after)) {
      carts[owner] = after;
      forgetOldest(carts);
    }
  };
  const buyer = ownerOf(event);
  const linesBefore = carts[buyer]?.lines ?? [];
  switch (event.event) {
    case 'cart_updated':
      edit(buyer, () => mergeLines(items));
      break;
    case 'add_to_cart':
      edit(buyer, (lines) => mergeLines([...lines, ...items]));
      break;
    case 'remove_from_cart':
      edit(buyer, (lines) => items.reduce(subtract, lines));
      break;
    case 'purchase': {
      const bought = new Set(items.map(lineKey));
      for (const owner of Object.keys(carts)) {
        if (owner === buyer) edit(owner, () => []);
        else edit(owner, (lines) => lines.filter((line) => !bought.has(lineKey(line))), null);
      }
      break;
    }
    default:
      return;
  }
  const cart = carts[buyer];
  if (cart) cart.putIn = putInAfter(cart.putIn, event, items, linesBefore, time);
}

/** ISO 4217; `null` when the event names none, or something else. */
export function currencyOf(event: StoredMessage): string | null {
  const code = ownString(event.properties, 'currency')?.trim().toUpperCase();
  return code !== undefined && /^[A-Z]{3}$/.test(code) ? code : null;
}

/** The one that a shop would call "your cart": not empty, changed last. */
export function currentCart(carts: Carts): Cart | null {
  let current: Cart | null = null;
  for (const cart of Object.values(carts)) {
    if (cart.lines.length > 0 && (current === null || isLater(cart, current))) current = cart;
  }
  return current;
}

/** Characters of a cart's lines; of a larger one each keeps what it cannot do without. */
const MAX_CART_LENGTH = 60_000;
const NEEDED = ['item_id', 'item_name', 'item_variant', 'price', 'quantity'];
const MAX_NEEDED_LENGTH = 60;

function bounded(lines: Line[]): Line[] {
  if (JSON.stringify(lines).length <= MAX_CART_LENGTH) return lines;
  return lines.map(
    (line) =>
      Object.fromEntries(
        Object.entries(line)
          .filter(([field]) => NEEDED.includes(field))
          .map(([field, value]) => [
            field,
            typeof value === 'string' && field === 'item_name' ? value.slice(0, MAX_NEEDED_LENGTH) : value,
          ]),
      ) as Line,
  );
}

/** Whether `a` was changed after `b`. */
export function isLater(a: Cart, b: Cart): boolean {
  return a.updatedAt === b.updatedAt ? a.changedBy > b.changedBy : a.updatedAt > b.updatedAt;
}

/** Σ price × quantity, in the cart's currency. */
export function cartValue(lines: readonly Line[]): number {
  const sum = lines.reduce((total, line) => total + (ownAmount(line, 'price') ?? 0) * line.quantity, 0);
  return Number(sum.toFixed(6));
}

/** What a line keeps of an item that a shop has packed full. */
const CORE_FIELDS = ['item_id', 'item_name', 'item_variant', 'item_category', 'item_brand', 'price'];
const MAX_LINE_LENGTH = 2_000;
const MAX_TEXT_LENGTH = 200;

function slim(item: JsonObject): JsonObject {
  if (JSON.stringify(item).length <= MAX_LINE_LENGTH) return item;
  const kept: JsonObject = {};
  for (const field of CORE_FIELDS) {
    const value = own(item, field);
    if (typeof value === 'string') kept[field] = value.slice(0, MAX_TEXT_LENGTH);
    else if (typeof value === 'number') kept[field] = value;
  }
  return kept;
}

/** The items of an event as lines; what is not an item, or has neither id nor name, is passed over. */
export function linesOf(properties: JsonObject | undefined): Line[] {
  const items = own(properties, 'items');
  if (!Array.isArray(items)) return [];
  return items.slice(0, MAX_LINES).flatMap((item) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return [];
    if (itemIdOf(item) === null) return [];
    return [{ ...slim(item), quantity: ownAmount(item, 'quantity') ?? 1 }];
  });
}

/** The oldest empty cart goes first, then the oldest. */
function forgetOldest(carts: Carts): void {
  const owners = Object.keys(carts);
  if (owners.length <= MAX_CARTS) return;
  const rank = (owner: string) => (carts[owner]?.lines.length === 0 ? 0 : 1);
  const age = (owner: string) => carts[owner]?.updatedAt ?? 0;
  const [oldest] = owners.sort((a, b) => rank(a) - rank(b) || age(a) - age(b) || (a < b ? -1 : 1));
  if (oldest !== undefined) delete carts[oldest];
}

function ownerOf(event: StoredMessage): string {
  const cartId = own(event.properties, 'cart_id');
  if (typeof cartId === 'string' || typeof cartId === 'number') return `id:${cartId}`;
  return `device:${event.anonymousId ?? ''}`;
}

/** One line per key; quantities add up, the newest description wins. Lines without a quantity go. */
function mergeLines(lines: readonly Line[]): Line[] {
  const merged = new Map<string, Line>();
  for (const line of lines) {
    const key = lineKey(line);
    const before = merged.get(key);
    merged.set(key, before ? { ...before, ...line, quantity: before.quantity + line.quantity } : line);
  }
  return [...merged.values()].filter((line) => line.quantity > 0).slice(-MAX_LINES);
}

function subtract(lines: Line[], removed: Line): Line[] {
  const key = lineKey(removed);
  return lines
    .map((line) => (lineKey(line) === key ? { ...line, quantity: line.quantity - removed.quantity } : line))
    .filter((line) => line.quantity > 0);
}

/** A repeated snapshot is no change: it must not restart what waits for the cart to rest. */
function isChange(before: Cart | undefined, after: Cart): boolean {
  if (after.lines.length === 0) return before !== undefined && before.lines.length > 0;
  return (
    before === undefined ||
    before.currency !== after.currency ||
    JSON.stringify(before.lines) !== JSON.stringify(after.lines)
  );
}

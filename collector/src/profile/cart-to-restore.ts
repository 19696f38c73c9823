import { own } from '../message.ts';
import { type Cart, cartValue, isLater } from './cart.ts';
import type { History } from './history.ts';
import { itemIdOf, type Line, lineKey } from './line.ts';
import type { Order } from './orders.ts';
import { priceOf } from './prices.ts';

/** What a nudge shows of a cart, and its link puts into the shop's. */
export interface CartToRestore {
  items: Line[];
  /** Σ price × quantity, in `currency`. */
  value: number;
  /** ISO 4217. */
  currency: string;
  /** When its content last changed, ms since the epoch. */
  updatedAt: number;
}

/**
 * The cart that was left, as a message may speak of it now: without what was bought since it was put in, on whatever
 * device, and at the prices that the visitor was told last. There is no catalogue to ask: a price is known when one of
 * his own events names it, be it on another device. What somebody has put in who only claims to be the person is nothing
 * that the person is told; who is known by an e-mail alone is nobody else.
 *
 * @returns the cart changed last of which something is left; `null`: nothing is, and nobody is to be reminded
 */
export function cartToRestore({
  carts,
  orders,
  prices,
  userId,
}: Pick<History, 'carts' | 'orders' | 'prices' | 'userId'>): CartToRestore | null {
  const newestFirst = Object.values(carts)
    .filter(({ lines, claimed }) => lines.length > 0 && (!claimed || userId === null))
    .sort((a, b) => (isLater(a, b) ? -1 : 1));
  for (const cart of newestFirst) {
    const { currency, updatedAt } = cart;
    const items = cart.lines.flatMap((line): Line[] => {
      const quantity = line.quantity - boughtOf(line, cart, orders.list);
      const price = priceOf(prices, line, currency);
      return quantity > 0 ? [{ ...line, ...(price === null ? {} : { price }), quantity }] : [];
    });
    if (items.length > 0) return { items, value: cartValue(items), currency, updatedAt };
  }
  return null;
}

/** The same, with all carts being the person's: as a device sees it that claims to be his. */
export function believed<T extends Pick<History, 'carts'>>(history: T): T {
  const carts = Object.entries(history.carts).map(([owner, { claimed: _, ...cart }]) => [owner, cart]);
  return { ...history, carts: Object.fromEntries(carts) };
}

/** How much of a line was bought since it was put in. */
function boughtOf(line: Line, { putIn, updatedAt }: Cart, orders: readonly Order[]): number {
  const since = putIn?.times[lineKey(line)] ?? updatedAt;
  if (putIn?.boughtAt !== undefined && since <= putIn.boughtAt) return line.quantity;
  return orders
    .filter(({ at }) => at >= since)
    .flatMap(({ items }) => items)
    .filter((item) => isOf(item, line))
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

/** A shop may name the variant in the cart and not in the order, or the other way round. */
function isOf(bought: Line, line: Line): boolean {
  if (itemIdOf(bought) !== itemIdOf(line)) return false;
  const [a, b] = [bought, line].map((one) => own(one, 'item_variant') ?? null);
  return a === null || b === null || String(a) === String(b);
}

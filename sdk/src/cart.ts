import type { Item } from './message.ts';

/** The shopping cart of this device, as `cart_updated` sends it. */
export interface Cart {
  cart_id?: string;
  /** ISO 4217. */
  currency: string;
  items: Item[];
}
/** Which cart and in which currency a call speaks of; what is left out stays as it was. */
export interface CartOptions {
  currency?: string;
  cart_id?: string;
}
/** A line, named like the item that was added. Without `quantity` all of it. */
export type ItemReference = Pick<Item, 'item_id' | 'item_name' | 'item_variant' | 'quantity'>;

/** Shops pass numbers as strings, too; what is no number is 0. */
const number = (value: unknown) => Number(value) || 0;
/** What makes two items one line. */
const lineOf = ({ item_id, item_name, item_variant }: Item) =>
  [item_id || item_name, item_variant].join('\n');

/**
 * The lines after items were added to them (`sign` 1) or taken out (-1: without `quantity` the whole line). The
 * newest price and names count, but what is taken out teaches nothing; a line of 0 is no line.
 */
export function changeLines(lines: readonly Item[], items: readonly Item[], sign: number): Item[] {
  const byLine = new Map(lines.map((item) => [lineOf(item), item]));
  for (const item of items) {
    const line = lineOf(item);
    const same = byLine.get(line);
    const { quantity = sign > 0 ? 1 : Number.POSITIVE_INFINITY } = item;
    const left = (same ? number(same.quantity) : 0) + sign * number(quantity);
    if (left > 0) byLine.set(line, { ...same, ...(sign > 0 && item), quantity: left });
    else byLine.delete(line);
  }
  return [...byLine.values()];
}

import type { Item, JsonObject } from './message.ts';

/** The shopping cart of this device. */
export interface Cart {
  cart_id?: string;
  /** ISO 4217. */
  currency: string;
  items: Item[];
}
/** The cart with `value` = Σ price × quantity, as `cart_updated` sends it. */
export type CartSnapshot = Cart & JsonObject & { value: number };

/** Which cart and in which currency a call speaks of; what is left out stays as it was. */
export interface CartOptions {
  currency?: string;
  cart_id?: string;
}
/** A line, named like the item that was added. Without `quantity` all of it. */
export type ItemReference = Pick<Item, 'item_id' | 'item_name' | 'item_variant' | 'quantity'>;

/** New lines from the present ones. */
export type CartChange = (items: readonly Item[]) => Item[];

/** Shops pass prices as strings, too; what is no number is 0. */
const number = (value: unknown, otherwise: number) => Number(value ?? otherwise) || 0;
const quantityOf = (item: Item) => number(item.quantity, 1);
/** What makes two items one line. */
const line = ({ item_id, item_name, item_variant }: Item) => `${item_id || item_name}\n${item_variant ?? ''}`;

/** Adds to (or, by a `sign` of -1, takes from) the quantity of the item's line; a line of 0 is no line. */
function add(items: readonly Item[], item: Item, sign: 1 | -1 = 1): Item[] {
  const at = items.findIndex((other) => line(other) === line(item));
  const same = items[at];
  const quantity = (same ? quantityOf(same) : 0) + sign * quantityOf(item);
  const changed = [...items];
  // The newest price and names count, but what is taken out teaches nothing.
  changed.splice(
    same ? at : items.length,
    1,
    ...(quantity > 0 ? [{ ...same, ...(sign > 0 && item), quantity }] : []),
  );
  return changed;
}

export const addItem =
  (item: Item): CartChange =>
  (items) =>
    add(items, item);
export const removeItem =
  (item: ItemReference): CartChange =>
  (items) =>
    item.quantity === undefined ? items.filter((other) => line(other) !== line(item)) : add(items, item, -1);
/** Lines of the same item become one. */
export const setItems =
  (given: readonly Item[]): CartChange =>
  () =>
    given.reduce<Item[]>((items, item) => add(items, item), []);

/** The cart after a change; the given one is not altered. */
export const changeCart = (cart: Cart, change: CartChange, options?: CartOptions): Cart => ({
  ...cart,
  ...options,
  items: change(cart.items),
});

/** Rounded to a millionth, since 3 × 0.1 is not 0.3 in binary. */
export function snapshot(cart: Cart): CartSnapshot {
  const value = cart.items.reduce((sum, item) => sum + number(item.price, 0) * quantityOf(item), 0);
  return { ...cart, value: Math.round(value * 1e6) / 1e6 } as CartSnapshot;
}

/** The shop's own cart, as most shops keep it; Beckon is told about every change. */

import { CURRENCY, item } from '/catalogue.js';

const KEY = 'tarn.cart';

/** @typedef {ReturnType<typeof item> & { quantity: number }} Line */

/** @returns {Line[]} */
export const lines = () => JSON.parse(localStorage.getItem(KEY) ?? '[]');
/** @param {Line[]} list */
export const subtotal = (list) => list.reduce((sum, line) => sum + line.price * line.quantity, 0);
/** @param {Line[]} list */
export const pieces = (list) => list.reduce((sum, line) => sum + line.quantity, 0);

/** The properties that GA4 wants with `view_cart` and `begin_checkout`. */
export const properties = (list) => ({ currency: CURRENCY, value: subtotal(list), items: list });

export function add(id, quantity = 1) {
  const cart = lines();
  const line = cart.find((candidate) => candidate.item_id === id);
  if (line) line.quantity += quantity;
  else cart.push({ ...item(id), quantity });
  save(cart);
  beckon('cart.add', { ...item(id), quantity });
}

export function setQuantity(id, quantity) {
  const cart = lines().map((line) => (line.item_id === id ? { ...line, quantity } : line));
  save(cart);
  beckon('cart.set', cart);
}

export function remove(id) {
  const cart = lines();
  const gone = cart.find((line) => line.item_id === id);
  if (!gone) return;
  save(cart.filter((line) => line !== gone));
  beckon('cart.remove', gone);
}

export function clear() {
  save([]);
  beckon('cart.clear');
}

/** Puts another cart in place of this one, e.g. the one that a customer left at the last logout. */
export function replace(cart) {
  save(cart);
  beckon('cart.set', cart);
}

/** Empties the cart without telling Beckon: an order or a logout, which it hears of by itself, has taken it over. */
export function handOver() {
  const cart = lines();
  save([]);
  return cart;
}

function save(cart) {
  localStorage.setItem(KEY, JSON.stringify(cart));
  dispatchEvent(new Event('cart-changed'));
}

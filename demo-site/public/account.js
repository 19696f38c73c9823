/** Who is logged in. A real shop asks its back end; this one believes anybody. */

import * as cart from '/cart.js';

const KEY = 'tarn.account';
const LEFT_CARTS = 'tarn.left-carts';

export const current = () => JSON.parse(localStorage.getItem(KEY) ?? 'null');

export function logIn({ email, name }) {
  const account = { id: customerNumber(email), email, name };
  localStorage.setItem(KEY, JSON.stringify(account));
  beckon('identify', account.id, { email, name });

  const left = leftCarts()[account.id];
  if (left?.length && !cart.lines().length) cart.replace(left);
}

export function logOut() {
  const account = current();
  localStorage.removeItem(KEY);
  localStorage.setItem(LEFT_CARTS, JSON.stringify({ ...leftCarts(), [account.id]: cart.handOver() }));
  beckon('reset');
}

const leftCarts = () => JSON.parse(localStorage.getItem(LEFT_CARTS) ?? '{}');

/** The same e-mail gives the same number on every device (FNV-1a; the shop has no database to ask). */
function customerNumber(email) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(email.trim().toLowerCase()))
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `customer-${hash.toString(16).padStart(8, '0')}`;
}

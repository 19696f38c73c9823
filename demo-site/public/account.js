/** Who is logged in. A real shop asks its back end; this one believes anybody. */

import * as cart from '/cart.js';
import { customerNumber } from '/customer-number.js';
import { unsubscribe } from '/subscription.js';

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
  // Whoever comes next on this device is somebody else.
  unsubscribe();
  beckon('reset');
}

const leftCarts = () => JSON.parse(localStorage.getItem(LEFT_CARTS) ?? '{}');

/** Orders, kept in the browser because this shop has no back end. */

const KEY = 'tarn.orders';

/** What may become of an order, by what it is. */
const NEXT = {
  created: ['shipped', 'cancelled'],
  shipped: ['delivered', 'cancelled'],
  delivered: ['returned'],
  cancelled: [],
  returned: [],
};

export const orders = () => JSON.parse(localStorage.getItem(KEY) ?? '[]');
export const order = (id) => orders().find((candidate) => candidate.id === id);
export const ordersOf = (email) => orders().filter((order) => same(order.email, email));
/** Whether anything may still become of it. */
export const isOpen = ({ state = 'created' }) => NEXT[state].length > 0;
export const mayBecome = ({ state = 'created' }, next) => NEXT[state].includes(next);

/** @returns {string} the new order's number */
export function place(details) {
  const id = `TT-${crypto.randomUUID().slice(0, 8).toUpperCase()}`;
  const placed = { ...details, id, state: 'created', placedAt: new Date().toISOString(), reported: false };
  save([placed, ...orders()]);
  return id;
}

/** True once per order, however often the thank-you page is loaded. */
export function firstReport(id) {
  const { reported = true } = order(id) ?? {};
  if (!reported) change(id, { reported: true });
  return !reported;
}

export function setState(id, state) {
  change(id, { state });
}

function change(id, changed) {
  save(orders().map((order) => (order.id === id ? { ...order, ...changed } : order)));
}

function save(all) {
  localStorage.setItem(KEY, JSON.stringify(all));
}

const same = (a = '', b = '') => a.toLowerCase() === b.toLowerCase();

/** Orders, kept in the browser because this shop has no back end. */

const KEY = 'tarn.orders';

export const orders = () => JSON.parse(localStorage.getItem(KEY) ?? '[]');
export const order = (id) => orders().find((candidate) => candidate.id === id);

/** @returns {string} the new order's number */
export function place(details) {
  const id = `TT-${crypto.randomUUID().slice(0, 8).toUpperCase()}`;
  save([{ ...details, id, placedAt: new Date().toISOString(), reported: false }, ...orders()]);
  return id;
}

/** True once per order, however often the thank-you page is loaded. */
export function firstReport(id) {
  const all = orders();
  const found = all.find((candidate) => candidate.id === id);
  if (!found || found.reported) return false;
  found.reported = true;
  save(all);
  return true;
}

function save(all) {
  localStorage.setItem(KEY, JSON.stringify(all));
}

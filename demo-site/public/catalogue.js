import products from '/products.js';

export const CURRENCY = 'USD';

/** @param {string} id */
export function product(id) {
  const found = products.find((candidate) => candidate.item_id === id);
  if (!found) throw new Error(`No product is called “${id}”.`);
  return found;
}

/** What analytics wants to know of a product: a GA4 item. */
export function item(id) {
  const { item_id, item_name, item_brand, item_category, price } = product(id);
  return { item_id, item_name, item_brand, item_category, price };
}

const format = new Intl.NumberFormat('en-US', { style: 'currency', currency: CURRENCY });
/** @param {number} amount in dollars */
export const money = (amount) => format.format(amount);

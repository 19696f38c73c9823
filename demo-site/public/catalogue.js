import products from '/products.js';

export const CURRENCY = 'USD';

/** @param {string} id */
export const sells = (id) => products.some(({ item_id }) => item_id === id);

/** @param {string} id */
export function product(id) {
  const found = products.find((candidate) => candidate.item_id === id);
  if (!found) throw new Error(`No product is called “${id}”.`);
  return found;
}

/** What analytics wants to know of a product: a GA4 item, and its address, to which popups may lead. */
export function item(id) {
  const { item_id, item_name, item_brand, item_category, price } = product(id);
  const url = `${location.origin}/products/${id}`;
  return { item_id, item_name, item_brand, item_category, price, url };
}

const format = new Intl.NumberFormat('en-US', { style: 'currency', currency: CURRENCY });
/** @param {number} amount in dollars */
export const money = (amount) => format.format(amount);

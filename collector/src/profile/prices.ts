import { own, ownNumber, type StoredMessage } from '../message.ts';
import { currencyOf, linesOf } from './cart.ts';
import { lineKey } from './line.ts';

/** The price that was last seen of each item, by {@link lineKey}; the one that was seen last stands last. */
export type Prices = Record<string, [price: number, currency: string]>;

/** Items whose price is remembered. */
const MAX_PRICES = 100;

/**
 * Events that name the price of today. Not lists, whose items would push out those that matter, nor purchases, which name
 * what was paid.
 */
const PRICED = new Set([
  ...['view_item', 'select_item', 'add_to_wishlist'],
  ...['cart_updated', 'add_to_cart', 'view_cart', 'begin_checkout'],
]);

/** Notes what a visitor was told that things cost. Messages must come in total order. */
export function notePrices(prices: Prices, message: StoredMessage, siteCurrency: string): void {
  if (message.event === undefined || !PRICED.has(message.event)) return;
  const currency = currencyOf(message) ?? siteCurrency;
  for (const line of linesOf(message.properties)) {
    const price = ownNumber(line, 'price');
    // Shops send 0 for what they do not know.
    if (price === null || price <= 0) continue;
    const key = lineKey(line);
    delete prices[key];
    prices[key] = [price, currency];
  }
  for (const key of Object.keys(prices).slice(0, -MAX_PRICES)) delete prices[key];
}

/** What an item costs by now, as far as the visitor was told; `null`: not known in this currency. */
export function priceOf(
  prices: Prices,
  line: Parameters<typeof lineKey>[0],
  currency: string,
): number | null {
  const seen = own(prices, lineKey(line));
  if (!Array.isArray(seen)) return null;
  const [price, of] = seen;
  return typeof price === 'number' && of === currency ? price : null;
}

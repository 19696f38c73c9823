import type { PopupBlock } from '../../../sdk/src/message.ts';
import { isObject } from '../ingest/parse.ts';
import { HTTPS } from './href.ts';
import { currencyText } from './liquid-filters.ts';

type Product = Extract<PopupBlock, { type: 'products' }>['items'][number];

/** Pictures of the shop's own have any size; the popup shows them in a square of this one, CSS px. */
const THUMBNAIL = 96;
const DEFAULT_MAX = 3;
/** Characters of a name. */
const MAX_NAME = 200;

/**
 * What lies in a cart, as a popup shows it: in the cart's order, without what has no name.
 *
 * @param cart what templates know under this name
 * @param locale BCP 47
 * @param currency ISO 4217, of a cart that names none
 */
export function cartProducts(
  cart: unknown,
  max: number = DEFAULT_MAX,
  { locale, currency }: { locale: string; currency: string },
): Product[] {
  if (!isObject(cart) || !Array.isArray(cart.items)) return [];
  const code = typeof cart.currency === 'string' ? cart.currency : currency;
  return cart.items
    .flatMap((item) => (isObject(item) ? (productOf(item, locale, code) ?? []) : []))
    .slice(0, max);
}

function productOf(item: Record<string, unknown>, locale: string, currency: string): Product | null {
  const name = typeof item.item_name === 'string' ? item.item_name.trim().slice(0, MAX_NAME) : '';
  if (name === '') return null;
  const price = typeof item.price === 'string' && item.price.trim() !== '' ? Number(item.price) : item.price;
  const href = addressIn(item, 'url', 'item_url');
  const src = addressIn(item, 'image_url', 'image');
  return {
    name: name.toWellFormed(),
    ...(typeof price === 'number' && Number.isFinite(price)
      ? { price: currencyText(price, locale, currency) }
      : {}),
    ...(href === undefined ? {} : { href }),
    ...(src === undefined ? {} : { image: { src, width: THUMBNAIL, height: THUMBNAIL, alt: '' } }),
  };
}

function addressIn(item: Record<string, unknown>, ...fields: string[]): string | undefined {
  return fields
    .map((field) => item[field])
    .find((value): value is string => typeof value === 'string' && HTTPS.test(value) && URL.canParse(value));
}

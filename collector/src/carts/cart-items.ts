import type { JsonObject } from '../../../sdk/src/message.ts';
import { own } from '../message.ts';
import { itemIdOf } from '../profile/line.ts';

/** GA4's fields of an item, as far as they describe a thing and not a visitor, and under what names shops add addresses. */
const TEXTS = [
  ...['item_id', 'item_name', 'item_variant', 'item_brand', 'affiliation', 'location_id'],
  ...['item_category', 'item_category2', 'item_category3', 'item_category4', 'item_category5'],
];
const NUMBERS = ['price', 'discount', 'quantity'];
const ADDRESSES = ['url', 'item_url', 'image_url', 'image'];
/** Without these, nothing can be put into a cart. */
const NEEDED = ['item_id', 'item_name', 'item_variant', 'price', 'quantity'];

/** As many as a cart has lines. */
const MAX_ITEMS = 200;
/** Characters; an id that is cut would be another thing's, so such an item is left out. */
const MAX_ID = 256;
const MAX_TEXT = 200;
const MAX_ADDRESS = 1_000;
/** Of all items as JSON; of a larger cart each keeps what is needed, and if need be the last are left out. */
const MAX_LENGTH = 60_000;

/** A thing in a cart, as anybody may see it who has the link. */
export type CartItem = Record<string, string | number>;

/**
 * What a link keeps of a cart's lines: GA4's fields alone, since what else a shop sends may say something of the person;
 * addresses only where they are http(s), texts up to 200 characters, 60,000 characters in all.
 */
export function cartItems(lines: readonly JsonObject[]): CartItem[] {
  const items = lines.slice(0, MAX_ITEMS).flatMap((line): CartItem[] => {
    const item = itemOf(line);
    return item ? [item] : [];
  });
  if (JSON.stringify(items).length <= MAX_LENGTH) return items;
  const kept: CartItem[] = [];
  let length = 2;
  for (const item of items) {
    const needed = Object.fromEntries(Object.entries(item).filter(([field]) => NEEDED.includes(field)));
    length += JSON.stringify(needed).length + 1;
    if (length > MAX_LENGTH) break;
    kept.push(needed);
  }
  return kept;
}

function itemOf(line: JsonObject): CartItem | null {
  const id = itemIdOf(line);
  if (id === null || id === '' || id.length > MAX_ID) return null;
  const item: CartItem = {};
  for (const field of TEXTS) {
    const value = own(line, field);
    if (typeof value === 'number') item[field] = value;
    if (typeof value !== 'string' || value === '') continue;
    const identifies = field === 'item_id' || field === 'item_variant';
    if (identifies && value.length > MAX_ID) return null;
    item[field] = identifies ? value : value.slice(0, MAX_TEXT).toWellFormed();
  }
  for (const field of NUMBERS) {
    const value = numberOf(own(line, field));
    if (value !== null) item[field] = value;
  }
  for (const field of ADDRESSES) {
    const value = own(line, field);
    if (typeof value === 'string' && isWebAddress(value)) item[field] = value;
  }
  const { quantity } = item;
  return typeof quantity === 'number' && quantity > 0 ? item : null;
}

/** Shops send prices as text, too. */
function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && text.length <= MAX_ADDRESS && URL.canParse(text);
}

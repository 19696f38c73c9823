import type { Json, JsonObject } from '../../../sdk/src/message.ts';
import { own } from '../message.ts';

/** Of one order; shops take one or two. */
const MAX_COUPONS = 20;
/** UTF-16 units: 64 characters. */
const MAX_LENGTH = 128;

/**
 * The coupon codes that an order names: GA4's `coupon` of the event and of its items, several separated by commas. Each
 * once, in whatever case, as it was first written.
 */
export function couponsUsed(properties: JsonObject): string[] {
  const items = own(properties, 'items');
  const named = [properties, ...(Array.isArray(items) ? items : [])].flatMap(codesOf);
  const codes = new Map<string, string>();
  for (const code of named) {
    const known = code.toLowerCase();
    if (!codes.has(known) && codes.size < MAX_COUPONS) codes.set(known, code);
  }
  return [...codes.values()];
}

/** The codes that none of these orders names: a used one is not worth showing. */
export function unusedCodes<T extends { code: string }>(
  held: Readonly<Record<string, T>>,
  orders: readonly { coupons?: readonly string[] }[],
): Record<string, T> {
  const used = new Set(orders.flatMap(({ coupons = [] }) => coupons.map((code) => code.toLowerCase())));
  return Object.fromEntries(Object.entries(held).filter(([, { code }]) => !used.has(code.toLowerCase())));
}

function codesOf(thing: Json): string[] {
  if (typeof thing !== 'object' || thing === null || Array.isArray(thing)) return [];
  const coupon = own(thing, 'coupon');
  if (typeof coupon !== 'string') return [];
  return coupon
    .split(',')
    .map((code) => code.trim())
    .filter((code) => code !== '' && code.length <= MAX_LENGTH);
}

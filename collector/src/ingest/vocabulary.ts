import type { Json, JsonObject } from '../../../sdk/src/message.ts';
import { own, ownObject, ownString } from '../message.ts';
import { cleanJson } from './clean-json.ts';
import { CURRENCY, ITEM, PRODUCT_KEYS, RETAIL, RULES, type Rule, VALUED } from './foreign-names.ts';
import { numberOf } from './number-text.ts';
import { withOrderState } from './order-status.ts';

/**
 * What a track call says in GA4's words. Yespo tells who somebody is by an event, which becomes an identify, or by
 * the `GeneralInfo` of any event, which gives the `userId`.
 */
export type Canonical =
  | { type: 'track'; event: string; properties: JsonObject; userId?: string }
  | { type: 'identify'; userId: string | null; traits: JsonObject };

const CATEGORIES = ['Categories', 'ProductCategories'];
/** Klaviyo's prefix of the added product in `Added to Cart`, whose `Items` are the whole cart. */
const ADDED = 'AddedItem';
const WRAPPERS = ['Product', 'Category', 'product', 'category'];
const TRAITS: Record<string, string> = { user_email: 'email', user_phone: 'phone', user_name: 'name' };

/**
 * Says in GA4's words what was said in Segment's, Yespo's, Klaviyo's or Braze's. Pure; applying it twice changes
 * nothing more. What has no GA4 name is kept under its own; other events are returned as they are, the same object.
 */
export function toCanonical(event: string, properties: JsonObject): Canonical {
  if (event === 'CustomerData') return toIdentify(properties);
  const rule = RULES.get(event);
  if (rule) {
    const userId = rule.nested ? customerId(ownObject(properties, 'GeneralInfo')) : null;
    return { type: 'track', ...translate(event, properties, rule), ...(userId && { userId }) };
  }
  if (!RETAIL.has(event)) return { type: 'track', event, properties };
  return { type: 'track', event, properties: withOrderState(event, inNumbers(properties)) };
}

function toIdentify(properties: JsonObject): Canonical {
  const customer = ownObject(properties, 'CustomerData') ?? properties;
  const { externalCustomerId: _, ...rest } = customer;
  const traits = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [Object.hasOwn(TRAITS, key) ? TRAITS[key] : key, value]),
  ) as JsonObject;
  return { type: 'identify', userId: customerId(customer), traits };
}

function customerId(customer: JsonObject | undefined): string | null {
  const id = own(customer, 'externalCustomerId');
  return typeof id === 'number' ? String(id) : ownString(customer, 'externalCustomerId');
}

function translate(event: string, given: JsonObject, rule: Rule): { event: string; properties: JsonObject } {
  const flat = rule.nested ? unnest(event, given) : given;
  const { name, rest, products } = productsOf(flat, rule);
  const renamed = rename(rest, { currency: CURRENCY, ...rule.rename });
  const items = products?.map(toItem);
  const properties = inNumbers(items ? { ...renamed, items } : renamed);
  return { event: name, properties: withOrderState(name, withSums(name, properties), rule.state) };
}

/**
 * Yespo's nesting taken apart: `{ProductPage: {Product: {…}}}` becomes `{…}`, a list becomes `products`. Its `GUID`
 * stays what it is: it names one state of a cart, a new one with each change, and so is no `cart_id`.
 */
function unnest(event: string, given: JsonObject): JsonObject {
  let flat = given;
  for (const key of [event, 'ProductImpression', ...WRAPPERS, 'products', 'Products']) {
    const value = parsed(own(flat, key));
    if (Array.isArray(value)) flat = { ...without(flat, [key]), products: value };
    else if (isObject(value)) flat = { ...without(flat, [key]), ...value };
  }
  return flat;
}

/** Takes the products out of the properties: a list of them, or the one that stands beside the rest. */
function productsOf(
  flat: JsonObject,
  rule: Rule,
): { name: string; rest: JsonObject; products?: JsonObject[] } {
  const name = rule.event === 'cart_updated' ? cartEvent(flat) : rule.event;
  const added = Object.entries(flat).filter(([key]) => key.startsWith(ADDED));
  if (rule.product && added.length > 0) {
    const product = Object.fromEntries(added.map(([key, value]) => [key.slice(ADDED.length), value]));
    return {
      name,
      rest: without(
        flat,
        added.map(([key]) => key),
      ),
      products: [product],
    };
  }
  for (const key of rule.product ? ['items', 'products'] : ['items', 'products', 'Products', 'Items']) {
    const list = own(flat, key);
    if (Array.isArray(list)) return { name, rest: without(flat, [key]), products: list.filter(isObject) };
  }
  if (!rule.product) return { name, rest: flat };
  const keys = Object.keys(flat).filter((key) => PRODUCT_KEYS.has(key));
  const product = Object.fromEntries(keys.map((key) => [key, flat[key] as Json]));
  return keys.length > 0 ? { name, rest: without(flat, keys), products: [product] } : { name, rest: flat };
}

/** Braze's `cart_updated` says by its action whether the products are the cart or a change of it. */
function cartEvent(flat: JsonObject): string {
  const action = own(flat, 'action');
  return action === 'add' ? 'add_to_cart' : action === 'remove' ? 'remove_from_cart' : 'cart_updated';
}

function toItem(product: JsonObject): JsonObject {
  const item = rename(product, ITEM);
  for (const key of CATEGORIES) {
    const names = own(item, key);
    if (!Array.isArray(names) || names.length > 5 || own(item, 'item_category') !== undefined) continue;
    const levels = names.map((name, level) => [`item_category${level ? level + 1 : ''}`, name]);
    return { ...without(item, [key]), ...Object.fromEntries(levels) };
  }
  return item;
}

/** The currency of all items is the event's, and its value their sum. */
function withSums(event: string, properties: JsonObject): JsonObject {
  const items = own(properties, 'items');
  if (!Array.isArray(items) || items.length === 0) return properties;
  let result = properties;
  const currencies = new Set(items.map((item) => own(item as JsonObject, 'currency')));
  const [currency] = currencies;
  if (
    currencies.size === 1 &&
    typeof currency === 'string' &&
    currency === (own(result, 'currency') ?? currency)
  ) {
    const plain = items.map((item) => without(item as JsonObject, ['currency']));
    result = { ...result, currency, items: plain };
  }
  const prices = items.map((item) => [
    own(item as JsonObject, 'price'),
    own(item as JsonObject, 'quantity') ?? 1,
  ]);
  const isPriced = prices.every((pair): pair is [number, number] =>
    pair.every((part) => typeof part === 'number'),
  );
  if (own(result, 'value') !== undefined || !isPriced || !VALUED.test(event)) return result;
  const value = prices.reduce((sum, [price, quantity]) => sum + price * quantity, 0);
  return { ...result, value: Number(value.toFixed(6)) };
}

/** Numbers sent as text become numbers, ids sent as numbers text; the same object when there is nothing to do. */
function inNumbers(properties: JsonObject): JsonObject {
  return change(properties, (key, value) => {
    if (key === 'items' && Array.isArray(value)) {
      const items = value.map((item) => (isObject(item) ? itemInNumbers(item) : item));
      return items.every((item, i) => item === value[i]) ? value : items;
    }
    if (key === 'transaction_id' && typeof value === 'number') return String(value);
    return key === 'value' || key === 'tax' || key === 'shipping'
      ? (numberOf(value)?.number ?? value)
      : value;
  });
}

function itemInNumbers(item: JsonObject): JsonObject {
  const result = change(item, (key, value) => {
    if (key === 'item_id' && typeof value === 'number') return String(value);
    const isNumber = key === 'price' || key === 'quantity' || key === 'discount' || key === 'index';
    return isNumber ? (numberOf(value)?.number ?? value) : value;
  });
  // "754 USD" says both.
  const currency = numberOf(own(item, 'price'))?.currency;
  return currency && own(item, 'currency') === undefined ? { ...result, currency } : result;
}

/** Gives each target the first present of its sources, and keeps all other properties under their own names. */
function rename(given: JsonObject, targets: Record<string, readonly string[]>): JsonObject {
  const entries: [string, Json][] = [];
  const taken: string[] = [];
  for (const [target, sources] of Object.entries(targets)) {
    const source = sources.find((key) => isScalar(own(given, key)));
    if (source === undefined) continue;
    taken.push(source);
    entries.push([target, given[source] as Json]);
  }
  return { ...without(given, taken), ...Object.fromEntries(entries) };
}

function change(given: JsonObject, edit: (key: string, value: Json) => Json): JsonObject {
  const before = Object.entries(given);
  const after = before.map(([key, value]): [string, Json] => [key, edit(key, value)]);
  return after.every(([, value], i) => value === before[i]?.[1]) ? given : Object.fromEntries(after);
}

/** By entries, since spreading what a key named `__proto__` holds is safe, and assigning it is not. */
function without(given: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(given).filter(([key]) => !keys.includes(key)));
}

/** Yespo's REST API takes lists and products as JSON text. */
function parsed(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    const json = JSON.parse(value);
    return cleanJson(json) === null ? value : json;
  } catch {
    return value;
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalar(value: Json | undefined): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}

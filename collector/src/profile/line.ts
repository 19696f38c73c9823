import type { JsonObject } from '../../../sdk/src/message.ts';
import { own } from '../message.ts';

/** A line of a cart or an order: GA4's item, with a quantity. */
export type Line = JsonObject & { quantity: number };

/** GA4: an item has an id, or at least a name. */
export function itemIdOf(item: JsonObject): string | null {
  const id = own(item, 'item_id') ?? own(item, 'item_name');
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}

/** What tells a line from the others of its cart. */
export function lineKey(line: JsonObject): string {
  return JSON.stringify([itemIdOf(line), own(line, 'item_variant') ?? null]);
}

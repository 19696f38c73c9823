import { z } from 'zod';
import type { Json, JsonObject } from '../../../sdk/src/message.ts';
import { own } from '../message.ts';

/** What can be compared; `null` says that there is nothing. */
export type Scalar = boolean | number | string;

/** A dotted path in the properties of an event, such as `value` or `items.item_id`. */
export const propertyPath = z
  .string()
  .max(200)
  .regex(/^[^.]+(\.[^.]+){0,9}$/, 'must be the path of a property such as value or items.item_id');

/** Of a text; a longer one is cut, so that a profile stays small. */
const MAX_TEXT_LENGTH = 256;
const INDEX = /^\d{1,9}$/;

/**
 * All values at a path, in their order. A list on the way is gone through, unless the next key is an index:
 * `items.item_id` are the ids of all items, `items.0.item_id` is that of the first.
 */
export function valuesAt(properties: JsonObject | undefined, path: readonly string[]): Scalar[] {
  const found: Scalar[] = [];
  collect(properties, path, 0, found);
  return found;
}

function collect(value: Json | undefined, path: readonly string[], depth: number, found: Scalar[]): void {
  if (value === undefined || value === null) return;
  const key = path[depth];
  if (Array.isArray(value)) {
    if (key !== undefined && INDEX.test(key)) collect(value[Number(key)], path, depth + 1, found);
    else for (const element of value) collect(element, path, depth, found);
  } else if (typeof value === 'object') {
    if (key !== undefined) collect(own(value, key), path, depth + 1, found);
  } else if (key === undefined) {
    if (typeof value === 'string') found.push(value.slice(0, MAX_TEXT_LENGTH));
    // JSON knows -0, and forgets it when it is written.
    else found.push(typeof value === 'number' ? value + 0 : value);
  }
}

import { setOwn } from '../message.ts';

/** Levels of nesting that a message may have. */
export const MAX_DEPTH = 32;

/** What {@link cleanJson} had to change. */
export interface Cleaned {
  /** Numbers beyond the range of a double (`1e400`), now `null`. */
  outOfRange: number;
}

/**
 * Makes parsed JSON safe to store, in place: numbers out of range become `null`, lone surrogates U+FFFD
 * (SQLite's JSON functions refuse them). Own keys called `__proto__` stay what they are: data.
 *
 * Iterative, since a body may be nested deeper than the stack.
 *
 * @returns `null` when nested deeper than `maxDepth` levels; the value may then be half cleaned.
 */
export function cleanJson(root: object, maxDepth = MAX_DEPTH): Cleaned | null {
  let outOfRange = 0;
  let level: object[] = [root];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > maxDepth) return null;
    const next: object[] = [];
    for (const node of level) {
      for (const [key, value] of Object.entries(node)) {
        if (typeof value === 'object' && value !== null) next.push(value);
        else if (typeof value === 'number' && !Number.isFinite(value)) {
          outOfRange++;
          setOwn(node, key, null);
        } else if (typeof value === 'string' && !value.isWellFormed()) {
          setOwn(node, key, value.toWellFormed());
        }
        if (!key.isWellFormed()) {
          const cleaned = Reflect.get(node, key);
          Reflect.deleteProperty(node, key);
          setOwn(node, key.toWellFormed(), cleaned);
        }
      }
    }
    level = next;
  }
  return { outOfRange };
}

import type { StoredMessage } from '../message.ts';
import { type Line, lineKey } from './line.ts';

/**
 * When the lines of a cart were put into it, by the word of its own events. A device that was not told of a purchase on
 * another one goes on to tell what lay in its cart before: that is put in then, and has been bought since.
 */
export interface PutIn {
  /** ms since the epoch, by {@link lineKey}. */
  times: Record<string, number>;
  /** When this cart itself was bought last, ms since the epoch, while nothing else was put into it. */
  boughtAt?: number;
}

/** A page may tell once more what lay in the cart that it has just sold; what it tells later is another cart. */
const ECHO_MS = 30 * 60_000;
/** Of lines; as many as a cart has. */
const MAX_TIMES = 200;

/**
 * @param event of the cart itself
 * @param items that it names
 * @param lines of the cart before it
 * @param time ms since the epoch
 */
export function putInAfter(
  before: PutIn | undefined,
  { event }: StoredMessage,
  items: readonly Line[],
  lines: readonly Line[],
  time: number,
): PutIn {
  const { times = {}, boughtAt } = before ?? {};
  const named = items.filter(({ quantity }) => quantity > 0).map(lineKey);
  switch (event) {
    case 'cart_updated': {
      const echoes = boughtAt !== undefined && time - boughtAt <= ECHO_MS;
      const known = boughtAt === undefined || echoes ? times : {};
      const told = Object.fromEntries(named.map((key) => [key, known[key] ?? time]));
      return { times: told, ...(echoes ? { boughtAt } : {}) };
    }
    case 'add_to_cart': {
      const held = new Set(lines.map(lineKey));
      const after = { ...(boughtAt === undefined ? times : {}) };
      for (const key of named) {
        const since = held.has(key) ? after[key] : undefined;
        delete after[key];
        after[key] = since ?? time;
      }
      return { times: Object.fromEntries(Object.entries(after).slice(-MAX_TIMES)) };
    }
    case 'remove_from_cart': {
      const gone = new Set(items.filter((item) => leftOf(item, lines) <= 0).map(lineKey));
      const after = Object.fromEntries(Object.entries(times).filter(([key]) => !gone.has(key)));
      return { times: after, ...(boughtAt === undefined ? {} : { boughtAt }) };
    }
    case 'purchase':
      return { times, boughtAt: time };
    default:
      return before ?? { times };
  }
}

function leftOf(removed: Line, lines: readonly Line[]): number {
  const key = lineKey(removed);
  const held = lines.find((line) => lineKey(line) === key)?.quantity ?? 0;
  return held - removed.quantity;
}

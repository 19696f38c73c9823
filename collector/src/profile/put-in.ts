import type { StoredMessage } from '../message.ts';
import { type Line, lineKey } from './line.ts';

/**
 * When the lines of a cart were put into it, by the word of its own events. A device that was not told of a purchase on
 * another one goes on to tell what lay in its cart before: that was put in then, and has been bought since.
 */
export interface PutIn {
  /** ms since the epoch, by {@link lineKey}. */
  times: Record<string, number>;
  /** When this cart itself was bought last, ms since the epoch: all that had been put in by then is sold. */
  boughtAt?: number;
  /** Nothing was told of the cart since. */
  sold?: true;
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
  before: PutIn = { times: {} },
  { event }: StoredMessage,
  items: readonly Line[],
  lines: readonly Line[],
  time: number,
): PutIn {
  const { sold, ...known } = before;
  const named = items.filter(({ quantity }) => quantity > 0).map(lineKey);
  switch (event) {
    case 'cart_updated': {
      const echoes = !sold || time - (known.boughtAt ?? time) <= ECHO_MS;
      const times = echoes ? known.times : {};
      return { ...known, times: Object.fromEntries(named.map((key) => [key, times[key] ?? time])) };
    }
    case 'add_to_cart': {
      const held = new Set(lines.map(lineKey));
      const times = sold ? {} : { ...known.times };
      for (const key of named) {
        const since = held.has(key) ? (times[key] ?? 0) : 0;
        delete times[key];
        times[key] = since > (known.boughtAt ?? 0) ? since : time;
      }
      return { ...known, times: Object.fromEntries(Object.entries(times).slice(-MAX_TIMES)) };
    }
    case 'remove_from_cart': {
      const gone = new Set(items.filter((item) => leftOf(item, lines) <= 0).map(lineKey));
      return {
        ...before,
        times: Object.fromEntries(Object.entries(known.times).filter(([key]) => !gone.has(key))),
      };
    }
    case 'purchase':
      return { ...known, boughtAt: time, sold: true };
    default:
      return before;
  }
}

function leftOf(removed: Line, lines: readonly Line[]): number {
  const key = lineKey(removed);
  const held = lines.find((line) => lineKey(line) === key)?.quantity ?? 0;
  return held - removed.quantity;
}

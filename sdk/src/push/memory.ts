import { promisifyRequest } from 'idb-keyval';
import { openStore } from '../store.ts';

/** Sorts after every message, as the visitor's state does. */
const PUSH_KEY = '~push';

/** What this browser remembers of push; times are ms since the epoch. */
export interface PushMemory {
  /** What the collector was told last. */
  sent?: { endpoint: string; key: string; anonymousId: string; at: number };
  /** Times in a row that the visitor did not want to be asked, and until when nobody asks again. */
  refusals?: number;
  quietUntil?: number;
  /** The visitor has switched push off here, though the browser would allow it. */
  off?: boolean;
  /** The browser has no push service: until then it counts as one without push. */
  brokenUntil?: number;
  /** Which fault was told of last, and when. */
  told?: { reason: string; at: number };
}

export interface Memory {
  /** What is known now; changed by {@link Memory.change} alone. */
  read(): Promise<PushMemory>;
  change(next: (known: PushMemory) => PushMemory): Promise<void>;
}

/** Beside the visitor's state, in the site's database; where storage is refused, it lasts as long as the page. */
export function createMemory(writeKey: string): Memory {
  const store = openStore(`beckon:${writeKey}`);
  let here: PushMemory = {};
  return {
    read: () =>
      store('readonly', (entries) => promisifyRequest<PushMemory | undefined>(entries.get(PUSH_KEY))).then(
        (found = {}) => {
          here = found;
          return here;
        },
        () => here,
      ),
    async change(next) {
      here = next(await this.read());
      await store('readwrite', (entries) => promisifyRequest(entries.put(here, PUSH_KEY))).catch(() => {});
    },
  };
}

import { promisifyRequest, type UseStore } from 'idb-keyval';
import type { Message } from './message.ts';
import { messageKeys } from './store.ts';

/** Completes a message from what is stored, then calls `put`: both are in one transaction. */
export type Complete = (entries: IDBObjectStore, put: () => void) => void;

/**
 * A message as JSON, under the key that removes it: the two disagree where something else has written or damaged the
 * entry, which is sent like any other, to be refused and so removed.
 */
export type Entry = [id: string, json: string];

export interface Outbox {
  /**
   * Stores a message in the calling task if the database is open; it stays in memory until it is removed.
   * Of what has no `messageId` only `complete` is done. Never rejects.
   */
  add(message: Message, complete?: Complete): Promise<void>;
  /** The oldest messages of the site, of all tabs and earlier pages; without `count` all. None that is `busy`. */
  oldest(count?: number): Promise<Entry[]>;
  /** What this page made and nobody has confirmed; synchronous, for a page that is going away. */
  unconfirmed(): Entry[];
  /** On their way, or confirmed though the database fails to delete them: not to be sent again by this page. */
  busy: Set<string>;
  /** Takes delivered (or refused) messages out for good. */
  remove(ids: string[]): Promise<void>;
  /** Another tab has removed these. */
  forget(ids: string[]): void;
}

const MAX_CHARACTERS = 5_000_000;
const MAX_AGE_MS = 2_592_000_000;
/** Measuring reads the whole queue, so it is done at a page's first message and after this many more. */
const MEASURE_EVERY = 500;

/** The ms since the epoch in which a UUIDv7 was made; NaN for what is none. */
const timeOf = (id: string) => Number(`0x${id.replace('-', '').slice(0, 12)}`);

/**
 * The durable queue: one entry per message under its `messageId`, whose order is the order of creation. About 10,000
 * messages, 5 MB and 30 days are kept; the oldest are dropped first and `onDrop` is told how many. `onRemove` is told
 * what other tabs need not send any more. Where IndexedDB is missing or fails, the messages stay in memory and leave
 * from there.
 */
export function createOutbox(
  store: UseStore,
  onRemove: (ids: string[]) => void,
  onDrop: (count: number) => void,
  maxMessages = 10_000,
): Outbox {
  /** This page's messages until they are confirmed. */
  const own = new Map<string, Message>();
  const busy = new Set<string>();
  let added = 0;

  const inOrder = (messages: Map<string, unknown>, count?: number) =>
    [...messages.keys()]
      .filter((id) => !busy.has(id))
      .sort()
      .slice(0, count)
      .map((id): Entry => {
        const message = messages.get(id);
        return [id, typeof message === 'string' ? message : JSON.stringify(message)];
      });
  function forget(ids: string[]) {
    for (const id of ids) own.delete(id);
  }
  async function oldest(count?: number) {
    const found = new Map<string, unknown>();
    try {
      const [keys, values] = await store('readonly', (entries) =>
        Promise.all([
          promisifyRequest(entries.getAllKeys(messageKeys(), count)),
          promisifyRequest(entries.getAll(messageKeys(), count)),
        ]),
      );
      // biome-ignore lint/suspicious/useIterableCallbackReturn: shorter than a block
      keys.forEach((key, index) => found.set(key as string, values[index]));
    } catch {
      // Unreadable: what this page still holds can leave all the same.
    }
    // What the database does not hold, or not yet.
    for (const [id, message] of own) if (!found.has(id)) found.set(id, message);
    return inOrder(found, count);
  }
  async function remove(ids: string[]) {
    forget(ids);
    onRemove(ids);
    try {
      await store('readwrite', (entries) => {
        for (const id of ids) entries.delete(id);
        return promisifyRequest(entries.transaction);
      });
      for (const id of ids) busy.delete(id);
    } catch {
      // They stay busy; a later page may send them again, and the collector counts each id once.
    }
  }
  async function trim() {
    let messages = 0;
    let characters = 0;
    const excess = (await oldest())
      .reverse()
      .filter(([id, json]) => {
        characters += json.length;
        return (
          characters > MAX_CHARACTERS || ++messages > maxMessages || timeOf(id) < Date.now() - MAX_AGE_MS
        );
      })
      .map(([id]) => id);
    if (!excess[0]) return;
    await remove(excess);
    onDrop(excess.length);
  }

  return {
    busy,
    forget,
    oldest,
    remove,
    unconfirmed: () => inOrder(own),
    async add(message, complete = (_, put) => put()) {
      const { messageId } = message;
      if (messageId) own.set(messageId, message);
      try {
        await store('readwrite', (entries) => {
          complete(entries, () => {
            if (messageId) entries.put(JSON.stringify(message), messageId);
            // Without this a page that is closed now aborts what is not committed yet.
            entries.transaction.commit?.();
          });
          return promisifyRequest(entries.transaction);
        });
      } catch {
        // No database, a full or a broken one: the memory copy is what remains.
      }
      if (added++ % MEASURE_EVERY === 0) await trim();
    },
  };
}

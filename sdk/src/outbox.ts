import { promisifyRequest, type UseStore } from 'idb-keyval';
import type { Message } from './message.ts';
import { messageKeys } from './store.ts';

/** Completes a message from what is stored, then calls `put`: both are in one transaction. */
export type Complete = (entries: IDBObjectStore, put: () => void) => void;

/**
 * A message under the key that removes it: the two disagree where something else has written or damaged the entry,
 * which is sent like any other, to be refused and so removed.
 */
export type Entry = [id: string, message: Message];

export interface Outbox {
  /**
   * Stores a message in the calling task if the database is open; it stays in memory until the database
   * has answered. Without a message only `complete` is done. Never rejects.
   */
  add(message: Message | undefined, complete?: Complete): Promise<void>;
  /** The oldest messages of the site, of all tabs and earlier pages. */
  oldest(count: number): Promise<Entry[]>;
  /** What this page made and nobody has confirmed; synchronous, for a page that is going away. */
  unconfirmed(): Entry[];
  /** Takes delivered (or refused) messages out for good. */
  remove(ids: string[]): Promise<void>;
  /** Another tab has removed these. */
  forget(ids: string[]): void;
}

/** Counting costs a look at the database, so it is done at a page's first message and after this many more. */
const COUNT_EVERY = 500;

/**
 * The durable queue: one entry per message under its `messageId`, whose order is the order of creation. About
 * `limit` messages are kept; the oldest are dropped first and `onDrop` is told how many. `onRemove` is told what other tabs need not send any more. Where IndexedDB is
 * missing or fails, the messages stay in memory and leave from there.
 */
export function createOutbox(
  store: UseStore,
  onRemove: (ids: string[]) => void,
  onDrop: (count: number) => void,
  limit = 10_000,
): Outbox {
  /** This page's messages until they are confirmed. */
  const own = new Map<string, Message>();
  /** Those of them that the database does not hold, or not yet. */
  const unstored = new Set<string>();
  /** Confirmed, but not yet (or never) deleted from a failing database: not to be sent again by this page. */
  const gone = new Set<string>();
  let untilCount = 0;

  function forget(ids: string[]) {
    for (const id of ids) {
      own.delete(id);
      unstored.delete(id);
    }
  }
  async function remove(ids: string[]) {
    forget(ids);
    onRemove(ids);
    for (const id of ids) gone.add(id);
    try {
      await store('readwrite', (entries) => {
        for (const id of ids) entries.delete(id);
        entries.transaction.commit?.();
        return promisifyRequest(entries.transaction);
      });
      for (const id of ids) gone.delete(id);
    } catch {
      // They stay in `gone`; a later page may send them again, and the collector counts each id once.
    }
  }
  async function trim() {
    const keys = (await store('readonly', (entries) =>
      promisifyRequest(entries.getAllKeys(messageKeys())),
    ).catch(() => [...own.keys()])) as string[];
    const excess = keys.slice(0, -limit);
    if (!excess.length) return;
    await remove(excess);
    onDrop(excess.length);
  }

  return {
    forget,
    remove,
    unconfirmed: () => [...own],
    async add(message, complete = (_, put) => put()) {
      const messageId = message?.messageId ?? '';
      if (message) {
        own.set(messageId, message);
        unstored.add(messageId);
      }
      try {
        await store('readwrite', (entries) => {
          complete(entries, () => {
            // Delivered from memory while the database was slow: storing it now would send it twice.
            if (own.has(messageId)) entries.put(message, messageId);
            entries.transaction.commit?.();
          });
          return promisifyRequest(entries.transaction);
        });
        unstored.delete(messageId);
      } catch {
        // No database, a full or a broken one: the memory copy is what remains.
      }
      if (untilCount-- > 0) return;
      untilCount = COUNT_EVERY;
      await trim();
    },
    async oldest(count) {
      let found = own;
      try {
        const [keys, values] = await store('readonly', (entries) =>
          Promise.all([
            promisifyRequest(entries.getAllKeys(messageKeys(), count)),
            promisifyRequest<Message[]>(entries.getAll(messageKeys(), count)),
          ]),
        );
        found = new Map(keys.map((key, index) => [key as string, values[index] as Message]));
        for (const id of unstored) found.set(id, own.get(id) as Message);
      } catch {
        // Unreadable: what this page still holds can leave all the same.
      }
      return [...found]
        .filter(([id]) => !gone.has(id))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, count);
    },
  };
}

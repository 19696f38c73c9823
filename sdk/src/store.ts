import { createStore, type UseStore } from 'idb-keyval';

/** Message keys are UUIDs; `~` sorts after every hexadecimal digit, which keeps the state out of the queue. */
export const STATE_KEY = '~state';
/** The keys of the queue, oldest first. */
export const messageKeys = () => IDBKeyRange.upperBound('~', true);

/** Some browsers' `open` never answers; nothing of ours waits longer than this, in ms. */
const PATIENCE_MS = 1_000;

/**
 * The site's IndexedDB: queue and visitor in one object store, so that a change of the cart and the message that
 * tells of it are one transaction. Rejects where there is no IndexedDB, and after a second without an answer, though
 * what was asked may still be done then.
 */
export function openStore(name: string): UseStore {
  let use = createStore(name, 'beckon');
  return async (mode, callback) => {
    const late = new Promise<never>((_, reject) => setTimeout(reject, PATIENCE_MS, 0));
    try {
      return await Promise.race([use(mode, callback), late]);
    } catch (error) {
      // WebKit drops connections ("server lost") without a `close` event; the cached handle then fails for good.
      // https://github.com/firebase/firebase-js-sdk/issues/4948
      if (!/^(UnknownE|InvalidStateE)rror$/.test((error as Error).name)) throw error;
      use = createStore(name, 'beckon');
      return use(mode, callback);
    }
  };
}

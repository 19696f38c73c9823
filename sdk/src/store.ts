import { createStore, type UseStore } from 'idb-keyval';

/** Message keys are UUIDs; `~` sorts after every hexadecimal digit, which keeps the state out of the queue. */
export const STATE_KEY = '~state';
/** The keys of the queue, oldest first. */
export const messageKeys = () => IDBKeyRange.upperBound('~', true);

/**
 * The site's IndexedDB: queue and visitor in one object store, so that a change of the cart and the message that
 * tells of it are one transaction. Rejects where there is none, or it fails.
 */
export function openStore(name: string): UseStore {
  const open = () => createStore(name, 'beckon');
  let use = open();
  return async (mode, callback) => {
    try {
      return await use(mode, callback);
    } catch {
      // WebKit drops connections ("server lost") without a `close` event; the cached handle then fails for good.
      // https://github.com/firebase/firebase-js-sdk/issues/4948
      use = open();
      return use(mode, callback);
    }
  };
}

import { promisifyRequest, type UseStore } from 'idb-keyval';

/** Message keys are UUIDs; `~` sorts after every hexadecimal digit, which keeps the state out of the queue. */
export const STATE_KEY = '~state';
/** The keys of the queue, oldest first. */
export const messageKeys = () => IDBKeyRange.upperBound('~', true);

/**
 * The site's IndexedDB: queue and visitor in one object store, so that a change of the cart and the message that
 * tells of it are one transaction. Rejects where there is none, or it fails.
 */
export function openStore(name: string): UseStore {
  let database: Promise<IDBDatabase> | undefined;
  const open = () => {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.result.createObjectStore('beckon');
    return promisifyRequest(request);
  };
  const use: UseStore = async (mode, callback) => {
    database ??= open();
    return callback((await database).transaction('beckon', mode).objectStore('beckon'));
  };
  return async (mode, callback) => {
    try {
      return await use(mode, callback);
    } catch {
      // Closed by the browser: with a `close` event or, in WebKit ("server lost"), without one.
      // https://github.com/firebase/firebase-js-sdk/issues/4948
      database = undefined;
      return use(mode, callback);
    }
  };
}

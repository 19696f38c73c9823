import { chooseClient, targetOf } from './push/click.ts';
import { type NotificationData, notificationOf } from './push/notification.ts';
import { reportOf } from './push/report.ts';
import type { WorkerScope } from './push/worker-scope.ts';
import { STATE_KEY } from './store.ts';
import type { VisitorState } from './visitor.ts';

const worker = self as unknown as WorkerScope;
const { registration, clients, location } = worker;
const { origin, hostname } = location;
const { collector, site } = worker.beckonPush ?? {};

/** ms that a page has to say that it goes where the click leads; browsers open no window long after a click. */
const ANSWER_MS = 300;
/** Notifications that this worker takes away itself: some browsers say of these, too, that they were closed. */
const taken = new Set<string | undefined>();

const result = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = reject;
  });
let database: Promise<IDBDatabase> | undefined;

/** The queue of the site's pages: what the worker cannot send, the next page does. */
async function inStore<T>(
  mode: IDBTransactionMode,
  use: (entries: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  if (!database) {
    const opening = indexedDB.open(`beckon:${site}`);
    opening.onupgradeneeded = () => opening.result.createObjectStore('beckon');
    database = result(opening);
  }
  return result(use((await database).transaction('beckon', mode).objectStore('beckon')));
}
const read = <T>(key: IDBValidKey) => inStore<T>('readonly', (entries) => entries.get(key));

const ask = (path: string, method: string, body: object) =>
  fetch(`${collector}/v1/${path}`, { method, body: JSON.stringify({ writeKey: site, ...body }) });

/** Sends the reports that wait; the ids of other messages are the pages' own, and have no slash. */
async function send() {
  const keys = (await inStore('readonly', (entries) => entries.getAllKeys())).filter((key) =>
    /\//.test(key as string),
  );
  if (!keys[0]) return;
  const batch = (await Promise.all(keys.map(read<string>))).map((report) => JSON.parse(report));
  const { ok, status } = await ask('batch', 'POST', { sentAt: new Date(), batch });
  if (ok || status === 400)
    for (const key of keys) await inStore('readwrite', (entries) => entries.delete(key));
}

/** Keeps a report before it is sent. */
async function tell(
  { id = '', visitor }: NotificationData,
  what: 'shown' | 'clicked' | 'dismissed',
  action?: string,
) {
  const report = site && reportOf(id, what, action);
  if (!report) return;
  const message = { ...report, anonymousId: visitor, timestamp: new Date() };
  await inStore('readwrite', (entries) => entries.put(JSON.stringify(message), message.messageId));
  // Offline: as soon as the browser is back, where it can wait for that.
  await send().catch(() => registration.sync?.register('beckon'));
}

worker.addEventListener('push', (event) => {
  // Only our pushes come to a folder of its own, as we advise.
  const found = notificationOf(event.data?.text() ?? '', hostname, registration.scope !== `${origin}/`);
  if (!found) return;
  const [title, options] = found;
  const show = async () => {
    const { tag } = options;
    if (tag) for (const { data } of await registration.getNotifications({ tag })) taken.add(data?.id);
    await registration.showNotification(title, options as NotificationOptions);
    await tell(options.data, 'shown');
  };
  event.waitUntil(show());
});

async function open(target: string) {
  const all = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  const { client, isThere } = chooseClient(all, target) ?? {};
  // The site's pages are not this worker's to navigate: they do it themselves, unless the visitor is busy there.
  const goes =
    isThere ||
    (client &&
      (await new Promise<unknown>((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = resolve;
        setTimeout(resolve, ANSWER_MS);
        client.postMessage({ beckonGo: target }, [port2]);
      })));
  // Chromium grants one click one window, to bring to the front or to open.
  return goes ? client?.focus() : clients.openWindow(target);
}

worker.addEventListener('notificationclick', (event) => {
  const { notification, action = '' } = event;
  const data = notification.data as NotificationData | null;
  if (!data?.urls) return;
  taken.add(data.id);
  notification.close();
  event.waitUntil(
    Promise.all([
      open(targetOf(data.urls[action] ?? data.urls[''], origin)),
      tell(data, 'clicked', action).catch(() => {}),
    ]),
  );
});

worker.addEventListener('notificationclose', (event) => {
  const data = event.notification.data as NotificationData | null;
  if (data?.urls && !taken.delete(data.id)) event.waitUntil(tell(data, 'dismissed'));
});

worker.addEventListener('sync', (event) => {
  if (event.tag === 'beckon') event.waitUntil(send());
});

worker.addEventListener('pushsubscriptionchange', (event) => {
  const { oldSubscription, newSubscription } = event;
  if (!site) return;
  event.waitUntil(
    (async () => {
      const visitor = await read<VisitorState | undefined>(STATE_KEY);
      const config = await fetch(`${collector}/v1/sites/${site}/config`);
      const { vapidPublicKey: key } = (await config.json()) as { vapidPublicKey: string | null };
      if (!visitor || !key) return;
      const { anonymousId, token } = visitor;
      const subscription =
        newSubscription ??
        (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
      await ask('push/subscription', 'PUT', {
        anonymousId,
        token,
        subscription,
        key,
        replaces: oldSubscription?.endpoint,
      });
    })(),
  );
});

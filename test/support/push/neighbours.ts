import type { PushPage } from './browsers.ts';

/** A service worker of a shop, as `startShop({files})` or a page server serves it. */
export interface NeighbourWorker {
  /** Where it is, and so what it may control. */
  path: string;
  script: string;
}

/**
 * What Workbox makes of a shop: a worker at the root that precaches, answers requests, cleans up old caches, claims its
 * pages, and has a push listener for its own payloads, `{"neighbour": "<title>"}`.
 *
 * @param first a line before everything else, such as `importScripts('…/beckon-sw.js?site=demo')` of a merged worker
 */
export const workboxLike = (precache: string[], first = ''): NeighbourWorker => ({
  path: '/sw.js',
  script: `${first}
const CACHE = 'workbox-precache-v2-' + registration.scope;
const PRECACHE = ${JSON.stringify(precache)};
addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(PRECACHE)));
  skipWaiting();
});
addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys())
      if (name.startsWith('workbox-precache-') && name !== CACHE) await caches.delete(name);
    await clients.claim();
  })());
});
addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  if (method !== 'GET' || new URL(url).origin !== location.origin) return;
  event.respondWith((async () => {
    const cache = await caches.open(CACHE);
    const kept = await cache.match(event.request);
    if (kept) return kept;
    try {
      return await fetch(event.request);
    } catch (error) {
      const offline = mode === 'navigate' && (await cache.match(PRECACHE[0]));
      if (!offline) throw error;
      return offline;
    }
  })());
});
addEventListener('push', (event) => {
  let payload;
  try { payload = event.data.json(); } catch { return; }
  if (typeof payload?.neighbour !== 'string') return;
  event.waitUntil(registration.showNotification(payload.neighbour, { tag: 'neighbour', data: { neighbour: 1 } }));
});
addEventListener('notificationclick', (event) => {
  if (!event.notification.data?.neighbour) return;
  event.notification.close();
  event.waitUntil(clients.openWindow('/?from=neighbour'));
});
`,
});

/** Another push tool's worker: it shows every payload that it gets, and reads none of ours. */
export const foreignTool = (path = '/push-tool/sw.js'): NeighbourWorker => ({
  path,
  script: `
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('push', (event) => {
  const text = event.data ? event.data.text() : '';
  event.waitUntil(registration.showNotification('Foreign tool', { body: text.slice(0, 100) }));
});
addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(clients.openWindow('/?from=foreign-tool'));
});
`,
});

/**
 * Registers a neighbour's worker from a page, waits until that is active, and subscribes it where a key is given, as the
 * shop's other scripts would. Permission has to be there.
 *
 * @param key VAPID public key, base64url
 * @returns the subscription, null without a key
 */
export function installNeighbour(
  page: PushPage,
  { path }: NeighbourWorker,
  options: { scope?: string; key?: string } = {},
): Promise<PushSubscriptionJSON | null> {
  return page.evaluate(
    async (path, scope, key) => {
      // Under a careful shop's policy an address has to come from a policy that it names.
      const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
      const rules = { createScriptURL: (url: string) => url };
      const script = trustedTypes?.createPolicy('neighbour', rules).createScriptURL(path) ?? path;
      const options = scope ? { scope } : undefined;
      const registration = await navigator.serviceWorker.register(script as string, options);
      while (!registration.active) await new Promise((done) => setTimeout(done, 20));
      if (!key) return null;
      const subscription = await registration.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: key,
      });
      return subscription.toJSON();
    },
    path,
    options.scope ?? null,
    options.key ?? null,
  );
}

/** https://www.w3.org/TR/trusted-types/ */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown };
}

/** Every registration of the page's origin: where it applies, which script it runs, what it is subscribed with. */
export function registrationsOf(
  page: PushPage,
): Promise<{ scope: string; script: string; endpoint: string | null; key: string | null }[]> {
  return page.evaluate(async () => {
    const all = await navigator.serviceWorker.getRegistrations();
    return Promise.all(
      all.map(async ({ scope, active, waiting, installing, pushManager }) => {
        const subscription = await pushManager.getSubscription();
        const key = subscription?.options.applicationServerKey;
        const text = key ? btoa(String.fromCharCode(...new Uint8Array(key))) : null;
        return {
          scope: new URL(scope).pathname,
          script: new URL((active ?? waiting ?? installing)?.scriptURL ?? scope).pathname,
          endpoint: subscription?.endpoint ?? null,
          key: text?.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') ?? null,
        };
      }),
    );
  });
}

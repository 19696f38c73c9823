import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encrypt } from '../../../collector/src/push/encrypt.ts';
import { authorization, newVapidPair, signerOf } from '../../../collector/src/push/vapid.ts';
import { type PageServer, servePages } from '../../support/page-server.ts';
import { type PushBrowser, type PushPage, startPushBrowser } from '../../support/push/browsers.ts';
import { GOOGLE } from '../../support/push/gcm.ts';
import { type PushService, startPushService, tokenOf } from '../../support/push/push-service.ts';
import { ENGINES } from '../../support/tab.ts';

const PAGE = `<!doctype html><title>Shop</title><button id="ask">Tell me</button><script>
  told = [];
  navigator.serviceWorker.onmessage = ({ data }) => told.push(data);
  if (location.hash === '#eager') Notification.requestPermission();
  ask.onclick = async () => { answer = await Notification.requestPermission(); };
</script>`;
const WORKER = `
  const tell = async (what) => {
    for (const client of await clients.matchAll({ includeUncontrolled: true })) client.postMessage(what);
  };
  addEventListener('push', (event) => {
    const { title, ...options } = event.data.json();
    event.waitUntil(registration.showNotification(title, options));
  });
  addEventListener('notificationclick', (event) => {
    event.notification.close();
    const { action, notification: { data } } = event;
    event.waitUntil(action ? tell({ action }) : clients.openWindow(data.url));
  });
  addEventListener('notificationclose', (event) => event.waitUntil(tell({ closed: event.notification.title })));`;

const KEYS = await newVapidPair();
const SIGNER = await signerOf(KEYS);

let service: PushService;
let shop: PageServer;
beforeAll(async () => {
  service = await startPushService();
  shop = await servePages((path) =>
    path === '/sw.js' ? { type: 'js', text: WORKER } : { type: 'html', text: PAGE },
  );
});
afterAll(async () => {
  await shop.close();
  await service.close();
});

const subscribe = (page: PushPage, key: string) =>
  page.evaluate(async (applicationServerKey) => {
    const registration = await navigator.serviceWorker.register('/sw.js');
    await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey };
    const { endpoint, keys } = (await registration.pushManager.subscribe(options)).toJSON();
    return { endpoint: endpoint ?? '', keys: { p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' } };
  }, key);

type Subscription = Awaited<ReturnType<typeof subscribe>>;

/** As the collector does, but for Google's hosts, which are here. */
async function send(
  { endpoint, keys }: Subscription,
  message: object,
  { topic, ttl = 60, signer = SIGNER }: { topic?: string; ttl?: number; signer?: typeof SIGNER } = {},
) {
  const response = await fetch(service.local(endpoint), {
    method: 'POST',
    headers: {
      Authorization: await authorization(
        signer,
        new URL(endpoint).origin,
        'https://shop.example',
        Date.now(),
      ),
      TTL: String(ttl),
      'Content-Encoding': 'aes128gcm',
      ...(topic && { Topic: topic }),
    },
    body: await encrypt(new TextEncoder().encode(JSON.stringify(message)), keys),
  });
  await response.body?.cancel();
  return response.status;
}

describe.each(ENGINES)('%s', (engine) => {
  let browser: PushBrowser;
  let page: PushPage;
  beforeAll(async () => {
    browser = await startPushBrowser(engine, service);
    page = await browser.open(shop.origin);
  });
  afterAll(() => browser.close());

  it('asks its visitor within a click only, and takes no for an answer', async () => {
    const permission = () => Notification.permission;
    browser.answerPrompts('denied');
    await page.goto(`${shop.origin}/offers#eager`);
    await vi.waitUntil(() => browser.prompts.length > 0);
    expect(await page.evaluate(permission)).toBe('default');
    await page.click('button', 'Tell me');
    await page.until('the answer', () => 'answer' in globalThis);

    expect(browser.prompts).toEqual([
      { origin: shop.origin, gesture: false, answer: 'ignored' },
      { origin: shop.origin, gesture: true, answer: 'denied' },
    ]);
    expect(await page.evaluate(permission)).toBe('denied');
    await expect(subscribe(page, KEYS.publicKey)).rejects.toThrow(/NotAllowed|denied/i);
    await browser.permit(shop.origin, 'default');
  });

  it('decrypts what a subscription of its own is sent, and opens the page of what is pressed', async () => {
    browser.answerPrompts('granted');
    await page.reload();
    await page.click('button');
    await page.until('permission', () => Notification.permission === 'granted');
    const subscription = await subscribe(page, KEYS.publicKey);
    const host = engine === 'Chromium' ? GOOGLE : [service.base];
    expect(host).toContain(new URL(subscription.endpoint).origin);

    const url = `${shop.origin}/cart`;
    const actions = [{ action: 'later', title: 'Later' }];
    const cart = { title: 'Кошик чекає', body: '2 × ☕', tag: 'cart', data: { url }, actions };
    expect(await send(subscription, cart)).toBe(201);
    const shown = await browser.desktop.waitFor(cart.title);
    expect(shown.body).toContain(cart.body);
    browser.desktop.press(shown);
    const opened = await browser.tab(({ href }) => href === url);
    await opened.close();

    expect(await send(subscription, { ...cart, title: 'Again' })).toBe(201);
    browser.desktop.act(await browser.desktop.waitFor('Again'), 'Later');
    await page.until('the action', () => told.some(({ action }) => action === 'later'));

    expect(await send(subscription, { ...cart, title: 'Once more' })).toBe(201);
    browser.desktop.dismiss(await browser.desktop.waitFor('Once more'));
    await page.until('the end', () => told.some(({ closed }) => closed === 'Once more'));
  });

  it('gets the newest of a topic only after a time offline', async () => {
    const subscription = await subscribe(page, KEYS.publicKey);
    browser.link.offline();
    const topic = 'price-of-the-kettle-0000';
    expect(await send(subscription, { title: 'Old price', tag: 'p' }, { topic })).toBe(201);
    expect(await send(subscription, { title: 'New price', tag: 'p' }, { topic })).toBe(201);
    expect(await send(subscription, { title: 'Lost' }, { ttl: 0 })).toBe(201);
    expect(service.waiting(tokenOf(subscription.endpoint))).toBe(1);
    browser.link.online();
    await browser.desktop.waitFor('New price');
    const titles = browser.desktop.history.map(({ title }) => title);
    expect(titles).not.toContain('Old price');
    expect(titles).not.toContain('Lost');
  });

  it('is gone for the sender once it has unsubscribed', async () => {
    const subscription = await subscribe(page, KEYS.publicKey);
    const stranger = await signerOf(await newVapidPair());
    expect(await send(subscription, {}, { signer: stranger })).toBe(403);
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await (await registration.pushManager.getSubscription())?.unsubscribe();
    });
    await service.waitFor('unsubscribed', { is: ({ token }) => token === tokenOf(subscription.endpoint) });
    expect(await send(subscription, {})).toBe(410);
  });
});

declare const told: { action?: string; closed?: string }[];

import 'fake-indexeddb/auto';
import { promisifyRequest } from 'idb-keyval';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Beckon } from './api.ts';
import { createBeckon } from './client.ts';
import { type BeckonError, createEmitter } from './events.ts';
import type { Batch, BatchAnswer, Message, TrackMessage } from './message.ts';
import { openStore } from './store.ts';

let sites = 0;
const received: Message[] = [];
let answer: Partial<BatchAnswer> = {};
let online = true;
const load = vi.fn();

beforeEach(() => {
  received.length = 0;
  answer = {};
  online = true;
  load
    .mockReset()
    .mockImplementation(async (name) => (name === 'strange' ? import('./modules/strange.ts') : {}));
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    if (!online) throw new TypeError('Failed to fetch');
    const { batch } = JSON.parse(String(init.body)) as Batch;
    received.push(...batch);
    const visitor = { anonymousId: batch[0]?.anonymousId ?? null, token: null };
    return Response.json({ success: true, rejected: [], messages: [], visitor, ...answer });
  });
});
afterEach(() => vi.unstubAllGlobals());

function open(site = `client-${++sites}`) {
  const client = createBeckon(load, createEmitter());
  const errors: BeckonError[] = [];
  client.on('error', (error) => errors.push(error));
  const init = () => client.init({ writeKey: site, endpoint: 'https://c.example/', pageViews: false });
  return { client, errors, init, site };
}
const started = () => {
  const page = open();
  page.init();
  return page;
};
const tracks = () => received.filter((message): message is TrackMessage => message.type === 'track');
const cartsSent = () => tracks().map(({ properties }) => properties);

test('calls before init are kept, with the times at which they were made', async () => {
  const { client, init } = open();
  const before = Date.now();
  client.track('early', { a: 1 });
  const after = Date.now();
  await Promise.resolve();
  init();
  client.track('late');
  await client.flush();
  expect(tracks().map(({ event }) => event)).toEqual(['early', 'late']);
  const time = Date.parse(tracks()[0]?.timestamp ?? '');
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(after);
});

test('events of a page without network are sent by the next page, once', async () => {
  const { client, site } = started();
  online = false;
  client.track('a');
  client.track('b');
  await client.flush();
  expect(received).toEqual([]);
  online = true;
  const next = open(site);
  next.init();
  await next.client.flush();
  await client.flush();
  expect(tracks().map(({ event }) => event)).toEqual(['a', 'b']);
  expect(new Set(received.map(({ anonymousId }) => anonymousId)).size).toBe(1);
});

test('every message says where and with what it was made', async () => {
  const { client } = started();
  client.page({ category: 'shop' });
  await client.flush();
  expect(received[0]).toMatchObject({
    type: 'page',
    properties: {
      url: location.href,
      path: location.pathname,
      search: '',
      title: '',
      referrer: '',
      category: 'shop',
    },
    context: {
      library: { name: 'beckon' },
      page: { url: location.href },
      screen: {},
      timezone: expect.any(String),
    },
    anonymousId: expect.stringMatching(/^[\w-]{36}$/),
  });
});

test('identify with an id, with traits alone, and a number as id', async () => {
  const { client } = started();
  client.identify({ plan: 'free' });
  client.identify('u1', { name: 'Ann' });
  (client.identify as unknown as (id: number) => void)(42);
  client.track('x');
  await client.flush();
  expect(
    received.map((message) => [message.type, message.userId, 'traits' in message && message.traits]),
  ).toEqual([
    ['identify', undefined, { plan: 'free' }],
    ['identify', 'u1', { name: 'Ann' }],
    ['identify', '42', {}],
    ['track', '42', false],
  ]);
});

test('each change of the cart sends all of it', async () => {
  const { client } = started();
  client.cart.add({ item_id: 'mug', price: 12 });
  client.cart.add({ item_id: 'mug', price: 12, quantity: 2 }, { currency: 'EUR' });
  client.cart.remove({ item_id: 'mug', quantity: 1 });
  client.cart.set([{ item_id: 'cup', price: 5 }], { cart_id: 'c1' });
  client.cart.clear();
  await client.flush();
  expect(cartsSent()).toEqual([
    { currency: 'USD', items: [{ item_id: 'mug', price: 12, quantity: 1 }] },
    { currency: 'EUR', items: [{ item_id: 'mug', price: 12, quantity: 3 }] },
    { currency: 'EUR', items: [{ item_id: 'mug', price: 12, quantity: 2 }] },
    { cart_id: 'c1', currency: 'EUR', items: [{ item_id: 'cup', price: 5, quantity: 1 }] },
    { cart_id: 'c1', currency: 'EUR', items: [] },
  ]);
});

test('the cart is still there on the next page, and empty after a purchase', async () => {
  const { client, site } = started();
  client.cart.add({ item_id: 'mug', price: 12 });
  await client.flush();
  const next = open(site);
  next.init();
  await next.client.flush();
  expect(next.client.cart.get()).toMatchObject({ items: [{ item_id: 'mug' }] });
  next.client.track('purchase', { transaction_id: 't1', value: 12 });
  expect(next.client.cart.get().items).toEqual([]);
  next.client.cart.add({ item_id: 'cup', price: 5 });
  await next.client.flush();
  expect(cartsSent().at(-1)).toMatchObject({ items: [{ item_id: 'cup' }] });
  expect(tracks().map(({ event }) => event)).toEqual(['cart_updated', 'purchase', 'cart_updated']);
});

test('after reset the next person starts from nothing', async () => {
  const { client } = started();
  client.identify('u1');
  client.cart.add({ item_id: 'mug', price: 12 });
  client.reset();
  client.track('x');
  await client.flush();
  const [first, , last] = received;
  expect(last?.anonymousId).not.toBe(first?.anonymousId);
  expect(last?.userId).toBeUndefined();
  expect(client.cart.get().items).toEqual([]);
});

test('wrong calls never throw: they are reported, and the rest goes on', async () => {
  const { client, errors } = started();
  const call = client as unknown as Record<keyof Beckon, (...args: unknown[]) => void>;
  const cart = client.cart as unknown as Record<string, (...args: unknown[]) => void>;
  call.track();
  call.track(7);
  call.track('');
  call.identify();
  call.init();
  cart.add?.();
  cart.add?.({ price: 3 });
  cart.remove?.(null);
  cart.set?.('mug');
  const refuses = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('no keys');
      },
    },
  );
  call.track('x', refuses);
  client.track('fine');
  await client.flush();
  await vi.waitFor(() => expect(errors).toHaveLength(8));
  expect(errors.map(({ code }) => code)).toEqual([...Array(6).fill('invalid_call'), 'failed', 'failed']);
  expect(tracks().map(({ event }) => event)).toEqual(['7', 'fine']);
});

test("a listener that throws disturbs neither us nor the page's other listeners", async () => {
  const report = vi.fn();
  vi.stubGlobal('reportError', report);
  const { client } = started();
  const heard = vi.fn();
  const stop = client.on('delivery', () => {
    throw new Error('of the page');
  });
  client.on('delivery', heard);
  client.track('a');
  await client.flush();
  stop();
  client.track('b');
  await client.flush();
  expect(heard).toHaveBeenCalledTimes(2);
  expect(heard.mock.calls[0]?.[0]).toMatchObject({ status: 200, answer: { success: true } });
  expect(JSON.parse(heard.mock.calls[0]?.[0].sent[0])).toMatchObject({ event: 'a' });
  expect(report).toHaveBeenCalledTimes(1);
});

test('a second init changes nothing', async () => {
  const { client, init } = started();
  init();
  client.init({ writeKey: 'other', endpoint: 'https://other.example' });
  client.track('x');
  await client.flush();
  expect(tracks()).toHaveLength(1);
});

test('no popup code is loaded before a popup is armed', async () => {
  const hear = vi.fn();
  load.mockResolvedValue({ hear });
  const { client } = started();
  client.track('a');
  await client.flush();
  expect(load).not.toHaveBeenCalled();
  const popup = { id: 'p1', cause: 'x', campaign: 'c@1', variant: 'a', triggers: [] };
  answer = { messages: [popup, { ...popup, id: 'p2' }] };
  client.track('b');
  await client.flush();
  await vi.waitFor(() => expect(hear).toHaveBeenCalledTimes(2));
  expect(hear.mock.calls.map(([, { received }]) => received.id)).toEqual(['p1', 'p2']);
  expect(load.mock.calls).toEqual([['onsite'], ['onsite']]);
});

test('importing and calling it on a server does nothing', async () => {
  vi.stubGlobal('window', undefined);
  const { client, errors } = started();
  client.track('x');
  await client.flush();
  expect(received).toEqual([]);
  expect(errors).toEqual([]);
});

test('listeners hear of each call when it is made, a view of a product before anything is sent', async () => {
  const { client } = started();
  const calls: Message[] = [];
  client.on('call', (message) => calls.push(message));
  client.track('view_item', { items: [{ item_id: 'mug' }] });
  expect(calls).toMatchObject([
    { type: 'track', event: 'view_item', context: { page: { url: location.href } } },
  ]);
  client.identify('mira');
  await client.flush();
  expect(calls[1]).toMatchObject({ type: 'identify', userId: 'mira' });
});

test('what the site switches on is started with its setting; one that cannot be loaded costs nothing', async () => {
  const start = vi.fn();
  load.mockImplementation(async (name) => {
    if (name === 'debug') throw new Error('blocked');
    return { start };
  });
  const { client, errors } = open();
  client.init({
    writeKey: `client-${++sites}`,
    endpoint: 'https://c.example',
    pageViews: false,
    ecommerce: 'ga4 jsonld',
    compat: 'false',
    debug: true,
  });
  await vi.waitFor(() =>
    expect(start).toHaveBeenCalledExactlyOnceWith(client, 'ga4 jsonld', expect.anything()),
  );
  await vi.waitFor(() => expect(errors).toMatchObject([{ code: 'failed' }]));
  client.track('still counted');
  await client.flush();
  expect(tracks().filter(({ event }) => event === 'still counted')).toHaveLength(1);
  expect(load.mock.calls.map(([name]) => name)).toEqual(['ecommerce', 'debug']);
});

test('who is known is not told again on every page; what is new about them is', async () => {
  const { client, site } = started();
  client.identify('u1', { plan: 'free' });
  client.identify('u1', { plan: 'free' });
  await client.flush();
  const next = open(site);
  next.init();
  next.client.identify('u1', { plan: 'free' });
  next.client.identify('u1', { plan: 'pro' });
  await next.client.flush();
  expect(received.map((message) => 'traits' in message && message.traits)).toEqual([
    { plan: 'free' },
    { plan: 'pro' },
  ]);
});

test('a user whose id is proved by a token is told each time, for the last one may have been refused', async () => {
  const { client } = started();
  client.identify('u1', {}, { token: 'first' });
  client.identify('u1', {}, { token: 'second' });
  await client.flush();
  expect(received.map((message) => 'token' in message && message.token)).toEqual(['first', 'second']);
});

test('an alias links two ids, and a group names the account', async () => {
  const { client } = started();
  client.alias('u1');
  client.alias('u2', 'u1');
  client.group('acme', { seats: 5 });
  (client.group as () => void)();
  await client.flush();
  const { anonymousId } = received[0] as Message;
  expect(received).toMatchObject([
    { type: 'alias', userId: 'u1', anonymousId },
    { type: 'alias', userId: 'u2', previousId: 'u1' },
    { type: 'group', userId: 'u2', groupId: 'acme', traits: { seats: 5 } },
  ]);
  expect(received).toHaveLength(3);
  client.alias('u2', 'u0');
  await client.flush();
  expect(received[3]).toMatchObject({ type: 'alias', userId: 'u2', previousId: 'u0' });
});

test('in first-party mode the collector knows the visitor better, from the first message on', async () => {
  const bodies: Batch[] = [];
  let known = 'of-the-cookie';
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    expect(init.credentials).toBe('include');
    bodies.push(JSON.parse(String(init.body)));
    return Response.json({
      success: true,
      rejected: [],
      messages: [],
      visitor: { anonymousId: known, token: null },
    });
  });
  // biome-ignore lint/suspicious/noDocumentCookie: what a browser does that purges
  document.cookie = 'beckon_id=; Path=/; Max-Age=0';
  const client = createBeckon(load, createEmitter());
  client.init({
    writeKey: `client-${++sites}`,
    endpoint: 'https://c.example',
    pageViews: false,
    cookie: 'first-party',
  });
  client.track('a');
  const first = client.flush();
  client.track('b');
  await first;
  await client.flush();
  expect(bodies[0]?.visitor).toEqual({ fresh: true });
  expect(client.anonymousId()).toBe('of-the-cookie');
  client.track('c');
  await client.flush();
  expect(bodies.at(-1)?.visitor).toEqual({ fresh: false });
  expect(bodies.at(-1)?.batch.map((message) => message.anonymousId)).toEqual(['of-the-cookie']);

  // Who has logged out is somebody new, whatever the cookie says.
  client.reset();
  known = 'somebody-else';
  client.track('d');
  await client.flush();
  expect(bodies.at(-1)?.visitor).toEqual({ fresh: false });
  expect(client.anonymousId()).not.toBe('somebody-else');
});

test('what the full queue has dropped is counted in the next batch, once', async () => {
  const writeKey = `client-${++sites}`;
  const old = (Date.now() - 40 * 86_400_000).toString(16).padStart(12, '0');
  const messageId = `${old.slice(0, 8)}-${old.slice(8)}-7000-8000-000000000000`;
  await openStore(`beckon:${writeKey}`)('readwrite', (entries) => {
    entries.put(JSON.stringify({ type: 'track', event: 'forgotten', messageId }), messageId);
  });
  const contexts: unknown[] = [];
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    contexts.push(JSON.parse(String(init.body)).context);
    return fetch(url, init);
  });
  online = false;
  const { client, init } = open(writeKey);
  init();
  client.track('a');
  await client.flush();
  await vi.waitFor(async () =>
    expect(
      await openStore(`beckon:${writeKey}`)('readonly', (entries) =>
        promisifyRequest(entries.count(messageId)),
      ),
    ).toBe(0),
  );
  online = true;
  await client.flush();
  client.track('b');
  await client.flush();
  expect(contexts.slice(-2)).toEqual([{ dropped: 1 }, undefined]);
});

test('where the browser refuses to let tabs talk, this one works alone', async () => {
  vi.stubGlobal(
    'BroadcastChannel',
    class {
      constructor() {
        throw new DOMException('storage is blocked', 'SecurityError');
      }
    },
  );
  const { client, errors } = started();
  client.track('a');
  await client.flush();
  expect(tracks().map(({ event }) => event)).toEqual(['a']);
  expect(errors).toEqual([]);
});

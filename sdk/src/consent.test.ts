import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBeckon } from './client.ts';
import { initialConsent } from './consent.ts';
import { createEmitter } from './events.ts';
import type { Batch, Message } from './message.ts';
import type { Options } from './options.ts';

let sites = 0;
let cookies: Record<string, string> = {};
const received: Message[] = [];
const forgotten: { writeKey: string; anonymousId: string }[] = [];

beforeEach(() => {
  cookies = {};
  received.length = 0;
  forgotten.length = 0;
  vi.spyOn(document, 'cookie', 'get').mockImplementation(() =>
    Object.entries(cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; '),
  );
  vi.spyOn(document, 'cookie', 'set').mockImplementation((cookie) => {
    const [, name = '', value = ''] = /^(\w+)=([^;]*)/.exec(cookie) ?? [];
    if (cookie.includes('Max-Age=0')) delete cookies[name];
    else cookies[name] = value;
  });
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const body = JSON.parse(String(init.body));
    if (init.method === 'DELETE') {
      expect(url).toBe('https://c.example/v1/visitor');
      forgotten.push(body);
      return Response.json({ success: true });
    }
    received.push(...(body as Batch).batch);
    return new Response(null, { status: 204 });
  });
});
afterEach(() => {
  Reflect.deleteProperty(window, 'dataLayer');
  Reflect.deleteProperty(navigator, 'globalPrivacyControl');
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function visit(options: Partial<Options> = {}, writeKey = `consent-${++sites}`) {
  const client = createBeckon(async (name) => {
    if (name === 'consent') return (await import('./modules/consent.ts')) as never;
    throw new Error(`${name} is not needed here`);
  }, createEmitter());
  client.init({ writeKey, endpoint: 'https://c.example', pageViews: false, ...options });
  return { client, writeKey, name: `beckon:${writeKey}` };
}
const databases = async () => (await indexedDB.databases()).map(({ name }) => name);
const events = () => received.map((message) => ('event' in message ? message.event : message.type));
/** As Google's snippet pushes: `arguments`, no array. */
const gtag = (...args: unknown[]) => {
  const page = window as unknown as { dataLayer?: unknown[] };
  page.dataLayer ??= [];
  page.dataLayer.push(
    (function () {
      // biome-ignore lint/complexity/noArguments: that is what Google pushes
      return arguments;
    })(...(args as [])),
  );
};

test('a site that asks nobody sends at once, and claims no consent', async () => {
  const { client } = visit();
  client.track('a');
  await client.flush();
  expect(events()).toEqual(['a']);
  expect(received[0]?.context).not.toHaveProperty('consent');
  expect(Object.keys(cookies)).toEqual(['beckon_id']);
});

test('while the visitor has not decided nothing is stored or sent; a yes sends all of it with its times', async () => {
  const { client, name } = visit({ consent: 'pending' });
  const before = Date.now();
  client.track('early');
  client.identify('mira');
  client.cart.add({ item_id: 'mug', price: 12 });
  const after = Date.now();
  await client.flush();
  expect(cookies).toEqual({});
  expect(await databases()).not.toContain(name);
  expect(client.anonymousId()).toBeUndefined();

  client.consent({ analytics: true, marketing: false });
  await vi.waitFor(() => expect(client.anonymousId()).toBeDefined());
  await client.flush();
  expect(events()).toEqual(['early', 'identify', 'cart_updated']);
  for (const { timestamp = '', context } of received) {
    expect(Date.parse(timestamp)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(timestamp)).toBeLessThanOrEqual(after);
    expect(context?.consent).toEqual({ categoryPreferences: { analytics: true, marketing: false } });
  }
  expect(cookies.beckon_consent).toBe('10');
});

test('a no discards what was held, and what comes after; the decision is kept without an id', async () => {
  const { client, name, writeKey } = visit({ consent: 'pending' });
  client.track('early');
  client.consent({ analytics: false, marketing: false });
  await vi.waitFor(() => expect(cookies).toEqual({ beckon_consent: '00' }));
  client.track('late');
  await client.flush();
  const next = visit({ consent: 'pending' }, writeKey);
  next.client.track('next page');
  await next.client.flush();
  expect(received).toEqual([]);
  expect(await databases()).not.toContain(name);
});

test('a withdrawal erases queue and id here, and the device at the collector', async () => {
  const { client, writeKey } = visit();
  client.track('a');
  await client.flush();
  const anonymousId = client.anonymousId();
  client.consent({ analytics: false });
  await vi.waitFor(() => expect(cookies).toEqual({ beckon_consent: '01' }));
  expect(forgotten).toEqual([{ writeKey, anonymousId }]);
  client.track('b');
  await client.flush();
  expect(events()).toEqual(['a']);

  client.consent({ analytics: true });
  await vi.waitFor(() => expect(client.anonymousId()).toBeDefined());
  expect(client.anonymousId()).not.toBe(anonymousId);
  client.track('c');
  await client.flush();
  expect(events()).toEqual(['a', 'c']);
});

test('a page that was left before all was erased has the next one finish', async () => {
  cookies = { beckon_consent: '00', beckon_id: 'left-behind' };
  const { writeKey } = visit();
  await vi.waitFor(() => expect(cookies).toEqual({ beckon_consent: '00' }));
  expect(forgotten).toEqual([{ writeKey, anonymousId: 'left-behind' }]);
});

test('a no before init begins nothing', async () => {
  const client = createBeckon(async () => (await import('./modules/consent.ts')) as never, createEmitter());
  client.consent({ analytics: 'denied', marketing: 'denied' });
  const writeKey = `consent-${++sites}`;
  client.init({ writeKey, endpoint: 'https://c.example', pageViews: false });
  client.track('a');
  await vi.waitFor(() => expect(cookies).toEqual({ beckon_consent: '00' }));
  await client.flush();
  expect(received).toEqual([]);
  expect(await databases()).not.toContain(`beckon:${writeKey}`);
});

test("Google's Consent Mode is understood: a default from before, and the update when it comes", async () => {
  gtag('consent', 'default', { analytics_storage: 'denied', ad_storage: 'denied' });
  const { client } = visit();
  client.track('held');
  await client.flush();
  expect(received).toEqual([]);
  // The chunk listens as soon as it is there, and reads what was pushed before.
  gtag('consent', 'update', { analytics_storage: 'granted' });
  await vi.waitFor(() => expect(client.anonymousId()).toBeDefined());
  await client.flush();
  expect(events()).toEqual(['held']);
  expect(cookies.beckon_consent).toBe('10');
});

test('the decision counts more than Consent Mode, and that more than the default of the site', () => {
  const given: Options = { writeKey: 'x', endpoint: 'https://c.example' };
  expect(initialConsent(given)).toBeUndefined();
  expect(initialConsent({ ...given, consent: 'denied' })).toEqual({ analytics: false, marketing: false });
  expect(initialConsent({ ...given, consent: 'granted' })).toEqual({ analytics: true, marketing: true });
  gtag('consent', 'default', { analytics_storage: 'granted', ad_storage: 'denied' });
  expect(initialConsent({ ...given, consent: 'denied' })).toEqual({ analytics: true, marketing: undefined });
  cookies.beckon_consent = '01';
  expect(initialConsent(given)).toEqual({ analytics: false, marketing: true });
});

test('Global Privacy Control denies what the site says that it denies', () => {
  Object.assign(navigator, { globalPrivacyControl: true });
  const given: Options = { writeKey: 'x', endpoint: 'https://c.example' };
  expect(initialConsent(given)).toEqual({ analytics: true, marketing: false });
  expect(initialConsent({ ...given, gpc: 'all' })).toEqual({ analytics: false, marketing: false });
  expect(initialConsent({ ...given, gpc: 'ignore' })).toBeUndefined();
  cookies.beckon_consent = '11';
  expect(initialConsent({ ...given, gpc: 'all' })).toEqual({ analytics: true, marketing: true });
});

test('a denial for some regions holds, though the default for the rest of the world follows', () => {
  gtag('consent', 'default', { analytics_storage: 'denied', region: ['FR'] });
  gtag('consent', 'default', { analytics_storage: 'granted' });
  expect(initialConsent({ writeKey: 'x', endpoint: 'https://c.example' })?.analytics).toBeUndefined();
});

test('"pending" decides nothing, and what a call leaves out stays as the site has it', async () => {
  const { client } = visit();
  client.consent({ analytics: 'pending' });
  const early = createBeckon(async () => (await import('./modules/consent.ts')) as never, createEmitter());
  early.consent({ marketing: true });
  early.init({
    writeKey: `consent-${++sites}`,
    endpoint: 'https://c.example',
    pageViews: false,
    consent: 'pending',
  });
  early.track('held');
  await early.flush();
  expect(cookies).not.toHaveProperty('beckon_consent');
  expect(early.anonymousId()).toBeUndefined();
});

test('a page that comes back after consent was withdrawn elsewhere goes on with nothing', async () => {
  cookies.beckon_consent = '11';
  const { client } = visit();
  client.track('a');
  await client.flush();
  cookies.beckon_consent = '00';
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await vi.waitFor(() => expect(client.anonymousId()).toBeUndefined());
  client.track('b');
  await client.flush();
  expect(events()).toEqual(['a']);
});

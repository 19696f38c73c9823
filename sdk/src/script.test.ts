import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Beckon } from './api.ts';
import type { Batch, Message, TrackMessage } from './message.ts';

type Global = ((...call: unknown[]) => unknown) & Beckon & { q?: unknown };
const page = window as unknown as { beckon?: Global };

let sites = 0;
let received: { url: string; writeKey: string; batch: Message[] }[] = [];

beforeEach(() => {
  vi.resetModules();
  received = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    received.push({ url, ...(JSON.parse(String(init.body)) as Batch) });
    return new Response(null, { status: 204 });
  });
});
afterEach(() => {
  delete page.beckon;
  document.head.replaceChildren();
  vi.unstubAllGlobals();
});

/** The documented stub. */
function stub() {
  const queue = ((...args: unknown[]) => {
    const beckon = page.beckon as unknown as { q?: unknown[][] };
    beckon.q = beckon.q ?? [];
    beckon.q.push(args);
  }) as Global;
  page.beckon = queue;
  return queue;
}
/** Runs `beckon.js` as a tag with this query string and these attributes. */
async function run(query = '', attributes: Record<string, string> = {}) {
  const script = document.createElement('script');
  script.type = 'text/plain';
  script.setAttribute('src', `https://c.example/p/beckon.js${query}`);
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
  document.head.append(script);
  vi.resetModules();
  await import('./script.ts');
  return page.beckon as Global;
}
const events = () => received.flatMap(({ batch }) => batch.map((message) => (message as TrackMessage).event));
const tag = () => ({ 'data-write-key': `script-${++sites}`, 'data-page-views': 'false' });

test('calls that the stub queued before the script loaded are replayed in order', async () => {
  const early = stub();
  early('track', 'one', { n: 1 });
  early('cart.add', { item_id: 'mug', price: 3 });
  const beckon = await run('', tag());
  early('track', 'two');
  beckon('track', 'three');
  beckon.track('four');
  await beckon.flush();
  expect(events()).toEqual(['one', 'cart_updated', 'two', 'three', 'four']);
  expect(received[0]?.url).toBe('https://c.example/p/v1/batch');
});

test('a tag manager that strips attributes: the key comes with the query string', async () => {
  const beckon = await run(`?key=script-${++sites}&pageViews=false`);
  beckon.track('x');
  await beckon.flush();
  expect(received[0]?.writeKey).toBe(`script-${sites}`);
});

test("without any key the script waits for the page's init, and keeps what was called before", async () => {
  const early = stub();
  early('track', 'kept');
  const beckon = await run();
  expect(received).toEqual([]);
  beckon('init', { writeKey: `script-${++sites}`, pageViews: false });
  await beckon.flush();
  expect(received[0]?.writeKey).toBe(`script-${sites}`);
  expect(events()).toEqual(['kept']);
});

test("the page's init wins over the tag", async () => {
  const writeKey = `script-${++sites}`;
  const early = stub();
  early('track', 'x');
  early('init', { endpoint: 'https://shop.example/b' });
  const beckon = await run('?key=ignored&pageViews=false', { 'data-write-key': writeKey });
  await beckon.flush();
  expect(received[0]).toMatchObject({ url: 'https://shop.example/b/v1/batch', writeKey });
});

test('a second copy of the tag does not disturb the first', async () => {
  const beckon = await run('', tag());
  const heard = vi.fn();
  beckon.on('delivery', heard);
  expect(await run('?key=other')).toBe(beckon);
  beckon.track('x');
  await beckon.flush();
  expect(events()).toEqual(['x']);
  expect(heard).toHaveBeenCalledOnce();
});

test('a call that does not exist is reported, not thrown', async () => {
  const beckon = await run('', tag());
  const failed = vi.fn();
  beckon.on('error', failed);
  for (const name of ['nothing', 'cart.nothing', 'a.b.c', undefined]) beckon(name);
  expect(failed.mock.calls.map(([{ code }]) => code)).toEqual(Array(4).fill('invalid_call'));
});

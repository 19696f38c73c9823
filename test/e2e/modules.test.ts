import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startChromium } from '../support/browsers.ts';

const DIST = join(import.meta.dirname, '../../sdk/dist');

let server: Server;
let origin: string;
let profile: string;
let context: BrowserContext;
let html = '';

beforeAll(async () => {
  profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  context = await startChromium(profile);
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname.startsWith('/sdk/')) {
      response.setHeader('Content-Type', 'text/javascript');
      response.end(readFileSync(join(DIST, basename(pathname))));
    } else if (pathname.endsWith('.js')) {
      response.setHeader('Content-Type', 'text/javascript').end('dataLayer.push = Array.prototype.push;');
    } else response.setHeader('Content-Type', 'text/html').end(html);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
  server.closeAllConnections();
  server.close();
});

/** Opens a page, loads a chunk beside it, and records what that tells the SDK. */
async function open(content: string, chunk: string, setting = ''): Promise<Page> {
  html = `<!doctype html><title>Shop</title>${content}`;
  const page = await context.newPage();
  await page.goto(`${origin}/mug`);
  // As text: the test runner would make an import of its own of a function's `import()`.
  await page.evaluate(`
    window.heard = [];
    const record = (name) => (...args) => heard.push(JSON.parse(JSON.stringify([name, ...args])));
    import('${origin}/sdk/${chunk}.js').then(({ start }) =>
      start({ track: record('track'), identify: record('identify'), on: () => () => {} }, '${setting}'));`);
  return page;
}
const heardBy = (page: Page) =>
  page.evaluate(() => (window as unknown as { heard: [string, string, Record<string, unknown>][] }).heard);

it("hears Google's own snippet, whose `var` nobody can redefine, and a tag that takes over its push", async () => {
  const page = await open(
    `<script>
      var dataLayer = window.dataLayer || [];
      function gtag() { dataLayer.push(arguments); }
      gtag('js', new Date());
      gtag('event', 'view_item', { value: 1 });
    </script>`,
    'ecommerce',
    'ga4',
  );
  await page.evaluate("gtag('event', 'add_to_cart', { value: 2 })");
  await page.addScriptTag({ url: `${origin}/manager.js` });
  await page.evaluate("gtag('event', 'purchase', { value: 3 }); dataLayer = [];");
  await page.addScriptTag({ url: `${origin}/other.js` });
  await page.evaluate("gtag('event', 'refund', { value: 4 })");
  expect((await heardBy(page)).map(([, event, { value }]) => `${event} ${value}`)).toEqual([
    'view_item 1',
    'add_to_cart 2',
    'purchase 3',
    'refund 4',
  ]);
});

it("hears snippets that come after it, and declare their names as a page's scripts do", async () => {
  const page = await open('', 'compat');
  await page.addScriptTag({
    content: `
      var analytics = window.analytics || [];
      analytics.track = function (...args) { analytics.push(['track', ...args]); };
      var _learnq = _learnq || [];
      var eS = eS || Object.assign((...args) => eS.q.push(args), { q: [] });`,
  });
  await page.evaluate(`
    analytics.track('A', { a: 1 });
    _learnq.push(['track', 'B']);
    eS('sendEvent', 'C');
    analytics = { track() { return 'theirs'; } };
    eS = () => 'theirs';`);
  expect(await page.evaluate("[analytics.track('D'), eS('sendEvent', 'E')]")).toEqual(['theirs', 'theirs']);
  expect((await heardBy(page)).map(([, event]) => event)).toEqual(['A', 'B', 'C', 'D', 'E']);
});

it("reads a product page's description, and the next one's when a router has rendered it", async () => {
  const describe = (sku: string) =>
    `<script type="application/ld+json">{"@type":"Product","name":"${sku}","sku":"${sku}","offers":{"price":"9.90","priceCurrency":"EUR"}}</script>`;
  const page = await open(describe('mug'), 'ecommerce', 'jsonld');
  await vi.waitUntil(async () => (await heardBy(page)).length === 1, 5_000);
  await page.evaluate(
    (next) => {
      history.pushState(null, '', '/cup');
      const script = document.querySelector('[type="application/ld+json"]') as HTMLScriptElement;
      script.textContent = next;
    },
    describe('cup').replace(/<.*?>/g, ''),
  );
  await vi.waitUntil(async () => (await heardBy(page)).length === 2, 5_000);
  expect(
    (await heardBy(page)).map(([, , { items }]) => (items as { item_id: string }[])[0]?.item_id),
  ).toEqual(['mug', 'cup']);
});

it('sees the trouble of a visitor at work', async () => {
  const page = await open(
    `<form id="checkout"><input name="zip"><input type="password" name="pw"></form>
     <button id="dead" type="button">Buy</button>`,
    'signals',
  );
  await page.click('#dead', { clickCount: 3, delay: 10 });
  await page.addScriptTag({ content: 'setTimeout(() => nothing.here); Promise.reject(new Error("late"));' });
  await vi.waitUntil(async () => (await heardBy(page)).length >= 3, 5_000);
  await page.fill('[name=zip]', '10115');
  await page.fill('[name=pw]', 'hunter2');
  await page.evaluate("dispatchEvent(new Event('pagehide'))");
  const heard = await heardBy(page);
  expect(heard).toContainEqual(['track', 'rage_click', { selector: 'button#dead' }]);
  expect(heard.filter(([, event]) => event === 'js_error').map(([, , { message }]) => message)).toEqual(
    expect.arrayContaining(['late', 'Uncaught ReferenceError: nothing is not defined']),
  );
  expect(heard).toContainEqual([
    'track',
    'form_abandoned',
    { form: 'checkout', field: 'zip', fields: 2, path: '/mug' },
  ]);
  expect(JSON.stringify(heard)).not.toMatch(/10115|hunter2|pw/);
});

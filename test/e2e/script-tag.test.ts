import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import type { Batch, Message } from '../../sdk/src/message.ts';
import { startFirefox } from '../support/browsers.ts';
import { type PageServer, servePages } from '../support/page-server.ts';
import { sharedProduct } from '../support/shared-product.ts';
import { it } from '../support/visitors.ts';

const product = sharedProduct();
let bare: PageServer;

beforeAll(async () => {
  bare = await servePages(() => ({ type: 'html', text: '<title>Bare</title>' }));
  const settings = { name: 'Bare', origins: [bare.origin], browserKey: 'bare', serverKey: 'bare-server' };
  await product.api('PUT', 'bare', settings);
});
afterAll(() => bare.close());

/** A page without any script or policy of its own, and the messages that leave it. */
async function barePage(context: BrowserContext): Promise<{ page: Page; sent: Message[] }> {
  const page = await context.newPage();
  const sent: Message[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/v1/batch')
      sent.push(...(request.postDataJSON() as Batch).batch);
  });
  await page.goto(bare.origin);
  return { page, sent };
}

/** As a tag manager does it: a script element made by script, late, its `data-` attributes lost. */
const inject = (page: Page, source: string, data: Record<string, string> = {}) =>
  page.evaluate(
    ([src, attributes]) => {
      const script = Object.assign(document.createElement('script'), { src });
      Object.assign(script.dataset, attributes);
      document.body.append(script);
      return new Promise((done) => script.addEventListener('load', done));
    },
    [source, data] as const,
  );

const names = (sent: Message[]) =>
  sent.map((message) => (message.type === 'track' ? message.event : message.type));

it.concurrent('a tag manager may strip the data attributes: the key is in the address', async ({
  context,
}) => {
  const { page, sent } = await barePage(context);
  await inject(page, `${product.collector}/beckon.js?key=bare`);
  await vi.waitUntil(() => sent.length > 0, { timeout: 10_000 });
  expect(names(sent)).toEqual(['page']);
});

it.concurrent('calls made before the script are replayed in order, and init may come from the page', async ({
  context,
}) => {
  const { page, sent } = await barePage(context);
  await page.evaluate(() => {
    const w = window as never as Record<string, CallableFunction & { q: unknown[] }>;
    w.beckon ??= Object.assign((...args: unknown[]) => (w.beckon as { q: unknown[] }).q.push(args), {
      q: [] as unknown[],
    });
    const beckon = w.beckon as CallableFunction;
    beckon('init', { writeKey: 'bare', pageViews: false });
    beckon('track', 'first', { n: 1 });
    beckon('identify', 'u-1', { name: 'Ann' });
    beckon('cart.add', { item_id: 'x', price: 5 });
    beckon('track', 'last');
  });
  await inject(page, `${product.collector}/beckon.js`);
  await vi.waitUntil(() => sent.length >= 4, { timeout: 10_000 });
  expect(names(sent)).toEqual(['first', 'identify', 'cart_updated', 'last']);
});

it.concurrent('a script that is there twice counts everything once', async ({ context }) => {
  const { page, sent } = await barePage(context);
  await inject(page, `${product.collector}/beckon.js`, { writeKey: 'bare' });
  await inject(page, `${product.collector}/beckon.js?key=bare`);
  await page.evaluate(() =>
    (window as never as { beckon: { track: CallableFunction } }).beckon.track('once'),
  );
  await vi.waitUntil(() => names(sent).includes('once'), { timeout: 10_000 });
  expect(names(sent)).toEqual(['page', 'once']);
});

it.concurrent("a shop that speaks GA4 and Segment already needs no code: the tag's options switch that on", async ({
  context,
}) => {
  const { page, sent } = await barePage(context);
  await page.evaluate(() => {
    const w = window as never as { dataLayer: object[]; analytics: unknown[] };
    w.dataLayer = [
      { event: 'add_to_cart', ecommerce: { currency: 'USD', items: [{ item_id: 'kettle', price: 46 }] } },
    ];
    w.analytics = [['track', 'Product Viewed', { product_id: 'mug' }]];
  });
  const options = { writeKey: 'bare', pageViews: 'false', ecommerce: 'ga4', compat: 'segment' };
  await inject(page, `${product.collector}/beckon.js`, options);
  await vi.waitUntil(() => sent.length >= 2, { timeout: 10_000 });
  expect(names(sent).sort()).toEqual(['Product Viewed', 'add_to_cart']);
  await vi.waitFor(
    async () => {
      const id = sent[0]?.anonymousId;
      expect(await product.api('GET', `bare/profiles/anonymous:${id}`)).toMatchObject({
        counters: { view_item: 1, add_to_cart: 1 },
        cart: { items: [{ item_id: 'kettle' }], value: 46 },
      });
    },
    { timeout: 10_000 },
  );
});

it.concurrent("the popup's chunk comes from another origin under a strict CSP with Trusted Types, in Firefox as well", async () => {
  const firefox = await startFirefox();
  try {
    const page = await firefox.newPage();
    const faults: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.evaluateOnNewDocument(() => {
      document.addEventListener('securitypolicyviolation', (violation) => {
        console.error(`CSP: ${violation.violatedDirective} ${violation.blockedURI}`);
      });
    });
    const response = await page.goto(product.shop);
    expect(response?.headers()['content-security-policy']).toContain("require-trusted-types-for 'script'");
    await page.locator('[data-add="ember-kettle"]').click();
    await page.locator('[data-add="dawn-mug"]').click();
    const dialog = await page.locator('>>> dialog[open]').setTimeout(15_000).waitHandle();
    expect(await dialog.evaluate((element) => element.textContent)).toContain('Free shipping today');
    await page.keyboard.press('Escape');
    await page.waitForFunction(
      () => ![...document.querySelectorAll('*')].some((element) => element.shadowRoot),
    );
    expect(faults).toEqual([]);
  } finally {
    await firefox.close();
  }
});

it.concurrent("the popup's chunk comes from another origin under a strict CSP with Trusted Types", async ({
  context,
}) => {
  const page = await context.newPage();
  const violations: string[] = [];
  await page.exposeFunction('violated', (what: string) => violations.push(what));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      (window as never as { violated: (what: string) => void }).violated(
        `${event.violatedDirective} ${event.blockedURI}`,
      );
    });
  });
  const chunks: string[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/onsite.js')) chunks.push(response.url());
  });
  await page.goto(product.shop);
  await page.locator('[data-add="ember-kettle"]').click();
  await vi.waitUntil(() =>
    page
      .getByTestId('cart-count')
      .textContent()
      .then((text) => text === '1'),
  );
  expect(chunks).toEqual([]);
  await page.locator('[data-add="dawn-mug"]').click();
  await page.getByRole('dialog').waitFor();
  expect(chunks).toHaveLength(1);
  expect(new URL(chunks[0] ?? '').origin).toBe(product.collector);
  expect(violations).toEqual([]);
});

import { join } from 'node:path';
import type { AnalyticsBrowser } from '@segment/analytics-next';
import { Analytics } from '@segment/analytics-node';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { launchChromium } from '../support/browsers.ts';
import { type PageServer, servePages } from '../support/page-server.ts';
import type { ProfileJson, StoredEvent } from '../support/product.ts';
import { sharedProduct } from '../support/shared-product.ts';

const SITE = 'segment';
const product = sharedProduct();
let pages: PageServer;
let browser: Browser;
let serverKey: string;

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'pages/segment.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  let browserKey = '';
  pages = await servePages((path, host) => {
    if (path === '/segment.js') return { type: 'js', text: outputFiles[0]?.text ?? '' };
    const settings = [
      `data-write-key="${browserKey}"`,
      `data-api-host="${new URL(product.collector).host}/v1"`,
      `data-strategy="${host.split('.')[0]}"`,
    ];
    const script = `<script src="/segment.js" ${settings.join(' ')}></script>`;
    return { type: 'html', text: `<!doctype html><title>${path}</title>${script}` };
  });
  const origins = ['standard', 'batching'].map(originOf);
  const site = (await product.api('PUT', SITE, { name: 'A shop with Segment', origins })) as Record<
    string,
    string
  >;
  browserKey = site.browserKey ?? '';
  serverKey = site.serverKey ?? '';
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await pages?.close();
});

function originOf(strategy: string): string {
  return `http://${strategy}.localhost:${new URL(pages.origin).port}`;
}

async function person(userId: string): Promise<ProfileJson> {
  return (await product.api('GET', `${SITE}/profiles/user:${userId}`)) as ProfileJson;
}

/** What the store holds of visitors and users, by the time at which it happened. */
async function eventsOf(...ids: string[]): Promise<(StoredEvent & Record<string, unknown>)[]> {
  const { events } = (await product.api('GET', `${SITE}/events?limit=1000`)) as {
    events: (StoredEvent & { userId?: string })[];
  };
  const mine = events.filter(({ anonymousId, userId }) =>
    ids.some((id) => id === anonymousId || id === userId),
  );
  return mine.toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1)) as never;
}

type SegmentWindow = { analytics: AnalyticsBrowser };

/** A visit with two pages, an account and an order; the anonymous id that Segment's library gave. */
async function shop(page: Page, origin: string, userId: string): Promise<string> {
  await page.goto(origin);
  const anonymousId = await page.evaluate(async (user) => {
    const { analytics } = window as never as SegmentWindow;
    await analytics.track('Product Added', { product_id: 'mug', price: 12.5, quantity: 2, currency: 'EUR' });
    await analytics.identify(user, { email: `${user}@Shop.Example`, name: 'Mira' });
    const products = [{ product_id: 'mug', price: 12.5, quantity: 2 }];
    await analytics.track('Order Completed', {
      order_id: `order-${user}`,
      total: 25,
      currency: 'EUR',
      products,
    });
    return (await analytics.user()).anonymousId() ?? '';
  }, userId);
  // The page is left as soon as all was handed to the library.
  await page.goto(`${origin}/thanks`);
  return anonymousId;
}

describe("Segment's library for browsers", () => {
  it.each(['standard', 'batching'])(
    'is understood by configuration alone (%s delivery)',
    async (strategy) => {
      const page = await browser.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      const userId = `mira-${strategy}`;
      const anonymousId = await shop(page, originOf(strategy), userId);

      await vi.waitFor(async () => expect(await eventsOf(anonymousId)).toHaveLength(5), { timeout: 20_000 });
      const events = await eventsOf(anonymousId);
      expect(events.map((event) => event.event ?? event.type)).toEqual([
        'page_view',
        'add_to_cart',
        'identify',
        'purchase',
        'page_view',
      ]);
      expect(events[2]).toMatchObject({ identifiers: { email: `${userId}@shop.example` } });
      expect(events[3]).toMatchObject({ context: { device: { type: 'desktop', browser: 'Chrome' } } });
      expect(events[3]?.context).not.toHaveProperty('location');
      expect(await person(userId)).toMatchObject({
        ids: { userId, anonymousIds: [anonymousId] },
        traits: { name: 'Mira' },
        sessions: [{ events: 4 }],
        cart: { items: [] },
        orders: [{ transactionId: `order-${userId}` }],
        counters: { page_view: 2, add_to_cart: 1, purchase: 1 },
      });
      expect(faults).toEqual([]);
      await page.close();
    },
  );
});

describe("Segment's library for Node", () => {
  it('is understood by configuration alone', async () => {
    const failures: unknown[] = [];
    const analytics = new Analytics({ writeKey: serverKey, host: product.collector, path: '/v1/batch' });
    analytics.on('error', (error) => failures.push(error));
    const ip = '203.0.113.9';
    const device = { anonymousId: 'till-3', context: { ip } };
    analytics.page({ ...device, name: 'Checkout' });
    analytics.track({ ...device, event: 'Checkout Started', properties: { currency: 'EUR', products: [] } });
    analytics.identify({ ...device, userId: 'noor', traits: { email: 'Noor@Shop.Example' } });
    analytics.track({
      userId: 'noor',
      event: 'Order Completed',
      properties: { order_id: 'n-1', total: 9, currency: 'EUR' },
    });
    analytics.track({
      userId: 'noor',
      event: 'Order Updated',
      properties: { order_id: 'n-1', status: 'Fulfilled' },
    });
    analytics.group({ userId: 'noor', groupId: 'acme', traits: { plan: 'gold' } });
    await analytics.closeAndFlush({ timeout: 20_000 });

    expect(failures).toEqual([]);
    const stored = await eventsOf('till-3', 'noor');
    expect(stored.map((event) => event.event ?? event.type).sort()).toEqual([
      'begin_checkout',
      'group',
      'identify',
      'order_updated',
      'page_view',
      'purchase',
    ]);
    expect(stored.find(({ event }) => event === 'order_updated')?.properties).toMatchObject({
      transaction_id: 'n-1',
      status: 'shipped',
    });
    expect(JSON.stringify(stored)).not.toContain(ip);
    expect(stored.some((event) => 'bot' in event)).toBe(false);
    const noor = await person('noor');
    expect(noor).toMatchObject({
      ids: { userId: 'noor', anonymousIds: ['till-3'] },
      traits: { email: 'Noor@Shop.Example' },
      orders: [{ transactionId: 'n-1' }],
    });
    expect(noor.sessions).toContainEqual(expect.objectContaining({ anonymousId: 'till-3', events: 2 }));
  });
});

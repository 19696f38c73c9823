import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, type TestContext, vi } from 'vitest';
import type { Beckon } from '../../sdk/src/api.ts';
import { launchChromium } from '../support/browsers.ts';
import type { StoredEvent } from '../support/product.ts';
import { sharedProduct } from '../support/shared-product.ts';
import { startTaggedSite, type TaggedSite } from '../support/tagged-site.ts';

const PATIENCE = { timeout: 20_000, interval: 100 };

const product = sharedProduct();
let browser: Browser;
let sites = 0;
beforeAll(async () => {
  browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
});
afterAll(() => browser.close());

interface Stage {
  site: TaggedSite;
  context: BrowserContext;
  page: Page;
  /** What the collector has stored, in the order of its ids. */
  stored(): Promise<StoredEvent[]>;
  /** Waits until these events are stored, and no others. */
  expectStored(names: string[]): Promise<StoredEvent[]>;
}

/** A shop whose tag has these attributes, for a visitor of its own. */
async function stage(test: TestContext, attributes = ''): Promise<Stage> {
  const id = `life-${++sites}`;
  // One host for both, as a shop and a collector beneath its domain are one site.
  const site = await startTaggedSite(id, product.collector.replace('localhost', '127.0.0.1'), attributes);
  await product.api('PUT', id, {
    name: id,
    origins: [site.origin],
    browserKey: id,
    serverKey: `${id}-server`,
  });
  const context = await browser.newContext();
  test.onTestFinished(async () => {
    await context.close();
    await site.close();
  });
  const stored = async () => {
    const { events } = (await product.api('GET', `${id}/events?limit=1000`)) as { events: StoredEvent[] };
    return events.toSorted((a, b) => (a.messageId < b.messageId ? -1 : 1));
  };
  return {
    site,
    context,
    page: await context.newPage(),
    stored,
    async expectStored(names) {
      await vi.waitFor(
        async () => expect((await stored()).map(({ event }) => event)).toEqual(names),
        PATIENCE,
      );
      return stored();
    },
  };
}

type Tagged = { beckon: Beckon; marked?: boolean };
const track = (page: Page, event: string) =>
  page.evaluate((event) => (window as never as Tagged).beckon.track(event), event);
const consent = (page: Page, analytics: boolean, marketing = false) =>
  page.evaluate((choice) => (window as never as Tagged).beckon.consent(choice), { analytics, marketing });
const cookieNames = async (context: BrowserContext) =>
  (await context.cookies()).map(({ name }) => name).sort();
/** Whether the page's databases hold anything. */
const keptOnDevice = (page: Page) =>
  page.evaluate(async () => {
    const kept: unknown[] = [];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((done) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => done(opening.result);
      });
      kept.push(
        ...(await new Promise<unknown[]>((done) => {
          const reading = database.transaction('beckon').objectStore('beckon').getAll();
          reading.onsuccess = () => done(reading.result);
        })),
      );
      database.close();
    }
    return kept;
  });

it.concurrent('a visitor who comes back by the back button finds the page as it was, and is counted', async (test) => {
  const { site, page, expectStored } = await stage(test);
  await page.goto(site.home);
  await expectStored(['page_view']);
  await page.evaluate(() => {
    (window as never as Tagged).marked = true;
  });
  await page.waitForFunction(() => performance.now() > 700);
  await page.goto(site.elsewhere);
  await page.goBack({ waitUntil: 'commit' });
  // The back/forward cache brought the very same page back.
  expect(await page.evaluate(() => (window as never as Tagged).marked)).toBe(true);
  await track(page, 'after the return');
  const events = await expectStored(['page_view', 'user_engagement', 'page_view', 'after the return']);
  const { properties } = events[1] as StoredEvent;
  expect(properties?.engagement_time_msec).toBeGreaterThanOrEqual(500);
  expect(properties?.percent_scrolled).toBe(100);
});

it.concurrent('how long and how far each route of an application was seen is told of that route', async (test) => {
  const { site, page, expectStored } = await stage(test);
  await page.goto(site.home);
  await expectStored(['page_view']);
  await page.evaluate(() => {
    document.body.style.height = '10000px';
    scrollTo(0, 3_000);
  });
  await page.waitForFunction(() => scrollY > 0 && performance.now() > 1_000);
  await page.evaluate(() => history.pushState(null, '', '/second'));
  const [, engagement, view] = await expectStored(['page_view', 'user_engagement', 'page_view']);
  expect(engagement?.context).toMatchObject({ page: { path: '/' } });
  expect(Number(engagement?.properties?.percent_scrolled)).toBeGreaterThan(30);
  expect(Number(engagement?.properties?.percent_scrolled)).toBeLessThan(60);
  expect(view?.properties).toMatchObject({ path: '/second', referrer: site.home });
});

it.concurrent('before the visitor has decided, the device keeps nothing and the network hears nothing', async (test) => {
  const { site, context, page, expectStored, stored } = await stage(test, 'data-consent="pending"');
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(site.home);
  await track(page, 'held');
  await page.waitForFunction(() => performance.now() > 600);
  expect(requests.filter((url) => url.includes('/v1/'))).toEqual([]);
  expect(await cookieNames(context)).toEqual([]);
  expect(await page.evaluate(() => indexedDB.databases())).toEqual([]);

  await consent(page, true);
  const events = await expectStored(['page_view', 'held']);
  expect(events[0]?.context).toMatchObject({
    consent: { categoryPreferences: { analytics: true, marketing: false } },
  });
  expect(await cookieNames(context)).toEqual(['beckon_consent', 'beckon_id']);

  // A page later, and nobody has to be asked again.
  await page.goto(site.home);
  await vi.waitFor(
    async () => expect((await stored()).filter(({ type }) => type === 'page')).toHaveLength(2),
    PATIENCE,
  );
  expect((await context.cookies()).find(({ name }) => name === 'beckon_consent')?.value).toBe('10');
});

it.concurrent('who withdraws consent is forgotten, here and at the collector, in all tabs', async (test) => {
  const { site, context, page, expectStored } = await stage(test);
  await page.goto(site.home);
  await expectStored(['page_view']);
  const other = await context.newPage();
  await other.goto(site.home);
  await expectStored(['page_view', 'page_view']);
  await consent(page, false);
  await expectStored([]);
  await vi.waitFor(async () => expect(await cookieNames(context)).toEqual(['beckon_consent']), PATIENCE);
  expect(await keptOnDevice(page)).toEqual([]);
  await track(page, 'too late');
  await track(other, 'too late');
  await page.goto(site.home);
  await page.waitForFunction(() => performance.now() > 600);
  expect(await keptOnDevice(page)).toEqual([]);
  await expectStored([]);
});

it.concurrent('a browser that purges what scripts have stored still knows its visitor by the first-party cookie', async (test) => {
  const { site, context, page, stored } = await stage(test, 'data-cookie="first-party"');
  await page.goto(site.home);
  await vi.waitFor(async () => expect(await stored()).toHaveLength(1), PATIENCE);
  const [first] = await stored();
  const purge = await context.newPage();
  await page.close();
  await purge.goto(site.elsewhere);
  await purge.evaluate(async () => {
    for (const { name = '' } of await indexedDB.databases())
      await new Promise((done) => {
        indexedDB.deleteDatabase(name).onsuccess = done;
      });
  });
  await context.clearCookies({ name: 'beckon_id' });
  await purge.goto(site.home);
  await track(purge, 'at once');
  await vi.waitFor(
    async () => expect((await stored()).filter(({ event }) => event !== 'user_engagement')).toHaveLength(3),
    PATIENCE,
  );
  expect(new Set((await stored()).map(({ anonymousId }) => anonymousId))).toEqual(
    new Set([first?.anonymousId]),
  );
  // From the answer on the page itself says so, too.
  await purge.waitForFunction(
    (id) => (window as never as Tagged).beckon.anonymousId() === id,
    first?.anonymousId,
  );
  await track(purge, 'later');
  await vi.waitFor(
    async () => expect((await stored()).map(({ event }) => event)).toContain('later'),
    PATIENCE,
  );
  expect(new Set((await stored()).map(({ anonymousId }) => anonymousId)).size).toBe(1);
});

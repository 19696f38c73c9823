import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest';
import { killChromium, launchChromium, startChromium } from '../support/browsers.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import type { StoredEvent } from '../support/product.ts';
import { sharedProduct } from '../support/shared-product.ts';
import { startTaggedSite, type TaggedSite } from '../support/tagged-site.ts';

/** ms in which everything has to be in the store once the collector is back: longer than any wait between retries. */
const PATIENCE_MS = 60_000;
const REPETITIONS = process.env.DEEP ? 3 : 1;
vi.setConfig({ testTimeout: 2 * PATIENCE_MS });

const product = sharedProduct();
let browser: Browser;
let sites = 0;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** What `tab` counts; the store must hold each call of each tab once, and a page view per load. */
interface Expected {
  calls: Record<string, number>;
  views: number;
}

/** A shop of its own, with a visitor of its own, behind a proxy of its own. */
interface Scene {
  site: TaggedSite;
  proxy: FaultProxy;
  /** Opens the shop in another tab. */
  open(): Promise<Page>;
  /** Opens the shop, and returns when its view is stored. */
  visit(): Promise<Page>;
  /** SIGKILL for all of the processes of a browser that is kept, and a new one on the same profile. */
  killAndRestart(): Promise<void>;
  context(): BrowserContext;
  /** Waits until everything is stored; nothing may be lost, stored twice, out of order, sent again, or of two visitors. */
  expectAll(expected: Expected): Promise<void>;
}

/** @param kept whether the visitor has a browser and a disk alone, which outlives it */
async function stage(test: TestContext, kept = false): Promise<Scene> {
  const id = `loss-${++sites}`;
  const proxy = await startFaultProxy(product.collector);
  const site = await startTaggedSite(id, proxy.url);
  await product.api('PUT', id, {
    name: id,
    origins: [site.origin],
    browserKey: id,
    serverKey: `${id}-server`,
  });
  const profile = kept ? mkdtempSync(join(tmpdir(), 'chromium-')) : '';
  let context = await (kept ? startChromium(profile) : browser.newContext());
  test.onTestFinished(async () => {
    await context.close();
    if (kept) rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    await Promise.all([proxy.close(), site.close()]);
  });

  const stored = async () => {
    const { events } = (await product.api('GET', `${id}/events?limit=1000`)) as { events: StoredEvent[] };
    return events;
  };
  const open = async () => {
    const page = await context.newPage();
    await page.goto(site.home);
    return page;
  };
  return {
    site,
    proxy,
    open,
    context: () => context,
    async visit() {
      const page = await open();
      await vi.waitFor(async () => expect(await stored()).not.toEqual([]), {
        timeout: PATIENCE_MS,
        interval: 100,
      });
      return page;
    },
    async killAndRestart() {
      await killChromium(profile, context);
      context = await startChromium(profile);
    },
    async expectAll({ calls, views }) {
      const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
      await vi.waitFor(
        async () => {
          const events = await stored();
          expect(new Set(events.filter(isCall).map(({ messageId }) => messageId)).size).toBe(total);
          expect(events.filter(isView).length).toBeGreaterThanOrEqual(views);
        },
        { timeout: PATIENCE_MS, interval: 300 },
      );
      // A page that is opened now finds nothing of this in the queue: what was answered is not sent again.
      await Promise.all(context.pages().map(flush));
      const arrivals = proxy.arrivals.length;
      await flush(await open());
      await vi.waitFor(async () => expect((await stored()).filter(isView)).toHaveLength(views + 1), {
        timeout: 10_000,
      });
      const later = proxy.arrivals.slice(arrivals).flatMap(({ messages }) => messages.map(nameOf));
      expect(later).toContain('page');
      expect(later).not.toContain('call');

      const events = await stored();
      const ids = events.map(({ messageId }) => messageId);
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(events.map(({ anonymousId }) => anonymousId)).size).toBe(1);
      const inOrder = Object.fromEntries(Object.entries(calls).map(([tab, count]) => [tab, upTo(count)]));
      const byId = events.filter(isCall).sort((a, b) => compare(a.messageId, b.messageId));
      expect(numbers(byId)).toEqual(inOrder);
      expect(numbers(byId.toSorted((a, b) => compare(a.timestamp, b.timestamp)))).toEqual(inOrder);
    },
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const isCall = ({ event }: StoredEvent) => event === 'call';
const isView = ({ type }: StoredEvent) => type === 'page';
const nameOf = (message: { type: string; event?: string }) => message.event ?? message.type;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Per tab, the numbers of its calls as they come. */
function numbers(events: StoredEvent[]): Record<string, unknown[]> {
  const tabs = Object.groupBy(events, ({ properties }) => `${properties?.tab}`);
  return Object.fromEntries(
    Object.entries(tabs).map(([tab, calls = []]) => [tab, calls.map(({ properties }) => properties?.n)]),
  );
}

type Tagged = { beckon?: { track(event: string, properties: object): void; flush(): Promise<void> } };

const flush = (page: Page) => page.evaluate(() => (window as Tagged).beckon?.flush());

/** `count` calls in one task, or one each `every` ms. */
const call = (page: Page, count: number, { tab = 'a', every = 0, leaveFor = '' } = {}) =>
  page.evaluate(
    async ([count, tab, every, leaveFor]) => {
      for (let n = 1; n <= count; n++) {
        (window as Tagged).beckon?.track('call', { tab, n });
        if (every) await new Promise((done) => setTimeout(done, every));
      }
      if (leaveFor) location.href = leaveFor;
    },
    [count, tab, every, leaveFor] as const,
  );

describe.each(upTo(REPETITIONS))('round %i', () => {
  // Alone: its 250 ms are the browser's, and no other browser may have a share in them.
  it('a browser killed a quarter of a second later still delivers all 50 events', async (test) => {
    const { proxy, visit, open, killAndRestart, expectAll } = await stage(test, true);
    const page = await visit();
    await proxy.refuse();
    await call(page, 50);
    await pause(250);
    await killAndRestart();
    await proxy.pass();
    await open();
    await expectAll({ calls: { a: 50 }, views: 2 });
  });

  describe.concurrent('side by side', () => {
    it('a browser killed after eight seconds of failed attempts delivers all 50 events', async (test) => {
      const { proxy, visit, open, killAndRestart, expectAll } = await stage(test, true);
      const page = await visit();
      await proxy.refuse();
      await call(page, 50);
      await pause(8_000);
      await killAndRestart();
      await proxy.pass();
      await open();
      await expectAll({ calls: { a: 50 }, views: 2 });
    });

    it('events of the moment in which the visitor leaves arrive', async (test) => {
      const { site, visit, open, expectAll } = await stage(test);
      const page = await visit();
      await pause(2_500);
      await call(page, 20, { leaveFor: site.elsewhere });
      await page.waitForURL(site.elsewhere);
      await pause(8_000);
      await open();
      await expectAll({ calls: { a: 20 }, views: 2 });
    });

    it('a visitor who leaves before the page is there is counted with all that happened', async (test) => {
      const { site, open, context, expectAll } = await stage(test);
      const page = await context().newPage();
      // It leaves while it is loading, so nobody can wait until it has loaded.
      await page.goto(site.bounce(20), { waitUntil: 'commit' });
      await page.waitForURL(site.elsewhere);
      await pause(8_000);
      await open();
      await expectAll({ calls: { a: 20 }, views: 2 });
    });

    it('ten seconds of server errors cost nothing, and nobody has to come back for it', async (test) => {
      const { proxy, visit, expectAll } = await stage(test);
      const page = await visit();
      proxy.answer(500);
      await call(page, 50);
      await pause(10_000);
      await proxy.pass();
      await expectAll({ calls: { a: 50 }, views: 1 });
    });

    it('a collector that cannot be reached for fifteen seconds costs nothing', async (test) => {
      const { proxy, visit, expectAll } = await stage(test);
      const page = await visit();
      await proxy.refuse();
      await call(page, 50);
      await pause(15_000);
      await proxy.pass();
      await expectAll({ calls: { a: 50 }, views: 1 });
    });

    it('what happened offline outlives a reload, and leaves when the network is back', async (test) => {
      const { proxy, visit, context, expectAll } = await stage(test);
      const page = await visit();
      const network = await context().newCDPSession(page);
      const online = (yes: boolean) =>
        network.send('Network.overrideNetworkState' as 'Network.emulateNetworkConditions', {
          offline: !yes,
          latency: 0,
          downloadThroughput: -1,
          uploadThroughput: -1,
        });
      await network.send('Network.enable');
      await proxy.refuse();
      await online(false);
      expect(await page.evaluate(() => navigator.onLine)).toBe(false);
      await call(page, 50);
      await page.reload();
      expect(await page.evaluate(() => navigator.onLine)).toBe(false);
      await pause(1_000);
      await proxy.pass();
      await online(true);
      await expectAll({ calls: { a: 50 }, views: 2 });
    });

    it('what happened offline in a tab that was closed leaves with the next visit', async (test) => {
      const { proxy, visit, open, context, expectAll } = await stage(test);
      const page = await visit();
      // Beacons of a closing page slip through the emulation, hence the proxy as well.
      await proxy.refuse();
      await context().setOffline(true);
      await call(page, 50);
      await page.close();
      await context().setOffline(false);
      await proxy.pass();
      await open();
      await expectAll({ calls: { a: 50 }, views: 2 });
    });

    it('answers that never arrive make nothing count twice', async (test) => {
      const { proxy, visit, open, expectAll } = await stage(test);
      const tabs = [await visit(), await open()] as const;
      proxy.drop(5);
      await Promise.all([
        call(tabs[0], 25, { tab: 'a', every: 200 }),
        call(tabs[1], 25, { tab: 'b', every: 200 }),
      ]);
      await proxy.pass();
      await expectAll({ calls: { a: 25, b: 25 }, views: 2 });
      expect(proxy.arrivals.some(({ status }) => status === null)).toBe(true);
    });

    it('two tabs share an outage and a reload without losing or repeating anything', async (test) => {
      const { proxy, visit, open, expectAll } = await stage(test);
      const tabs = [await visit(), await open()] as const;
      await proxy.refuse();
      await call(tabs[0], 25, { tab: 'a' });
      await call(tabs[1], 25, { tab: 'b' });
      await tabs[0].reload();
      await pause(1_000);
      await proxy.pass();
      await expectAll({ calls: { a: 25, b: 25 }, views: 3 });
    });

    it('a busy collector is left alone for as long as it asks, and still gets everything', async (test) => {
      const { proxy, visit, expectAll } = await stage(test);
      const page = await visit();
      proxy.answer(429, { 'retry-after': '8' });
      await call(page, 50);
      await pause(16_000);
      await proxy.pass();
      await expectAll({ calls: { a: 50 }, views: 1 });
      const refused = proxy.arrivals.findIndex(({ status }) => status === 429);
      const [first = 0, ...later] = proxy.arrivals.slice(refused).map(({ at }) => at);
      // Counted from the first refusal: how long the calls themselves took is not the page's doing.
      expect(later.filter((at) => at < first + 16_000).length).toBeLessThanOrEqual(1);
      expect((later[0] ?? 0) - first).toBeGreaterThanOrEqual(8_000);
    });
  });
});

import { createServer } from 'node:http';
import { expect } from 'vitest';
import { encrypt } from '../../../collector/src/push/encrypt.ts';
import { authorization, newVapidPair, signerOf } from '../../../collector/src/push/vapid.ts';
import { startShop } from '../../../demo-site/server.ts';
import type { PushStatus } from '../../../sdk/src/push/index.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { freePorts } from '../../support/free-ports.ts';
import {
  foreignTool,
  installNeighbour,
  registrationsOf,
  workboxLike,
} from '../../support/push/neighbours.ts';
import { tokenOf } from '../../support/push/push-service.ts';
import {
  bell,
  inBoth,
  namesOf,
  QUESTION,
  reportsOf,
  soon,
  startStage,
  subscribed,
  track,
  visitorOf,
} from '../../support/push/stage.ts';
import { ENGINES, type Engine } from '../../support/tab.ts';

const tool = foreignTool();
const tenant = foreignTool('/push/beckon/old-tool.js');
const box = workboxLike(['/cart', '/shop.css']);
const stage = startStage({ workers: { [tool.path]: tool.script, [tenant.path]: tenant.script } });

const titlesOf = (engine: Engine) => stage.browsers[engine].desktop.history.map(({ title }) => title);
const theirs = await newVapidPair();

/** As another push tool does that still has the subscription. */
async function sendTheirs(endpoint: string, keys: Record<string, string>, message: object): Promise<number> {
  const { origin } = new URL(endpoint);
  const signer = await signerOf(theirs);
  const { status } = await fetch(stage.service.local(endpoint), {
    method: 'POST',
    headers: {
      Authorization: await authorization(signer, origin, 'https://shop.example', Date.now()),
      TTL: '60',
      'Content-Encoding': 'aes128gcm',
    },
    body: await encrypt(new TextEncoder().encode(JSON.stringify(message)), {
      p256dh: keys.p256dh ?? '',
      auth: keys.auth ?? '',
    }),
  });
  return status;
}

inBoth(
  'a press goes to the page where it is open, else takes one along but not from the checkout, and a button has its own page',
  async (engine) => {
    const shop = stage.shop('pressed');
    const { browser, page, visitor } = await subscribed(stage, engine, shop, '/lookbook');
    const { desktop } = browser;
    const cart = await browser.open(`${shop}/cart`);
    await cart.evaluate(() => {
      addEventListener('focus', () => document.body.setAttribute('data-focused', ''));
    });
    const again = await browser.open(`${shop}/lookbook`);
    await page.close();
    const tabs = async () => {
      const open = await Promise.all((await browser.tabs()).map((tab) => tab.url()));
      return open
        .filter((url) => url.startsWith(shop))
        .map((url) => new URL(url).pathname)
        .sort();
    };

    await track(again, 'to_the_cart');
    desktop.press(await desktop.waitFor('To the cart'));
    // Playwright lets every page of Chromium believe that it has the focus.
    if (engine === 'Firefox')
      await cart.until('the focus', () => document.hasFocus() && document.body.hasAttribute('data-focused'));
    await soon(async () => expect(namesOf(await reportsOf(stage, visitor))).toContain('push_clicked'));
    expect(await tabs()).toEqual(['/cart', '/lookbook']);

    await track(again, 'to_the_account');
    desktop.press(await desktop.waitFor('To the account'));
    await soon(async () => expect(await tabs()).toContain('/account'));
    expect(await tabs()).toHaveLength(2);

    await track(again, 'with_buttons').catch(() => track(cart, 'with_buttons'));
    desktop.act(await desktop.waitFor('With buttons'), 'Privacy');
    const opened = await browser.tab(({ href }) => href === `${shop}/privacy-policy`);

    for (const tab of await browser.tabs()) if (tab !== opened) await tab.close();
    await opened.goto(`${shop}/checkout`);
    await track(opened, 'while_paying');
    desktop.press(await desktop.waitFor('While paying'));
    await browser.tab(({ href }) => href === `${shop}/lookbook`);
    expect(await tabs()).toEqual(['/checkout', '/lookbook']);

    await track(opened, 'waved_away');
    desktop.dismiss(await desktop.waitFor('Waved away'));
    await soon(async () => {
      const reports = await reportsOf(stage, visitor);
      const said = (event: string) =>
        reports
          .filter((report) => report.event === event)
          .map(({ properties }) => [String(properties?.campaign).replace(/@.*/, ''), properties?.action]);
      const none = undefined;
      expect(said('push_shown')).toEqual([
        ['to-the-cart', none],
        ['to-the-account', none],
        ['with-buttons', none],
        ['while-paying', none],
        ['waved-away', none],
      ]);
      expect(said('push_clicked')).toEqual([
        ['to-the-cart', none],
        ['to-the-account', none],
        ['with-buttons', 'privacy'],
        ['while-paying', none],
      ]);
      expect(said('push_dismissed')).toEqual([['waved-away', none]]);
    });
    for (const tab of await browser.tabs()) await tab.close();
  },
  {
    before: async () => {
      const actions = [{ action: 'privacy', title: 'Privacy', url: '/privacy-policy' }];
      const ring = (event: string, title: string, url: string, more = {}) =>
        stage.publish({ ...bell(event, { title, url, ...more }), id: event.replaceAll('_', '-') });
      await ring('to_the_cart', 'To the cart', '/cart');
      await ring('to_the_account', 'To the account', '/account');
      await ring('with_buttons', 'With buttons', '/', { actions });
      await ring('while_paying', 'While paying', '/lookbook');
      await ring('waved_away', 'Waved away', '/');
    },
    after: () => stage.end('to-the-cart', 'to-the-account', 'with-buttons', 'while-paying', 'waved-away'),
  },
);

/** A shop whose way to the collector a test can break. */
interface Reached {
  proxy: Awaited<ReturnType<typeof startFaultProxy>>;
  shop: Awaited<ReturnType<typeof startShop>>;
}
const behind = {} as Record<Engine, Reached>;

inBoth(
  'what happened to a notification while the collector was away is told on the next visit, once',
  async (engine) => {
    const { proxy, shop } = behind[engine];
    const { browser, page, visitor } = await subscribed(stage, engine, shop.url);
    const { desktop } = browser;
    browser.link.offline();
    await track(page, 'while_away');
    await stage.service.waitFor('post', { is: ({ status, headers }) => status === 201 && !!headers.topic });
    await page.goto(`${shop.url}/healthz`);
    await proxy.refuse();
    browser.link.online();
    desktop.dismiss(await desktop.waitFor('While away'));
    await page.until('both reports in the queue', async () => {
      const opening = indexedDB.open('beckon:demo');
      await new Promise((done) => {
        opening.onsuccess = done;
      });
      const all = opening.result.transaction('beckon').objectStore('beckon').getAllKeys();
      await new Promise((done) => {
        all.onsuccess = done;
      });
      opening.result.close();
      const names = all.result.map((key) => String(key).split('/')[1]);
      return names.includes('shown') && names.includes('dismissed');
    });
    await proxy.pass();
    await page.goto(shop.url);
    await soon(async () => {
      const names = namesOf(await reportsOf(stage, visitor));
      expect(names.filter((name) => name === 'push_shown')).toHaveLength(1);
      expect(names.filter((name) => name === 'push_dismissed')).toHaveLength(1);
    });
    await page.close();
  },
  {
    before: async () => {
      for (const engine of ENGINES) {
        const proxy = await startFaultProxy(stage.product.collector);
        behind[engine] = { proxy, shop: await startShop({ port: 0, collector: proxy.url }) };
      }
      await stage.allow(...Object.values(behind).map(({ shop }) => shop.url));
      await stage.publish({ ...bell('while_away', { title: 'While away', url: '/' }), id: 'while-away' });
    },
    after: async () => {
      await stage.end('while-away');
      for (const { proxy, shop } of Object.values(behind)) {
        await shop.close();
        await proxy.close();
      }
    },
  },
);

inBoth(
  'who gave permission to another tool gets our message alone from the next visit on, and is asked nothing',
  async (engine) => {
    const { service, browsers, product } = stage;
    const browser = browsers[engine];
    const shop = stage.shop('taken over');
    await browser.permit(shop, 'granted');
    const page = await browser.open(`${shop}/healthz`);
    const old = [
      await installNeighbour(page, tool, { key: theirs.publicKey }),
      await installNeighbour(page, tenant, { key: theirs.publicKey }),
    ].map((subscription) => ({ endpoint: subscription?.endpoint ?? '', keys: subscription?.keys ?? {} }));

    await page.goto(shop);
    const { publicKey } = (await product.api('GET', 'demo/push')) as { publicKey: string };
    const ours = await soon(async () => {
      const all = await registrationsOf(page);
      expect(all).toMatchObject([{ scope: '/push/beckon/', script: '/push/beckon/sw.js', key: publicKey }]);
      return all;
    });
    expect(browser.prompts.filter(({ origin }) => origin === shop)).toEqual([]);
    for (const { endpoint, keys } of old) {
      await service.waitFor('unsubscribed', { is: ({ token }) => token === tokenOf(endpoint) });
      expect(await sendTheirs(endpoint, keys, { anything: 1 })).toBe(410);
    }

    const visitor = await visitorOf(page);
    await soon(async () => expect(namesOf(await reportsOf(stage, visitor))).toContain('push_subscribed'));
    await track(page, 'from_us');
    await browser.desktop.waitFor('From us');
    await soon(async () => expect(namesOf(await reportsOf(stage, visitor))).toContain('push_shown'));
    expect(titlesOf(engine).filter((title) => ['From us', 'Foreign tool'].includes(title))).toEqual([
      'From us',
    ]);
    const relayed = service.events.filter(
      (event) => event.type === 'relayed' && event.token === tokenOf(ours[0]?.endpoint ?? ''),
    );
    expect(relayed).toHaveLength(1);
    await page.close();
  },
  {
    before: async () => {
      await stage.settle({ push: { takeOver: { worker: tool.path } } });
      await stage.publish({ ...bell('from_us', { title: 'From us', url: '/' }), id: 'from-us' });
    },
    after: async () => {
      await stage.settle({ push: {} });
      await stage.end('from-us');
    },
  },
);

const boxed = {} as Record<Engine, Awaited<ReturnType<typeof startShop>>>;

inBoth(
  'a shop’s own worker keeps serving pages and showing its messages beside ours, and ours beside it',
  async (engine) => {
    const shop = boxed[engine];
    const { browser, page, visitor } = await subscribed(stage, engine, shop.url);
    const parcels = await installNeighbour(page, box, { key: theirs.publicKey });
    await page.goto(`${shop.url}/lookbook`);
    expect(await page.evaluate(() => navigator.serviceWorker.controller?.scriptURL)).toBe(
      `${shop.url}/sw.js`,
    );
    await track(page, 'beside');
    await browser.desktop.waitFor('Beside another');
    const { endpoint = '', keys = {} } = parcels ?? {};
    expect(await sendTheirs(endpoint, keys, { neighbour: 'Your parcel' })).toBe(201);
    await browser.desktop.waitFor('Your parcel');

    await shop.close();
    await page.goto(`${shop.url}/never-seen`);
    await page.until('the shop without a network', () => document.title.startsWith('Your cart'));
    await visitorOf(page);
    await track(page, 'beside');
    await soon(async () => {
      const names = namesOf(await reportsOf(stage, visitor));
      expect(names.filter((name) => name === 'push_shown')).toHaveLength(2);
    });
    await soon(() => {
      const shown = titlesOf(engine).filter((title) => ['Beside another', 'Your parcel'].includes(title));
      expect(shown).toEqual(['Beside another', 'Your parcel', 'Beside another']);
    });
    await page.close();
  },
  {
    before: async () => {
      for (const engine of ENGINES)
        boxed[engine] = await startShop({
          port: 0,
          collector: stage.product.collector,
          workers: { [box.path]: box.script },
        });
      await stage.allow(...Object.values(boxed).map(({ url }) => url));
      await stage.publish({ ...bell('beside', { title: 'Beside another', url: '/' }), id: 'beside' });
    },
    after: async () => {
      await stage.end('beside');
      for (const shop of Object.values(boxed)) await shop.close();
    },
  },
);

/** A shop that has moved its worker, and one that forbids scripts which no policy has named. */
let strange: { url: string; close(): Promise<void> };
async function startStrange(collector: string): Promise<typeof strange> {
  const [port = 0] = await freePorts(1);
  const html = `<!doctype html><title>Shop</title><script src="${collector}/beckon.js" data-write-key="demo"></script>`;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop');
    if (pathname === '/moved/sw.js') return response.writeHead(302, { Location: '/push/sw.js' }).end();
    if (pathname.endsWith('.js')) return response.writeHead(200, { 'Content-Type': 'text/javascript' }).end();
    const policy = "require-trusted-types-for 'script'; trusted-types another";
    response.writeHead(200, {
      'Content-Type': 'text/html',
      ...(pathname === '/strict' && { 'Content-Security-Policy': policy }),
    });
    response.end(html);
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return {
    url: `http://localhost:${port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

const FAULTS = [
  { workerPath: '/push/nowhere/sw.js', reason: 'worker_status', status: 404 },
  { workerPath: '/lookbook/sw.js', reason: 'worker_type', status: 200 },
  { workerPath: '/moved/sw.js', reason: 'worker_redirected', status: null },
  { workerPath: '/push/sw.js', reason: 'worker_trusted_types', status: null, path: '/strict' },
];
for (const { workerPath, path = '/', ...fault } of FAULTS) {
  const isStrange = fault.status === null;
  inBoth(
    `nobody is asked where the browser would refuse the worker, and the shop can see why: ${fault.reason}`,
    async (engine) => {
      const browser = stage.browsers[engine];
      const shop = isStrange
        ? strange.url.replace('localhost', new URL(stage.shop(workerPath)).hostname)
        : stage.shop(workerPath);
      const page = await browser.open(shop + path);
      const visitor = await visitorOf(page);
      // Not every browser knows trusted types yet.
      if (path !== '/' && !(await page.evaluate(() => 'trustedTypes' in globalThis))) return page.close();
      await soon(async () => expect(namesOf(await reportsOf(stage, visitor))).toEqual(['push_unavailable']));
      const { reason } = await page.evaluate(() =>
        (globalThis as never as { beckon: { push: { status(): Promise<PushStatus> } } }).beckon.push.status(),
      );
      expect(reason).toBe(fault.reason);
      const { faults } = (await stage.product.api('GET', 'demo/push')) as { faults: object[] };
      expect(faults).toContainEqual({ address: shop + workerPath, ...fault, at: expect.any(String) });
      expect(browser.prompts.filter(({ origin }) => origin === shop)).toEqual([]);
      const { counters } = await stage.product.profile(visitor);
      expect(counters.popup_shown).toBeUndefined();
      await page.close();
    },
    {
      before: async () => {
        if (isStrange) {
          strange = await startStrange(stage.product.collector);
          await stage.allow(strange.url.replace('localhost', new URL(stage.shop(workerPath)).hostname));
        }
        await stage.settle({ push: { workerPath } });
        await stage.publish({ ...QUESTION, id: `ask-${fault.reason.replaceAll('_', '-')}` });
      },
      after: async () => {
        await stage.end(`ask-${fault.reason.replaceAll('_', '-')}`);
        if (isStrange) await strange.close();
      },
    },
  );
}

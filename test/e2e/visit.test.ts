import type { BrowserContext, Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import type { Batch, BatchAnswer } from '../../sdk/src/message.ts';
import type { StoredEvent } from '../support/product.ts';
import { sharedProduct } from '../support/shared-product.ts';
import { it } from '../support/visitors.ts';
import { faultsOf } from './faults.ts';

const product = sharedProduct();

/** The collector's answers to batches that hold an event of this name, as the page gets them. */
function answersTo(page: Page, event: string): BatchAnswer[] {
  const answers: BatchAnswer[] = [];
  page.on('response', async (response) => {
    if (!response.url().endsWith('/v1/batch')) return;
    const batch = response.request().postDataJSON() as Batch;
    const names = batch.batch.map((message) => (message.type === 'track' ? message.event : message.type));
    if (names.includes(event)) answers.push(await response.json());
  });
  return answers;
}

async function anonymousId(context: BrowserContext): Promise<string> {
  const cookies = await context.cookies(product.shop);
  return cookies.find((cookie) => cookie.name === 'beckon_id')?.value ?? '';
}

const dialogOf = (page: Page) => page.getByRole('dialog');

it.concurrent('a cart worth 50 shows the popup; closed, it does not come back in this session', async ({
  context,
}) => {
  const page = await context.newPage();
  const faults = faultsOf(page);
  await page.goto(product.shop);
  await page.locator('[data-add="ember-kettle"]').click();
  await page.getByTestId('nav-lookbook').click();
  // A page is ready when it has loaded: its scripts are modules.
  await page.waitForURL('**/lookbook');
  expect(await dialogOf(page).isVisible()).toBe(false);
  await page.getByTestId('nav-shop').click();
  await page.waitForURL(`${product.shop}/`);
  await page.locator('[data-add="dawn-mug"]').click();

  await dialogOf(page).waitFor();
  expect(await dialogOf(page).textContent()).toContain('Free shipping today');
  expect(await dialogOf(page).textContent()).toContain('SHIP0');
  await page.keyboard.press('Escape');
  await dialogOf(page).waitFor({ state: 'detached' });

  const answers = answersTo(page, 'page');
  await page.reload();
  await vi.waitUntil(() => answers.length > 0, { timeout: 10_000 });
  expect(answers[0]?.messages).toEqual([]);
  expect(await dialogOf(page).count()).toBe(0);

  await vi.waitFor(
    async () => {
      const names = (await product.events(await anonymousId(context))).map((event) => event.event);
      expect(names.filter((name) => name?.startsWith('popup_'))).toEqual(['popup_shown', 'popup_dismissed']);
    },
    { timeout: 10_000 },
  );
  const { sessions, cart } = await product.profile(await anonymousId(context));
  expect(sessions).toHaveLength(1);
  expect(cart.value).toBe(74);
  expect(faults).toEqual([]);
});

it.concurrent('the popup leads to the checkout, where its code makes shipping free; the purchase empties the cart', async ({
  context,
}) => {
  const page = await context.newPage();
  const faults = faultsOf(page);
  await page.goto(`${product.shop}/products/ember-kettle`);
  await page.locator('.buy [data-testid=add-to-cart]').click();
  await page.locator('.buy [data-testid=add-to-cart]').click();
  await dialogOf(page)
    .getByRole('link', { name: 'Go to checkout' })
    .or(dialogOf(page).getByRole('button', { name: 'Go to checkout' }))
    .click();
  await page.waitForURL('**/checkout');
  await page.getByTestId('coupon-input').fill('SHIP0');
  await page.getByTestId('coupon-apply').click();
  expect(await page.getByTestId('shipping-cost').textContent()).toMatch(/free|0/i);
  await page.getByTestId('place-order').click();
  await page.waitForURL('**/thank-you**');
  await page.reload();

  await vi.waitFor(
    async () => {
      const { orders, cart, counters } = await product.profile(await anonymousId(context));
      expect(orders).toHaveLength(1);
      expect(cart.items).toEqual([]);
      expect(counters).toMatchObject({ purchase: 1, popup_clicked: 1 });
    },
    { timeout: 10_000 },
  );
  expect(faults).toEqual([]);
});

it.concurrent('logging in names the visitor; logging out starts a new one', async ({ context }) => {
  const page = await context.newPage();
  await page.goto(`${product.shop}/account`);
  await page.getByTestId('login-button').click();
  const visitor = await anonymousId(context);
  await vi.waitFor(
    async () => {
      const { ids, traits } = await product.profile(visitor);
      expect(ids.userId).toBe('customer-6c31b547');
      expect(traits).toMatchObject({ email: 'mira@example.com' });
    },
    { timeout: 10_000 },
  );
  await page.getByTestId('logout-button').click();
  await vi.waitUntil(async () => (await anonymousId(context)) !== visitor, { timeout: 10_000 });
});

interface Waiting {
  messageId: string;
  event?: string;
  properties?: { path?: string };
}

/** Two items and two pages without any network; returns the ids of the messages that wait. */
async function shopUnseen(page: Page): Promise<string[]> {
  const add = (id: string, price: number) =>
    page.evaluate(
      ([item_id, price]) =>
        (window as never as { beckon: CallableFunction }).beckon('cart.add', { item_id, price }),
      [id, price] as const,
    );
  await add('ember-kettle', 46);
  await page.locator('[data-testid=lookbook-link][data-scene="rain-day"]').first().click();
  await page.waitForURL('**/lookbook/rain-day');
  await queuedView(page, '/lookbook/rain-day');
  await add('dawn-mug', 28);
  await page.getByTestId('lookbook-next').click();
  await page.waitForURL('**/lookbook/late-fire');
  return (await queuedView(page, '/lookbook/late-fire')).map(({ messageId }) => messageId);
}

/**
 * What waits once the view of this page is among it: a view is queued when its page has rendered, and who has left by
 * then, as no visitor but a redirect does, has not viewed it.
 */
function queuedView(page: Page, path: string): Promise<Waiting[]> {
  return vi.waitUntil(
    async () => {
      const messages = await queued(page);
      return messages.some(({ properties }) => properties?.path === path) && messages;
    },
    { timeout: 10_000 },
  );
}

/** What waits in the page's outbox. */
function queued(page: Page): Promise<Waiting[]> {
  return page.evaluate(async () => {
    const [database] = await indexedDB.databases();
    return new Promise<Waiting[]>((done) => {
      const opening = indexedDB.open(database?.name ?? '');
      opening.onsuccess = () => {
        const store = opening.result.transaction('beckon').objectStore('beckon');
        const messages = store.getAll(IDBKeyRange.bound('0', 'g'));
        messages.onsuccess = () => {
          opening.result.close();
          done(messages.result.map((text) => JSON.parse(text)));
        };
      };
    });
  });
}

async function expectAllOnce(context: BrowserContext, made: string[]): Promise<void> {
  const visitor = await anonymousId(context);
  const names = ['cart_updated', 'page_view', 'cart_updated', 'page_view'];
  // The next visit goes on meanwhile (its cart is worth a popup), so what is compared is read together.
  await vi.waitFor(
    async () => {
      const events = await product.events(visitor);
      const { sessions, cart } = await product.profile(visitor);
      const pathOf = (event: StoredEvent) => String(event.properties?.path);
      const mine = events.filter(
        (event) => event.event === 'cart_updated' || /lookbook\/(rain|late)/.test(pathOf(event)),
      );
      expect(
        mine.toSorted((a, b) => (a.messageId < b.messageId ? -1 : 1)).map((event) => event.event),
      ).toEqual(names);
      expect(events.map((event) => event.messageId)).toEqual(expect.arrayContaining(made));
      expect(new Set(events.map((event) => event.messageId)).size).toBe(events.length);
      expect(
        events.filter((event) => event.event === 'page_view' && pathOf(event) === '/lookbook'),
      ).toHaveLength(2);
      expect(sessions).toMatchObject([{ events: events.length }]);
      expect(cart.value).toBe(74);
    },
    // An attempt that nobody answers is given up after 30 s, and repeated.
    { timeout: 45_000 },
  );
}

/** A visit to the lookbook, all of it stored. */
async function arriveAtLookbook(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${product.shop}/lookbook`);
  await page.getByTestId('lookbook-link').first().waitFor();
  await page.waitForFunction(() => 'init' in ((window as never as { beckon: object }).beckon ?? {}));
  await vi.waitUntil(async () => (await product.events(await anonymousId(context))).length > 0, {
    timeout: 10_000,
  });
  return page;
}

it.concurrent('nothing that happens offline is lost, though the page is closed before the network is back', {
  timeout: 120_000,
}, async ({ context }) => {
  const page = await arriveAtLookbook(context);
  await context.setOffline(true);
  const made = await shopUnseen(page);
  await page.close();
  await context.setOffline(false);
  await (await context.newPage()).goto(`${product.shop}/lookbook`);
  await expectAllOnce(context, made);
});

it('nothing is lost while the collector is stopped and started again', { timeout: 180_000 }, async ({
  context,
}) => {
  const page = await arriveAtLookbook(context);
  await product.stop();
  const made = await shopUnseen(page);
  await page.close();
  await product.start();
  await (await context.newPage()).goto(`${product.shop}/lookbook`);
  await expectAllOnce(context, made);
});

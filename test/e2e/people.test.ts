import type { Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import type { ProfileJson } from '../support/product.ts';
import { sharedProduct } from '../support/shared-product.ts';
import { it } from '../support/visitors.ts';
import { faultsOf } from './faults.ts';

interface Person extends ProfileJson {
  identifiers: { email: string | null };
  orders: { transactionId: string; state: string; counts: boolean }[];
  totals: { orders: number; revenue: Record<string, number>; siteRevenue: number | null };
}

const product = sharedProduct();
const within = { timeout: 20_000 };

async function person(ref: string): Promise<Person> {
  return (await product.api('GET', `demo/profiles/${ref}`)) as Person;
}

async function directory(search: string): Promise<{ ref: string; email: string; userId: string | null }[]> {
  const answer = (await product.api('GET', `demo/profiles?search=${encodeURIComponent(search)}`)) as {
    items: { ref: string; email: string; userId: string | null }[];
  };
  return answer.items;
}

async function deviceOf(page: Page): Promise<string> {
  const id = await page.waitForFunction(() =>
    (window as never as { beckon: { anonymousId?(): string } }).beckon.anonymousId?.(),
  );
  return (await id.jsonValue()) ?? '';
}

async function subscribe(page: Page, email: string): Promise<void> {
  await page.goto(product.shop);
  await page.getByTestId('newsletter-email').fill(email);
  await page.getByTestId('newsletter-button').click();
}

/** @returns the number of the order, on whose page the browser is then */
async function orderAsGuest(page: Page, item: string, email: string): Promise<string> {
  await page.goto(`${product.shop}/products/${item}`);
  await page.locator('.buy [data-testid=add-to-cart]').click();
  await page.goto(`${product.shop}/checkout`);
  await page.getByTestId('checkout-email').fill(email);
  await page.getByTestId('place-order').click();
  await page.waitForURL('**/thank-you**');
  return (await page.getByTestId('order-id').textContent()) ?? '';
}

it.concurrent('who subscribes on the phone, orders as a guest on the laptop and then logs in is one person', async ({
  browser,
  context: phone,
}) => {
  const laptop = await browser.newContext();
  const email = 'greta.moos@example.com';
  const reading = await phone.newPage();
  const shopping = await laptop.newPage();
  const faults = [faultsOf(reading), faultsOf(shopping)];

  await subscribe(reading, email);
  expect(await reading.getByTestId('newsletter-answer').textContent()).toContain(email);
  expect(await reading.getByTestId('newsletter-form').isVisible()).toBe(false);
  expect(new URL(reading.url()).search, 'the page was loaded again').toBe('');
  await vi.waitFor(
    async () => expect((await person(`email:${email}`)).counters).toMatchObject({ generate_lead: 1 }),
    within,
  );
  const lead = await person(`email:${email}`);
  expect(lead).toMatchObject({ ids: { userId: null }, identifiers: { email }, orders: [] });

  const transactionId = await orderAsGuest(shopping, 'ember-kettle', ` ${email.toUpperCase()}`);
  expect(await shopping.getByTestId('order-state').textContent()).toBe('Being packed');
  await vi.waitFor(
    async () => expect((await person(`email:${email}`)).orders).toMatchObject([{ transactionId }]),
    within,
  );

  await shopping.goto(`${product.shop}/account`);
  await shopping.getByTestId('login-email').fill(email);
  await shopping.getByTestId('login-name').fill('Greta Moos');
  await shopping.getByTestId('login-button').click();
  const userId = (await shopping.getByTestId('account-user-id').textContent()) ?? '';
  expect(await shopping.getByTestId('orders').textContent()).toContain(transactionId);

  const devices = [await deviceOf(reading), await deviceOf(shopping)];
  await vi.waitFor(async () => {
    const { ids } = await person(`user:${userId}`);
    expect(ids.anonymousIds.toSorted()).toEqual(devices.toSorted());
  }, within);
  const customer = await person(`user:${userId}`);
  expect(customer).toMatchObject({
    ids: { userId },
    identifiers: { email },
    traits: { name: 'Greta Moos' },
    orders: [{ transactionId, state: 'created', counts: true }],
    totals: { orders: 1, revenue: { USD: 46 } },
    counters: { generate_lead: 1, purchase: 1 },
  });
  expect(customer.sessions).toHaveLength(2);
  for (const ref of [`email:${email}`, ...devices.map((id) => `anonymous:${id}`)]) {
    expect(await person(ref), ref).toEqual(customer);
  }
  expect(await directory('greta')).toMatchObject([{ userId, email }]);
  expect(faults.flat()).toEqual([]);
});

it.concurrent('an order that the warehouse cancels is no revenue any more', async ({ context }) => {
  const email = 'otto.falk@example.com';
  const page = await context.newPage();
  await orderAsGuest(page, 'dawn-mug', email);
  await page.getByTestId('warehouse-shipped').click();
  expect(await page.getByTestId('order-state').textContent()).toBe('On its way');
  await vi.waitFor(async () => {
    const { orders, totals } = await person(`email:${email}`);
    expect(orders).toMatchObject([{ state: 'shipped', counts: true }]);
    expect(totals.revenue).toEqual({ USD: 28 });
  }, within);

  await page.getByTestId('warehouse-cancelled').click();
  await vi.waitFor(async () => {
    const { orders, totals } = await person(`email:${email}`);
    expect(orders).toMatchObject([{ state: 'cancelled', counts: false }]);
    expect(totals).toMatchObject({ orders: 1, revenue: {} });
  }, within);
  await page.reload();
  expect(await page.getByTestId('order-state').textContent()).toBe('Cancelled');
  expect(await page.getByTestId('warehouse-delivered').getAttribute('aria-disabled')).toBe('true');
});

it.concurrent('a person can be read along the timeline, taken along, and erased', async ({ context }) => {
  const email = 'ada.brand@example.com';
  const page = await context.newPage();
  await subscribe(page, email);
  await vi.waitFor(
    async () => expect((await person(`email:${email}`)).counters).toMatchObject({ generate_lead: 1 }),
    within,
  );
  const { items } = (await product.api('GET', `demo/profiles/email:${email}/timeline`)) as {
    items: object[];
  };
  expect(JSON.stringify(items)).toContain('generate_lead');
  expect(JSON.stringify(await product.api('GET', `demo/profiles/email:${email}/export`))).toContain(email);

  // Nothing more may come of the page, or it would be about somebody new.
  await context.close();
  await product.api('DELETE', `demo/profiles/email:${email}`);
  await expect(person(`email:${email}`)).rejects.toThrow('404');
  expect(await directory('ada')).toEqual([]);
});

it.concurrent('the directory of a new demo has leads, customers with two currencies, and a company', async () => {
  expect(await directory('ines')).toMatchObject([{ userId: null, email: 'ines.carvalho@example.com' }]);
  const [amelie] = await directory('Amélie');
  expect(await person(amelie?.ref ?? '')).toMatchObject({
    orders: [
      { state: 'delivered', counts: true },
      { state: 'cancelled', counts: false },
      { state: 'paid', counts: true },
    ],
    totals: { revenue: { EUR: 149 }, siteRevenue: 160.92 },
  });
  const company = (await product.api('GET', 'demo/accounts/graz-alpine-club')) as { members: object[] };
  expect(company).toMatchObject({ traits: { name: 'Alpine Club Graz' } });
  expect(company.members).toHaveLength(2);
});

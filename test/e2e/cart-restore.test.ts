import type { Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import { sharedProduct } from '../support/shared-product.ts';
import { it } from '../support/visitors.ts';
import { faultsOf } from './faults.ts';

const product = sharedProduct();
const within = { timeout: 20_000, interval: 250 };

const LEFT = [
  { item_id: 'ember-kettle', item_name: 'Ember kettle', price: 1, quantity: 1 },
  { item_id: 'dawn-mug', item_name: 'Dawn mug', price: 1, quantity: 2 },
  { item_id: 'sold-long-ago', item_name: 'Lamp', price: 9, quantity: 1 },
];

/** What the collector says of a link; which links it opens, its own tests show. */
async function links(page: Page, status: number, body: object) {
  await page.route(/\/v1\/carts\//, (route) =>
    route.fulfill({ status, json: body, headers: { 'Access-Control-Allow-Origin': '*' } }),
  );
}
const linesOf = (page: Page) =>
  page.evaluate(() =>
    (JSON.parse(localStorage.getItem('tarn.cart') ?? '[]') as Record<string, unknown>[]).map(
      ({ item_id, quantity, price }) => [item_id, quantity, price],
    ),
  );

it.concurrent('a link opens in a browser that knows nothing of the cart, at the prices of today, and the collector hears of it', async ({
  context,
}) => {
  const page = await context.newPage();
  const faults = faultsOf(page);
  await links(page, 200, { items: LEFT, currency: 'USD', url: null });
  await page.goto(`${product.shop}/lookbook?beckon_cart=link.signed&from=push`);
  await page.getByText('Your cart is back. One thing of it we sell no more.').waitFor(within);
  expect(await page.getByTestId('cart-count').textContent()).toBe('3');
  expect(await linesOf(page)).toEqual([
    ['ember-kettle', 1, 46],
    ['dawn-mug', 2, expect.any(Number)],
  ]);
  expect(new URL(page.url()).search, 'the link is passed on with the address').toBe('?from=push');

  const visitor = await page.evaluate(() =>
    (window as never as { beckon: { anonymousId(): string } }).beckon.anonymousId(),
  );
  await vi.waitFor(async () => {
    const { cart } = await product.profile(visitor);
    expect(cart.items.map(({ item_id, quantity }) => [item_id, quantity])).toEqual([
      ['ember-kettle', 1],
      ['dawn-mug', 2],
    ]);
  }, within);

  await page.goto(`${product.shop}/cart?beckon_cart=link.signed`);
  await page.getByText('Your cart is back.').waitFor(within);
  expect(await page.getByTestId('cart-quantity').allTextContents()).toEqual(['1', '2']);
  expect(faults).toEqual([]);
});

it.concurrent('a link that has run out leaves the page and the cart as they are', async ({ context }) => {
  const page = await context.newPage();
  await page.goto(`${product.shop}/products/loft-beanie`);
  await page.locator('.buy [data-testid=add-to-cart]').click();
  await links(page, 410, { error: { code: 'gone', message: 'This cart is no longer kept.' } });
  const answered = page.waitForResponse(/\/v1\/carts\//);
  await page.goto(`${product.shop}/cart?beckon_cart=link.signed`);
  await answered;
  await page.waitForFunction(() => document.readyState === 'complete');
  expect(await page.getByTestId('cart-line').count()).toBe(1);
  expect(await page.getByTestId('toast').textContent()).toBe('');
  await page.getByTestId('cart-more').click();
  expect(await page.getByTestId('cart-quantity').textContent()).toBe('2');
});

import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { Batch } from '../../../sdk/src/message.ts';
import { launchChromium } from '../../support/browsers.ts';
import { startProduct } from '../../support/product.ts';

/** A quick visitor's time for one step, ms. */
const STEP_MS = 1_500;

const STEPS: ((page: Page) => Promise<unknown>)[] = [
  (page) => page.locator('[data-add="ember-kettle"]').click(),
  (page) => page.getByTestId('nav-lookbook').click(),
  (page) => page.locator('[data-testid=lookbook-link][data-scene="rain-day"]').first().click(),
  (page) => page.getByTestId('lookbook-next').click(),
  (page) => page.goto(new URL('/products/dawn-mug', page.url()).href),
  (page) => page.locator('.buy [data-testid=add-to-cart]').click(),
  (page) => page.getByRole('dialog').waitFor(),
  (page) => page.keyboard.press('Escape'),
  (page) => page.goto(new URL('/checkout', page.url()).href),
  (page) => page.getByTestId('place-order').click(),
];

/** Walks through the demo shop, from the first page to a purchase. */
export async function tour(): Promise<{ events: number; batches: number }> {
  const product = await startProduct();
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const batches: number[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/v1/batch')
        batches.push((request.postDataJSON() as Batch).batch.length);
    });
    await page.goto(product.shop);
    for (const step of STEPS) {
      await pause(STEP_MS);
      await step(page);
    }
    await page.waitForURL('**/thank-you**');
    await pause(STEP_MS * 2);
    return { events: batches.reduce((sum, size) => sum + size, 0), batches: batches.length };
  } finally {
    await browser.close();
    await product.dispose();
  }
}

import type { Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import { sharedProduct } from '../support/shared-product.ts';
import { it } from '../support/visitors.ts';
import { faultsOf } from './faults.ts';

const product = sharedProduct();
/** Not oftener: each question reads the newest events of all. */
const within = { timeout: 20_000, interval: 250 };

type Global = { beckon: { anonymousId?(): string; flush(): Promise<void> } };

/** A page that the collector has heard of; returns who the visitor is. */
async function visit(page: Page, address: string): Promise<string> {
  await page.goto(new URL(address, product.shop).href);
  const id = await page.waitForFunction(() => (window as never as Global).beckon.anonymousId?.());
  const visitor = (await id.jsonValue()) ?? '';
  await vi.waitUntil(async () => (await product.events(visitor)).length > 0, within);
  return visitor;
}

async function namesOf(visitor: string): Promise<string[]> {
  return (await product.events(visitor)).map(({ event, type }) => event ?? type);
}

async function signed(wanted: object): Promise<string> {
  return ((await product.api('POST', 'demo/test-links', wanted)) as { url: string }).url;
}

/** Reads on in the lookbook until it asks for the address. */
async function openNewsletter(page: Page): Promise<string> {
  const visitor = await visit(page, '/');
  await visit(page, '/lookbook');
  // Armed or not yet: who scrolls on gets to the end of the page either way.
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await page.getByLabel('E-mail address').waitFor(within);
  return visitor;
}

it.concurrent('who signs up in the lookbook is thanked, and is a lead whose consent waits to be confirmed', async ({
  context,
}) => {
  const page = await context.newPage();
  const faults = faultsOf(page);
  const visitor = await openNewsletter(page);
  await page.getByRole('button', { name: 'Sign me up' }).click();
  expect(await page.getByLabel('E-mail address').getAttribute('aria-invalid'), 'nothing was typed').toBe(
    'true',
  );
  await page.getByLabel('E-mail address').fill('nele.brandt@example.com');
  await page.getByRole('button', { name: 'Sign me up' }).click();
  await page.getByText('Almost there!').waitFor(within);
  await page.getByRole('button', { name: 'Done' }).click();

  await vi.waitFor(async () => {
    const lead = await product.api('GET', 'demo/profiles/email:nele.brandt@example.com');
    expect(lead).toMatchObject({
      ids: { anonymousIds: [visitor] },
      identifiers: { email: 'nele.brandt@example.com' },
      counters: { form_submitted: 1, popup_submitted: 1 },
      consents: { email: { state: 'pending', text: expect.stringContaining('By signing up') } },
    });
  }, within);
  expect(faults).toEqual([]);
});

it.concurrent('a form that is sent without a network arrives when there is one again', async ({
  context,
}) => {
  const page = await context.newPage();
  const visitor = await openNewsletter(page);
  await page.getByLabel('E-mail address').fill('ole.vind@example.com');
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Sign me up' }).click();
  await page.getByText('Almost there!').waitFor(within);
  expect(await namesOf(visitor)).not.toContain('form_submitted');
  await context.setOffline(false);
  await vi.waitFor(async () => expect(await namesOf(visitor)).toContain('form_submitted'), within);
});

it.concurrent('who has ordered is asked in the page itself how it was; score and words arrive', async ({
  context,
}) => {
  const page = await context.newPage();
  const faults = faultsOf(page);
  const visitor = await visit(page, '/products/dawn-mug');
  await page.locator('.buy [data-testid=add-to-cart]').click();
  await page.goto(`${product.shop}/checkout`);
  // Somebody else than the one whom the form proposes, and other tests order as.
  await page.getByTestId('checkout-email').fill('ida.storm@example.com');
  await page.getByTestId('place-order').click();
  await page.waitForURL('**/thank-you**');
  const survey = page.locator('[data-beckon-slot=after-order]');
  await survey.getByRole('button', { name: '2 of 5' }).click({ timeout: within.timeout });
  await survey.getByLabel('What should we improve?').fill('Faster kettles.');
  await survey.getByRole('button', { name: 'Send' }).click();
  await survey.getByText('Thank you very much!').waitFor(within);

  await vi.waitFor(async () => {
    const answers = (await product.events(visitor)).filter(({ event }) => event === 'survey_answered');
    expect(answers.map(({ properties }) => properties)).toMatchObject([
      { name: 'csat', scale: 'faces', score: 2, question: 'How was your shopping today?' },
      { name: 'csat', score: 2, comment: 'Faster kettles.' },
    ]);
  }, within);
  expect(faults).toEqual([]);
});

it.concurrent('a link shows a draft on the shop, and nothing of it is counted', async ({ context }) => {
  const page = await context.newPage();
  const faults = faultsOf(page);
  const visitor = await visit(page, await signed({ url: `${product.shop}/`, draft: 'nps' }));
  await page.getByText('How likely are you to recommend us').waitFor(within);
  await page.getByRole('button', { name: '9 of 10' }).click();
  await page.getByText('That makes our day').waitFor(within);
  await vi.waitFor(async () => expect(await namesOf(visitor)).toContain('popup_shown'), within);
  const asked = `demo/profiles/anonymous:${visitor}`;
  expect(await product.api('GET', asked)).toMatchObject({ test: true });
  const { items } = (await product.api('GET', `${asked}/decisions`)) as { items: { campaign: string }[] };
  expect(items.filter(({ campaign }) => campaign === 'nps')).toEqual([]);
  expect(faults).toEqual([]);
});

it.concurrent('the inspector opens from its link, and says what has arrived and what has not', async ({
  browser,
  context,
}) => {
  const page = await context.newPage();
  const faults = faultsOf(page);
  await page.goto(`${product.shop}/popups`);
  await page.getByTestId('inspector-link').click();
  await page.locator('[data-step=page]:is([data-state=done], [data-state=delivered])').waitFor(within);
  await page.locator('[data-step=purchase][data-state=missing]').waitFor(within);
  expect(new URL(page.url()).search).toBe('');
  expect(faults).toEqual([]);

  const other = await browser.newContext();
  const visiting = await other.newPage();
  const asked: string[] = [];
  visiting.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await visit(visiting, '/products/dawn-mug');
  await visiting.getByTestId('care-and-sizes').click();
  await visiting.getByRole('dialog').waitFor(within);
  expect(asked).toContain('/beckon.js');
  expect(asked.filter((path) => path.includes('inspector') && !path.startsWith('/inspector'))).toEqual([]);
  await other.close();
});

it.concurrent('of two tabs that both want it, one alone shows a popup', async ({ context }) => {
  const tabs = [await context.newPage(), await context.newPage()];
  const [first, second] = tabs as [Page, Page];
  const visitor = await visit(first, '/lookbook/first-light');
  await visit(second, '/lookbook/late-fire');
  // Both see a cart that is worth it at the same moment.
  const add = (page: Page) =>
    page.evaluate(() => {
      const { beckon } = window as never as { beckon: CallableFunction };
      beckon('cart.add', { item_id: 'ember-kettle', item_name: 'Ember kettle', price: 46, quantity: 2 });
    });
  await Promise.all([add(first), add(second)]);
  await vi.waitFor(async () => expect(await namesOf(visitor)).toContain('popup_shown'), within);
  await vi.waitFor(async () => {
    const carts = (await namesOf(visitor)).filter((name) => name === 'cart_updated');
    expect(carts.length).toBeGreaterThanOrEqual(2);
  }, within);
  await Promise.all(tabs.map((tab) => tab.evaluate(() => (window as never as Global).beckon.flush())));
  const open = await Promise.all(tabs.map((tab) => tab.getByRole('dialog').count()));
  expect(open.toSorted()).toEqual([0, 1]);
  expect((await namesOf(visitor)).filter((name) => name === 'popup_shown')).toHaveLength(1);
});

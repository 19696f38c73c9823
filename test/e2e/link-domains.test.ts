import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { type PageServer, servePages } from '../support/page-server.ts';
import type { StoredEvent } from '../support/product.ts';
import { sharedProduct } from '../support/shared-product.ts';
import { it } from '../support/visitors.ts';

const product = sharedProduct();
/** The owner's two domains, `localhost` and `127.0.0.1`: neither sees the other's cookies. */
let blog: PageServer;
let shop: PageServer;
let from: string;

beforeAll(async () => {
  const tag = `<script src="${product.collector}/beckon.js" data-write-key="linked"
    data-link-domains="localhost, 127.0.0.1"></script>`;
  shop = await servePages(() => ({ type: 'html', text: `<!doctype html><title>Shop</title>${tag}` }));
  blog = await servePages(() => ({
    type: 'html',
    text: `<!doctype html><title>Blog</title>${tag}
      <a href="${shop.origin}/mug?a=%7e+b#top">Mug</a>
      <a href="${shop.origin}/cup" target="_blank">Cup</a>
      <form action="${shop.origin}/search?lost=1"><input name="q" value="mug"><button>Search</button></form>
      <form action="${shop.origin}/buy?b=1" method="post"><button>Buy</button></form>`,
  }));
  from = blog.origin.replace('127.0.0.1', 'localhost');
  const settings = {
    name: 'Linked',
    origins: [shop.origin, from],
    browserKey: 'linked',
    serverKey: 'linked-server',
  };
  await product.api('PUT', 'linked', settings);
});
afterAll(async () => {
  await blog.close();
  await shop.close();
});

const idOf = (page: Page) =>
  vi.waitUntil(
    () => page.evaluate(() => (window as never as { beckon?: Beckon }).beckon?.anonymousId()),
    10_000,
  );
interface Beckon {
  anonymousId(): string | undefined;
}

/** Opens the blog and waits until its links are watched. */
async function openBlog(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(from, { waitUntil: 'networkidle' });
  await idOf(page);
  return page;
}
/** What the collector has stored of a visitor's views: one per page, by its address. */
async function viewsOf(anonymousId: string | undefined, count: number): Promise<string[]> {
  const stored = () => product.api('GET', 'linked/events?limit=1000') as Promise<{ events: StoredEvent[] }>;
  const views = async () =>
    (await stored()).events.filter((event) => event.type === 'page' && event.anonymousId === anonymousId);
  await vi.waitUntil(async () => (await views()).length >= count, { timeout: 10_000, interval: 200 });
  return (await views()).map(({ properties }) => String(properties?.url)).sort();
}

it.concurrent.for<[string, string, string]>([
  ['a link', 'text=Mug', '/mug?a=%7e+b#top'],
  ['a link to a tab of its own', 'text=Cup', '/cup'],
  ['a search form', 'text=Search', '/search?q=mug'],
  ['a form that posts', 'text=Buy', '/buy?b=1'],
])(
  'a visitor who goes to the other domain by %s stays one visitor',
  async ([, selector, path], { context }) => {
    const page = await openBlog(context);
    const id = await idOf(page);
    const before = await page.content();
    const landed: Promise<Page> =
      selector === 'text=Cup'
        ? context.waitForEvent('page')
        : page.waitForURL(`${shop.origin}/**`).then(() => page);
    await page.click(selector);
    const landing = await landed;
    expect(await idOf(landing)).toBe(id);
    expect(landing.url()).toBe(`${shop.origin}${path}`);
    // A copied link carries nobody's id.
    if (landing !== page) expect(await page.content()).toBe(before);
    expect(await viewsOf(id, 2)).toEqual([`${from}/`, `${shop.origin}${path}`].sort());
  },
);

it.concurrent('a slow network does not make a landing visitor somebody else, nor put the id into the address of the view', async ({
  context,
}) => {
  const page = await openBlog(context);
  const id = await idOf(page);
  await context.route('**/linkDomains.js', async (route) => {
    await new Promise((done) => setTimeout(done, 500));
    await route.continue();
  });
  await page.click('text=Mug');
  await page.waitForURL(`${shop.origin}/**`);
  expect(await idOf(page)).toBe(id);
  expect(await viewsOf(id, 2)).toEqual([`${from}/`, `${shop.origin}/mug?a=%7e+b#top`].sort());
});

it.concurrent('a link that is pasted elsewhere hands nobody’s id over', async ({ browser, context }) => {
  const page = await openBlog(context);
  const id = await idOf(page);
  const request = page.waitForRequest(`${shop.origin}/mug**`);
  await page.click('text=Mug');
  const link = (await request).url();
  expect(link).toContain(id);
  const other = await browser.newContext();
  try {
    const pasted = await other.newPage();
    await pasted.goto(link);
    expect(await idOf(pasted)).not.toBe(id);
    expect(pasted.url()).toBe(`${shop.origin}/mug?a=%7e+b`);
  } finally {
    await other.close();
  }
});

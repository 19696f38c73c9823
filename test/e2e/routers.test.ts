import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Batch, PageMessage } from '../../sdk/src/message.ts';
import { startChromium } from '../support/browsers.ts';
import { type PageServer, servePages } from '../support/page-server.ts';

const SDK = join(import.meta.dirname, '../../sdk/dist/beckon.js');
const APPS = ['react-router', 'vue-router', 'replace-state'] as const;

let server: PageServer;
let profile: string;
let context: BrowserContext;

beforeAll(async () => {
  const scripts = new Map<string, string>();
  for (const app of APPS) {
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, `pages/${app}.ts`)],
      bundle: true,
      write: false,
      format: 'iife',
      define: {
        'process.env.NODE_ENV': '"production"',
        __VUE_OPTIONS_API__: 'false',
        __VUE_PROD_DEVTOOLS__: 'false',
        __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      },
    });
    scripts.set(app, outputFiles[0]?.text ?? '');
  }
  scripts.set('beckon', readFileSync(SDK, 'utf8'));

  // The first part of the host name says which application answers: every path is one of its pages.
  server = await servePages((path, host) => {
    const script = /^\/-\/([\w-]+)\.js$/.exec(path)?.[1];
    if (script) return { type: 'js', text: scripts.get(script) ?? '' };
    const [app = ''] = host.split('.');
    const attributes = `data-write-key="k" data-endpoint="${server.origin}"`;
    const body =
      app === 'plain' ? `<a data-to="/next" href="/next">next</a>` : `<script src="/-/${app}.js"></script>`;
    // React's <title> would stand beside one of the page's own.
    const title = app === 'plain' ? `<title>${path}</title>` : '';
    return {
      type: 'html',
      text: `<!doctype html><html>${title}<body>
        <script src="/-/beckon.js" ${attributes}></script>${body}</body></html>`,
    };
  });
  profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  context = await startChromium(profile);
});
afterAll(async () => {
  await context.close();
  await server.close();
  rmSync(profile, { recursive: true, force: true });
});

/** Opens an application, and listens to the page views that it sends. */
async function open(app: string) {
  const page = await context.newPage();
  const views: { path: string; title: string; referrer: string }[] = [];
  await page.route('**/v1/**', async (route) => {
    const { batch } = route.request().postDataJSON() as Batch;
    for (const message of batch.filter((candidate): candidate is PageMessage => candidate.type === 'page')) {
      const { url, title, referrer } = message.properties as Record<string, string>;
      const { pathname, search, hash } = new URL(url ?? '');
      views.push({ path: pathname + search + hash, title: title ?? '', referrer: referrer ?? '' });
    }
    const answer = { success: true, rejected: [], messages: [], visitor: { anonymousId: null, token: null } };
    await route.fulfill({ json: answer, headers: { 'Access-Control-Allow-Origin': '*' } });
  });
  const { port } = new URL(server.origin);
  await page.goto(`http://${app}.localhost:${port}/`);
  const go = (to: string) => page.locator(`[data-to="${to}"]`).click();
  const until = (count: number) => vi.waitUntil(() => views.length >= count, { timeout: 10_000 });
  /** Whatever is still to come has come: a last view, made by hand, is the next to arrive. */
  const settled = async () => {
    const before = views.length;
    await page.evaluate(() => (window as never as { beckon: Window & { page(): void } }).beckon.page());
    await until(before + 1);
    return views.slice(0, -1);
  };
  return { page, views, go, until, settled };
}

const titled = (views: { path: string; title: string }[]) => views.map(({ path, title }) => [path, title]);

for (const app of APPS) {
  it(`${app}: one view per address, with the title of the page that was rendered`, async () => {
    const { go, until, settled, page } = await open(app);
    await until(1);
    await go('/products');
    await until(2);
    await page.goBack();
    await until(3);
    expect(titled(await settled()).slice(1)).toEqual([
      ['/products', 'Products'],
      ['/', 'Home'],
    ]);
    await page.close();
  });
}

for (const app of ['react-router', 'vue-router'] as const) {
  it(`${app}: a route that only redirects is no view of its own`, async () => {
    const { go, until, settled, page } = await open(app);
    await until(1);
    await go('/old-products');
    await until(2);
    expect(titled(await settled()).slice(1)).toEqual([['/products', 'Products']]);
    await page.close();
  });
}

it('plain pages: one view each, and one more when the back button restores a page from memory', async () => {
  const { go, until, settled, page } = await open('plain');
  await until(1);
  await go('/next');
  await until(2);
  await page.goBack();
  await until(3);
  expect(titled(await settled())).toEqual([
    ['/', '/'],
    ['/next', '/next'],
    ['/', '/'],
  ]);
  await page.close();
});

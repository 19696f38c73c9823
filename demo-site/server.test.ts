import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import products from './products.json' with { type: 'json' };
import { startShop } from './server.ts';

const COLLECTOR = 'http://collector.test:8787';
const PAGES = [
  '/',
  '/?q=mug',
  '/?category=Camp',
  ...products.map(({ item_id }) => `/products/${item_id}`),
  '/cart',
  '/checkout',
  '/thank-you',
  '/account',
  '/lookbook',
  '/lookbook/first-light',
  '/privacy-policy',
];

let shop: Awaited<ReturnType<typeof startShop>>;
beforeAll(async () => {
  shop = await startShop({ port: 0, collector: `${COLLECTOR}/` });
});
afterAll(() => shop.close());

const get = (path: string) => fetch(new URL(path, shop.url));
/** `fetch` would tidy the path up before it leaves. */
function rawGet(path: string, host = 'localhost'): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    httpRequest({ host, port: new URL(shop.url).port, path }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

describe('every page', () => {
  it.each(PAGES)('%s is there, under the strict policy, with nothing inline', async (path) => {
    const response = await get(path);
    const html = await response.text();

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const policy = response.headers.get('content-security-policy')?.split('; ');
    expect(policy).toEqual([
      "default-src 'none'",
      `script-src 'self' ${COLLECTOR}`,
      `connect-src 'self' ${COLLECTOR}`,
      `img-src 'self' ${COLLECTOR}`,
      "style-src 'self'",
      "form-action 'self'",
      "base-uri 'none'",
      "manifest-src 'self'",
      `worker-src 'self' ${COLLECTOR}`,
      "require-trusted-types-for 'script'",
      'trusted-types beckon',
    ]);

    expect(html).toContain(`<script async src="${COLLECTOR}/beckon.js" data-write-key="demo"></script>`);
    expect(html.indexOf('/stub.js')).toBeLessThan(html.indexOf('/beckon.js'));
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/i);
    expect(html, 'a placeholder was left').not.toMatch(/__[A-Z_]+__/);
    expect(html.match(/<h1|data-lookbook|data-thank-you/g)?.length).toBeGreaterThanOrEqual(1);
  });

  it.each(PAGES)('%s refers only to files that exist', async (path) => {
    const html = await (await get(path)).text();
    const files = new Set(
      [...html.matchAll(/(?:src|srcset|href)="(\/[^"?#]*\.\w+)"/g)].map((match) => match[1] ?? ''),
    );
    expect(files.size).toBeGreaterThan(3);
    for (const file of files) expect((await get(file)).status, file).toBe(200);
  });
});

describe('what is served', () => {
  it('has a picture of every product', async () => {
    for (const { item_id } of products) {
      const response = await get(`/images/${item_id}.svg`);
      expect(response.status, item_id).toBe(200);
      expect(response.headers.get('content-type')).toBe('image/svg+xml');
    }
  });

  it('gives the pages the same products as everybody else', async () => {
    const module = await (await get('/products.js')).text();
    expect(JSON.parse(module.replace(/^export default |;\n$/g, ''))).toEqual(products);
  });

  it('has the push worker that shops are told to add, which a new version can replace at once', async () => {
    const response = await get('/push/beckon/sw.js');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('content-security-policy')).toContain(`script-src 'self' ${COLLECTOR}`);
    expect(response.headers.get('content-security-policy')).not.toContain('trusted-types');
    expect(await response.text()).toBe(`importScripts('${COLLECTOR}/beckon-sw.js?site=demo');\n`);
  });

  it('answers unknown addresses with 404, under the same policy', async () => {
    for (const path of [
      '/nope',
      '/products/nope',
      '/images/nope.svg',
      '/products',
      '/server.ts',
      '/products.json',
    ]) {
      const response = await get(path);
      expect(response.status, path).toBe(404);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(await response.text()).toContain('The path ends here');
    }
  });

  it('never leaves its folder', async () => {
    for (const path of [
      '/../server.ts',
      '/../../package.json',
      '/%2e%2e/server.ts',
      '/..%2fserver.ts',
      '/images/..%2f..%2fserver.ts',
      '/..%5cserver.ts',
      '/%2e%2e%2f%2e%2e%2fsdk/src/script.js',
      '/..%2fpublic-not/shop.css',
      '/%00.js',
      '/%E0%A4%A.js',
      '//etc/passwd',
      'http://elsewhere.test/../../etc/hostname.css',
    ]) {
      const { status, body } = await rawGet(path);
      expect(status, path).toBe(404);
      expect(body).not.toContain('startShop');
    }
  });

  it('shows a search term as text, not as markup', async () => {
    const html = await (await get(`/?q=${encodeURIComponent('"><script>alert(1)</script>')}`)).text();
    expect(html).not.toContain('<script>alert');
    expect(html).toContain('Nothing by that name');
  });

  it('only reads', async () => {
    expect((await fetch(new URL('/cart', shop.url), { method: 'POST' })).status).toBe(405);
  });
});

describe('prices', () => {
  it('reach 50 with any two products, and never with one', () => {
    const prices = products.map(({ price }) => price).sort((a, b) => a - b);
    expect(prices.at(-1)).toBeLessThan(50);
    expect((prices[0] ?? 0) + (prices[1] ?? 0)).toBeGreaterThanOrEqual(50);
  });
});

describe('the server', () => {
  it('is healthy on localhost and on 127.0.0.1', async () => {
    for (const host of ['localhost', '127.0.0.1']) expect((await rawGet('/healthz', host)).status).toBe(200);
  });

  it('says when its port is taken', async () => {
    const port = Number(new URL(shop.url).port);
    await expect(startShop({ port, collector: COLLECTOR })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('gives its port back', async () => {
    const first = await startShop({ port: 0, collector: COLLECTOR });
    await first.close();
    const again = await startShop({ port: Number(new URL(first.url).port), collector: COLLECTOR });
    await again.close();
  });
});

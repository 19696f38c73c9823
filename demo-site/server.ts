/** The demo shop's server: static files and a few HTML pages, under a policy as strict as a careful shop's. */

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { desk, LOOPBACK } from './desk.ts';
import { type Answer, home, page, productPage } from './pages.ts';
import { popupsPage } from './popups-page.ts';
import products from './products.json' with { type: 'json' };

const PUBLIC = fileURLToPath(new URL('./public/', import.meta.url));
const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** In a folder that nobody visits: it controls no page, and stands in no other worker's way. */
export const PUSH_WORKER = '/push/beckon/sw.js';
const PAGES: Record<string, string> = {
  '/cart': 'cart.html',
  '/checkout': 'checkout.html',
  '/thank-you': 'thank-you.html',
  '/account': 'account.html',
  '/lookbook': 'lookbook.html',
  '/privacy-policy': 'privacy-policy.html',
};

/**
 * Serves the shop on the loopback addresses only, so that `http://localhost` and `http://127.0.0.1` both answer.
 * @param options.port 0 picks a free port.
 * @param options.collector base URL of the Beckon collector, e.g. `http://localhost:8787`.
 * @param options.workers further service workers by their path, such as those of other tools.
 * @param options.adminToken lets the inspector ask why a campaign is shown or not, and `/popups` make links; without it, neither is there.
 * @throws the error of `listen`, e.g. with code `EADDRINUSE` when the port is taken.
 */
export async function startShop(options: {
  port: number;
  collector: string;
  adminToken?: string;
  workers?: Record<string, string>;
}): Promise<{ url: string; close: () => Promise<void> }> {
  const collector = options.collector.replace(/\/+$/, '');
  const headers = securityHeaders(new URL(collector).origin, Object.keys(options.workers ?? {}).length > 0);
  const workerHeaders = { ...headers, 'Content-Security-Policy': workerPolicy(new URL(collector).origin) };
  const workers = {
    [PUSH_WORKER]: `importScripts('${collector}/beckon-sw.js?site=demo');\n`,
    ...options.workers,
  };
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, collector, options.adminToken, workers)
      .catch((error: unknown): Answer => {
        console.error('shop:', error);
        return {
          status: 500,
          type: 'text/plain; charset=utf-8',
          body: 'The shop has tripped over itself.\n',
        };
      })
      .then(({ status, type, body, worker }) => {
        response.writeHead(status, {
          ...(worker ? workerHeaders : headers),
          'Content-Type': type,
          'Content-Length': Buffer.byteLength(body),
          'Cache-Control': 'no-cache',
        });
        response.end(request.method === 'HEAD' ? undefined : body);
      });
  };

  const ipv4 = await listen(createServer(handle), '127.0.0.1', options.port);
  const { port } = ipv4.address() as AddressInfo;
  const servers = [ipv4];
  try {
    servers.push(await listen(createServer(handle), '::1', port));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT') {
      await close(ipv4);
      throw error;
    } // A machine without IPv6: `localhost` is 127.0.0.1 there.
  }
  return {
    url: `http://localhost:${port}`,
    close: async () => {
      await Promise.all(servers.map(close));
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, ipv6Only: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/**
 * No inline code, no foreign code but the collector's, no HTML from strings: what Beckon must live with. Only under a
 * name that is allowed here can a page register a service worker then: `beckon` for the SDK, `neighbour` for others.
 */
function securityHeaders(collector: string, neighbours: boolean): Record<string, string> {
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      `script-src 'self' ${collector}`,
      `connect-src 'self' ${collector}`,
      `img-src 'self' ${collector}`,
      "style-src 'self'",
      "form-action 'self'",
      "base-uri 'none'",
      "manifest-src 'self'",
      `worker-src 'self' ${collector}`,
      "require-trusted-types-for 'script'",
      `trusted-types beckon${neighbours ? " neighbour 'allow-duplicates'" : ''}`,
    ].join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'strict-origin-when-cross-origin',
  };
}

/** In a worker there is no page that a string could harm; trusted types would forbid `importScripts` altogether. */
function workerPolicy(collector: string): string {
  return ["default-src 'none'", `script-src 'self' ${collector}`, `connect-src 'self' ${collector}`].join(
    '; ',
  );
}

async function answer(
  request: IncomingMessage,
  collector: string,
  adminToken: string | undefined,
  workers: Record<string, string>,
): Promise<Answer> {
  // Parsing resolves `..`, encoded dots included; `file()` refuses what is left of a traversal.
  const url = URL.parse(request.url ?? '/', 'http://shop');
  const asked = url && adminToken && (await desk(request, url, { collector, adminToken }));
  if (asked) return asked;
  const isLocal = LOOPBACK.test(request.headers.host ?? '');
  if (url?.pathname === '/popups' && adminToken && isLocal) {
    return popupsPage(`http://${request.headers.host}`, { collector, adminToken });
  }
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { status: 405, type: 'text/plain; charset=utf-8', body: 'GET and HEAD only.\n' };
  if (!url) return page(404, 'not-found.html', {}, collector);
  const path = url.pathname.replace(/(.)\/$/, '$1');

  if (path === '/healthz') return { status: 200, type: 'text/plain; charset=utf-8', body: 'ok\n' };
  const worker = workers[path];
  if (worker !== undefined)
    return { status: 200, type: 'text/javascript; charset=utf-8', body: worker, worker: true };
  if (path === '/') return home(url.searchParams, collector);
  if (path === '/products.js')
    return {
      status: 200,
      type: 'text/javascript; charset=utf-8',
      body: `export default ${JSON.stringify(products)};\n`,
    };
  if (path.startsWith('/products/')) {
    const product = products.find((candidate) => `/products/${candidate.item_id}` === path);
    return product ? productPage(product, collector) : page(404, 'not-found.html', {}, collector);
  }
  const html = PAGES[path] ?? (path.startsWith('/lookbook/') ? 'lookbook.html' : undefined);
  if (html) return page(200, html, {}, collector);
  return (await file(path)) ?? page(404, 'not-found.html', {}, collector);
}

async function file(path: string): Promise<Answer | undefined> {
  const type = TYPES[extname(path)];
  let name: string;
  try {
    name = join(PUBLIC, decodeURIComponent(path));
  } catch {
    return undefined; // a malformed escape
  }
  if (!type || !name.startsWith(PUBLIC.endsWith(sep) ? PUBLIC : PUBLIC + sep) || name.includes('\0'))
    return undefined;
  try {
    return { status: 200, type, body: await readFile(name) };
  } catch {
    return undefined;
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { unstable_startWorker as startWorker } from 'wrangler';
import { migrateLocally } from '../../../collector/run-local.ts';
import { secretsOf } from '../../../demo-site/secrets.ts';
import { DEMO } from '../../../demo-site/seed.ts';
import { startShop } from '../../../demo-site/server.ts';
import { freePorts } from '../free-ports.ts';
import { type Addresses, type Store, storeOf } from '../product.ts';
import { GOOGLE } from './gcm.ts';
import type { PushService } from './push-service.ts';

/** A request that the collector has sent into the Internet, and what it was answered; null: that failed. */
export interface Outgoing {
  url: string;
  status: number | null;
}

export interface PushProduct extends Addresses, Store {
  outgoing: Outgoing[];
  dispose(): Promise<void>;
}

export interface PushProductOptions {
  /** Plays hosts of the Internet, by origin: `{'https://api.telegram.org': (request) => Response.json({ok: true})}`. */
  hosts?: Record<string, (request: Request) => Response | Promise<Response>>;
  /** Further service workers of the shop; see neighbours.ts. */
  workers?: Record<string, string>;
  /** Further variables of the collector. */
  vars?: Record<string, string>;
}

const ROOT = resolve(import.meta.dirname, '../../..');

/**
 * The collector in workerd and the demo shop, in this process, as `npm start` runs them but for two things: the site has
 * no history and no campaigns, and what the Worker fetches comes from here. Its code is what would be deployed; it calls the endpoints of Google's push
 * service, to which Chromium is bound, by their own address, so that the allow-list, the audience of the token and the
 * redirects are those of production. The rest of the Internet does not exist.
 *
 * `wrangler dev` has no option for that; its programmatic form has. The SDK has to be built.
 */
export async function startPushProduct(
  service: PushService,
  { hosts = {}, workers = {}, vars = {} }: PushProductOptions = {},
): Promise<PushProduct> {
  const [port = 0, shopPort = 0] = await freePorts(2);
  const stateDir = mkdtempSync(join(tmpdir(), 'beckon-push-product-'));
  const { file: secretsFile, adminToken } = secretsOf(stateDir, 'admin-token-of-a-test');
  const shopUrl = `http://localhost:${shopPort}`;
  const outgoing: Outgoing[] = [];

  const answer = (request: Request): Promise<Response> | Response => {
    const { origin, hostname } = new URL(request.url);
    const played = hosts[origin];
    if (played) return played(request);
    if (GOOGLE.includes(origin)) return forward(request, service.local(request.url));
    if (['localhost', '127.0.0.1'].includes(hostname)) return forward(request, request.url);
    return new Response(`${origin} is not on this machine.`, { status: 502 });
  };
  const outboundService = async (request: Request) => {
    const entry: Outgoing = { url: request.url, status: null };
    outgoing.push(entry);
    const response = await answer(request);
    entry.status = response.status;
    return response;
  };

  await migrateLocally(stateDir);
  const variables = { SHOP_URL: shopUrl, PUSH_TEST_ORIGINS: service.base, ...vars };
  const worker = await startWorker({
    config: join(ROOT, 'wrangler.toml'),
    envFiles: [secretsFile],
    bindings: Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, { type: 'plain_text', value }]),
    ),
    dev: {
      server: { hostname: '127.0.0.1', port },
      inspector: false,
      watch: false,
      logLevel: 'error',
      persist: stateDir,
      outboundService,
    },
  });
  const shop = await startShop({
    port: shopPort,
    collector: `http://localhost:${port}`,
    adminToken,
    workers,
  });
  const addresses = { shop: shopUrl, collector: `http://localhost:${port}`, adminToken };
  const store = storeOf(addresses);
  const dispose = async () => {
    await shop.close();
    await worker.dispose();
    rmSync(stateDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await worker.ready;
    const { site, browserKey, serverKey } = DEMO;
    const settings = { name: 'Shop', currency: 'USD', origins: [shopUrl], holdout: { percent: 0 } };
    await store.api('PUT', site, { ...settings, browserKey, serverKey });
  } catch (error) {
    await dispose();
    throw error;
  }
  return { ...addresses, ...store, outgoing, dispose };
}

async function forward({ method, headers, body, signal }: Request, to: string): Promise<Response> {
  const { host: _, 'content-length': __, ...rest } = Object.fromEntries(headers);
  const answered = await fetch(to, {
    method,
    headers: rest,
    redirect: 'manual',
    signal,
    ...(body && { body: Buffer.from(await new Response(body).arrayBuffer()) }),
  });
  return answered;
}

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLocally } from '../../collector/run-local.ts';
import { freePorts } from '../support/free-ports.ts';
import { load } from './load.ts';

/** `npm run bench`: batches per second of `/v1/batch`, beside floors that do less, turn by turn in one run. */
const VISITORS = 2_000;
const EVENTS = 5;
const ROUNDS = 5;
const CONCURRENCY = 8;
const ORIGIN = 'https://shop.example';

const SUBJECTS = [
  ['JSON echo', '/floor/echo'],
  ['object, one row', '/floor/one-row'],
  ['same durable writes', '/floor/durable'],
  ['/v1/batch', '/v1/batch'],
] as const;

const stateDir = mkdtempSync(join(tmpdir(), 'beckon-bench-'));
const secretsFile = join(stateDir, 'secrets.env');
writeFileSync(secretsFile, 'ADMIN_TOKEN=bench\nSIGNING_KEY=bench\n');
const [port = 0] = await freePorts(1);
const collector = await runLocally({ port, stateDir, secretsFile, config: 'test/bench/wrangler.toml' });
const url = collector.url.replace('localhost', '127.0.0.1');
try {
  await fetch(`${url}/api/sites/bench`, {
    method: 'PUT',
    headers: { Authorization: 'Bearer bench', 'Content-Type': 'application/json' },
    body: JSON.stringify({
      name: 'Bench',
      origins: [ORIGIN],
      browserKey: 'bench',
      serverKey: 'bench-server',
    }),
  });
  const rates = new Map<string, number[]>(SUBJECTS.map(([name]) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, path] of SUBJECTS) {
      const rate = await load(url + path, bodies(round), { Origin: ORIGIN }, CONCURRENCY);
      // The first round warms up: it creates the objects.
      if (round > 0) rates.get(name)?.push(rate);
    }
    process.stderr.write(round === 0 ? 'warm' : ` ${round}/${ROUNDS}`);
  }
  const durable = median(rates.get('same durable writes') ?? []);
  console.log(
    `\n\n${VISITORS / ROUNDS} requests a round, ${EVENTS} events each, ${VISITORS} visitors, ${CONCURRENCY} at a time`,
  );
  console.log('| | batches/s (median) | min … max | against the same durable writes |\n|---|---|---|---|');
  for (const [name, all] of rates) {
    const range = `${Math.min(...all).toFixed(0)} … ${Math.max(...all).toFixed(0)}`;
    console.log(`| ${name} | ${median(all).toFixed(0)} | ${range} | ${(median(all) / durable).toFixed(2)} |`);
  }
} finally {
  await collector.stop();
  rmSync(stateDir, { recursive: true, force: true });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Each round visits another share of the visitors; the warm-up visits them all. */
function bodies(round: number): string[] {
  const share = VISITORS / ROUNDS;
  const first = round === 0 ? 0 : (round - 1) * share;
  const count = round === 0 ? VISITORS : share;
  return Array.from({ length: count }, (_, i) => body(`visitor-${first + i}`));
}

function body(anonymousId: string): string {
  const now = new Date().toISOString();
  const page = { url: `${ORIGIN}/products/kettle`, path: '/products/kettle', title: 'Kettle', referrer: '' };
  const context = {
    page,
    locale: 'en-US',
    timezone: 'Europe/Berlin',
    library: { name: 'beckon', version: '0.1.0' },
  };
  const item = { item_id: 'kettle', item_name: 'Ember kettle', price: 46, quantity: 1 };
  const batch = ['page_view', 'view_item', 'add_to_cart', 'view_cart', 'begin_checkout']
    .slice(0, EVENTS)
    .map((event) => ({
      type: 'track',
      messageId: randomUUID(),
      anonymousId,
      event,
      timestamp: now,
      context,
      properties: { currency: 'USD', value: 46, items: [item] },
    }));
  return JSON.stringify({ writeKey: 'bench', sentAt: now, batch });
}

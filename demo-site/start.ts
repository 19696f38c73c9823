import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runLocally } from '../collector/run-local.ts';
import { buildSdk } from '../sdk/build.ts';
import { secretsOf } from './secrets.ts';
import { DEMO, seed } from './seed.ts';
import { startShop } from './server.ts';

/** Grows when objects store what they hold in another way. */
const STATE_FORMAT = '2';

/** `npm start`: the collector and the demo shop on this machine, until ctrl-C. */
const stops: (() => Promise<void>)[] = [];
let stopping = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));

try {
  await start();
} catch (error) {
  await fail((error as Error).message);
}

async function start(): Promise<void> {
  const { values: options } = parseArgs({ options: { fresh: { type: 'boolean', default: false } } });
  const port = portOf('PORT', 8787);
  const demoPort = portOf('DEMO_PORT', 8788);
  const stateDir = resolve(import.meta.dirname, '..', process.env.STATE_DIR || '.beckon');
  const shopUrl = `http://localhost:${demoPort}`;

  await requireFree(port, 'PORT', 'the collector');
  await requireFree(demoPort, 'DEMO_PORT', 'the demo shop');
  if (options.fresh) clearState(stateDir);
  mkdirSync(stateDir, { recursive: true });
  requireFormat(stateDir);
  const { file: secretsFile, adminToken } = secretsOf(stateDir, process.env.ADMIN_TOKEN);

  progress('Building the SDK');
  await buildSdk();
  progress('Starting the collector');
  // For trying out push services of one's own; see collector/src/push/endpoint.ts.
  const { PUSH_TEST_ORIGINS } = process.env;
  const vars = { SHOP_URL: shopUrl, ...(PUSH_TEST_ORIGINS && { PUSH_TEST_ORIGINS }) };
  const collector = await runLocally({ port, stateDir, secretsFile, vars });
  stops.push(collector.stop);
  void collector.died.then((lastWords) => fail(`The collector ended. Its last words:\n${lastWords}`));
  progress('Seeding the demo shop');
  await seed(collector.url, shopUrl, adminToken, Date.now());
  const shop = await startShop({ port: demoPort, collector: collector.url, adminToken });
  stops.push(shop.close);
  const health = await fetch(`${collector.url}/healthz`);
  if (!health.ok) throw new Error(`The collector is not healthy: ${await health.text()}`);

  console.log(`
  Beckon runs.

  Demo shop    ${shopUrl}
  Collector    ${collector.url}   (health: ${collector.url}/healthz)
  Write key    ${DEMO.browserKey}   (server key: ${DEMO.serverKey})
  Admin token  ${adminToken}

  Put things worth 50 or more into the cart, and the popup appears. What was stored:
  curl -H "Authorization: Bearer ${adminToken}" "${collector.url}/api/sites/demo/events?limit=5"
  Who is known:
  curl -H "Authorization: Bearer ${adminToken}" "${collector.url}/api/sites/demo/profiles"

  State is kept in ${stateDir}; npm start -- --fresh clears it. Ctrl-C stops everything.
`);
}

/** The embedded default is for trying out: what an earlier version has stored there is not converted. */
function requireFormat(stateDir: string): void {
  const file = join(stateDir, 'format');
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : '1';
  if (found !== STATE_FORMAT && existsSync(join(stateDir, 'secrets.env'))) {
    throw new Error(`The state in ${stateDir} is of an earlier version. npm start -- --fresh begins anew.`);
  }
  writeFileSync(file, STATE_FORMAT);
}

async function fail(message: string): Promise<void> {
  if (!stopping) console.error(`\n✗ ${message}\n`);
  await stop(1);
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.allSettled(stops.map((end) => end()));
  process.exit(code);
}

async function requireFree(port: number, variable: string, what: string): Promise<void> {
  for (const host of ['127.0.0.1', '::1']) {
    const free = await new Promise<boolean>((done) => {
      const probe = createServer();
      probe.once('error', (error: NodeJS.ErrnoException) => done(error.code !== 'EADDRINUSE'));
      probe.listen(port, host, () => probe.close(() => done(true)));
    });
    if (!free)
      throw new Error(`Port ${port}, wanted for ${what}, is taken. Stop what uses it, or set ${variable}.`);
  }
}

function portOf(variable: string, standard: number): number {
  const value = Number(process.env[variable] || standard);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
  throw new Error(`${variable} must be a port number, not ${process.env[variable]}.`);
}

/** Only what was made here: STATE_DIR may be anybody's folder. */
function clearState(stateDir: string): void {
  for (const name of ['v3', 'secrets.env', 'format', 'collector.log', 'wrangler.log']) {
    rmSync(join(stateDir, name), { recursive: true, force: true });
  }
}

function progress(step: string): void {
  console.log(`  ${step} …`);
}

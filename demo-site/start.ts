import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSdk } from '../sdk/build.ts';
import { secretsOf } from './secrets.ts';
import { DEMO, seed } from './seed.ts';
import { startShop } from './server.ts';

const ROOT = resolve(import.meta.dirname, '..');
const READY_TIMEOUT_MS = 120_000;

const { values: options } = parseArgs({ options: { fresh: { type: 'boolean', default: false } } });
const port = portOf('PORT', 8787);
const demoPort = portOf('DEMO_PORT', 8788);
const stateDir = resolve(ROOT, process.env.STATE_DIR || '.beckon');
const collector = `http://localhost:${port}`;
const shopUrl = `http://localhost:${demoPort}`;

const stops: (() => Promise<void>)[] = [];
let stopping = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));

try {
  await start();
} catch (error) {
  console.error(`\n✗ ${(error as Error).message}\n`);
  await stop(1);
}

async function start(): Promise<void> {
  await requireFree(port, 'PORT', 'the collector');
  await requireFree(demoPort, 'DEMO_PORT', 'the demo shop');
  if (options.fresh) clearState();
  mkdirSync(stateDir, { recursive: true });
  const secrets = secretsOf(stateDir, process.env.ADMIN_TOKEN);

  progress('Building the SDK');
  await buildSdk();
  progress('Preparing the database');
  await run('wrangler', ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', stateDir]);
  progress('Starting the collector');
  await startCollector(secrets.file);
  progress('Seeding the demo shop');
  await seed(collector, shopUrl, secrets.adminToken, Date.now());
  const shop = await startShop({ port: demoPort, collector });
  stops.push(shop.close);
  await answers(`${collector}/healthz`, (response) => response.status === 200);

  console.log(`
  Beckon runs.

  Demo shop    ${shopUrl}
  Collector    ${collector}   (health: ${collector}/healthz)
  Write key    ${DEMO.browserKey}   (server key: ${DEMO.serverKey})
  Admin token  ${secrets.adminToken}

  Put things worth 50 or more into the cart, and the popup appears. What was stored:
  curl -H "Authorization: Bearer ${secrets.adminToken}" "${collector}/api/sites/demo/events?limit=5"

  State is kept in ${stateDir}; npm start -- --fresh clears it. Ctrl-C stops everything.
`);
}

async function startCollector(secretsFile: string): Promise<void> {
  const child = command('wrangler', [
    ...['dev', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0'],
    ...['--persist-to', stateDir, '--env-file', secretsFile, '--var', `SHOP_URL:${shopUrl}`],
    '--show-interactive-dev-session=false',
  ]);
  const log = createWriteStream(join(stateDir, 'collector.log'));
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  stops.push(async () => {
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(patience);
  });
  const died = exited.then(() => {
    if (stopping) return;
    throw new Error(`The collector ended. ${tail(join(stateDir, 'collector.log'))}`);
  });
  await Promise.race([answers(`${collector}/healthz`, () => true), died]);
  died.catch((error: Error) => {
    console.error(`\n✗ ${error.message}\n`);
    void stop(1);
  });
}

/** Runs to the end; rejects with what it printed when it fails. */
async function run(name: string, args: string[]): Promise<void> {
  const child = command(name, args);
  let output = '';
  child.stdout?.on('data', (text) => {
    output += text;
  });
  child.stderr?.on('data', (text) => {
    output += text;
  });
  const code = await new Promise((done) => child.once('exit', done));
  if (code !== 0) throw new Error(`${name} ${args.slice(0, 3).join(' ')} failed.\n${output}`);
}

function command(name: string, args: string[]): ChildProcess {
  const bin = join(ROOT, 'node_modules', '.bin');
  return spawn(join(bin, name), args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PATH: `${bin}:${process.env.PATH}`,
      CI: '1',
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_LOG_PATH: join(stateDir, 'wrangler.log'),
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    },
  });
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.allSettled(stops.map((end) => end()));
  process.exit(code);
}

async function answers(url: string, good: (response: Response) => boolean): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let last = 'no answer';
  while (Date.now() < deadline && !stopping) {
    try {
      const response = await fetch(url);
      last = `${response.status} ${await response.text()}`;
      if (good(response)) return;
    } catch (error) {
      last = String((error as Error).cause ?? error);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${url} did not become ready: ${last}`);
}

async function requireFree(wanted: number, variable: string, what: string): Promise<void> {
  for (const host of ['127.0.0.1', '::1']) {
    const free = await new Promise<boolean>((done) => {
      const probe = createServer();
      probe.once('error', (error: NodeJS.ErrnoException) => done(error.code !== 'EADDRINUSE'));
      probe.listen(wanted, host, () => probe.close(() => done(true)));
    });
    if (!free) {
      throw new Error(`Port ${wanted}, wanted for ${what}, is taken. Stop what uses it, or set ${variable}.`);
    }
  }
}

function portOf(variable: string, standard: number): number {
  const value = Number(process.env[variable] || standard);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
  console.error(`\n✗ ${variable} must be a port number, not ${process.env[variable]}.\n`);
  process.exit(1);
}

/** Only what was made here: STATE_DIR may be anybody's folder. */
function clearState(): void {
  for (const name of ['v3', 'secrets.env', 'collector.log', 'wrangler.log']) {
    rmSync(join(stateDir, name), { recursive: true, force: true });
  }
}

function tail(file: string): string {
  return existsSync(file) ? `Its last words:\n${readFileSync(file, 'utf8').slice(-2_000)}` : '';
}

function progress(step: string): void {
  console.log(`  ${step} …`);
}

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSdk } from '../sdk/build.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** The environment of wrangler.toml that is deployed, and what it names. */
const PRODUCTION = ['--env', 'production'];
const DATABASE = 'beckon';
const QUEUES = ['beckon-events', 'beckon-events-dead', 'beckon-deliveries'];
const BUCKETS = ['beckon-archive', 'beckon-pictures'];
/** How long a queue keeps what cannot be stored: the longest that there is, 14 days. */
const QUEUE_RETENTION_S = '1209600';

/** What a deployment does to the outside; a test hands in its own. */
export interface Surroundings {
  /** Runs wrangler; returns what it printed. Throws when it fails. */
  wrangler(args: string[]): string;
  fetch: typeof fetch;
  log(line: string): void;
}

export interface DeployOptions {
  /** A first (or further) site to create: its id, and the origins of its pages. */
  site?: string | undefined;
  origins: string[];
  /** Needed to create a site on a collector that was deployed before. */
  adminToken?: string | undefined;
}

/**
 * Brings the collector to Cloudflare: database, queues, buckets and secrets where missing, migrations, the Worker, and a
 * site if one is named. Harmless to repeat: nothing that exists is replaced but the Worker's code.
 *
 * @throws with what to do, when it cannot go on
 */
export async function deploy(options: DeployOptions, { wrangler, fetch, log }: Surroundings): Promise<void> {
  const { loggedIn } = JSON.parse(wrangler(['whoami', '--json'])) as { loggedIn: boolean };
  if (!loggedIn) {
    throw new Error('Not logged in to Cloudflare. Run "npx wrangler login", or set CLOUDFLARE_API_TOKEN.');
  }

  const databases = JSON.parse(wrangler(['d1', 'list', '--json'])) as { name: string }[];
  if (!databases.some(({ name }) => name === DATABASE)) {
    log(`Creating the database ${DATABASE}`);
    wrangler(['d1', 'create', DATABASE]);
  }
  for (const queue of QUEUES.filter(
    (name) => !answers(['queues', 'info', name], /does not exist/, wrangler),
  )) {
    log(`Creating the queue ${queue}`);
    wrangler(['queues', 'create', queue, '--message-retention-period-secs', QUEUE_RETENTION_S]);
  }
  for (const bucket of BUCKETS) {
    if (answers(['r2', 'bucket', 'create', bucket], /already exists/, wrangler)) {
      log(`Created the bucket ${bucket}`);
    }
  }
  log('Bringing the database up to date');
  wrangler(['d1', 'migrations', 'apply', DATABASE, '--remote', ...PRODUCTION]);

  const missing = missingSecrets(wrangler);
  const adminToken = missing.ADMIN_TOKEN ?? options.adminToken;
  log('Deploying the Worker');
  const printed = withSecretsFile(missing, (file) =>
    wrangler(['deploy', ...PRODUCTION, ...(file ? ['--secrets-file', file] : [])]),
  );
  const url = /https:\/\/\S+/.exec(printed)?.[0];
  log(`Deployed${url ? ` to ${url}` : ''}.`);
  if (missing.ADMIN_TOKEN) log(`Admin token (shown this once, keep it): ${missing.ADMIN_TOKEN}`);

  if (options.site !== undefined) {
    if (!url)
      throw new Error('The address of the Worker is not known; create the site with PUT /api/sites/:site.');
    if (!adminToken)
      throw new Error('To create a site on this collector, set ADMIN_TOKEN to its admin token.');
    const key = await createSite(options.site, options.origins, url, adminToken, fetch);
    log(`Put this on every page:\n  <script async src="${url}/beckon.js" data-write-key="${key}"></script>`);
  }
}

/** Runs wrangler. `false`: it said no, in these words. Any other failure is thrown. */
function answers(args: string[], no: RegExp, wrangler: Surroundings['wrangler']): boolean {
  try {
    wrangler(args);
    return true;
  } catch (error) {
    if (no.test((error as Error).message)) return false;
    throw error;
  }
}

function missingSecrets(wrangler: Surroundings['wrangler']): Record<string, string> {
  let present: string[] = [];
  try {
    present = (JSON.parse(wrangler(['secret', 'list', ...PRODUCTION])) as { name: string }[]).map(
      ({ name }) => name,
    );
  } catch (error) {
    // A Worker that was never deployed has no list. Any other failure must not replace the secrets that there are.
    if (!/\b10007\b|does not exist|not found/i.test((error as Error).message)) throw error;
  }
  const missing = ['ADMIN_TOKEN', 'SIGNING_KEY'].filter((name) => !present.includes(name));
  return Object.fromEntries(missing.map((name) => [name, random()]));
}

/** Secrets travel in a file that only its owner may read, for as long as the call lasts. */
function withSecretsFile<T>(secrets: Record<string, string>, call: (file: string | null) => T): T {
  if (Object.keys(secrets).length === 0) return call(null);
  const folder = mkdtempSync(join(tmpdir(), 'beckon-deploy-'));
  try {
    const file = join(folder, 'secrets.json');
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
    return call(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns the browser key of the site, which is made if it is not there */
async function createSite(
  site: string,
  origins: readonly string[],
  url: string,
  adminToken: string,
  request: typeof fetch,
): Promise<string> {
  const address = `${url}/api/sites/${site}`;
  const headers = { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' };
  const existing = await request(address, { headers });
  if (existing.ok) return ((await existing.json()) as { browserKey: string }).browserKey;
  if (existing.status !== 404) {
    throw new Error(`The site could not be looked up: ${existing.status} ${await existing.text()}`);
  }
  const browserKey = `b_${random()}`;
  const body = JSON.stringify({ name: site, origins, browserKey, serverKey: `s_${random()}` });
  const response = await request(address, { method: 'PUT', headers, body });
  if (!response.ok)
    throw new Error(`The site could not be created: ${response.status} ${await response.text()}`);
  return browserKey;
}

function random(): string {
  return randomBytes(18).toString('base64url');
}

function runWrangler(args: string[]): string {
  const bin = join(ROOT, 'node_modules', '.bin');
  const result = spawnSync(join(bin, 'wrangler'), args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['inherit', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, WRANGLER_SEND_METRICS: 'false' },
  });
  if (result.status !== 0)
    throw new Error(`wrangler ${args.join(' ')} failed.\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { site: { type: 'string' }, origin: { type: 'string', multiple: true, default: [] } },
  });
  try {
    await buildSdk();
    await deploy(
      { site: values.site, origins: values.origin, adminToken: process.env.ADMIN_TOKEN },
      { wrangler: runWrangler, fetch, log: (line) => console.log(line) },
    );
  } catch (error) {
    console.error(`✗ ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const START_TIMEOUT_MS = 120_000;
/** How long it may take to end by itself before it is killed. */
const STOP_TIMEOUT_MS = 5_000;

export interface LocalOptions {
  port: number;
  /** Database, objects and logs live here. */
  stateDir: string;
  /** `NAME="value"` lines. */
  secretsFile: string;
  vars?: Record<string, string>;
  /** Relative to the root of the repository. */
  config?: string;
}

export interface LocalCollector {
  url: string;
  stop(): Promise<void>;
  /** Resolves with its last words if it ends without being asked to. */
  died: Promise<string>;
}

/**
 * Runs the collector on workerd, on the loopback interface, with its database up to date.
 *
 * @throws with what wrangler printed, when it does not start
 */
export async function runLocally(options: LocalOptions): Promise<LocalCollector> {
  const { port, stateDir, secretsFile, vars = {}, config = 'wrangler.toml' } = options;
  await migrateLocally(stateDir, config);
  const common = ['--config', config, '--persist-to', stateDir];
  const server = wrangler(
    [
      ...['dev', ...common, '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0'],
      ...['--env-file', secretsFile, '--show-interactive-dev-session=false'],
      ...Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
    ],
    stateDir,
  );
  const url = `http://localhost:${port}`;
  let stopping = false;
  const died = new Promise<string>((done) => {
    void server.exited.then(() => {
      writeFileSync(join(stateDir, 'collector.log'), server.output());
      if (!stopping) done(server.output().slice(-2_000));
    });
  });
  const stop = async () => {
    stopping = true;
    server.child.kill('SIGTERM');
    const patience = setTimeout(() => server.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await server.exited;
    clearTimeout(patience);
  };
  const ready = await Promise.race([
    answers(`${url}/healthz`, server.exited),
    server.exited.then(() => false),
  ]);
  if (!ready) {
    await stop();
    throw new Error(`The collector did not start.\n${server.output().slice(-2_000)}`);
  }
  return { url, stop, died };
}

/**
 * Makes the database of a state folder, or brings it up to date.
 *
 * @throws with what wrangler printed, when it cannot
 */
export async function migrateLocally(stateDir: string, config = 'wrangler.toml'): Promise<void> {
  mkdirSync(stateDir, { recursive: true });
  const common = ['--config', config, '--persist-to', stateDir];
  const migration = wrangler(['d1', 'migrations', 'apply', 'DB', '--local', ...common], stateDir);
  if ((await migration.exited) !== 0) {
    throw new Error(`The database could not be brought up to date.\n${migration.output()}`);
  }
}

interface Running {
  child: ChildProcess;
  exited: Promise<number | null>;
  output(): string;
}

/** The last part of what it prints is kept. */
const KEPT_OUTPUT = 200_000;

function wrangler(args: string[], stateDir: string): Running {
  const bin = join(ROOT, 'node_modules', '.bin');
  const child = spawn(join(bin, 'wrangler'), args, {
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
  let output = '';
  const keep = (text: Buffer) => {
    output = (output + text).slice(-KEPT_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = new Promise<number | null>((done) => {
    child.once('exit', done);
    child.once('error', (error) => {
      output += error.message;
      done(1);
    });
  });
  return { child, exited, output: () => output };
}

/** Whether anything answers before the time is over or the process ends. */
async function answers(url: string, ended: Promise<unknown>): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let running = true;
  void ended.then(() => {
    running = false;
  });
  while (running && Date.now() < deadline) {
    const answered = await fetch(url).then(
      async (response) => {
        await response.body?.cancel();
        return true;
      },
      () => false,
    );
    if (answered) return true;
    await new Promise((done) => setTimeout(done, 100));
  }
  return false;
}

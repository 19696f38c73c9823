import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePorts } from './free-ports.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const READY_MS = 180_000;

export interface StoredEvent {
  messageId: string;
  type: string;
  event?: string;
  anonymousId?: string;
  timestamp: string;
  properties?: Record<string, unknown>;
  context?: Record<string, unknown>;
}

export interface ProfileJson {
  ids: { anonymousIds: string[]; userId: string | null };
  traits: Record<string, unknown>;
  sessions: { id: string; events: number }[];
  cart: { items: { item_id: string; quantity: number }[]; value: number };
  orders: { transactionId: string }[];
  counters: Record<string, number>;
}

/** Where a running product is found. */
export interface Addresses {
  shop: string;
  collector: string;
  adminToken: string;
}

/** What its store says. */
export interface Store {
  /** The management API beneath `/api/sites/`; throws what a refusal says. */
  api(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Everything that the store holds of one visitor of the demo shop, oldest arrival first. */
  events(anonymousId: string): Promise<StoredEvent[]>;
  profile(anonymousId: string): Promise<ProfileJson>;
}

/** The product as `npm start` runs it, on ports and state of its own. */
export interface Product extends Addresses {
  /** Ends it as ctrl-C does; the state stays. Harmless when it does not run. */
  stop(): Promise<void>;
  /** Starts it again, on the same ports and state. Harmless when it runs, or is about to. */
  start(): Promise<void>;
  /** Ends it and deletes its state. */
  dispose(): Promise<void>;
}

/** @param variables what else is set in its environment, such as `PUSH_TEST_ORIGINS` */
export async function startProduct(variables: Record<string, string> = {}): Promise<Product> {
  const [port, demoPort] = await freePorts(2);
  const stateDir = mkdtempSync(join(tmpdir(), 'beckon-'));
  const adminToken = 'admin-token-of-a-test';
  const shop = `http://localhost:${demoPort}`;
  const collector = `http://localhost:${port}`;
  let child: ChildProcess | null = null;
  let running: Promise<void> | null = null;

  const launch = async () => {
    child = spawn(process.execPath, ['demo-site/start.ts'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...variables,
        PORT: String(port),
        DEMO_PORT: String(demoPort),
        STATE_DIR: stateDir,
        ADMIN_TOKEN: adminToken,
      },
    });
    try {
      await until(child, `${collector}/healthz`);
    } catch (error) {
      await stop();
      throw error;
    }
  };
  const start = () => {
    running ??= launch();
    return running;
  };
  const stop = async () => {
    running = null;
    if (!child) return;
    const ended = new Promise((done) => child?.once('exit', done));
    if (child.exitCode === null && child.kill('SIGINT')) await ended;
    child = null;
  };
  await start();
  return {
    shop,
    collector,
    adminToken,
    start,
    stop,
    async dispose() {
      await stop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

export function storeOf({ collector, adminToken }: Addresses): Store {
  const api = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${collector}/api/sites/${path}`, {
      method,
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  return {
    api,
    async events(anonymousId) {
      const { events } = (await api('GET', 'demo/events?limit=1000')) as { events: StoredEvent[] };
      return events.filter((event) => event.anonymousId === anonymousId).reverse();
    },
    async profile(anonymousId) {
      return (await api('GET', `demo/profiles/anonymous:${anonymousId}`)) as ProfileJson;
    },
  };
}

async function until(child: ChildProcess, url: string): Promise<void> {
  let output = '';
  child.stdout?.on('data', (text) => {
    output += text;
  });
  child.stderr?.on('data', (text) => {
    output += text;
  });
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The product ended with code ${child.exitCode}.\n${output}`);
    const healthy = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${url} did not become healthy.\n${output}`);
}

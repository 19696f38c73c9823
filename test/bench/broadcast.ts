import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLocally } from '../../collector/run-local.ts';
import { buildSdk } from '../../sdk/build.ts';
import { freePorts } from '../support/free-ports.ts';
import { isWorkerd, memoryOf, ownProcesses } from './processes.ts';
import { countPushes, type PushCounter } from './push-counter.ts';

const ORIGIN = 'https://shop.example';
/** Browsers that subscribe at a time. */
const PARALLEL = 16;
/** Sent before the process is killed. */
const KILLED_AFTER = 0.4;
const POLL_MS = 500;
/** What was being sent when all stopped is sent again after a minute. */
const PATIENCE_MS = 15 * 60_000;

interface Progress {
  state: string;
  rate: number | null;
  counts: { subscribers: number; looked: number; sent: number; waiting: number; failed: object };
}

/**
 * A broadcast to so many browsers of a push service on this machine, by the product as `npm start` runs it. It is killed
 * in the middle, with everything that belongs to it, and started again on what it has left on disk.
 */
export async function broadcast(subscribers: number, ratePerSecond: number): Promise<string> {
  await buildSdk();
  const stateDir = mkdtempSync(join(tmpdir(), 'beckon-broadcast-'));
  const secretsFile = join(stateDir, 'secrets.env');
  writeFileSync(secretsFile, 'ADMIN_TOKEN=bench\nSIGNING_KEY=bench\n');
  const service = await countPushes();
  const [port = 0] = await freePorts(1);
  const options = { port, stateDir, secretsFile, vars: { PUSH_TEST_ORIGINS: service.origin } };
  let collector = await runLocally(options);
  const url = collector.url.replace('localhost', '127.0.0.1');
  try {
    await api(url, 'PUT', '', {
      name: 'Bench',
      origins: [ORIGIN],
      browserKey: 'bench',
      serverKey: 'bench-s',
    });
    const subscribed = await timed(() => subscribeAll(url, service, subscribers));
    const idle = workerdMemory();
    await api(url, 'POST', '/broadcasts', {
      ...{ id: 'sale', name: 'Sale', quietHours: null, ratePerSecond },
      push: {
        variants: [{ key: 'a', content: { en: { title: 'Sale', body: 'Today only.', url: '/sale' } } }],
      },
    });
    const started = performance.now();
    await api(url, 'POST', '/broadcasts/sale/start');
    await until(() => service.requests() >= subscribers * KILLED_AFTER);
    const before = { requests: service.requests(), ms: performance.now() - started, ...workerdMemory() };
    for (const { pid } of ownProcesses()) process.kill(pid, 'SIGKILL');
    await collector.died;
    collector = await runLocally(options);
    const resumed = performance.now();
    const again = service.requests();
    await until(() => service.reached() >= subscribers * 0.98);
    const after = { requests: service.requests() - again, ms: performance.now() - resumed };
    let end = await progress(url);
    await until(async () => {
      end = await progress(url);
      return end.state === 'done' && end.counts.waiting === 0;
    });
    const memory = workerdMemory();
    const { counts } = end;
    return [
      `\n\nA broadcast to ${subscribers} browsers, at most ${ratePerSecond}/s, workerd killed after ${before.requests}\n`,
      '| | |',
      '|---|---|',
      `| subscribed | ${perSecond(subscribers, subscribed)} /s |`,
      `| messages before it was killed | ${perSecond(before.requests, before.ms)} /s |`,
      `| messages after it was started again | ${perSecond(after.requests, after.ms)} /s |`,
      `| people asked, as the API has it | ${end.rate} /s |`,
      `| memory of workerd: idle, before it was killed, at the end (peak) | ${mb(idle.now)}, ${mb(before.now)} (${mb(before.peak)}), ${mb(memory.now)} (${mb(memory.peak)}) |`,
      `| browsers reached | ${service.reached()} of ${subscribers} |`,
      `| sent, failed, waiting, as the API has it | ${counts.sent}, ${JSON.stringify(counts.failed)}, ${counts.waiting} |`,
      `| second messages to anybody | ${service.others()} |`,
      `| requests made again because the answer to the first was lost with the process (same id, same topic) | ${service.requests() - service.reached()} |`,
    ].join('\n');
  } finally {
    await collector.stop();
    await service.close();
    rmSync(stateDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function subscribeAll(url: string, service: PushCounter, count: number): Promise<void> {
  const config = await fetch(`${url}/v1/sites/bench/config`);
  const { vapidPublicKey: key } = (await config.json()) as { vapidPublicKey: string };
  let next = 0;
  const work = async () => {
    for (let i = next++; i < count; i = next++) {
      const subscription = service.subscription();
      const response = await fetch(`${url}/v1/push/subscription`, {
        method: 'PUT',
        headers: { Origin: ORIGIN, 'Content-Type': 'text/plain' },
        body: JSON.stringify({ writeKey: 'bench', anonymousId: `visitor-${i}`, key, subscription }),
      });
      if (!response.ok) throw new Error(await response.text());
      await response.body?.cancel();
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
}

async function api(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}/api/sites/bench${path}`, {
    method,
    headers: { Authorization: 'Bearer bench', 'Content-Type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  return response.json();
}

async function progress(url: string): Promise<Progress> {
  return (await api(url, 'GET', '/broadcasts/sale')) as Progress;
}

/** Looks again and again, until it is so. @throws when it never is */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('The broadcast does not get on.');
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Of all workerd processes together, MB. */
function workerdMemory(): { now: number; peak: number } {
  const all = ownProcesses()
    .filter(isWorkerd)
    .map(({ pid }) => memoryOf(pid));
  return {
    now: all.reduce((sum, { now }) => sum + now, 0),
    peak: all.reduce((sum, { peak }) => sum + peak, 0),
  };
}

const perSecond = (count: number, ms: number) => (count / (ms / 1_000)).toFixed(0);
const mb = (value: number) => `${value.toFixed(0)} MB`;

/** `node test/bench/broadcast.ts 1000 200`: subscribers, and people asked in a second. */
if (process.argv[1] === import.meta.filename) {
  const [subscribers = 10_000, rate = 500] = process.argv.slice(2).map(Number);
  console.log(await broadcast(subscribers, rate));
}

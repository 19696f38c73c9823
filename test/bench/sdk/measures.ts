import { setTimeout as pause } from 'node:timers/promises';
import type { Bench, Opened } from './browser.ts';
import type { Subject } from './subjects.ts';

type InPage = { bench: { track(mark: string): void }; longTasks: number[] };

/** How long a page is watched for long tasks after its start, ms. */
const WATCH_MS = 2_000;
const CPU_SLOWDOWN = 4;

export interface Load {
  startMs: number;
  /** 0: none above the 50 ms that count as long. */
  longestTaskMs: number;
}

/** A first visit on a slow device. */
export async function load(bench: Bench, subject: Subject): Promise<Load> {
  const opened = await bench.open(subject, { cpuSlowdown: CPU_SLOWDOWN });
  await pause(WATCH_MS);
  const longTasks = await opened.page.evaluate(() => (globalThis as unknown as InPage).longTasks);
  await opened.close();
  return { startMs: opened.startMs, longestTaskMs: Math.max(0, ...longTasks) };
}

const CALLS = 1_000;
/** For what a call leaves to be done later, ms. */
const AFTER_CALLS_MS = 4_000;

export interface Calls {
  p50Us: number;
  /** All work of the main thread, per event. */
  mainUs: number;
  requests: number;
  /** Marks that the sink had at the end. */
  taken: number;
}

/** 1,000 calls, ten every 20 ms, and what comes of them. */
export async function calls(bench: Bench, subject: Subject): Promise<Calls> {
  const opened = await bench.open(subject);
  await pause(WATCH_MS);
  const { page, sink } = opened;
  const requests = sink.requests.length;
  const before = await opened.mainThreadMs();
  const times = await page.evaluate(async (count) => {
    const { bench } = globalThis as unknown as InPage;
    const times: number[] = [];
    while (times.length < count) {
      for (let i = 0; i < 10; i++) {
        const started = performance.now();
        bench.track(`mark-${times.length}`);
        times.push(performance.now() - started);
      }
      await new Promise((done) => setTimeout(done, 20));
    }
    return times;
  }, CALLS);
  await pause(AFTER_CALLS_MS);
  const mainMs = (await opened.mainThreadMs()) - before;
  const result = {
    p50Us: median(times) * 1_000,
    mainUs: (mainMs * 1_000) / CALLS,
    requests: sink.requests.length - requests,
    taken: sink.taken.size,
  };
  await opened.close();
  return result;
}

const EVENTS = 50;
/** What has not come this many ms after the end of an outage counts as not coming. */
const PATIENCE_MS = 40_000;

export interface Outage {
  /** Requests with events while it lasted. */
  requests: number;
  /** From its end to the arrival of the last event; null when some had not come in time. */
  recoveryMs: number | null;
  taken: number;
}

/** 50 events at the start of an outage, in a page that stays open. */
export async function outage(bench: Bench, subject: Subject, kind: 500 | 429 | 'offline'): Promise<Outage> {
  const opened = await bench.open(subject);
  await pause(WATCH_MS);
  const { page, context, sink } = opened;
  const before = sink.requests.length;
  // Requests with keepalive slip through the browser's emulation.
  sink.status = kind === 'offline' ? 0 : kind;
  if (kind === 'offline') await context.setOffline(true);
  await callAll(opened);
  await pause(kind === 429 ? 16_000 : 10_000);
  const requests = sink.requests.length - before;
  const ended = performance.now();
  sink.status = 200;
  if (kind === 'offline') await context.setOffline(false);
  while (sink.taken.size < EVENTS && performance.now() - ended < PATIENCE_MS) await pause(20);
  const { size } = sink.taken;
  const recoveryMs = size < EVENTS ? null : Math.max(...sink.taken.values()) - ended;
  await page.close();
  await opened.close();
  return { requests, recoveryMs, taken: size };
}

const callAll = ({ page }: Opened) =>
  page.evaluate((count) => {
    for (let n = 0; n < count; n++) (globalThis as unknown as InPage).bench.track(`mark-${n}`);
  }, EVENTS);

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

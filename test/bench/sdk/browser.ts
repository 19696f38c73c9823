import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../support/browsers.ts';
import { type Sink, startSink } from './sink.ts';
import { adapterScript, type Subject } from './subjects.ts';

/** Where pages are opened for subjects; every page is a first visit, in a context of its own. */
export interface Bench {
  open(subject: Subject, options?: { cpuSlowdown?: number }): Promise<Opened>;
  close(): Promise<void>;
}

export interface Opened {
  page: Page;
  context: BrowserContext;
  sink: Sink;
  /** From the first character of the script to the return of the client's `init`, ms. */
  startMs: number;
  /** Time that the main thread has worked since the page was opened, waits for the processor left out, ms. */
  mainThreadMs(): Promise<number>;
  close(): Promise<void>;
}

export async function startBench(): Promise<Bench> {
  const browser = await launchChromium({
    args: [
      // Without this some SDKs take the page for a bot's, and drop everything.
      '--disable-blink-features=AutomationControlled',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ],
  });
  const server = createServer((_, response) => {
    // Isolated pages have a clock of 5 µs, all others one of 100 µs.
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'credentialless');
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Bench</title><h1>Bench</h1>');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}/`;
  const userAgent = await plainUserAgent(browser);

  return {
    async open(subject, { cpuSlowdown = 1 } = {}) {
      const sink = await startSink(subject.events);
      const context = await browser.newContext({ userAgent });
      const page = await context.newPage();
      await page.goto(origin);
      const devtools = await context.newCDPSession(page);
      await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
      if (cpuSlowdown > 1) await devtools.send('Emulation.setCPUThrottlingRate', { rate: cpuSlowdown });
      const startMs = await page.evaluate(start, [subject.script, adapterScript(subject, sink.url)] as const);
      return {
        page,
        context,
        sink,
        startMs,
        async mainThreadMs() {
          const { metrics } = await devtools.send('Performance.getMetrics');
          return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000;
        },
        async close() {
          await context.close();
          sink.close();
        },
      };
    },
    async close() {
      await browser.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function plainUserAgent(browser: Browser): Promise<string> {
  const page = await browser.newPage();
  const userAgent = await page.evaluate(() => navigator.userAgent);
  await page.close();
  return userAgent.replace('Headless', '');
}

/** In the page: a task of its own, as a script tag's is. The text is compiled here, so that no code cache helps. */
function start([script, adapter]: readonly [string, string]): Promise<number> {
  const add = (text: string) =>
    document.head.append(Object.assign(document.createElement('script'), { text }));
  const longTasks: number[] = [];
  new PerformanceObserver((list) =>
    longTasks.push(...list.getEntries().map(({ duration }) => duration)),
  ).observe({
    type: 'longtask',
  });
  Object.assign(globalThis, { longTasks });
  return new Promise((done) =>
    setTimeout(() => {
      const started = performance.now();
      add(script);
      add(adapter);
      (globalThis as unknown as { bench: { start(): void } }).bench.start();
      done(performance.now() - started);
    }),
  );
}

import type { CDPSession, Browser as Chromium, Page as ChromiumPage } from 'playwright-core';
import type { Browser as Firefox, Page as FirefoxPage, KeyInput } from 'puppeteer-core';
import { vi } from 'vitest';
import { launchChromium, startFirefox } from './browsers.ts';

export const ENGINES = ['Chromium', 'Firefox'] as const;
export type Engine = (typeof ENGINES)[number];

/** How a visitor looks at the page; only Chromium can be asked for more than a size. */
export interface Look {
  width?: number;
  height?: number;
  dark?: boolean;
  stillness?: boolean;
  /** A phone. */
  touch?: boolean;
  /** Direct, unless a page has led here. */
  referrer?: string;
}

/** One visitor's tab in either browser. What it runs in the page goes past the page's policy, as developer tools do. */
export interface Tab {
  engine: Engine;
  /** What the console has shown as an error. */
  console: string[];
  goto(url: string): Promise<void>;
  /** Runs a function in the page: as text, with arguments and an answer that are JSON. */
  evaluate<A extends unknown[], R>(run: (...given: A) => R | Promise<R>, ...given: A): Promise<R>;
  /** Runs a script. */
  run(script: string): Promise<void>;
  /** Waits until a function in the page answers something true; throws with `what` after 20 s. */
  until<A extends unknown[], R>(what: string, ask: (...given: A) => R | Promise<R>, ...given: A): Promise<R>;
  /** Waits until the popup is on the screen and stands still. */
  popup(): Promise<void>;
  /** Keys, one after the other, such as `Tab`, `Shift+Tab`, `Escape`. */
  press(...keys: string[]): Promise<void>;
  type(text: string): Promise<void>;
  move(x: number, y: number): Promise<void>;
  clickAt(x: number, y: number): Promise<void>;
  /** Clicks with the mouse on what `probe.find` finds, as soon as nothing lies over it. */
  click(selector: string): Promise<void>;
  screenshot(clip: { x: number; y: number; width: number; height: number }): Promise<Uint8Array>;
  resize(width: number, height: number): Promise<void>;
  /** Chromium's own protocol. */
  cdp(): CDPSession;
  close(): Promise<void>;
}

export interface Visitors {
  /** A tab of a new visitor. */
  arrive(url: string, look?: Look): Promise<Tab>;
  /** How long each task of the page took: ms of processor time, which a busy machine does not change. Chromium only. */
  tasksDuring(tab: Tab, run: () => Promise<unknown>): Promise<number[]>;
  close(): Promise<void>;
}

export async function startVisitors(engine: Engine): Promise<Visitors> {
  const browser = await (engine === 'Chromium'
    ? // Scrollbars take room, as most visitors' do.
      launchChromium({ ignoreDefaultArgs: ['--hide-scrollbars'] })
    : startFirefox());
  const { open } = engine === 'Chromium' ? chromium(browser as Chromium) : firefox(browser as Firefox);
  return {
    async arrive(url, look = {}) {
      const tab = await open(look);
      await tab.goto(url);
      return tab;
    },
    async tasksDuring(tab, run) {
      const traced = browser as Chromium;
      await traced.startTracing(undefined, { categories: ['toplevel', 'blink.user_timing'] });
      await tab.evaluate(() => void performance.mark('tasks-during'));
      await run();
      return tasksOf((await traced.stopTracing()).toString());
    },
    close: () => browser.close(),
  };
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** µs of processor time. */
  tdur?: number;
}
function tasksOf(trace: string): number[] {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  // The browser has other pages, of its own.
  const page = traceEvents.find(({ name }) => name === 'tasks-during');
  return traceEvents.flatMap(({ name, pid, tid, tdur }) =>
    name.endsWith('RunTask') && tdur !== undefined && pid === page?.pid && tid === page.tid
      ? tdur / 1_000
      : [],
  );
}

type Basics = Omit<Tab, 'evaluate' | 'until' | 'popup' | 'click' | 'engine' | 'press'> & {
  call(script: string): Promise<unknown>;
  pressed(modifier: string | undefined, key: string): Promise<void>;
};

function withHelp(engine: Engine, basics: Basics): Tab {
  const evaluate: Tab['evaluate'] = (run, ...given) =>
    basics.call(`(${run})(...${JSON.stringify(given)})`) as never;
  const until: Tab['until'] = async (what, ask, ...given) => {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const answer = await evaluate(ask, ...given);
      if (answer) return answer;
      if (Date.now() > deadline) {
        const seen = await evaluate(() => ({
          phases: probe.popups.map(({ phase, reason, how }) => [phase, reason ?? how]),
          told: probe.told(),
          faults: [...probe.faults, ...probe.problems, ...probe.violations],
          text: probe.surface()?.textContent?.slice(0, 300),
          focus: probe.focus(),
        }));
        throw new Error(`${engine} waited in vain for ${what}: ${JSON.stringify(seen)}`);
      }
      await new Promise((done) => setTimeout(done, 40));
    }
  };
  return {
    ...basics,
    engine,
    evaluate,
    until,
    async popup() {
      await until('the popup', () => {
        const surface = probe.surface();
        return surface?.getAnimations().every(({ playState }) => playState === 'finished');
      });
    },
    async press(...keys) {
      for (const given of keys) {
        const [key = '', modifier] = given.split('+').reverse();
        await basics.pressed(modifier, key);
      }
    },
    async click(selector) {
      const point = await until(
        `a click on ${selector}`,
        (selector) => {
          const found = probe.find(selector);
          found?.scrollIntoView({ block: 'nearest', behavior: 'instant' });
          const { x, y, width, height } = found?.getBoundingClientRect() ?? new DOMRect();
          const at = { x: x + width / 2, y: y + height / 2 };
          let hit = document.elementFromPoint(at.x, at.y);
          while (hit?.shadowRoot) hit = hit.shadowRoot.elementFromPoint(at.x, at.y);
          return found && (found === hit || found.contains(hit)) ? at : undefined;
        },
        selector,
      );
      await basics.clickAt(point?.x ?? 0, point?.y ?? 0);
    },
  };
}

function chromium(browser: Chromium) {
  return {
    async open({ width = 1280, height = 800, dark, stillness, touch, referrer }: Look): Promise<Tab> {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: dark ? 'dark' : 'light',
        reducedMotion: stillness ? 'reduce' : 'no-preference',
        permissions: ['clipboard-read', 'clipboard-write'],
        ...(touch && { isMobile: true, hasTouch: true }),
      });
      const page: ChromiumPage = await context.newPage();
      const cdp = await context.newCDPSession(page);
      const shown: string[] = [];
      page.on('console', (message) => message.type() === 'error' && shown.push(message.text()));
      const call = async (expression: string) => {
        const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', {
          expression,
          awaitPromise: true,
          returnByValue: true,
        });
        if (exceptionDetails)
          throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
      };
      return withHelp('Chromium', {
        console: shown,
        call,
        run: async (script) => void (await call(`${script};0`)),
        goto: async (url) => void (await page.goto(url, { ...(referrer && { referer: referrer }) })),
        pressed: (modifier, key) => page.keyboard.press(modifier ? `${modifier}+${key}` : key),
        type: (text) => page.keyboard.type(text),
        move: (x, y) => page.mouse.move(x, y),
        clickAt: (x, y) => page.mouse.click(x, y),
        screenshot: (clip) => page.screenshot({ clip }),
        resize: (width, height) => page.setViewportSize({ width, height }),
        cdp: () => cdp,
        close: () => context.close(),
      });
    },
  };
}

function firefox(browser: Firefox) {
  return {
    async open({ width = 1280, height = 800 }: Look): Promise<Tab> {
      const context = await browser.createBrowserContext();
      const page: FirefoxPage = await context.newPage();
      await page.setViewport({ width, height });
      const shown: string[] = [];
      page.on('console', (message) => message.type() === 'error' && shown.push(message.text()));
      return withHelp('Firefox', {
        console: shown,
        call: (script) => page.evaluate(script),
        run: async (script) => void (await page.evaluate(`${script};0`)),
        goto: async (url) => void (await page.goto(url)),
        async pressed(modifier, key) {
          if (modifier) await page.keyboard.down(modifier as KeyInput);
          await page.keyboard.press(key as KeyInput);
          if (modifier) await page.keyboard.up(modifier as KeyInput);
        },
        type: (text) => page.keyboard.type(text),
        move: (x, y) => page.mouse.move(x, y),
        clickAt: (x, y) => page.mouse.click(x, y),
        screenshot: (clip) => page.screenshot({ clip }),
        resize: (width, height) => page.setViewport({ width, height }),
        cdp() {
          throw new Error('Firefox does not speak it');
        },
        close: () => context.close(),
      });
    },
  };
}

/** Waits until something outside the page is so. */
export const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 40 });

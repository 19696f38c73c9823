import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page as ChromiumPage } from 'playwright-core';
import type { Page as FirefoxPage } from 'puppeteer-core';
import { vi } from 'vitest';
import { startFirefox, startPushingChromium } from '../browsers.ts';
import type { Engine } from '../tab.ts';
import { startAutopush } from './autopush.ts';
import { type Desktop, startDesktop } from './desktop.ts';
import { startGcm } from './gcm.ts';
import type { PushLink } from './link.ts';
import { type Answer, installPrompt, type Permission, type Prompt } from './prompt.ts';
import type { PushService } from './push-service.ts';

/** One tab in either browser. What a test runs in the page goes past the page's policy, as developer tools do. */
export interface PushPage {
  /** What the console has shown as an error. */
  console: string[];
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  /** Where it is now, scripts' changes of the address included. */
  url(): Promise<string>;
  /**
   * Runs a function in the page: as text, with arguments and an answer that are JSON. In Firefox the page has the user's
   * activation afterwards.
   */
  evaluate<A extends unknown[], R>(run: (...given: A) => R | Promise<R>, ...given: A): Promise<R>;
  /** Waits until a function in the page answers something true; throws with `what` after 20 s. */
  until<A extends unknown[], R>(
    what: string,
    ask: (...given: A) => R | Promise<R>,
    ...given: A
  ): Promise<NonNullable<R>>;
  /**
   * Waits for an element, of this text if any, also within open shadow roots, and clicks on it with the mouse, as soon
   * as it stands still with nothing over it. The page has the user's activation then.
   */
  click(selector: string, text?: string): Promise<void>;
  close(): Promise<void>;
}

/** A visitor's device: a browser with its push client, and a desktop that shows its notifications. */
export interface PushBrowser {
  engine: Engine;
  desktop: Desktop;
  /** Its connection to the push service. */
  link: PushLink;
  /** Firefox only: the push service forgets the browser, which fires `pushsubscriptionchange`. */
  forget(): void;
  /** A new tab. In Firefox only such a tab has the prompt that a test answers. */
  open(url: string): Promise<PushPage>;
  /** Every tab, also those that a service worker has opened. */
  tabs(): Promise<PushPage[]>;
  /** Waits for a tab whose address is so; throws with all addresses after 20 s. */
  tab(isIt: (url: URL) => boolean): Promise<PushPage>;
  /** What the visitor has settled for an origin. Chromium ends no subscription when a test takes permission back. */
  permit(origin: string, permission: Permission): Promise<void>;
  /** How the visitor answers the browser's own prompt from now on; ignores it until this is called. See prompt.ts. */
  answerPrompts(answer: Answer): void;
  /** The browser's own prompts so far. */
  prompts: Prompt[];
  close(): Promise<void>;
}

/** What differs between the two. */
interface Basics {
  link: PushLink;
  forget?: () => void;
  open(): Promise<PushPage>;
  tabs(): Promise<PushPage[]>;
  permit(origin: string, permission: Permission): Promise<void>;
  close(): Promise<void>;
}
type Ask = (origin: string, gesture: boolean) => Promise<Permission | null>;

/**
 * Starts a browser as a device of its own, whose push client is connected to the service.
 *
 * @param granted origins that may show notifications from the start; all others have to ask
 */
export async function startPushBrowser(
  engine: Engine,
  service: PushService,
  granted: string[] = [],
): Promise<PushBrowser> {
  const desktop = await startDesktop();
  const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: desktop.address };
  const prompts: Prompt[] = [];
  let answer: Answer = 'ignored';
  const ask: Ask = async (origin, gesture) => {
    prompts.push({ origin, gesture, answer: gesture ? answer : 'ignored' });
    if (!gesture || answer === 'ignored') return null;
    if (answer === 'dismissed') return 'default';
    await browser.permit(origin, answer);
    return answer;
  };
  const browser = await (engine === 'Chromium' ? chromium : firefox)(service, env, ask).catch(
    async (error) => {
      await desktop.close();
      throw error;
    },
  );
  for (const origin of granted) await browser.permit(origin, 'granted');
  const { link, forget, tabs, permit } = browser;

  return {
    engine,
    desktop,
    link,
    tabs,
    permit,
    prompts,
    forget() {
      if (!forget) throw new Error('Chromium has no such thing.');
      forget();
    },
    async open(url) {
      const page = await browser.open();
      await page.goto(url);
      return page;
    },
    tab: (isIt) =>
      vi.waitFor(
        async () => {
          const addresses: string[] = [];
          for (const page of await tabs()) {
            const address = await page.url().catch(() => 'about:blank'); // on its way
            if (isIt(new URL(address))) return page;
            addresses.push(address);
          }
          throw new Error(`${engine} has no such tab, but ${addresses.join(', ')}`);
        },
        { timeout: 20_000, interval: 40 },
      ),
    answerPrompts(next) {
      answer = next;
    },
    async close() {
      await browser.close();
      await link.close();
      await desktop.close();
    },
  };
}

async function chromium(
  service: PushService,
  env: Record<string, string | undefined>,
  ask: Ask,
): Promise<Basics> {
  const link = await startGcm(service);
  const profile = mkdtempSync(join(tmpdir(), 'beckon-push-'));
  const defined = Object.fromEntries(
    Object.entries(env).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])),
  );
  const context = await startPushingChromium(profile, { args: link.args, env: defined });
  const known = new Map<ChromiumPage, Promise<PushPage>>();
  const first = context.pages()[0];
  const browserWide = first && (await context.newCDPSession(first));

  await context.exposeBinding('beckonPrompt', ({ frame }, gesture: boolean) =>
    ask(new URL(frame.url()).origin, gesture),
  );
  await context.addInitScript(installPrompt);

  const wrap = async (page: ChromiumPage): Promise<PushPage> => {
    const cdp = await context.newCDPSession(page);
    const shown: string[] = [];
    page.on('console', (message) => message.type() === 'error' && shown.push(message.text()));
    page.on('pageerror', (error) => shown.push(String(error)));
    return withHelp('Chromium', {
      console: shown,
      async call(expression) {
        const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', {
          expression,
          awaitPromise: true,
          returnByValue: true,
        });
        if (exceptionDetails)
          throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
      },
      goto: async (url) => void (await page.goto(url)),
      reload: async () => void (await page.reload()),
      clickAt: (x, y) => page.mouse.click(x, y),
      close: () => page.close(),
    });
  };
  const pageOf = (page: ChromiumPage) => {
    const wrapped = known.get(page) ?? wrap(page);
    known.set(page, wrapped);
    return wrapped;
  };
  return {
    link,
    open: async () => pageOf(await context.newPage()),
    tabs: () =>
      Promise.all(
        context
          .pages()
          .filter((page) => page !== first)
          .map(pageOf),
      ),
    async permit(origin, permission) {
      if (permission === 'granted') return context.grantPermissions(['notifications'], { origin });
      await browserWide?.send(
        'Browser.setPermission' as never,
        {
          permission: { name: 'notifications' },
          setting: permission === 'default' ? 'prompt' : permission,
          origin,
        } as never,
      );
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function firefox(
  service: PushService,
  env: Record<string, string | undefined>,
  ask: Ask,
): Promise<Basics> {
  const link = startAutopush(service);
  const browser = await startFirefox({
    env,
    preferences: {
      'dom.push.enabled': true,
      'dom.push.connection.enabled': true,
      'dom.push.serverURL': link.url,
      'dom.push.testing.allowInsecureServerURL': true,
      'dom.push.retryBaseInterval': 300,
      'dom.webnotifications.requireuserinteraction': false,
      'alerts.useSystemBackend': true,
    },
  });
  const known = new Map<FirefoxPage, Promise<PushPage>>();
  const [first] = await browser.pages();

  const wrap = async (page: FirefoxPage): Promise<PushPage> => {
    const shown: string[] = [];
    page.on('console', (message) => message.type() === 'error' && shown.push(message.text()));
    page.on('pageerror', (error) => shown.push(String(error)));
    return withHelp('Firefox', {
      console: shown,
      call: (expression) => page.evaluate(expression),
      goto: async (url) => void (await page.goto(url)),
      reload: async () => void (await page.reload()),
      clickAt: (x, y) => page.mouse.click(x, y),
      close: () => page.close(),
    });
  };
  const pageOf = (page: FirefoxPage) => {
    const wrapped = known.get(page) ?? wrap(page);
    known.set(page, wrapped);
    return wrapped;
  };
  return {
    link,
    forget: link.forget,
    async open() {
      const page = await browser.newPage();
      await page.exposeFunction('beckonPrompt', (gesture: boolean) =>
        ask(new URL(page.url()).origin, gesture),
      );
      await page.evaluateOnNewDocument(installPrompt);
      return pageOf(page);
    },
    tabs: async () => Promise.all((await browser.pages()).filter((page) => page !== first).map(pageOf)),
    permit: (origin, permission) =>
      browser.defaultBrowserContext().setPermission(origin, {
        permission: { name: 'notifications' },
        state: permission === 'default' ? 'prompt' : permission,
      }),
    close: () => browser.close(),
  };
}

type PageBasics = Pick<PushPage, 'console' | 'goto' | 'reload' | 'close'> & {
  call(script: string): Promise<unknown>;
  clickAt(x: number, y: number): Promise<void>;
};

function withHelp(engine: Engine, { call, clickAt, ...basics }: PageBasics): PushPage {
  const evaluate: PushPage['evaluate'] = (run, ...given) =>
    call(`(${run})(...${JSON.stringify(given)})`) as never;
  const until: PushPage['until'] = (what, ask, ...given) =>
    vi.waitFor(
      async () => {
        const answer = await evaluate(ask, ...given);
        if (!answer) throw new Error(`${engine} waited in vain for ${what}; errors: ${basics.console}`);
        return answer;
      },
      { timeout: 20_000, interval: 40 },
    );
  return {
    ...basics,
    evaluate,
    until,
    url: () => evaluate(() => location.href),
    async click(selector, text) {
      const { x, y } = await until(
        `a click on ${selector} ${text ?? ''}`,
        whereToClick,
        selector,
        text ?? null,
      );
      await clickAt(x, y);
    },
  };
}

/** Runs in the page. The middle of the element, where it is what a click meets; null: not yet. */
async function whereToClick(selector: string, text: string | null): Promise<{ x: number; y: number } | null> {
  const all = (root: Document | ShadowRoot): Element[] => [
    ...root.querySelectorAll(selector),
    ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? all(shadowRoot) : [])),
  ];
  const element = all(document).find(
    (candidate) =>
      candidate.checkVisibility() && (text === null || candidate.textContent?.trim().includes(text)),
  );
  if (!element) return null;
  element.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  const middle = () => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  };
  const before = middle();
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  const { x, y } = middle();
  let hit = document.elementFromPoint(x, y);
  while (hit?.shadowRoot) {
    const deeper = hit.shadowRoot.elementFromPoint(x, y);
    if (!deeper || deeper === hit) break;
    hit = deeper;
  }
  const stands = x === before.x && y === before.y;
  return stands && hit && (element === hit || element.contains(hit)) ? { x, y } : null;
}

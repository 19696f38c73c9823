import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import type { CampaignInput } from '../../../demo-site/campaigns/definition.ts';
import type { PushStatus } from '../../../sdk/src/push/index.ts';
import type { StoredEvent } from '../product.ts';
import { ENGINES, type Engine } from '../tab.ts';
import { type PushBrowser, type PushPage, startPushBrowser } from './browsers.ts';
import { type PushProduct, type PushProductOptions, startPushProduct } from './product.ts';
import { type PushService, startPushService, tokenOf } from './push-service.ts';

/** A shop, a collector, a push service, and a device of each engine: what the tests of a file play on. */
export interface Stage {
  service: PushService;
  product: PushProduct;
  browsers: Record<Engine, PushBrowser>;
  /** The shop under a name of its own: to browsers another shop, whose permission and visitors are nobody else's. */
  shop(name: string): string;
  /** Changes settings of the site. */
  settle(change: object): Promise<void>;
  /** Takes further origins for the site's. */
  allow(...origins: string[]): Promise<void>;
  /** Publishes a campaign, until `end`. */
  publish(campaign: CampaignInput): Promise<void>;
  end(...ids: string[]): Promise<void>;
}

/** Shops are told apart by their host: browsers know every name beneath `localhost` without asking. */
const NAMES = Array.from({ length: 12 }, (_, index) => `shop-${index + 1}`);

/** Starts all of it before a file's tests, and ends it after them. */
export function startStage(options: PushProductOptions = {}): Stage {
  const stage = {} as Stage;
  beforeAll(async () => {
    const service = await startPushService();
    const [product, ...devices] = await Promise.all([
      startPushProduct(service, options),
      ...ENGINES.map((engine) => startPushBrowser(engine, service)),
    ]);
    const [chromium, firefox] = devices as [PushBrowser, PushBrowser];
    const { api } = product;
    const given = new Map<string, string>();
    const { port } = new URL(product.shop);
    Object.assign(stage, {
      service,
      product,
      browsers: { Chromium: chromium, Firefox: firefox },
      shop(name) {
        const host = given.get(name) ?? NAMES[given.size];
        if (!host) throw new Error('The stage has no more names for shops.');
        given.set(name, host);
        return `http://${host}.localhost:${port}`;
      },
      async settle(change) {
        const { id: _, identitySecretCount: __, ...settings } = (await api('GET', 'demo')) as Settings;
        await api('PUT', 'demo', { ...settings, ...change });
      },
      async allow(...origins) {
        const { origins: before } = (await api('GET', 'demo')) as Settings;
        await stage.settle({ origins: [...before, ...origins] });
      },
      async publish(campaign) {
        await api('PUT', `demo/campaigns/${campaign.id}`, campaign);
        await api('POST', `demo/campaigns/${campaign.id}/publish`);
      },
      async end(...ids) {
        for (const id of ids) await api('POST', `demo/campaigns/${id}/end`);
      },
    } satisfies Stage);
    await stage.allow(...NAMES.map((name) => `http://${name}.localhost:${port}`));
  });
  afterAll(async () => {
    await Promise.all(Object.values(stage.browsers ?? {}).map((browser) => browser.close()));
    await stage.product?.dispose();
    await stage.service?.close();
  });
  return stage;
}

interface Settings extends Record<string, unknown> {
  id: string;
  identitySecretCount: number;
  origins: string[];
}

/** A test in both browsers at the same time. What they share is made before, and ended after. */
export function inBoth(
  name: string,
  run: (engine: Engine, onTestFinished: (then: () => void) => void) => Promise<void>,
  { before, after }: { before?: () => Promise<unknown>; after?: () => Promise<unknown> } = {},
): void {
  describe(name, () => {
    if (before) beforeAll(before);
    if (after) afterAll(after);
    it.concurrent.for(ENGINES)('in %s', (engine, { onTestFinished }) => run(engine, onTestFinished));
  });
}

type Tagged = typeof globalThis & {
  beckon: {
    (...call: unknown[]): void;
    anonymousId?(): string | undefined;
    push: { subscribe(): Promise<PushStatus>; status(): Promise<PushStatus> };
  };
};

/** Who the visitor of a page is, once the SDK is there. */
export const visitorOf = (page: PushPage): Promise<string> =>
  page.until('the visitor', () => (globalThis as Tagged).beckon?.anonymousId?.());

/** A message that was to be sent, and what became of it. */
export interface SentOrNot {
  id: string;
  campaign: string;
  step: string;
  channel: string;
  status: string;
  reason: string | null;
}

/** What was sent to the person of a device, or why not, oldest first. */
export async function deliveriesOf({ product }: Stage, visitor: string): Promise<SentOrNot[]> {
  const path = `demo/profiles/anonymous:${visitor}/export`;
  const { facts } = (await product.api('GET', path)) as { facts: { kind: string; row: unknown }[] };
  return facts.flatMap(({ kind, row }) => (kind === 'delivery' ? [row as SentOrNot] : []));
}

/** Waits until something outside the pages is so; each question of the collector costs it some work. */
export const soon = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 250 });

/**
 * A visitor who gets push messages: on a page of the shop, as who has said yes before.
 *
 * @param path of that page
 */
export async function subscribed(stage: Stage, engine: Engine, shop: string, path = '/') {
  const browser = stage.browsers[engine];
  await browser.permit(shop, 'granted');
  const page = await browser.open(shop + path);
  const visitor = await visitorOf(page);
  const status = await page.evaluate(() => (globalThis as Tagged).beckon.push.subscribe());
  if (!status.subscribed) throw new Error(`${engine} did not subscribe: ${JSON.stringify(status)}`);
  return { browser, page, visitor, token: await tokenIn(page) };
}

/** How the push service knows the page's subscription to us. */
export async function tokenIn(page: PushPage): Promise<string> {
  const endpoint = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration('/push/beckon/sw.js');
    return (await registration?.pushManager.getSubscription())?.endpoint ?? '';
  });
  return tokenOf(endpoint);
}

/** Tells of an event, from the page. */
export const track = (page: PushPage, event: string) =>
  page.evaluate((name) => (globalThis as Tagged).beckon('track', name), event);

/** Puts something into the shop's cart on a page of that product, and waits until the collector knows it. */
export async function fillCart({ product }: Stage, page: PushPage, visitor: string): Promise<void> {
  await page.click('[data-testid=add-to-cart]');
  await soon(async () => {
    const { items } = (await product.profile(visitor)).cart;
    if (items.length === 0) throw new Error('The cart has not arrived.');
  });
}

/** What the store has of pushes to a visitor, oldest arrival first. */
export async function reportsOf({ product }: Stage, visitor: string): Promise<StoredEvent[]> {
  return (await product.events(visitor)).filter(({ event }) => event?.startsWith('push_'));
}
export const namesOf = (events: StoredEvent[]): string[] => events.map(({ event }) => event ?? '');

/** An audience: whoever was on a page of this shop last. A new journey also speaks of what earlier tests have left. */
export const visitorsOf = (shop: string) => ({
  rule: { '==': [{ var: 'page.host' }, new URL(shop).hostname] },
});

/** A journey of these steps for whoever puts something into the cart, until something is bought; at any time of day, as often as it likes. */
export const journey = (id: string, steps: CampaignInput['steps'], change: Partial<CampaignInput> = {}) =>
  ({
    id,
    name: id,
    entry: { on: 'fact', fact: 'cart.updatedAt' },
    exits: [{ event: 'purchase' }],
    steps,
    quietHours: null,
    cap: null,
    goal: null,
    ...change,
  }) satisfies CampaignInput;

type Notification = {
  title: string;
  body?: string;
  url: string;
  actions?: { action: string; title: string; url: string }[];
};

/** A step that sends a notification. */
export const push = (id: string, content: Notification) =>
  ({
    id,
    type: 'message',
    channel: 'push',
    variants: [{ key: 'a', weight: 1, content: { en: content } }],
  }) satisfies CampaignInput['steps'][number];

/** A journey that says it at once, to whoever an event tells of. */
export const bell = (event: string, content: Notification) =>
  journey(event, [push('ring', content)], { entry: { on: 'event', event, reentry: 'PT0S' }, exits: [] });

/** The question before the browser's own, on every page. */
export const QUESTION = {
  id: 'may-we',
  name: 'May we?',
  steps: [
    {
      id: 'popup',
      type: 'message',
      channel: 'popup',
      triggers: [{ on: 'load' }],
      variants: [
        {
          key: 'a',
          weight: 1,
          content: {
            en: {
              kind: 'modal',
              blocks: [
                { type: 'heading', text: 'Shall we tell you?' },
                { type: 'button', text: 'Yes, tell me', action: 'push' },
              ],
            },
          },
        },
      ],
    },
  ],
  goal: null,
} satisfies CampaignInput;

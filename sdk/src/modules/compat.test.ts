import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GA4_TRIP, SEGMENT_TRIP, type Trip, YESPO_TRIP } from '../../../test/support/shopping-trip.ts';
import { start } from './compat.ts';
import { start as startEcommerce } from './ecommerce.ts';

type Call = (...args: unknown[]) => unknown;
/** What the tools leave on the page. */
interface Page {
  // biome-ignore lint/suspicious/noExplicitAny: a tool's object has whatever its version has
  [tool: string]: any;
}
const page = window as unknown as Page;

const names = ['track', 'page', 'identify', 'group', 'alias', 'reset'] as const;
const calls: [string, ...unknown[]][] = [];
const beckon = {
  on: () => () => {},
  ...Object.fromEntries(names.map((name) => [name, (...args: unknown[]) => calls.push([name, ...args])])),
} as never;
const tracked = () => calls.filter(([name]) => name === 'track').map(([, ...args]) => args);

beforeEach(() => {
  vi.useFakeTimers();
  calls.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  for (const name of ['analytics', 'eS', 'klaviyo', '_klOnsite', '_learnq', 'dataLayer'])
    Reflect.deleteProperty(window, name);
});

const METHODS = ['track', 'page', 'identify', 'group', 'alias', 'reset', 'ready'];

/** Does what Segment's snippet does: methods that queue, or call the real one once it is there. */
function segmentSnippet() {
  // biome-ignore lint/suspicious/noAssignInExpressions: as pages do it
  const analytics = (page.analytics = page.analytics || []);
  for (const method of METHODS) {
    analytics[method] = (...args: unknown[]) => {
      if (page.analytics.initialized) return page.analytics[method](...args);
      const call: unknown[] = [method, ...args];
      if (method !== 'ready') call.push({ __t: 'bpc', p: location.pathname });
      analytics.push(call);
      return analytics;
    };
  }
}
class Analytics {
  initialized = true;
  told: unknown[] = [];
  track(...args: unknown[]) {
    this.told.push(['track', ...args]);
    return Promise.resolve(this);
  }
  identify(...args: unknown[]) {
    this.told.push(['identify', ...args]);
  }
  page(...args: unknown[]) {
    this.told.push(['page', ...args]);
  }
  reset() {
    this.told.push(['reset']);
  }
  push([method, ...args]: [keyof this, ...unknown[]]) {
    (this[method] as Call)(...args);
  }
}
/** Does what analytics.js does: replaces the queue, then makes the queued calls, in tasks of their own. */
function segmentLoads(replay: 'before' | 'after') {
  const real = new Analytics();
  const queue: unknown[][] = [...page.analytics];
  const make = () => {
    for (const [method, ...args] of queue) {
      const given = args.filter((arg) => (arg as { __t?: string } | null)?.__t !== 'bpc');
      (real as unknown as Record<string, Call>)[method as string]?.(...given);
    }
  };
  if (replay === 'before') make();
  page.analytics = real;
  if (replay === 'after') setTimeout(make);
  vi.advanceTimersByTime(1);
  return real;
}

test.each(['before', 'after'] as const)(
  'Segment: calls of a whole visit arrive once, queued ones repeated %s the tool is there',
  (replay) => {
    segmentSnippet();
    const properties = { plan: 'pro' };
    page.analytics.track('Signed Up', properties);
    page.analytics.identify('mira', { email: 'm@shop.example' });
    start(beckon, 'segment');
    page.analytics.track('Clicked');
    page.analytics.track('Clicked', null, () => {});
    const real = segmentLoads(replay);
    vi.advanceTimersByTime(5_000);
    page.analytics.track('Clicked');
    page.analytics.identify({ name: 'Mira' });
    page.analytics.push(['track', 'Pushed', properties]);
    page.analytics.reset();
    expect(calls).toEqual([
      ['track', 'Signed Up', properties],
      ['identify', 'mira', { email: 'm@shop.example' }],
      ['track', 'Clicked', undefined],
      ['track', 'Clicked', null],
      ['track', 'Clicked', undefined],
      ['identify', { name: 'Mira' }],
      ['track', 'Pushed', properties],
      ['reset'],
    ]);
    expect(real.told).toHaveLength(8);
  },
);

test('Yespo: what a visitor does again after the tool has loaded counts again', () => {
  yespoSnippet();
  start(beckon, 'yespo');
  page.eS('sendEvent', 'MainPage');
  page.eS = () => {};
  vi.advanceTimersByTime(5_000);
  page.eS('sendEvent', 'MainPage');
  expect(tracked()).toHaveLength(2);
});

test('Segment: a tool that was there first keeps its answers, its this and its exceptions', async () => {
  const real = new Analytics();
  page.analytics = real;
  start(beckon, '');
  expect(await page.analytics.track('A', { x: 1 })).toBe(real);
  expect(page.analytics).toBe(real);
  real.page = () => {
    throw new Error('theirs');
  };
  expect(() => page.analytics.page()).toThrow('theirs');
  expect(tracked()).toEqual([['A', { x: 1 }]]);
});

test('Segment: a snippet that comes after us is heard, and a page that assigns what it read is not heard twice', () => {
  start(beckon, 'segment');
  segmentSnippet();
  page.analytics = page.analytics || [];
  page.analytics.track('A');
  expect(tracked()).toEqual([['A', undefined]]);
});

test('Segment: page views count once where ours are on, and by name where the site wants them', () => {
  segmentSnippet();
  start(beckon, 'segment');
  page.analytics.page('Shop', 'Cart', { a: 1 });
  expect(calls).toEqual([]);
  Reflect.deleteProperty(window, 'analytics');
  segmentSnippet();
  start(beckon, 'pages');
  page.analytics.page('Shop', 'Cart', { a: 1 });
  page.analytics.page('Home');
  page.analytics.page({ b: 2 });
  expect(calls).toEqual([
    ['page', { a: 1, name: 'Cart', category: 'Shop' }],
    ['page', { name: 'Home' }],
    ['page', { b: 2 }],
  ]);
});

test('Segment: users, groups and aliases are linked as they were told', () => {
  segmentSnippet();
  start(beckon, 'segment');
  page.analytics.identify(null, { a: 1 });
  page.analytics.identify(7);
  page.analytics.group('g', { b: 2 });
  page.analytics.alias('new', 'old');
  expect(calls).toEqual([
    ['identify', { a: 1 }],
    ['identify', '7', undefined],
    ['group', 'g', { b: 2 }],
    ['alias', 'new', 'old'],
  ]);
});

/** Does what Yespo's snippet does. */
function yespoSnippet() {
  const stub = (...args: unknown[]) => stub.c(args);
  stub.q = [] as unknown[];
  stub.c = (args: unknown[]): unknown => stub.q.push(args);
  page.eS = page.eS || stub;
}

test.each<[string, (told: unknown[][]) => void]>([
  [
    'fills in its stub',
    (told) => {
      const { q } = page.eS;
      page.eS.c = (args: unknown[]) => told.push(args);
      for (const args of q) page.eS.c(args);
    },
  ],
  [
    'takes over the queue of its stub',
    (told) => {
      const real = Object.assign((...args: unknown[]) => told.push(args), { q: page.eS.q });
      for (const args of real.q) told.push(args);
      page.eS = real;
    },
  ],
  [
    'replaces its stub and repeats the calls',
    (told) => {
      const { q } = page.eS;
      page.eS = (...args: unknown[]) => told.push(args);
      for (const args of q) page.eS(...args);
    },
  ],
])('Yespo: calls arrive once, whether the tool %s', (_, load) => {
  yespoSnippet();
  const told: unknown[][] = [];
  const view = { ProductPage: { productKey: '1' } };
  const cart = { StatusCart: [], GUID: 'g' };
  page.eS('init', { TRACKING: false });
  page.eS('sendEvent', 'ProductPage', view);
  start(beckon, 'yespo');
  yespoSnippet();
  page.eS('sendEvent', 'MainPage');
  page.eS('sendEvent', 'PageView', { PageView: {} });
  load(told);
  page.eS('sendEventWithTags', 'StatusCart', cart);
  page.eS('getPushToken', () => {});
  expect(tracked()).toEqual([
    ['ProductPage', view],
    ['MainPage', undefined],
    ['StatusCart', cart],
  ]);
  expect(told).toHaveLength(6);
});

/** Does what Klaviyo's snippet does: any method of `klaviyo` pushes its call to `_klOnsite`. */
function klaviyoSnippet() {
  page._klOnsite = page._klOnsite || [];
  page.klaviyo = new Proxy(
    {},
    {
      get: (_, method) =>
        method === 'push'
          ? (...all: unknown[]) => page._klOnsite.push(...all)
          : (...args: unknown[]) =>
              new Promise((resolve) =>
                page._klOnsite.push([method, ...args, (value: unknown) => resolve(value)]),
              ),
    },
  );
}

test('Klaviyo: calls arrive once, by object, by push and by the older queue, before and after it has loaded', () => {
  const item = { ProductID: 'a' };
  page._learnq = [
    ['account', 'K'],
    ['track', 'Viewed Product', item],
  ];
  klaviyoSnippet();
  page.klaviyo.track('Added to Cart', item);
  start(beckon, 'klaviyo');
  page.klaviyo.identify({ email: 'm@shop.example' });
  page.klaviyo.push(['track', 'Started Checkout', item]);
  page._learnq.push(['track', 'Older', item]);
  // It may take its time.
  vi.advanceTimersByTime(10_000);
  const told: unknown[] = [];
  const queued = [...page._klOnsite];
  const track = (...args: unknown[]) => told.push(args);
  page.klaviyo = { track, push: ([, ...args]: unknown[]) => page.klaviyo.track(...args) };
  for (const [method, ...args] of queued) page.klaviyo[method]?.(...args);
  page.klaviyo.track('Later', item);
  page.klaviyo.push(['track', 'Pushed later', item]);
  expect(tracked().map(([name]) => name)).toEqual([
    'Added to Cart',
    'Viewed Product',
    'Started Checkout',
    'Older',
    'Later',
    'Pushed later',
  ]);
  expect(calls.filter(([name]) => name === 'identify')).toEqual([['identify', { email: 'm@shop.example' }]]);
  expect(told.map((args) => (args as string[])[0])).toEqual([
    'Added to Cart',
    'Started Checkout',
    'Later',
    'Pushed later',
  ]);
});

test('a tool that is not listened to, and one that resists, are left as they are', () => {
  const frozen = Object.freeze({ track: () => 'theirs' });
  page.analytics = frozen;
  const eS = () => {};
  page.eS = eS;
  start(beckon, 'segment');
  expect(page.analytics).toBe(frozen);
  expect(page.analytics.track('A')).toBe('theirs');
  expect(page.eS).toBe(eS);
});

test('an exception of ours never reaches the other tool', () => {
  page.analytics = new Analytics();
  start(
    {
      track: () => {
        throw new Error('ours');
      },
    } as never,
    'segment',
  );
  page.analytics.track('A');
  expect(page.analytics.told).toEqual([['track', 'A']]);
});

test.each<[string, Trip, () => void, (event: string, properties: object) => void]>([
  [
    'dataLayer',
    GA4_TRIP,
    () => startEcommerce(beckon, 'ga4'),
    (event, ecommerce) => page.dataLayer.push({ event, ecommerce }),
  ],
  [
    'gtag',
    GA4_TRIP,
    () => startEcommerce(beckon, 'ga4'),
    function (..._args) {
      // biome-ignore lint/complexity/noArguments: as Google's snippet does it
      page.dataLayer.push(Object.assign(arguments, { length: 3, 0: 'event', 1: _args[0], 2: _args[1] }));
    },
  ],
  [
    'analytics.track',
    SEGMENT_TRIP,
    () => start(beckon, 'segment'),
    (event, properties) => page.analytics.track(event, properties),
  ],
  ['eS', YESPO_TRIP, () => start(beckon, 'yespo'), (event, data) => page.eS('sendEvent', event, data)],
  [
    'klaviyo.track',
    SEGMENT_TRIP,
    () => start(beckon, 'klaviyo'),
    (event, properties) => page.klaviyo.track(event, properties),
  ],
])('a shopping trip told by %s is taken over word by word', (_, trip, listen, tell) => {
  page.dataLayer = [];
  segmentSnippet();
  yespoSnippet();
  klaviyoSnippet();
  const half = Math.floor(trip.length / 2);
  for (const [event, properties] of trip.slice(0, half)) tell(event, properties);
  listen();
  for (const [event, properties] of trip.slice(half)) tell(event, properties);
  expect(JSON.parse(JSON.stringify(tracked()))).toEqual(trip);
});

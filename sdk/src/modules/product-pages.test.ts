import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { start } from './ecommerce.ts';

type Listener = (event: never) => void;
const listeners = new Map<string, Listener>();
const track = vi.fn((event: string, properties?: object) => told(event, properties));
const beckon = { track, on: (name: string, listener: Listener) => listeners.set(name, listener) };
const stops: (() => void)[] = [];

/** As the core does, for calls of the page's and of ours. */
function told(event: string, properties?: object) {
  const context = { page: { url: location.href } };
  const timestamp = new Date(performance.timeOrigin + performance.now() + 1).toISOString();
  listeners.get('call')?.({ type: 'track', event, properties, context, timestamp } as never);
}
function describe(...nodes: object[]) {
  for (const old of document.querySelectorAll('[type="application/ld+json"]')) old.remove();
  for (const node of nodes) {
    const script = document.createElement('script');
    script.type = 'application/ld+json';
    script.textContent = typeof node === 'string' ? node : JSON.stringify(node);
    document.head.append(script);
  }
}
const product = (sku: string) => ({
  '@context': 'https://schema.org',
  '@type': 'Product',
  sku,
  name: `Product ${sku}`,
  offers: { '@type': 'Offer', price: '12.50', priceCurrency: 'EUR' },
});
const watch = () => start(beckon as never, 'jsonld');
const settled = () => vi.advanceTimersByTimeAsync(2_500);
const viewed = () =>
  track.mock.calls.map(
    ([, properties]) => (properties as { items: { item_id: string }[] }).items[0]?.item_id,
  );

beforeEach(() => {
  vi.useFakeTimers({ now: Date.now() });
  history.replaceState(null, '', '/mug');
  track.mockClear();
  const add = window.addEventListener.bind(window);
  vi.spyOn(window, 'addEventListener').mockImplementation((type: string, fn: unknown) => {
    add(type, fn as EventListener);
    stops.push(() => window.removeEventListener(type, fn as EventListener));
  });
  const observe = MutationObserver.prototype.observe;
  vi.spyOn(MutationObserver.prototype, 'observe').mockImplementation(function (
    this: MutationObserver,
    ...args
  ) {
    stops.push(() => this.disconnect());
    return observe.apply(this, args);
  });
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  describe();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('a product page is a view of its product', async () => {
  describe(product('mug'));
  watch();
  await settled();
  expect(track.mock.calls).toEqual([
    [
      'view_item',
      expect.objectContaining({
        currency: 'EUR',
        value: 12.5,
        items: [expect.objectContaining({ item_id: 'mug', item_name: 'Product mug', price: 12.5 })],
      }),
    ],
  ]);
});

test.each<[string, object, object]>([
  ['a graph', { '@graph': [{ '@type': 'WebPage' }, product('g')] }, { item_id: 'g' }],
  ['a list', [{ '@type': 'Organization' }, product('l')], { item_id: 'l' }],
  ['the main entity of a page', { '@type': 'ItemPage', mainEntity: product('m') }, { item_id: 'm' }],
  ['several types', { ...product('t'), '@type': ['Product', 'Book'] }, { item_id: 't' }],
  ['a full type name', { ...product('f'), '@type': 'http://schema.org/Product' }, { item_id: 'f' }],
  [
    'offers in a list',
    { ...product('o'), offers: [{ price: 3, priceCurrency: 'USD' }, { price: 4 }] },
    { price: 3 },
  ],
  [
    'a range of prices',
    { ...product('r'), offers: { '@type': 'AggregateOffer', lowPrice: '9,90 €' } },
    { price: 9.9 },
  ],
  ['thousands', { ...product('k'), offers: { price: '1,299.00' } }, { price: 1299 }],
  ['thousands, written otherwise', { ...product('k'), offers: { price: '1.299,00' } }, { price: 1299 }],
  ['no price', { ...product('n'), offers: undefined }, { item_id: 'n', price: undefined }],
  ['a product id', { ...product(''), sku: undefined, productID: 'p' }, { item_id: 'p' }],
  ['a node id', { ...product(''), sku: undefined, '@id': '#p' }, { item_id: '#p' }],
  ['a brand by name', { ...product('b'), brand: 'Acme' }, { item_brand: 'Acme' }],
  ['a brand', { ...product('b'), brand: { '@type': 'Brand', name: 'Acme' } }, { item_brand: 'Acme' }],
  [
    'variants',
    { '@type': 'ProductGroup', name: 'G', productGroupID: 'v', hasVariant: [product('v1'), product('v2')] },
    { item_id: 'v', price: 12.5 },
  ],
])('%s is understood', async (_, node, item) => {
  describe('{ not json' as unknown as object, node);
  watch();
  await settled();
  expect(track.mock.calls).toEqual([
    ['view_item', expect.objectContaining({ items: [expect.objectContaining(item)] })],
  ]);
});

test('the same product described twice is one view', async () => {
  describe(product('a'), product('a'));
  watch();
  await settled();
  expect(viewed()).toEqual(['a']);
});

test('a list of products is no product page, except for the one that lives here', async () => {
  describe(product('a'), product('b'));
  watch();
  await settled();
  expect(track).not.toHaveBeenCalled();
  describe(product('a'), { ...product('b'), url: `${location.origin}/mug` });
  await settled();
  expect(viewed()).toEqual(['b']);
});

test('a route to another product is a view, on whatever change of the page its data arrives', async () => {
  describe(product('mug'));
  watch();
  await settled();
  history.pushState(null, '', '/cup');
  document.body.append('loading');
  await settled();
  expect(viewed()).toEqual(['mug']);
  describe(product('cup'));
  await settled();
  document.body.append('rendered');
  await settled();
  expect(viewed()).toEqual(['mug', 'cup']);
  history.pushState(null, '', '/mug');
  describe(product('mug'));
  await settled();
  expect(viewed()).toEqual(['mug', 'cup', 'mug']);
});

test('a variant, a filter or a fragment in the URL is no further view', async () => {
  describe(product('mug'));
  watch();
  await settled();
  history.replaceState(null, '', '/mug?color=red#reviews');
  document.body.append('x');
  await settled();
  expect(viewed()).toEqual(['mug']);
});

test.each(['view_item', 'Product Viewed', 'Viewed Product', 'ProductPage'])(
  "a page that reports its own %s is not counted twice, nor is the next one's lost",
  async (name) => {
    describe(product('mug'));
    watch();
    told(name, { items: [{ item_id: 'mug' }] });
    await settled();
    expect(track).not.toHaveBeenCalled();
    history.pushState(null, '', '/cup');
    describe(product('cup'));
    await settled();
    expect(viewed()).toEqual(['cup']);
  },
);

test('a view that was queued by an earlier page says nothing about this one', async () => {
  describe(product('mug'));
  watch();
  const old = {
    event: 'view_item',
    timestamp: new Date(0).toISOString(),
    context: { page: { url: location.href } },
  };
  listeners.get('delivery')?.({ sent: [JSON.stringify(old)] } as never);
  await settled();
  expect(viewed()).toEqual(['mug']);
});

test('a visitor who leaves at once has seen the product', () => {
  describe(product('mug'));
  watch();
  window.dispatchEvent(new Event('pagehide'));
  expect(viewed()).toEqual(['mug']);
});

test('a return from the back/forward cache is a view', async () => {
  describe(product('mug'));
  watch();
  await settled();
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await settled();
  expect(viewed()).toEqual(['mug', 'mug']);
});

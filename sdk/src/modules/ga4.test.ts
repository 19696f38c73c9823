import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { start } from './ecommerce.ts';

type Page = { dataLayer?: unknown[] | undefined; gtag?: (...args: unknown[]) => void };
const page = window as unknown as Page;
const track = vi.fn();
const hear = () => start({ track } as never, 'ga4');

/** Google's snippet: what it pushes is its `arguments`. */
function gtag(..._args: unknown[]) {
  // biome-ignore lint/complexity/noArguments: as Google's snippet does it
  page.dataLayer?.push(arguments);
}
const add = (item_id: string) => ({ event: 'add_to_cart', ecommerce: { items: [{ item_id, price: 5 }] } });
const heard = () => track.mock.calls.map(([name]) => name);

beforeEach(() => track.mockClear());
afterEach(() => {
  Reflect.deleteProperty(window, 'dataLayer');
});

test('events from before and after loading arrive once each, in order', () => {
  page.dataLayer = [{ 'gtm.start': 1, event: 'gtm.js' }, add('a')];
  gtag('js', new Date());
  gtag('event', 'view_item', { currency: 'EUR', items: [{ item_id: 'b' }] });
  hear();
  page.dataLayer.push(add('c'));
  gtag('event', 'purchase', { transaction_id: 'o1', value: 5 });
  expect(track.mock.calls).toEqual([
    ['add_to_cart', expect.objectContaining({ items: [{ item_id: 'a', price: 5 }] })],
    ['view_item', { currency: 'EUR', items: [{ item_id: 'b' }] }],
    ['add_to_cart', expect.objectContaining({ items: [{ item_id: 'c', price: 5 }] })],
    ['purchase', { transaction_id: 'o1', value: 5 }],
  ]);
});

test('a page whose first tag comes after us is heard', () => {
  hear();
  page.dataLayer = page.dataLayer || [];
  gtag('event', 'search', { search_term: 'mug' });
  expect(heard()).toEqual(['search']);
});

test('what is no retail event of GA4 is left alone', () => {
  page.dataLayer = ['text', null, () => 1, ['set', 'x', 1]];
  hear();
  page.dataLayer.push({ event: 'newsletter', email: 'a@b.example' }, { event: 'view_items' });
  gtag('event', 'conversion', { send_to: 'AW-1/x' });
  gtag('config', 'G-1');
  expect(track).not.toHaveBeenCalled();
});

test('the same purchase told to Google Ads is not told twice', () => {
  page.dataLayer = [];
  hear();
  gtag('event', 'purchase', { send_to: 'G-1', transaction_id: 'o' });
  gtag('event', 'purchase', { send_to: 'AW-1', transaction_id: 'o' });
  expect(heard()).toEqual(['purchase']);
});

test('a tag manager that wraps push afterwards gets every entry, and so do we, once', () => {
  page.dataLayer = [];
  hear();
  const inner = page.dataLayer.push;
  const manager = vi.fn();
  page.dataLayer.push = function (...entries) {
    manager(...entries);
    return inner.apply(this, entries);
  };
  const result = page.dataLayer.push(add('a'));
  expect(result).toBe(1);
  expect(page.dataLayer).toHaveLength(1);
  expect(manager).toHaveBeenCalledOnce();
  expect(heard()).toEqual(['add_to_cart']);
});

test('a tag manager that replaces push, or the whole layer, does not deafen us', () => {
  page.dataLayer = [add('a')];
  hear();
  page.dataLayer.push = Array.prototype.push;
  page.dataLayer.push(add('b'));
  page.dataLayer = [...page.dataLayer, add('c')];
  page.dataLayer.push(add('d'));
  expect(track.mock.calls.map(([, { items }]) => items[0].item_id)).toEqual(['a', 'b', 'c', 'd']);
});

test('one entry object pushed on every click counts on every click', async () => {
  page.dataLayer = [];
  hear();
  const entry = add('a');
  page.dataLayer.push(entry);
  await Promise.resolve();
  page.dataLayer.push(entry);
  expect(heard()).toHaveLength(2);
});

test('products pushed ahead of their event belong to it, and to no later one', () => {
  page.dataLayer = [];
  hear();
  page.dataLayer.push({ ecommerce: null }, { ecommerce: { value: 3 } }, { event: 'gtm.dom' });
  page.dataLayer.push({ event: 'add_to_cart' }, { event: 'search', search_term: 'mug' });
  expect(track.mock.calls).toMatchObject([
    ['add_to_cart', { value: 3 }],
    ['search', { search_term: 'mug' }],
  ]);
  expect(track.mock.lastCall?.[1].value).toBeUndefined();
});

test('an exception of the tag manager stays its own, and one of ours never shows', () => {
  page.dataLayer = [];
  track.mockImplementationOnce(() => {
    throw new Error('ours');
  });
  hear();
  expect(page.dataLayer.push(add('a'))).toBe(1);
  page.dataLayer.push = () => {
    throw new Error('theirs');
  };
  expect(() => page.dataLayer?.push(add('b'))).toThrow('theirs');
});

test('two clients on one page both hear what comes, before and after a replacement', () => {
  page.dataLayer = [];
  hear();
  const second = vi.fn();
  start({ track: second } as never, 'ga4');
  page.dataLayer.push(add('a'));
  page.dataLayer = [];
  page.dataLayer.push(add('b'));
  expect([heard(), second.mock.calls.length]).toEqual([['add_to_cart', 'add_to_cart'], 2]);
});

test('a layer that a script has declared for good is heard all the same', () => {
  const layer: unknown[] = [];
  const fixed = document.createElement('div') as unknown as { dataLayer: unknown[] };
  Object.defineProperty(fixed, 'dataLayer', { value: layer, writable: true, configurable: false });
  vi.stubGlobal('window', fixed);
  hear();
  vi.unstubAllGlobals();
  layer.push(add('a'));
  fixed.dataLayer = [];
  document.dispatchEvent(new Event('load'));
  fixed.dataLayer.push(add('b'));
  expect(heard()).toHaveLength(2);
});

test('what we push about our own popups is not heard, and does not come between an event and its items', () => {
  hear();
  page.dataLayer?.push(
    { ecommerce: { items: [{ item_id: 'a' }] } },
    { event: 'beckon_popup', beckon_action: 'shown', beckon_campaign: 'c@1', beckon_variant: 'a' },
    { event: 'add_to_cart' },
  );
  expect(track.mock.calls).toEqual([['add_to_cart', expect.objectContaining({ items: [{ item_id: 'a' }] })]]);
});

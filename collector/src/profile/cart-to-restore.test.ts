import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../sdk/src/message.ts';
import type { StoredMessage } from '../message.ts';
import { cartToRestore } from './cart-to-restore.ts';
import { emptyHistory, extend } from './history.ts';

type Step = [minute: number, event: string, properties: JsonObject, anonymousId?: string];

/** What a nudge shows after these events; `null`: it is not sent. */
function restored(...steps: Step[]) {
  const history = emptyHistory();
  const messages = steps.map(
    ([minute, event, properties, anonymousId = 'laptop'], i): StoredMessage => ({
      messageId: `m${i}`,
      type: 'track',
      anonymousId,
      event,
      properties,
      timestamp: new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString(),
    }),
  );
  extend(history, messages, 'EUR');
  return cartToRestore(history);
}
const items = (...list: [id: string, more?: JsonObject][]) => ({
  items: list.map(([item_id, more]) => ({ item_id, price: 10, ...more })),
});
const left = (...steps: Step[]) =>
  restored(...steps)?.items.map((item) => [item.item_id, item.quantity]) ?? null;

const SNAPSHOT = 'cart_updated';
const DAY = 24 * 60;

describe('a nudge shows the cart', () => {
  it('as it was left', () => {
    expect(restored([0, SNAPSHOT, items(['a', { quantity: 2 }], ['b'])])).toEqual({
      items: [
        { item_id: 'a', price: 10, quantity: 2 },
        { item_id: 'b', price: 10, quantity: 1 },
      ],
      value: 30,
      currency: 'EUR',
      updatedAt: Date.UTC(2026, 0, 1),
    });
  });

  it('of nobody who has none, or has emptied it', () => {
    expect(restored()).toBeNull();
    expect(restored([0, SNAPSHOT, items(['a'])], [1, SNAPSHOT, items()])).toBeNull();
  });

  it('without what was bought on another device', () => {
    const put: Step = [0, SNAPSHOT, items(['a'], ['b'])];
    expect(left(put, [9, 'purchase', items(['a']), 'phone'])).toEqual([['b', 1]]);
    expect(left(put, [9, 'purchase', items(['a'], ['b']), 'phone'])).toBeNull();
  });

  it('without what was bought on another device, also when this one goes on to tell its old cart', () => {
    const told: Step[] = [
      [0, SNAPSHOT, items(['a', { quantity: 3 }], ['b'])],
      [9, 'purchase', items(['a', { quantity: 3 }]), 'phone'],
      [DAY, SNAPSHOT, items(['a', { quantity: 3 }], ['b'])],
    ];
    expect(left(...told)).toEqual([['b', 1]]);
    expect(left(...told, [2 * DAY, SNAPSHOT, items(['b'], ['a', { quantity: 4 }])])).toEqual([
      ['b', 1],
      ['a', 1],
    ]);
  });

  it('with what is put in again after it was bought', () => {
    const bought: Step[] = [
      [0, SNAPSHOT, items(['a'])],
      [9, 'purchase', items(['a']), 'phone'],
    ];
    expect(left(...bought, [20, 'add_to_cart', items(['a'])])).toEqual([['a', 1]]);
    expect(left(...bought, [20, SNAPSHOT, items()], [21, SNAPSHOT, items(['a'])])).toEqual([['a', 1]]);
    expect(left(...bought, [20, 'remove_from_cart', items(['a'])], [21, SNAPSHOT, items(['a'])])).toEqual([
      ['a', 1],
    ]);
  });

  it('not because the page that sells it tells it once more', () => {
    const sold: Step[] = [
      [0, SNAPSHOT, items(['a'])],
      [9, 'purchase', items(['a'])],
    ];
    expect(left(...sold, [9, SNAPSHOT, items(['a'])])).toBeNull();
    expect(left(...sold, [10, SNAPSHOT, items(['a'], ['new'])])).toEqual([['new', 1]]);
    expect(left(...sold, [10, SNAPSHOT, items()], [11, SNAPSHOT, items(['a'])])).toEqual([['a', 1]]);
    expect(left(...sold, [10 + DAY, SNAPSHOT, items(['a'])])).toEqual([['a', 1]]);
    expect(left(...sold, [10, 'add_to_cart', items(['a'])])).toEqual([['a', 1]]);
  });

  it('without what was bought, though the order names no variant, or the id as a number', () => {
    const red = items(['a', { item_variant: 'red' }], ['a', { item_variant: 'blue' }]);
    expect(left([0, SNAPSHOT, red], [9, 'purchase', items(['a'])])).toBeNull();
    expect(left([0, SNAPSHOT, red], [9, 'purchase', items(['a', { item_variant: 'red' }]), 'phone'])).toEqual(
      [['a', 1]],
    );
    expect(left([0, SNAPSHOT, red], [9, 'purchase', items(['a']), 'phone'])).toBeNull();
    expect(
      left([0, SNAPSHOT, items(['7'])], [9, 'purchase', { items: [{ item_id: 7 }] }, 'phone']),
    ).toBeNull();
  });

  it('that was left before, when the newer one has been bought', () => {
    const steps: Step[] = [
      [0, SNAPSHOT, items(['old']), 'laptop'],
      [5, SNAPSHOT, items(['a']), 'phone'],
      [6, 'purchase', items(['a']), 'tablet'],
      [7, SNAPSHOT, items(['a']), 'phone'],
    ];
    expect(left(...steps)).toEqual([['old', 1]]);
  });
});

describe('its prices are those of today', () => {
  const cart: Step = [0, SNAPSHOT, items(['a', { quantity: 2 }], ['b'])];
  const price = (...steps: Step[]) => restored(cart, ...steps)?.items[0]?.price;

  it('where the visitor was told one since, on any device', () => {
    expect(price([5, 'view_item', items(['a', { price: 8 }]), 'phone'])).toBe(8);
    expect(restored(cart, [5, 'view_item', items(['a', { price: '8.50' }])])?.value).toBe(27);
    expect(
      price([5, 'view_item', items(['a', { price: 8 }])], [6, 'view_item', items(['a', { price: 9 }])]),
    ).toBe(9);
  });

  it('and not those that he was told before', () => {
    expect(restored([-5, 'view_item', items(['a', { price: 8 }])], cart)?.items[0]?.price).toBe(10);
  });

  it('and not of another variant, another currency, a list, an order, or no price at all', () => {
    const told = (properties: JsonObject, event = 'view_item') => price([5, event, properties]);
    expect(told(items(['a', { price: 8, item_variant: 'red' }]))).toBe(10);
    expect(told({ ...items(['a', { price: 8 }]), currency: 'USD' })).toBe(10);
    expect(told(items(['a', { price: 8 }]), 'view_item_list')).toBe(10);
    expect(told(items(['a', { price: 8 }]), 'refund')).toBe(10);
    for (const none of [0, -3, null, 'free', {}]) expect(told(items(['a', { price: none }]))).toBe(10);
  });

  it('are remembered of so many things only', () => {
    const history = emptyHistory();
    const messages = Array.from(
      { length: 300 },
      (_, i): StoredMessage => ({
        messageId: `m${String(i).padStart(3, '0')}`,
        type: 'track',
        event: 'view_item',
        anonymousId: 'v',
        properties: items([`sku-${i}`]),
        timestamp: '2026-01-01T00:00:00.000Z',
      }),
    );
    extend(history, messages, 'EUR');
    expect(Object.keys(history.prices)).toHaveLength(100);
    expect(history.prices).toHaveProperty(['["sku-299",null]']);
  });
});

import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../sdk/src/message.ts';
import type { StoredMessage } from '../message.ts';
import { applyToCarts, type Carts, cartValue, currentCart } from './cart.ts';

type Step = [event: string, properties: JsonObject, anonymousId?: string];

/** The carts after these events, a second apart. */
function cartsAfter(...steps: Step[]): Carts {
  const carts: Carts = {};
  steps.forEach(([event, properties, anonymousId = 'laptop'], i) => {
    const message: StoredMessage = {
      messageId: `m${i}`,
      type: 'track',
      event,
      properties,
      anonymousId,
      timestamp: '',
    };
    applyToCarts(carts, message, i * 1_000, 'EUR');
  });
  return carts;
}
const items = (...list: [id: string, price: number, quantity?: number][]) => ({
  items: list.map(([item_id, price, quantity]) => ({
    item_id,
    price,
    ...(quantity === undefined ? {} : { quantity }),
  })),
});
const lines = (carts: Carts) => currentCart(carts)?.lines.map((line) => [line.item_id, line.quantity]) ?? [];

describe('the cart that a marketer sees', () => {
  it('is the last snapshot, whatever came before', () => {
    const carts = cartsAfter(
      ['cart_updated', items(['a', 10, 2], ['b', 5])],
      ['cart_updated', items(['c', 3])],
    );
    expect(lines(carts)).toEqual([['c', 1]]);
  });

  it('follows adding and removing by item and variant', () => {
    const red = { items: [{ item_id: 'shirt', item_variant: 'red', price: 20 }] };
    const blue = { items: [{ item_id: 'shirt', item_variant: 'blue', price: 20 }] };
    const carts = cartsAfter(
      ['add_to_cart', red],
      ['add_to_cart', red],
      ['add_to_cart', blue],
      ['remove_from_cart', red],
    );
    expect(currentCart(carts)?.lines).toEqual([
      { item_id: 'shirt', item_variant: 'red', price: 20, quantity: 1 },
      { item_id: 'shirt', item_variant: 'blue', price: 20, quantity: 1 },
    ]);
  });

  it('is worth price times quantity, to the cent, also when prices are text', () => {
    const carts = cartsAfter([
      'cart_updated',
      {
        items: [
          { item_id: 'a', price: '0.10', quantity: 3 },
          { item_id: 'b', price: 0.2 },
        ],
      },
    ]);
    expect(cartValue(currentCart(carts)?.lines ?? [])).toBe(0.5);
  });

  it("keeps its currency, and has the site's when none was said", () => {
    expect(currentCart(cartsAfter(['cart_updated', items(['a', 1])]))?.currency).toBe('EUR');
    const carts = cartsAfter(
      ['cart_updated', { ...items(['a', 1]), currency: 'SEK' }],
      ['add_to_cart', items(['b', 1])],
    );
    expect(currentCart(carts)?.currency).toBe('SEK');
  });

  it('is empty after the purchase', () => {
    expect(
      currentCart(cartsAfter(['cart_updated', items(['a', 10])], ['purchase', items(['a', 10])])),
    ).toBeNull();
  });

  it('loses on the laptop what was bought on the phone, and nothing else', () => {
    const carts = cartsAfter(
      ['cart_updated', items(['a', 10], ['b', 5])],
      ['cart_updated', items(['a', 10]), 'phone'],
      ['purchase', items(['a', 10]), 'phone'],
    );
    expect(lines(carts)).toEqual([['b', 1]]);
  });

  it('is untouched by a snapshot or a refund that is not its own', () => {
    const carts = cartsAfter(
      ['cart_updated', { ...items(['a', 10]), cart_id: 7 }],
      ['cart_updated', { items: [], cart_id: 8 }],
      ['refund', items(['a', 10])],
    );
    expect(lines(carts)).toEqual([['a', 1]]);
  });

  it('does not seem changed when the same snapshot is sent again', () => {
    const carts = cartsAfter(['cart_updated', items(['a', 10])], ['cart_updated', items(['a', 10])]);
    expect(currentCart(carts)?.updatedAt).toBe(0);
  });

  it.each([
    ['no items', {}],
    ['items that are none', { items: [1, null, 'x', [], {}, { price: 5 }] }],
    ['an item without quantity left', { items: [{ item_id: 'a', quantity: 0 }] }],
    ['a negative quantity', { items: [{ item_id: 'a', quantity: -3 }] }],
  ])('is not disturbed by %s', (_, properties) => {
    expect(
      lines(cartsAfter(['cart_updated', items(['b', 1])], ['add_to_cart', properties as JsonObject])),
    ).toEqual([['b', 1]]);
  });
});

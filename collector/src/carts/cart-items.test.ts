import { describe, expect, it } from 'vitest';
import { cartItems } from './cart-items.ts';

describe('what a link keeps of a cart', () => {
  it("is what GA4 says of a thing, with numbers as numbers and the shop's pictures", () => {
    const item = {
      item_id: 7,
      item_name: 'Shirt',
      item_variant: 'red',
      price: '12.50',
      quantity: 2,
      url: 'https://shop.example/p/7',
      image_url: 'http://cdn.example/7.png',
    };
    expect(cartItems([item])).toEqual([{ ...item, price: 12.5 }]);
  });

  it('says nothing of the person, and holds no address but of the web', () => {
    const engraved = { item_id: 'ring', quantity: 1, engraving: 'For Mira', email: 'mira@example.com' };
    const addresses = {
      url: 'javascript:alert(1)',
      image: 'data:image/png;base64,',
      item_url: '/p/1',
      image_url: 'https://',
    };
    expect(cartItems([{ ...engraved, ...addresses }])).toEqual([{ item_id: 'ring', quantity: 1 }]);
  });

  it('leaves out what nobody could put into a cart', () => {
    const nonsense = [
      {},
      { item_id: '', quantity: 1 },
      { item_id: 'x'.repeat(257), quantity: 1 },
      { item_id: 'a', item_variant: 'x'.repeat(257), quantity: 1 },
      { item_id: 'a', quantity: 0 },
      { item_id: 'a', quantity: -1 },
      { item_id: 'a', quantity: 'many' },
      { item_id: { $ref: 'a' }, quantity: 1 },
    ];
    expect(cartItems(nonsense)).toEqual([]);
    const proto = JSON.parse('{"item_id":"__proto__","__proto__":{"item_name":"x"},"quantity":1}');
    expect(cartItems([proto])).toEqual([{ item_id: '__proto__', quantity: 1 }]);
  });

  it('is whole for 200 lines of a shop that says much, and bounded beyond', () => {
    const line = (n: number, text: string) => ({
      item_id: `sku-${n}`,
      item_name: text,
      item_brand: text,
      quantity: 1,
    });
    const many = Array.from({ length: 200 }, (_, n) => line(n, 'x'.repeat(5_000)));
    const kept = cartItems(many);
    expect(kept).toHaveLength(200);
    expect(kept[0]).toEqual({ item_id: 'sku-0', item_name: 'x'.repeat(200), quantity: 1 });
    const wide = Array.from({ length: 300 }, () => ({
      item_id: '\u0000'.repeat(256),
      item_name: '\u0000'.repeat(256),
      quantity: 1,
    }));
    const text = JSON.stringify(cartItems(wide));
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect(text.length).toBeGreaterThan(55_000);
  });
});

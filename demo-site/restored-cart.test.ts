import { describe, expect, it } from 'vitest';
import { restored } from './public/restored-cart.js';

const itemOf = (id: string) => (id.startsWith('old-') ? undefined : { item_id: id, price: 5 });
const line = (item_id: string, quantity: number) => ({ item_id, quantity, price: 5 });

describe('a cart that a link brings back', () => {
  it('is put into an empty one at the prices of today', () => {
    const { cart, isChanged } = restored([], [{ ...line('mug', 2), price: 1 }], itemOf);
    expect(cart).toEqual([line('mug', 2)]);
    expect(isChanged).toBe(true);
  });

  it('costs nobody what was put into the cart meanwhile, and doubles nothing', () => {
    const here = [line('kettle', 1), line('mug', 1)];
    const { cart } = restored(here, [line('mug', 2), line('beanie', 1)], itemOf);
    expect(cart).toEqual([line('kettle', 1), line('mug', 2), line('beanie', 1)]);
    expect(here, 'is left as it was').toEqual([line('kettle', 1), line('mug', 1)]);
    expect(restored(cart, [line('mug', 2), line('beanie', 1)], itemOf)).toEqual({
      cart,
      isChanged: false,
      missing: 0,
    });
    expect(restored([line('mug', 3)], [line('mug', 2)], itemOf).cart).toEqual([line('mug', 3)]);
  });

  it('leaves out what is sold no more, and says so', () => {
    const { cart, missing } = restored([], [line('old-lamp', 1), line('mug', 1)], itemOf);
    expect([cart, missing]).toEqual([[line('mug', 1)], 1]);
  });

  it('holds no nonsense, whatever was once told of it', () => {
    const strange = [
      line('mug', 0),
      line('mug', -3),
      line('mug', Number.NaN),
      line('tea', 1e9),
      { item_id: 'beanie' },
    ];
    expect(restored([], strange, itemOf).cart).toEqual([line('tea', 99), line('beanie', 1)]);
  });
});

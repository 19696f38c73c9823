import { expect, it } from 'vitest';
import type { JsonObject } from '../../../sdk/src/message.ts';
import { propertyPath, valuesAt } from './property-path.ts';

const order: JsonObject = {
  value: 42,
  coupon: null,
  items: [
    { item_id: 'A', price: '9.90', tags: ['new', 'red'] },
    { item_id: 'B', gift: true, tags: [] },
    'not an item',
  ],
  shipping: { tier: 'x'.repeat(300), '0': 'zero' },
};

it.each([
  ['value', [42]],
  ['items.item_id', ['A', 'B']],
  ['items.1.item_id', ['B']],
  ['items.7.item_id', []],
  ['items.tags', ['new', 'red']],
  ['items.gift', [true]],
  ['shipping.0', ['zero']],
  ['shipping.tier', ['x'.repeat(256)]],
  ['shipping', []],
  ['coupon', []],
  ['absent.too', []],
  ['__proto__.constructor', []],
  ['constructor.name', []],
  ['items.length', []],
])('finds at %s what the shop sent', (path, values) => {
  expect(valuesAt(order, path.split('.'))).toEqual(values);
});

it.each(['', '.', 'items.', '.items', 'items..price', 'a.b.c.d.e.f.g.h.i.j.k'])(
  'refuses the path "%s"',
  (path) => {
    expect(propertyPath.safeParse(path).success).toBe(false);
  },
);

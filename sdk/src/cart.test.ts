import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeLines } from './cart.ts';
import type { Item } from './message.ts';

const mug = { item_id: 'mug', price: 12, quantity: 1 };

const item = fc.record({
  item_id: fc.constantFrom('mug', 'cup', 'pot'),
  item_variant: fc.constantFrom('red', 'blue'),
  price: fc.integer({ min: 0, max: 100 }),
  quantity: fc.integer({ min: 1, max: 5 }),
});
const add = (lines: readonly Item[], ...items: Item[]) => changeLines(lines, items, 1);
const remove = (lines: readonly Item[], ...items: Item[]) => changeLines(lines, items, -1);

test('what is added and removed again leaves the cart as it was', () => {
  fc.assert(
    fc.property(fc.array(item), item, (items, one) => {
      const before = add([], ...items);
      const after = remove(add(before, one), one);
      const quantities = (lines: Item[]) =>
        lines.map((line) => [line.item_id, line.item_variant, line.quantity]);
      expect(quantities(after)).toEqual(quantities(before));
    }),
  );
});

test('all items at once are the same as one by one', () => {
  fc.assert(
    fc.property(fc.array(item), (items) => {
      const added = items.reduce<Item[]>((lines, one) => add(lines, one), []);
      expect(add([], ...items)).toEqual(added);
      const lines = added.map((line) => `${line.item_id} ${line.item_variant}`);
      expect(new Set(lines).size).toBe(lines.length);
    }),
  );
});

test('two variants are two lines; an item without an id goes by its name', () => {
  const items = [
    { item_name: 'Mug', item_variant: 'red' },
    { item_name: 'Mug', item_variant: 'blue' },
    { item_name: 'Mug', item_variant: 'red' },
  ];
  expect(add([], ...items)).toEqual([
    { item_name: 'Mug', item_variant: 'red', quantity: 2 },
    { item_name: 'Mug', item_variant: 'blue', quantity: 1 },
  ]);
});

test('removing takes some, all, or nothing that is not there', () => {
  const lines = add([], { ...mug, quantity: 3 });
  expect(remove(lines, { item_id: 'mug', quantity: 1 })).toEqual([{ ...mug, quantity: 2 }]);
  expect(remove(lines, { item_id: 'mug', quantity: 9 })).toEqual([]);
  expect(remove(lines, { item_id: 'mug' })).toEqual([]);
  expect(remove(lines, { item_id: 'cup', quantity: 1 })).toEqual(lines);
});

test('a line keeps its place and takes the newest price', () => {
  const lines = add([], mug, { item_id: 'cup', price: 5 });
  expect(add(lines, { item_id: 'mug', price: 10 })).toEqual([
    { item_id: 'mug', price: 10, quantity: 2 },
    { item_id: 'cup', price: 5, quantity: 1 },
  ]);
});

test('a quantity that a shop passes as text counts', () => {
  const lines = add([], { item_id: 'mug', quantity: '2' as unknown as number });
  expect(add(lines, mug)).toMatchObject([{ item_id: 'mug', quantity: 3 }]);
});

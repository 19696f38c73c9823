import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addItem, type Cart, changeCart, removeItem, setItems, snapshot } from './cart.ts';

const empty: Cart = { currency: 'EUR', items: [] };
const mug = { item_id: 'mug', price: 12, quantity: 1 };

const item = fc.record({
  item_id: fc.constantFrom('mug', 'cup', 'pot'),
  item_variant: fc.constantFrom('red', 'blue'),
  price: fc.integer({ min: 0, max: 100 }),
  quantity: fc.integer({ min: 1, max: 5 }),
});

test('what is added and removed again leaves the cart as it was', () => {
  fc.assert(
    fc.property(fc.array(item), item, (items, one) => {
      const before = changeCart(empty, setItems(items));
      const after = changeCart(changeCart(before, addItem(one)), removeItem(one));
      const quantities = (cart: Cart) =>
        cart.items.map((line) => [line.item_id, line.item_variant, line.quantity]);
      expect(quantities(after)).toEqual(quantities(before));
    }),
  );
});

test('setting all lines is the same as adding them one by one', () => {
  fc.assert(
    fc.property(fc.array(item), (items) => {
      const added = items.reduce((cart, one) => changeCart(cart, addItem(one)), empty);
      expect(changeCart(empty, setItems(items))).toEqual(added);
      const lines = added.items.map((line) => `${line.item_id} ${line.item_variant}`);
      expect(new Set(lines).size).toBe(lines.length);
    }),
  );
});

test('the value is the sum of price times quantity, without binary dust', () => {
  const cart = changeCart(
    empty,
    setItems([
      { item_id: 'tea', price: 0.1, quantity: 3 },
      { item_id: 'mug', price: 12 },
    ]),
  );
  expect(snapshot(cart)).toEqual({ ...cart, value: 12.3 });
});

test('two variants are two lines; an item without an id goes by its name', () => {
  const items = [
    { item_name: 'Mug', item_variant: 'red' },
    { item_name: 'Mug', item_variant: 'blue' },
    { item_name: 'Mug', item_variant: 'red' },
  ];
  expect(changeCart(empty, setItems(items)).items).toEqual([
    { item_name: 'Mug', item_variant: 'red', quantity: 2 },
    { item_name: 'Mug', item_variant: 'blue', quantity: 1 },
  ]);
});

test('removing takes some, all, or nothing that is not there', () => {
  const cart = changeCart(empty, addItem({ ...mug, quantity: 3 }));
  expect(changeCart(cart, removeItem({ item_id: 'mug', quantity: 1 })).items).toEqual([
    { ...mug, quantity: 2 },
  ]);
  expect(changeCart(cart, removeItem({ item_id: 'mug', quantity: 9 })).items).toEqual([]);
  expect(changeCart(cart, removeItem({ item_id: 'mug' })).items).toEqual([]);
  expect(changeCart(cart, removeItem({ item_id: 'cup', quantity: 1 })).items).toEqual(cart.items);
});

test('a line keeps its place and takes the newest price', () => {
  const cart = changeCart(empty, setItems([mug, { item_id: 'cup', price: 5 }]));
  expect(changeCart(cart, addItem({ item_id: 'mug', price: 10 })).items).toEqual([
    { item_id: 'mug', price: 10, quantity: 2 },
    { item_id: 'cup', price: 5, quantity: 1 },
  ]);
});

test('currency and cart_id stay until a call names others', () => {
  const cart = changeCart(empty, addItem(mug), { cart_id: 'c1', currency: 'USD' });
  expect(changeCart(cart, () => [])).toEqual({ cart_id: 'c1', currency: 'USD', items: [] });
});

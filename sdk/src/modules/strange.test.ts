import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toJsonObject } from './json.ts';

test('whatever a page passes becomes JSON, and nothing throws', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  fc.assert(
    fc.property(anything, (value) => {
      const json = toJsonObject({ value });
      expect(JSON.parse(JSON.stringify(json))).toEqual(json);
      toJsonObject(value);
    }),
  );
});

test('one strange property does not cost its neighbours', () => {
  const circular: Record<string, unknown> = { name: 'mug' };
  circular.self = circular;
  const given = {
    price: 12.5,
    never: Number.NaN,
    endless: Number.POSITIVE_INFINITY,
    big: 12345678901234567890n,
    at: new Date('2026-11-22T04:00:00Z'),
    broken: new Date('no date'),
    run() {},
    nothing: undefined,
    element: document.createElement('div'),
    circular,
    list: [1, undefined, () => {}, circular],
    get bad() {
      throw new Error('a getter of the page');
    },
    nested: { toJSON: () => ({ short: true }) },
  };
  expect(toJsonObject(given)).toEqual({
    price: 12.5,
    never: null,
    endless: null,
    big: '12345678901234567890',
    at: '2026-11-22T04:00:00.000Z',
    broken: null,
    element: null,
    circular: { name: 'mug', self: null },
    list: [1, null, null, { name: 'mug', self: null }],
    bad: null,
    nested: { short: true },
  });
});

test('the same object twice is not a circle', () => {
  const item = { id: 'mug' };
  expect(toJsonObject({ a: item, b: [item, item] })).toEqual({ a: item, b: [item, item] });
});

test('a key named __proto__ stays a key', () => {
  const json = toJsonObject(JSON.parse('{"__proto__": {"polluted": true}}'));
  expect(Object.keys(json)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
});

test('what is no object has no properties', () => {
  for (const value of [undefined, null, 1, 'text', () => {}]) expect(toJsonObject(value)).toEqual({});
});

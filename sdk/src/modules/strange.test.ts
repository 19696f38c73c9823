import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plain } from '../plain.ts';
import { clean } from './strange.ts';

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
});

test('whatever a page passes becomes JSON, and nothing throws', () => {
  fc.assert(
    fc.property(anything, (value) => {
      const circular: Record<string, unknown> = { value };
      circular.self = circular;
      const json = clean({ value, circular });
      expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    }),
  );
});

test('ordinary data comes out as JSON has it', () => {
  const given = {
    price: 12.5,
    never: Number.NaN,
    endless: Number.POSITIVE_INFINITY,
    at: new Date('2026-11-22T04:00:00Z'),
    broken: new Date('no date'),
    run() {},
    nothing: undefined,
    map: new Map([['a', 1]]),
    set: new Set([1, 2]),
    nested: { toJSON: () => ({ short: true }) },
    text: 'x'.repeat(100_000),
  };
  expect(plain(Object.freeze(given))).toEqual({
    price: 12.5,
    never: null,
    endless: null,
    at: '2026-11-22T04:00:00.000Z',
    broken: null,
    map: {},
    set: {},
    nested: { short: true },
    text: 'x'.repeat(100_000),
  });
});

test('one strange property does not cost its neighbours', () => {
  const circular: Record<string, unknown> = { name: 'mug' };
  circular.self = circular;
  const element = Object.assign(document.createElement('div'), { circular });
  const given = {
    price: 12.5,
    big: 12345678901234567890n,
    run() {},
    element,
    circular,
    list: [1, undefined, () => {}, circular],
    get bad() {
      throw new Error('a getter of the page');
    },
  };
  expect(() => plain(given)).toThrow();
  expect(clean(given)).toEqual({
    price: 12.5,
    big: '12345678901234567890',
    element: null,
    circular: { name: 'mug', self: null },
    list: [1, null, null, { name: 'mug', self: null }],
    bad: null,
  });
});

test('the same object twice is not a circle', () => {
  const circular: unknown[] = [];
  circular.push(circular);
  const item = { id: 'mug', circular };
  const cleaned = { id: 'mug', circular: [null] };
  expect(clean({ a: item, b: [item, item] })).toEqual({ a: cleaned, b: [cleaned, cleaned] });
});

test('a key named __proto__ stays a key', () => {
  const circular: Record<string, unknown> = JSON.parse('{"__proto__": {"polluted": true}}');
  circular.self = circular;
  const json = clean(circular) as object;
  expect(Object.keys(json)).toEqual(['__proto__', 'self']);
  expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
});

import { expect, it } from 'vitest';
import type { JsonObject } from '../../../sdk/src/message.ts';
import { couponsUsed, unusedCodes } from './coupon-use.ts';

it.each<[string, JsonObject, string[]]>([
  ['no coupon', { value: 3, items: [{ item_id: 'a' }] }, []],
  ['one', { coupon: ' SUMMER ' }, ['SUMMER']],
  ['several, and empty ones', { coupon: 'A, b,,A ,' }, ['A', 'b']],
  [
    'those of items too',
    { coupon: 'A', items: [{ coupon: 'B' }, { coupon: 'a' }, null, 'C', [], { coupon: 4 }] },
    ['A', 'B'],
  ],
  ['what is no text', { coupon: { code: 'A' }, items: 'B' }, []],
  ['what is too long', { coupon: `${'x'.repeat(200)},A` }, ['A']],
  [
    'a flood',
    { coupon: Array.from({ length: 100 }, (_, n) => n).join() },
    Array.from({ length: 20 }, (_, n) => `${n}`),
  ],
])('an order names %s', (_, properties, codes) => {
  expect(couponsUsed(properties)).toEqual(codes);
});

it('an order does not read what a prototype holds', () => {
  expect(couponsUsed(Object.create({ coupon: 'A' }))).toEqual([]);
});

it('a code that an order has named is not offered any more, in whatever case it was written', () => {
  const held = { spring: { code: 'A1' }, birthday: { code: 'B1' } };
  expect(unusedCodes(held, [{ coupons: ['X', 'a1'] }, {}])).toEqual({ birthday: { code: 'B1' } });
});

import { expect, it } from 'vitest';
import { people } from './people.ts';
import products from './products.json' with { type: 'json' };

const NOW = Date.parse('2026-11-22T12:00:00.000Z');
const messages = people(products, 'http://shop.test', NOW);

it('the same people have done the same things, in every demo', () => {
  expect(people(products, 'http://shop.test', NOW)).toEqual(messages);
  expect(new Set(messages.map(({ messageId }) => messageId)).size).toBe(messages.length);
});

it('nobody has done anything in the last hour, or longer ago than is kept', () => {
  const ages = messages.map(({ timestamp = '' }) => NOW - Date.parse(timestamp));
  expect(Math.min(...ages)).toBeGreaterThan(3_600_000);
  expect(Math.max(...ages)).toBeLessThan(390 * 86_400_000);
});

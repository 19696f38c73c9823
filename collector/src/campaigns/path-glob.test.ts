import { expect, it } from 'vitest';
import { pathMatches } from './path-glob.ts';

it.each([
  ['/*', '/', true],
  ['/*', '/a/b', true],
  ['/cart', '/cart', true],
  ['/cart', '/cart/', false],
  ['/checkout*', '/checkout', true],
  ['/checkout*', '/checkout/pay', true],
  ['/checkout*', '/shop/checkout', false],
  ['*/checkout', '/shop/checkout', true],
  ['/a*a', '/a', false],
  ['/a*a', '/aa', true],
  ['/p/*/reviews', '/p/7/reviews', true],
  ['/p/*/reviews', '/p/reviews', false],
  ['/*x*y*', '/1y2x3y', true],
  ['/*x*y*', '/1y2x3', false],
])('%s covers %s: %s', (glob, path, expected) => {
  expect(pathMatches(glob, path)).toBe(expected);
});

it('answers at once on a path made to hold it up', () => {
  expect(pathMatches(`/${'*a'.repeat(50)}b`, `/${'a'.repeat(100_000)}`)).toBe(false);
});

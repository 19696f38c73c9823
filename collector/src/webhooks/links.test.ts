import { expect, it } from 'vitest';
import { markLinks } from './links.ts';

const mark = (text: string) =>
  markLinks(text, ['https://shop.example'], { beckon_push: 'a@1.b', beckon_ref: 't' });
const BOTH = 'beckon_push=a%401.b&beckon_ref=t';

it.each([
  ['https://shop.example/cart', `https://shop.example/cart?${BOTH}`],
  ['Look: https://shop.example/a?b=c%20d#e.', `Look: https://shop.example/a?b=c%20d&${BOTH}#e.`],
  ['<a href="https://shop.example/">x</a>', `<a href="https://shop.example/?${BOTH}">x</a>`],
  ['https://shop.example', `https://shop.example?${BOTH}`],
  ['https://shop.example/?beckon_push=x', 'https://shop.example/?beckon_push=x&beckon_ref=t'],
])('a click on a link to the shop can be told: %s', (text, expected) => {
  expect(mark(text)).toBe(expected);
});

it.each([
  'https://other.example/',
  'https://shop.example.evil.example/',
  'http://shop.example/',
  'shop.example, https://, no link',
])('what is no link to the shop stays as it is: %s', (text) => {
  expect(mark(text)).toBe(text);
});

import { expect, test } from 'vitest';
import { safeUrl } from './safe-url.ts';

test.each([
  ['https://shop.example/x', 'https://shop.example/x'],
  ['http://shop.example/', 'http://shop.example/'],
  ['mailto:help@shop.example', 'mailto:help@shop.example'],
  ['tel:+4912345', 'tel:+4912345'],
  ['/checkout?a=1', 'https://shop.example/checkout?a=1'],
  ['next', 'https://shop.example/cart/next'],
  ['javascript:alert(1)', undefined],
  [' JaVaScRiPt:alert(1)', undefined],
  ['java\nscript:alert(1)', undefined],
  ['data:text/html,<script>alert(1)</script>', undefined],
  ['blob:https://shop.example/1', undefined],
  ['https://', undefined],
])('a visitor who follows %j goes to %j', (href, target) => {
  expect(safeUrl(href, 'https://shop.example/cart/')).toBe(target);
});

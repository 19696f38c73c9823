import { expect, test } from 'vitest';
import { isSafe } from './safe-url.ts';

test.each([
  ['https://shop.example/x', true],
  ['http://shop.example/', true],
  ['mailto:help@shop.example', true],
  ['tel:+4912345', true],
  ['javascript:alert(1)', false],
  [' JaVaScRiPt:alert(1)', false],
  ['java\nscript:alert(1)', false],
  ['data:text/html,<script>alert(1)</script>', false],
  ['blob:https://shop.example/1', false],
  ['file:///etc/passwd', false],
  ['https://', false],
])('a link to %j is followed: %s', (href, followed) => {
  const link = document.createElement('a');
  link.href = href;
  expect(isSafe(link)).toBe(followed);
});

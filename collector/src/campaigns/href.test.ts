import { expect, it } from 'vitest';
import { href } from './href.ts';

it.each([
  'https://shop.example',
  'HTTP://shop.example',
  'mailto:a@shop.example',
  'tel:+49',
  '/',
  '/sale',
  '#top',
  '?a=b',
  '/p/{{ event.id }}',
  '{{ page.url }}',
  ' {% if cart %}/cart{% else %}/{% endif %}',
])('%s may be linked to', (address) => {
  expect(href.safeParse(address).success).toBe(true);
});

it.each([
  '',
  'shop.example',
  'javascript:alert(1)',
  ' javascript:x',
  'data:text/html,x',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
])('%j may not be linked to', (address) => {
  expect(href.safeParse(address).success).toBe(false);
});

import { describe, expect, it } from 'vitest';
import { content } from './content-schema.ts';
import { triggers } from './trigger-schema.ts';

const blocks = [{ type: 'heading', text: 'Hi' }];
const modal = (more: object = {}) => content.safeParse({ kind: 'modal', blocks, ...more });
const withBlock = (block: object) => modal({ blocks: [block] });
const image = (src: string) => ({ type: 'image', src, width: 600, height: 400, alt: '' });

describe('a campaign that was published before there were other kinds', () => {
  it('says what it said', () => {
    const before = {
      kind: 'modal',
      dir: 'ltr',
      closeLabel: 'Close',
      theme: { accent: '#1a5f4a', background: '#FFFFFF' },
      blocks: [
        { type: 'heading', text: 'Welcome' },
        { type: 'text', runs: ['Ten ', { text: 'percent', bold: true, href: '/sale' }] },
        { type: 'coupon', code: 'TEN', label: 'Yours' },
        { type: 'coupon', pool: 'welcome', fallback: 'TEN' },
        { type: 'button', text: 'Shop', action: 'url', href: '{{ page.url }}' },
        { type: 'button', text: 'No', action: 'close' },
      ],
    };
    expect(content.parse(before)).toEqual(before);
    expect(triggers.parse([{ on: 'load', delayMs: 0 }])).toEqual([{ on: 'load', delayMs: 0 }]);
    expect(triggers.parse(undefined)).toEqual([{ on: 'load' }]);
  });
});

describe("a theme's values", () => {
  it.each([
    { accent: 'red;background:url(//evil.example)' },
    { accent: 'url(#a)' },
    { text: '#12345' },
    { background: 'var(--x)' },
    { font: 'x;}body{display:none' },
    { font: 'url(https://evil.example/f)' },
    { font: '"Inter' },
    { font: "Inter', serif" },
    { font: 'Inter, ' },
    { font: 'a\\62 c' },
    { font: 'x'.repeat(101) },
    { radius: '8px' },
    { radius: 33 },
    { radius: -1 },
    { spacing: 'calc(1px)' },
    { shadow: 'none' },
    { dark: { accent: 'javascript:alert(1)' } },
    { dark: { radius: 4 } },
  ])('never carry styles of their own: %j', (theme) => {
    expect(modal({ theme }).success).toBe(false);
  });

  it.each(['Inter', 'Inter, "Segoe UI", sans-serif', "'PT Serif',serif", 'Noto Sans, Arial'])(
    'may name the fonts %s',
    (font) => {
      expect(modal({ theme: { font, radius: 32, spacing: 'roomy' } }).success).toBe(true);
    },
  );
});

describe('a picture', () => {
  it.each(['https://cdn.example/a.webp?w=2', '/v1/pictures/s1/a_b-9.avif'])('comes from %s', (src) => {
    expect(withBlock(image(src)).success).toBe(true);
  });

  it.each([
    'http://cdn.example/a.png',
    'data:image/png;base64,AAAA',
    'javascript:alert(1)',
    '//cdn.example/a.png',
    '/v1/pictures/s1/../../api/sites.png',
    '/v1/pictures/s1/a.svg',
    'https://a b.example/',
    'https://',
    '{{ visitor.traits.picture }}',
  ])('never comes from %s', (src) => {
    expect(withBlock(image(src)).success).toBe(false);
  });
});

describe('a block', () => {
  it.each([
    { type: 'coupon' },
    { type: 'coupon', code: 'A', pool: 'p' },
    { type: 'coupon', code: 'A', fallback: 'B' },
    { type: 'countdown' },
    { type: 'countdown', until: '2026-12-24T18:00:00Z', for: 'PT1H' },
    { type: 'countdown', until: '24.12.2026' },
    { type: 'products' },
    { type: 'products', from: 'cart', items: [{ name: 'Tea' }] },
    { type: 'products', items: [{ name: 'Tea' }], max: 2 },
    { type: 'products', from: 'cart', max: 7 },
    { type: 'button', text: 'Go', action: 'url' },
    { type: 'button', text: 'Go', action: 'url', href: 'javascript:alert(1)' },
    { type: 'button', text: 'Go', action: 'step', step: 'Thank you' },
    { type: 'field', name: '__proto__', input: 'text', label: 'x' },
    { type: 'field', name: 'a', input: 'file', label: 'x' },
    { type: 'rating', name: 'a', scale: 'nps', label: 'x', next: [{ from: 0, to: 11, step: 'a' }] },
    { type: 'html', html: '<b>' },
  ])('that says too little, or two things at once, is refused: %j', (block) => {
    expect(withBlock(block).success).toBe(false);
  });

  it('is refused in a step as in the beginning', () => {
    const thanks = { id: 'thanks', blocks: [image('http://cdn.example/a.png')] };
    expect(modal({ steps: [thanks] }).success).toBe(false);
    expect(
      modal({
        steps: [
          { id: 'a', blocks },
          { id: 'a', blocks },
        ],
      }).success,
    ).toBe(false);
  });
});

describe('a trigger', () => {
  it.each([
    { on: 'scroll', percent: 0 },
    { on: 'scroll', percent: 101 },
    { on: 'idle', idleMs: 999 },
    { on: 'load', delayMs: 3_600_001 },
    { on: 'click' },
    { on: 'click', selector: 'a'.repeat(501) },
    { on: 'event', event: 'x', where: [{ property: 'a', is: 'matches', value: '.*' }] },
    { on: 'load', percent: 5 },
    { on: 'beforeunload' },
  ])('that no page could follow is refused: %j', (trigger) => {
    expect(triggers.safeParse([trigger]).success).toBe(false);
  });
});

import { afterEach, expect, test, vi } from 'vitest';
import { isWelcome } from './manners.ts';

afterEach(() => {
  vi.restoreAllMocks();
  history.replaceState(null, '', '/');
  document.body.innerHTML = '';
});
const add = (html: string) => {
  document.body.innerHTML = html;
};
const focus = (selector: string) => document.querySelector<HTMLElement>(selector)?.focus();

test('a page that is looked at is open to every kind', () => {
  for (const kind of ['modal', 'slide-in', 'bar', 'launcher'] as const)
    expect(isWelcome({ kind })).toBe(true);
  expect(isWelcome({})).toBe(true);
});

test('nothing appears behind the visitor’s back', () => {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  expect(isWelcome({})).toBe(false);
});

test.each(['/checkout', '/de/checkout/payment', '/checkouts/cn/abc', '/Checkout/'])(
  '%s sells in peace',
  (path) => {
    history.replaceState(null, '', path);
    expect(isWelcome({ kind: 'bar' })).toBe(false);
    expect(isWelcome({ kind: 'inline', slot: 'a' })).toBe(false);
  },
);

test.each([
  '/checkout/order-received/12',
  '/checkouts/cn/abc/thank-you',
  '/checkout/onepage/success',
  '/how-to-checkout-books',
])('%s is no checkout: a survey may be shown there', (path) => {
  history.replaceState(null, '', path);
  expect(isWelcome({})).toBe(true);
});

test("who is choosing, or is in a dialog of the page's, is not disturbed", () => {
  add(
    '<select></select><div aria-modal=true><a href=/>x</a></div><dialog open><a href=/>x</a></dialog><button>x</button>',
  );
  for (const selector of ['select', '[aria-modal] a', 'dialog a']) {
    focus(selector);
    expect([selector, isWelcome({ kind: 'bar' })]).toEqual([selector, false]);
  }
  focus('button');
  expect(isWelcome({})).toBe(true);
});

test('a field in a shadow root, and one in a shadow root of that, are seen', () => {
  const outer = document.createElement('div').attachShadow({ mode: 'open' });
  const inner = document.createElement('div').attachShadow({ mode: 'open' });
  const field = document.createElement('select');
  document.body.append(outer.host);
  outer.append(inner.host);
  inner.append(field);
  field.focus();
  expect(isWelcome({})).toBe(false);
  field.blur();
  expect(isWelcome({})).toBe(true);
});

test('nothing comes over an open modal of the page', () => {
  const find = document.querySelector.bind(document);
  vi.spyOn(document, 'querySelector').mockImplementation((selector: string) =>
    selector.includes(':modal') ? document.body : find(selector),
  );
  expect(isWelcome({ kind: 'slide-in' })).toBe(false);
  add('<p data-beckon-slot=hero></p>');
  expect(isWelcome({ kind: 'inline', slot: 'hero' })).toBe(true);
});

test('one that stands in the page needs its place', () => {
  expect(isWelcome({ kind: 'inline', slot: 'hero' })).toBe(false);
  add('<p data-beckon-slot=hero></p>');
  expect(isWelcome({ kind: 'inline', slot: 'hero' })).toBe(true);
});

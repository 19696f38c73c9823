import { expect, test } from 'vitest';
import { setTheme } from './theme.ts';

function themed(theme: object) {
  const element = document.createElement('div');
  setTheme(element, theme);
  return (name: string) => element.style.getPropertyValue(name);
}

test("a shop's colours and font reach the popup, apart from the page's own properties of these names", () => {
  const value = themed({
    accent: '#1A5f4a',
    'on-accent': '#ffffff',
    radius: '12.5px',
    font: '"Open Sans", serif',
  });
  expect(value('--bk-accent')).toBe('#1A5f4a');
  expect(value('--bk-on-accent')).toBe('#ffffff');
  expect(value('--bk-radius')).toBe('12.5px');
  expect(value('--bk-font')).toBe('"Open Sans", serif');
  expect(value('--accent')).toBe('');
});

test.each([
  'url(//evil.example)',
  '#fff;background:url(x)',
  'red}',
  'var(--x)',
  'image-set("x")',
  '',
  'a:b',
  'a/b',
])('a theme cannot carry %j', (value) => {
  expect(themed({ accent: value })('--bk-accent')).toBe('');
});

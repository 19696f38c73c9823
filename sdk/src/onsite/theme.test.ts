import { expect, test } from 'vitest';
import { themeProperties } from './theme.ts';

test("a shop's colours and font reach the popup", () => {
  const theme = { accent: '#1A5f4a', 'on-accent': '#ffffff', radius: '12px', font: '"Open Sans", serif' };
  expect(themeProperties(theme)).toEqual([
    ['--bk-accent', '#1A5f4a'],
    ['--bk-on-accent', '#ffffff'],
    ['--bk-radius', '12px'],
    ['--bk-font', '"Open Sans", serif'],
  ]);
});

test.each(['url(//evil.example)', '#fff;background:url(x)', 'red}', 'var(--x)', 'image-set("x")', ''])(
  'a theme cannot carry %j',
  (value) => {
    expect(themeProperties({ accent: value })).toEqual([]);
  },
);

import { expect, test } from 'vitest';
import { themeProperties } from './theme.ts';

test('text can be read on any accent and card colour', () => {
  expect(themeProperties({ accent: '#0f766e', background: '#fff7ed' })).toEqual({
    '--accent': '#0f766e',
    '--on-accent': '#ffffff',
    '--card': '#fff7ed',
    '--text': '#111111',
  });
  expect(themeProperties({ accent: '#FFD400' })).toEqual({ '--accent': '#FFD400', '--on-accent': '#111111' });
});

test('a text colour without the card it was chosen for is not used, since the card may be dark', () => {
  expect(themeProperties({ text: '#222222' })).toEqual({});
  expect(themeProperties({ text: '#222222', background: '#ffffff' })['--text']).toBe('#222222');
});

test.each(['url(//evil.example)', '#fff', 'red', '#12345g', 'var(--x)', '#ffffff;x', ''])(
  '%j is no colour',
  (colour) => {
    expect(themeProperties({ accent: colour, background: colour, text: colour })).toEqual({});
  },
);

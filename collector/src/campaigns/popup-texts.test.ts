import { describe, expect, it } from 'vitest';
import { BUILT_IN, builtIn, textsFor } from './popup-texts.ts';

const languages = Object.entries(BUILT_IN);

describe.each(languages)("the popup's own texts in %s", (language, texts) => {
  it('are all there, and say which score it is', () => {
    expect(Object.keys(texts)).toEqual(Object.keys(BUILT_IN.en));
    expect(Object.values(texts).filter((text) => text.trim() === '')).toEqual([]);
    expect([texts.score.split('{n}').length, texts.score.split('{of}').length]).toEqual([2, 2]);
  });

  it.skipIf(language === 'en')('leave nothing in English', () => {
    // Abbreviations that several languages share.
    const shared = ['minutes'];
    const same = Object.entries(texts).filter(([name, text]) => text === Object(BUILT_IN.en)[name]);
    expect(same.map(([name]) => name).filter((name) => !shared.includes(name))).toEqual([]);
  });

  it('are taken for every tag of the language', () => {
    expect(builtIn(`${language.toUpperCase()}-XX`)).toBe(texts);
  });
});

describe('the texts that go to the page', () => {
  it('are English in a language that has none', () => {
    expect([builtIn('sv'), builtIn('constructor'), builtIn('')]).toEqual([
      BUILT_IN.en,
      BUILT_IN.en,
      BUILT_IN.en,
    ]);
  });

  it('are those alone that the blocks need', () => {
    expect(textsFor('de', [{ type: 'heading', text: 'Hallo' }])).toEqual({});
    const mail = { type: 'field', name: 'email', input: 'email', label: 'E-Mail' } as const;
    expect(Object.keys(textsFor('de', [mail]))).toEqual(['required']);
    const { required } = BUILT_IN.de;
    const thumbs = { type: 'rating', name: 'r', scale: 'thumbs', label: 'Gut?' } as const;
    expect(textsFor('de', [thumbs])).toEqual({ required });
    expect(textsFor('de', [{ type: 'countdown', for: 'PT1H' }])).toMatchObject({ days: 'Tage' });
    expect(textsFor('pl', [{ type: 'coupon', code: 'A' }])).toEqual({ copy: 'Kopiuj', copied: 'Skopiowano' });
  });
});

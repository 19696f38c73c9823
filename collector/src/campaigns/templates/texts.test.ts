import { describe, expect, it } from 'vitest';
import type { PopupBlock, PopupContent } from '../../../../sdk/src/message.ts';
import { contentFor, withCodes } from '../content.ts';
import { textsOf } from '../content-texts.ts';
import { type PersonalData, personalise } from '../personalise.ts';
import { popupOf } from '../steps.ts';
import { templates } from './index.ts';
import { LANGUAGES, type Language } from './languages.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
/** Those that are a popup, or begin with one. */
const TEMPLATES = templates().filter(({ draft }) => popupOf(draft));

const NOTHING = { items: [], value: 0, quantity: 0, currency: null, minutesSinceChange: null };
const LOOK = { last_name: 'Ember kettle', last_price: 46, last_currency: 'EUR', last_address: '/p/ember' };

/** A newcomer, a visitor with a full cart, one with little in it, and what a careless shop leaves out. */
const VISITORS: Record<string, PersonalData> = {
  'a newcomer': { visitor: { traits: {} }, cart: NOTHING, facts: {} },
  'a known visitor with a full cart': {
    visitor: { traits: { name: 'Wolfeschlegelsteinhausenbergerdorff Maria' } },
    cart: {
      items: [1, 2, 3, 4].map((n) => ({ item_id: `${n}`, item_name: `Kettle ${n}`, price: 46, quantity: 3 })),
      value: 552,
      quantity: 12,
      currency: 'EUR',
    },
    facts: LOOK,
  },
  'a visitor with one thing in the cart': {
    visitor: { traits: { name: 'Ada' } },
    cart: {
      items: [{ item_name: 'Mug', price: 12.5, quantity: 1 }],
      value: 12.5,
      quantity: 1,
      currency: 'PLN',
    },
    facts: LOOK,
  },
  'a visitor of whom little is known': {
    visitor: { traits: { name: null } },
    cart: { items: [{ item_id: 'k', quantity: 2 }], value: 0, quantity: 2, currency: null },
    facts: { last_name: 'Ember kettle', last_price: null, last_currency: null, last_address: null },
  },
};

function shownTo(data: PersonalData, id: string, language: Language): PopupContent {
  const draft = TEMPLATES.find((template) => template.id === id)?.draft;
  const written = draft && contentFor(draft, 'a', [language]);
  const drawn = written && withCodes(written, () => null);
  if (!drawn) throw new Error(`${id} has no text in ${language}.`);
  const options = { locale: language, timeZone: 'Europe/Zagreb', currency: 'EUR', firstShownAt: NOW };
  return personalise(drawn, { ...data, now: NOW }, options);
}

const allBlocks = ({ blocks, steps = [] }: PopupContent): PopupBlock[] => [
  ...blocks,
  ...steps.flatMap((step) => step.blocks),
];
const readable = (content: PopupContent) =>
  textsOf(content)
    .filter(({ kind }) => kind === 'text')
    .map(({ text }) => text);

const CASES = TEMPLATES.flatMap(({ id }) => LANGUAGES.map((language) => [id, language] as const));

describe('in every language', () => {
  it.each(CASES)('%s in %s is a whole, for whomever it is', (id, language) => {
    for (const [who, data] of Object.entries(VISITORS)) {
      const content = shownTo(data, id, language);
      expect(content).toMatchObject({ lang: language, dir: language === 'ar' ? 'rtl' : 'ltr' });
      for (const text of readable(content)) {
        expect(text, who).not.toMatch(/\{[{%]|undefined|null|NaN|\[object| {2}/);
      }
      const said = allBlocks(content).flatMap((block) =>
        block.type === 'text'
          ? [block.runs.map((run) => (typeof run === 'string' ? run : run.text)).join('')]
          : [],
      );
      for (const text of said) expect(text, who).not.toMatch(/^[\s.,]| [.,]|\s$/);
    }
  });

  it.each(CASES)('%s in %s fits on a phone', (id, language) => {
    for (const [who, data] of Object.entries(VISITORS)) {
      for (const block of allBlocks(shownTo(data, id, language))) {
        if (block.type === 'heading')
          expect(block.text.length, `${who}: ${block.text}`).toBeLessThanOrEqual(60);
        if (block.type === 'button')
          expect(block.text.length, `${who}: ${block.text}`).toBeLessThanOrEqual(28);
      }
    }
  });

  it.each(CASES)('%s in %s says nothing in another one', (id, language) => {
    const bare = { visitor: { traits: {} }, cart: { ...NOTHING, quantity: 3, value: 9, currency: 'EUR' } };
    const texts = readable(shownTo({ ...bare, facts: {} }, id, language));
    const english = new Set(readable(shownTo({ ...bare, facts: {} }, id, 'en')));
    expect(texts.length).toBeGreaterThan(1);
    const words = texts.map((text) => text.replace('EUR', '')).filter((text) => /\p{L}{2}/u.test(text));
    if (language !== 'en') expect(words.filter((text) => english.has(text))).toEqual([]);
    const script = { uk: /\p{Script=Latin}/u, ar: /\p{Script=Latin}|\p{Script=Cyrillic}/u }[
      language as string
    ];
    if (script) expect(words.filter((text) => script.test(text))).toEqual([]);
  });
});

describe('what is counted', () => {
  const headingFor = (language: Language, quantity: number) => {
    const cart = { ...NOTHING, quantity, value: 9, currency: 'EUR' };
    const [block] = shownTo({ cart }, 'cart-saver', language).blocks;
    return block?.type === 'heading' ? block.text : '';
  };
  it.each<[Language, number, string]>([
    ['en', 1, '1 item is waiting in your cart'],
    ['en', 2, '2 items are waiting in your cart'],
    ['de', 1, '1 Artikel wartet im Warenkorb auf dich'],
    ['de', 5, '5 Artikel warten im Warenkorb auf dich'],
    ['pl', 1, 'W koszyku czeka 1 produkt'],
    ['pl', 3, 'W koszyku czekają 3 produkty'],
    ['pl', 12, 'W koszyku czeka 12 produktów'],
    ['pl', 22, 'W koszyku czekają 22 produkty'],
    ['uk', 21, 'У кошику чекає 21 товар'],
    ['uk', 4, 'У кошику чекають 4 товари'],
    ['uk', 11, 'У кошику чекає 11 товарів'],
    ['hr', 21, 'U košarici te čeka 21 proizvod'],
    ['hr', 3, 'U košarici te čekaju 3 proizvoda'],
    ['hr', 5, 'U košarici te čeka 5 proizvoda'],
    ['ar', 1, 'في سلتك منتج واحد بانتظارك'],
    ['ar', 2, 'في سلتك منتجان بانتظارك'],
  ])('in %s, %d: %s', (language, quantity, heading) => {
    expect(headingFor(language, quantity)).toBe(heading);
  });

  it.each<[Language, number, RegExp]>([
    ['en', 12.5, /^You are €37\.50 away from free shipping\.$/],
    ['de', 12.5, /^Noch 37,50\s€ bis zum kostenlosen Versand\.$/],
    ['en', 49.99, /^You are €0\.01 away/],
    ['en', 50, /^Good news: your shipping is free\.$/],
    ['pl', 80, /^Udało się: dostawa jest za darmo\.$/],
  ])('in %s, a cart of %d: %s', (language, value, said) => {
    const cart = { ...NOTHING, quantity: 1, value, currency: 'EUR' };
    const [block] = shownTo({ cart }, 'free-shipping-bar', language).blocks;
    const runs = block?.type === 'text' ? block.runs : [];
    expect(runs.map((run) => (typeof run === 'string' ? run : run.text)).join('')).toMatch(said);
  });

  it('hurries nobody beyond the two hours after the first time', () => {
    const countdown = shownTo({ cart: NOTHING }, 'cart-saver', 'en').blocks.find(
      ({ type }) => type === 'countdown',
    );
    expect(countdown).toMatchObject({ until: '2026-11-22T14:00:00.000Z' });
  });
});

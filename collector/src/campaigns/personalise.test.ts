import { array, assert, constantFrom, integer, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextRun } from '../../../sdk/src/message.ts';
import { runs } from '../../../test/properties/runs.ts';
import type { Drawn } from './content.ts';
import { formattingLocale, type PersonalData, PersonaliseError, personalise } from './personalise.ts';

const OPTIONS = { locale: 'en', timeZone: 'UTC', currency: 'EUR' };

function contentOf(...blocks: Drawn['blocks']): Drawn {
  return { kind: 'modal', lang: 'en', closeLabel: 'Close', blocks };
}

function say(text: string, data: PersonalData = {}, options: Partial<typeof OPTIONS> = {}): string {
  const { blocks } = personalise(contentOf({ type: 'heading', text }), data, { ...OPTIONS, ...options });
  const [block] = blocks;
  return block?.type === 'heading' ? block.text : '';
}

function linkTo(href: string, data: PersonalData) {
  const content = contentOf({ type: 'button', text: 'Go', action: 'url', href });
  return personalise(content, data, OPTIONS).blocks[0];
}

const named = (name: string) => ({ visitor: { traits: { name } } });

describe('a text', () => {
  it('calls a visitor by name, and others something kind', () => {
    const text = 'Hi {{ visitor.traits.first_name | default: "there" }}';
    expect(say(text, { visitor: { traits: { first_name: 'Zoë & Co' } } })).toBe('Hi Zoë & Co');
    expect([say(text, { visitor: { traits: {} } }), say(text)]).toEqual(['Hi there', 'Hi there']);
  });

  it('names what lies in the cart', () => {
    const items = [{ item_name: 'Tea' }, { item_name: 'Cup' }];
    const text =
      '{% for i in cart.items %}{{ i.item_name }}{% unless forloop.last %}, {% endunless %}{% endfor %}';
    expect(say(text, { cart: { items } })).toBe('Tea, Cup');
  });

  it('is personal wherever people read it, and nowhere else', () => {
    const t = '{{ visitor.traits.name }}';
    const content: Drawn = {
      kind: 'modal',
      lang: 'en',
      closeLabel: `Close, ${t}`,
      theme: { background: '#ffffff', text: '#000000' },
      blocks: [
        { type: 'text', runs: [t, { text: t, bold: true, href: `/${t}` }] },
        { type: 'coupon', code: t, label: t },
        { type: 'button', text: t, action: 'close' },
      ],
    };
    const { theme: _, ...written } = content;
    expect(personalise(content, named('Li'), OPTIONS)).toEqual({
      ...written,
      dir: 'ltr',
      css: expect.stringContaining('--c:#ffffff;--t:#000000;'),
      closeLabel: 'Close, Li',
      title: 'LiLi',
      texts: { copy: 'Copy', copied: 'Copied' },
      blocks: [
        { type: 'text', runs: ['Li', { text: 'Li', bold: true, href: '/Li' }] },
        { type: 'coupon', code: t, label: 'Li' },
        { type: 'button', text: 'Li', action: 'close' },
      ],
    });
  });

  it('that a condition leaves empty goes with its block', () => {
    const vip = '{% if visitor.traits.vip %}For you only{% endif %}';
    const content = contentOf(
      { type: 'heading', text: vip },
      { type: 'text', runs: [vip, ' '] },
      { type: 'text', runs: ['Sale', vip] },
      { type: 'button', text: vip, action: 'close' },
    );
    expect(personalise(content, {}, OPTIONS).blocks).toEqual([{ type: 'text', runs: ['Sale'] }]);
    expect(() => say(vip)).toThrow(PersonaliseError);
  });

  it('does not see what another text has set', () => {
    const texts = ['{% assign x = "1" %}a', '{{ x }}b'].map((text) => ({ type: 'heading' as const, text }));
    expect(personalise(contentOf(...texts), {}, OPTIONS).blocks).toMatchObject([
      { text: 'a' },
      { text: 'b' },
    ]);
  });
});

describe("a visitor's data", () => {
  const bait = constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    '{{ now }}',
    '<script>',
    '%',
    '&',
    '"',
    "'",
    '|',
    '#',
    '\\',
    '\u0000',
  );
  const hostile = array(oneof(bait, string({ unit: 'binary' })), { maxLength: 8 }).map((parts) =>
    parts.join(''),
  );

  it('are shown as they are, and never become a template', () => {
    const template = '[{{ visitor.traits.name }}]{% assign x = visitor.traits.name %}[{{ x }}]';
    assert(
      property(hostile, (name) => {
        expect(say(template, { ...named(name), now: 1 })).toBe(`[${name}][${name}]`);
      }),
      runs(300),
    );
  });

  it('stay one part of an address', () => {
    assert(
      property(hostile, (name) => {
        const block = linkTo('/search?q={{ visitor.traits.name }}&page=1', named(name));
        const { searchParams, pathname } = new URL((block as { href: string }).href, 'https://shop.example');
        expect([pathname, searchParams.get('q'), searchParams.get('page')]).toEqual([
          '/search',
          name.toWellFormed(),
          '1',
        ]);
      }),
      runs(300),
    );
  });

  it.each([
    'constructor',
    '__proto__',
    'visitor.constructor',
    'visitor.__proto__.x',
    'visitor.traits.name.constructor',
    'visitor.toString',
    'cart.items.constructor.name',
    'visitor["__proto__"]',
    'globals',
    'this',
    'visitor.traits.size.x',
  ])('open no way to %s', (path) => {
    expect(say(`.{{ ${path} }}`, { ...named('Li'), cart: { items: [] } })).toBe('.');
  });

  it('under names of JavaScript are data', () => {
    const traits = JSON.parse(
      '{"__proto__":{"a":"own"},"toString":"t","constructor":"c","then":"z","toLiquid":"l"}',
    );
    const text = '{{ visitor.traits.__proto__.a }}{{ visitor.traits.constructor }}{{ visitor.traits.then }}';
    expect(say(text, { visitor: { traits } })).toBe('owncz');
  });

  it('that are no text stop the popup, and say where', () => {
    const content = contentOf({ type: 'text', runs: ['a', { text: '{{ visitor.traits }}' }] });
    expect(() => personalise(content, named('Li'), OPTIONS)).toThrow('/blocks/0/runs/1/text: an object');
    expect(() => say('{{ visitor.traits.name | money }}', named('much'))).toThrow(PersonaliseError);
    expect(() => say('{{ visitor.traits.name | date }}', named('someday'))).toThrow(
      '"someday" is not a date',
    );
  });
});

describe('an address', () => {
  it('may be a value as a whole', () => {
    const page = { url: 'https://shop.example/a?b=c&d=é' };
    for (const href of [
      '{{ page.url }}',
      ' {{ page.url }} ',
      '{% if page %}{{ page.url }}{% else %}/{% endif %}',
    ])
      expect(linkTo(href, { page })).toMatchObject({ action: 'url', href: page.url });
    expect(linkTo('/go?to={{ page.url }}', { page })).toMatchObject({
      href: `/go?to=${encodeURIComponent(page.url)}`,
    });
  });

  it.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '',
  ])('that is %j leads nowhere', (url) => {
    expect(linkTo('{{ page.url }}', { page: { url } })).toEqual({
      type: 'button',
      text: 'Go',
      action: 'close',
    });
    const run: TextRun = { text: 'Go', bold: true, href: '{{ page.url }}' };
    const { blocks } = personalise(contentOf({ type: 'text', runs: [run] }), { page: { url } }, OPTIONS);
    expect(blocks).toEqual([{ type: 'text', runs: [{ text: 'Go', bold: true }] }]);
  });
});

describe('a popup that would take all there is', () => {
  const cart = {
    items: Array.from({ length: 200 }, (_, n) => ({ item_name: `Item ${n}`.padEnd(100, '.') })),
  };
  it.each([
    [
      'a long output',
      '{% for i in cart.items %}{% for j in cart.items %}{{ i.item_name }}{% endfor %}{% endfor %}',
    ],
    ['text in loops', `{% for i in cart.items %}${'x'.repeat(200)}{% endfor %}`],
    [
      'loops without output',
      '{% for i in cart.items %}{% for j in cart.items %}{% for k in cart.items %}{% endfor %}{% endfor %}{% endfor %}',
    ],
    ['a huge range', '{% for i in (1..100000000) %}{% endfor %}'],
    [
      'what doubles',
      '{% assign s = "ab" %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}{{ s | size }}',
    ],
    [
      'what doubles unseen',
      '{% assign s = "ab" %}{% for i in (1..60) %}{% capture s %}{{ s }}{{ s }}{% endcapture %}{% endfor %}ok',
    ],
    ['wide dates', '{{ now | date: "%999999999Y" }}'],
    ['a deep nest', `${'{% if true %}'.repeat(1_500)}`],
    ['a long template', `{{ now }}${'x'.repeat(20_001)}`],
  ])('stops: %s', (_, text) => {
    expect(() => say(text, { cart, now: 0 })).toThrow(PersonaliseError);
  });

  it('stops though each of its texts is modest', () => {
    const text = '{% for i in cart.items limit: 150 %}{{ i.item_name }}{% endfor %}';
    const blocks = Array.from({ length: 2 }, () => ({ type: 'heading' as const, text }));
    expect(() => personalise(contentOf(...blocks), { cart }, OPTIONS)).toThrow('/blocks/1/text: ');
  });
});

describe('numbers and dates', () => {
  const plain = (text: string) => text.replace(/[\u00a0\u202f\u200f\u061c]/g, ' ');

  it.each([
    ['en', '€1,234.50', 'Mar 1, 2026', 'March 1, 2026'],
    ['de', '1.234,50 €', '01.03.2026', '1. März 2026'],
    ['pl', '1234,50 €', '1 mar 2026', '1 marca 2026'],
    ['uk', '1 234,50 EUR', '1 бер. 2026 р.', '1 березня 2026 р.'],
  ])('are written as in %s', (locale, amount, medium, long) => {
    const data = { cart: { value: 1234.5 }, now: Date.UTC(2026, 2, 1, 12) };
    const text = '{{ cart.value | money }}|{{ now | date }}|{{ now | date: "long" }}';
    expect(plain(say(text, data, { locale }))).toBe([amount, medium, long].join('|'));
  });

  it('name the currency of the cart, also where a shop sends amounts as text', () => {
    const data = { cart: { value: '20', currency: 'PLN' } };
    expect(plain(say('{{ cart.value | money: cart.currency }}', data))).toBe('PLN 20.00');
    expect(say('{{ cart.none | money | default: "free" }}', data)).toBe('free');
  });

  it('are of the day on which the visitor lives', () => {
    const now = Date.UTC(2026, 2, 1, 2);
    const text = '{{ now | date: "%Y-%m-%d %H:%M %A" }}';
    expect(say(text, { now }, { timeZone: 'America/New_York' })).toBe('2026-02-28 21:00 Saturday');
    expect(say(text, { now }, { timeZone: 'Asia/Tokyo', locale: 'de' })).toBe('2026-03-01 11:00 Sonntag');
    expect(say('{{ "now" | date: "%d" }}', { now }, { timeZone: 'Nowhere/Here', locale: 'x_y' })).toBe('01');
  });

  it('leave a birthday on its day', () => {
    const data = { visitor: { traits: { birthday: '1990-05-06' } } };
    for (const timeZone of ['America/New_York', 'Pacific/Auckland'])
      expect(say('{{ visitor.traits.birthday | date: "%d %m" }}', data, { timeZone })).toBe('06 05');
  });

  it.each([
    ['en', { 0: '0 other', 1: '1 one', 2: '2 other' }],
    ['de', { 1: '1 one', 5: '5 other' }],
    ['pl', { 1: '1 one', 2: '2 few', 5: '5 many', 22: '22 few', 1.5: '1,5 other' }],
    ['uk', { 1: '1 one', 3: '3 few', 11: '11 many', 21: '21 one' }],
    ['ar', { 1: 'one', 2: 'two', 3: 'few', 11: 'many', 100: 'other' }],
  ])('count as people do in %s', (locale, expected) => {
    const forms = ['one', 'two', 'few', 'many', 'other'].map((form) => `${form}: "# ${form}"`).join(', ');
    for (const [n, words] of Object.entries(expected)) {
      expect(say(`{{ cart.n | plural: ${forms} }}`, { cart: { n: Number(n) } }, { locale })).toContain(words);
    }
  });

  it('have a word for none, and one to fall back on', () => {
    const text = '{{ cart.items.size | plural: zero: "nothing", one: "an item", other: "# items" }}';
    const of = (count: number) => say(text, { cart: { items: Array(count).fill({}) } }, { locale: 'pl' });
    expect([of(0), of(1), of(3)]).toEqual(['nothing', 'an item', '3 items']);
  });

  it('stand in the language of the text', () => {
    expect(formattingLocale('de', 'de-AT')).toBe('de-AT');
    expect(formattingLocale('en', 'de-AT')).toBe('en');
    expect(formattingLocale('en-GB', null)).toBe('en-GB');
  });

  it('of any size keep a popup whole', () => {
    assert(
      property(integer(), (n) => {
        expect(say('{{ cart.n | money }} {{ cart.n | plural: other: "#" }}', { cart: { n } })).toMatch(
          /€[\d,]+\.00 -?[\d,]+$/,
        );
      }),
      runs(100),
    );
  });
});

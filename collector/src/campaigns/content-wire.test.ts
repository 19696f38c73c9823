import { array, assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PopupBlock } from '../../../sdk/src/message.ts';
import { runs } from '../../../test/properties/runs.ts';
import { popupContent } from '../openapi/popup-content.ts';
import { contentFor, type Drawn, isPersonal, poolsIn, type Written, withCodes } from './content.ts';
import { PersonaliseError, personalise } from './personalise.ts';
import { campaignDraft } from './schema.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const OPTIONS = { locale: 'de-AT', timeZone: 'UTC', currency: 'EUR' };
const heading = { type: 'heading' as const, text: 'Hi' };
const contentOf = (blocks: Drawn['blocks'], more: Partial<Drawn> = {}): Drawn => ({
  kind: 'modal',
  lang: 'de',
  blocks,
  ...more,
});
const shown = (content: Drawn, data: object = {}, options: object = {}) =>
  personalise(content, { now: NOW, ...data }, { ...OPTIONS, ...options });
const only = (block: Drawn['blocks'][number], data: object = {}, options: object = {}): PopupBlock[] =>
  shown(contentOf([heading, block]), data, options).blocks.slice(1);

describe('a popup in the language of the page', () => {
  const campaign = campaignDraft.parse({
    id: 'c',
    name: 'C',
    steps: [
      {
        id: 'm',
        type: 'message',
        channel: 'popup',
        fallbackLocale: 'en',
        variants: [
          {
            key: 'a',
            content: Object.fromEntries(
              ['pl', 'en', 'de', 'pt-BR'].map((lang) => [lang, { kind: 'modal', blocks: [heading] }]),
            ),
          },
        ],
      },
    ],
  });

  it.each<[string, (string | null)[], string]>([
    ["the page's own", ['de', 'pl-PL', 'pl'], 'de'],
    ['of another country', ['de-AT', 'en'], 'de'],
    ["the browser's, where the page's is not there", ['fr', 'pl-PL', 'en'], 'pl'],
    ['in any case of letters', ['PT-br'], 'pt-BR'],
    ['the one that he used before', ['fr', null, 'pl'], 'pl'],
    ['the fallback', ['fr', 'sv'], 'en'],
    ['the fallback, for what is no language', ['', '*', '__proto__'], 'en'],
  ])('takes %s', (_, locales, lang) => {
    expect(contentFor(campaign, 'a', locales)?.lang).toBe(lang);
  });

  it('runs from right to left where its language does, and has the words of its client in it', () => {
    const { dir, closeLabel } = shown(contentOf([heading], { lang: 'ar-EG' }));
    expect([dir, closeLabel]).toEqual(['rtl', 'إغلاق']);
    expect(shown(contentOf([heading], { lang: 'ar', dir: 'ltr' })).dir).toBe('ltr');
    expect(shown(contentOf([heading], { closeLabel: ' ' }))).toMatchObject({
      dir: 'ltr',
      closeLabel: 'Schließen',
    });
  });
});

describe('a countdown', () => {
  it('ends at the same moment for everybody, or so long after the visitor first saw it', () => {
    expect(only({ type: 'countdown', until: '2026-12-24T18:00:00Z' })).toEqual([
      { type: 'countdown', until: '2026-12-24T18:00:00Z' },
    ]);
    const own = { type: 'countdown' as const, for: 'PT2H', label: 'Noch {{ cart.quantity }}' };
    const until = '2026-11-22T14:00:00.000Z';
    expect(only(own, { cart: { quantity: 2 } })).toEqual([{ type: 'countdown', until, label: 'Noch 2' }]);
    expect(only(own, {}, { firstShownAt: NOW - 3_600_000 })).toMatchObject([
      { until: '2026-11-22T13:00:00.000Z' },
    ]);
  });
});

describe('products from the cart', () => {
  const fromCart = { type: 'products' as const, from: 'cart' as const, max: 2 };
  const items = [
    {
      item_name: ' Tee ',
      price: 1234.5,
      url: 'https://shop.example/tee',
      image: 'https://cdn.example/t.jpg',
    },
    { item_id: 'nameless', price: 1 },
    {
      item_name: '{{ visitor.traits.email }}',
      price: '9.90',
      item_url: 'javascript:alert(1)',
      image_url: 'data:,',
    },
    { item_name: 'Too many', price: 1 },
  ];

  it('are shown as he knows prices, and what a shop calls them is never a template', () => {
    const data = { cart: { items, currency: 'EUR' }, visitor: { traits: { email: 'a@b.example' } } };
    const image = { src: 'https://cdn.example/t.jpg', width: 96, height: 96, alt: '' };
    const price = new Intl.NumberFormat('de-AT', { style: 'currency', currency: 'EUR' });
    expect(only(fromCart, data)).toEqual([
      {
        type: 'products',
        items: [
          { name: 'Tee', price: price.format(1234.5), href: 'https://shop.example/tee', image },
          { name: '{{ visitor.traits.email }}', price: price.format(9.9) },
        ],
      },
    ]);
  });

  it('are not there when the cart is empty', () => {
    expect([only(fromCart), only(fromCart, { cart: { items: [] } }), only(fromCart, { cart: 'x' })]).toEqual([
      [],
      [],
      [],
    ]);
    expect(() => shown(contentOf([fromCart]))).toThrow(PersonaliseError);
  });

  it('are told to nobody but the visitor', () => {
    const written: Written = { kind: 'modal', lang: 'en', blocks: [heading] };
    expect(isPersonal(written)).toBe(false);
    expect(isPersonal({ ...written, steps: [{ id: 'a', blocks: [fromCart] }] })).toBe(true);
  });
});

describe('a code', () => {
  const pool = {
    type: 'coupon' as const,
    pool: 'p',
    apply: { text: 'Use it', href: '/cart?code={{ coupon.code }}' },
  };
  const written: Written = {
    kind: 'modal',
    lang: 'en',
    blocks: [heading],
    steps: [{ id: 'a', blocks: [pool] }],
  };

  it('is drawn for a later step too, and goes into the address that applies it', () => {
    expect(poolsIn(written)).toEqual(['p']);
    expect(withCodes(written, () => null)).toBeNull();
    const drawn = withCodes(written, () => ({ code: 'A&B' }));
    const { steps } = shown(drawn ?? contentOf([]));
    expect(steps?.[0]?.blocks).toEqual([
      { type: 'coupon', code: 'A&B', apply: { text: 'Use it', href: '/cart?code=A%26B' } },
    ]);
  });

  it('is its own in each coupon', () => {
    const apply = { text: 'Use {{ coupon.code }}', href: '/?c={{ coupon.code }}' };
    const blocks = ['A', 'B'].map((code) => ({
      type: 'coupon' as const,
      code,
      label: '{{ coupon.code }}!',
      apply,
    }));
    const { blocks: found } = shown(contentOf(blocks), { coupon: { code: 'A', expiresAt: null } });
    expect(found).toEqual(
      ['A', 'B'].map((code) => ({
        type: 'coupon',
        code,
        label: `${code}!`,
        apply: { text: `Use ${code}`, href: `/?c=${code}` },
      })),
    );
  });
});

describe('a step that is left out', () => {
  it('leads nowhere: what would go there closes the popup', () => {
    const go = { type: 'button' as const, text: 'Go', action: 'step' as const, step: 'vip' };
    const send = { type: 'button' as const, text: 'Send', action: 'submit' as const, step: 'gone' };
    const next = [
      { from: 0, to: 6, step: 'gone' },
      { from: 7, to: 10, step: 'why' },
    ];
    const nps = { type: 'rating' as const, name: 'nps', scale: 'nps' as const, label: 'How?', next };
    const steps = [
      { id: 'vip', blocks: [{ ...heading, text: '{% if visitor.traits.vip %}Hi{% endif %}' }] },
      { id: 'why', blocks: [heading, go] },
    ];
    const content = shown(contentOf([go, send, nps], { steps }));
    const close = { type: 'button', text: 'Go', action: 'close' };
    expect(content.blocks).toEqual([
      close,
      { type: 'button', text: 'Send', action: 'submit' },
      expect.objectContaining({ ...nps, next: next.slice(1) }),
    ]);
    expect(content.steps).toEqual([{ id: 'why', blocks: [heading, close] }]);
  });
});

describe('a launcher', () => {
  it('begins as its tab, and opens as a modal', () => {
    const content = shown(
      contentOf([heading], { kind: 'launcher', launcher: { text: '-{{ cart.quantity }}%' } }),
      {
        cart: { quantity: 5 },
      },
    );
    expect(content).toMatchObject({ kind: 'modal', minimised: true, launcher: { text: '-5%' } });
    expect(() => shown(contentOf([heading], { kind: 'launcher', launcher: { text: ' ' } }))).toThrow(
      '/launcher',
    );
  });

  it('of another kind begins open, and comes back as its tab', () => {
    const slideIn = contentOf([heading], { kind: 'slide-in', launcher: { text: 'Offer' } });
    expect(shown(slideIn)).not.toHaveProperty('minimised');
    expect(shown(slideIn, {}, { minimised: true })).toMatchObject({ kind: 'slide-in', minimised: true });
  });
});

describe('what is asked', () => {
  const ask = { type: 'field', name: 'a', label: 'A' } as const;

  it('comes as the element that it needs, which the browser checks, and with what is said of a wrong answer', () => {
    expect(only({ ...ask, input: 'email', required: true, placeholder: 'you@there' })).toEqual([
      {
        ...ask,
        ...{ input: 'email', tag: 'input', fault: 'Geben Sie eine E-Mail-Adresse wie name@example.com ein.' },
        attributes: {
          ...{ type: 'email', autocomplete: 'email', pattern: '[^\\s@]+@[^\\s@]+\\.[^\\s@]+' },
          ...{ required: true, maxLength: 2000, placeholder: 'you@there' },
        },
      },
    ]);
    expect(only({ ...ask, input: 'checkbox' })).toEqual([
      { ...ask, input: 'checkbox', tag: 'input', attributes: { type: 'checkbox' } },
    ]);
  });

  it.each([
    ['email', 'a@b.example', 'a@b', 'a b@c.example', 'a@b@c.example'],
    ['phone', '+49 (30) 123-45.67/8', '12345', 'call me now', '+'],
  ] as const)('knows a plausible %s', (input, good, ...bad) => {
    const [field] = only({ ...ask, input });
    const pattern = field?.type === 'field' ? field.attributes.pattern : '';
    const whole = new RegExp(`^(?:${pattern})$`, 'v');
    expect([good, ...bad].map((answer) => whole.test(answer))).toEqual([true, false, false, false]);
  });

  it('has a name and a picture for each score, and is needed where nothing else is asked', () => {
    const thumbs = { type: 'rating' as const, name: 'r', scale: 'thumbs' as const, label: 'Gut?' };
    expect(only(thumbs)).toEqual([
      {
        ...thumbs,
        required: true,
        options: [
          { value: '0', label: 'Daumen runter', icon: expect.any(String) },
          { value: '1', label: 'Daumen hoch', icon: expect.any(String) },
        ],
      },
    ]);
    const both = shown(
      contentOf([
        { ...thumbs, scale: 'nps' },
        { ...ask, input: 'text' },
      ]),
    ).blocks[0];
    expect(both).not.toHaveProperty('required');
    expect(both).toMatchObject({ options: { 3: { value: '3', label: '3 von 10' }, length: 11 } });
  });
});

describe('a popup', () => {
  it.each<[string, Drawn['blocks'], string]>([
    ['its heading', [{ type: 'text', runs: ['Hello'] }, heading], 'Hi'],
    ['its first text', [{ type: 'text', runs: ['He', { text: 'llo' }] }], 'Hello'],
    ['its question', [{ type: 'rating', name: 'r', scale: 'nps', label: 'How?' }], 'How?'],
    ['how it closes, where it says nothing', [{ type: 'coupon', code: 'X' }], 'Schließen'],
  ])('is called by %s', (_, blocks, title) => {
    expect(shown(contentOf(blocks)).title).toBe(title);
  });

  it('does not tear an "E-Mail" apart in its heading', () => {
    const text = 'Neues per E-Mail, T-Shirts und Last-Minute';
    expect(shown(contentOf([{ type: 'heading', text }])).blocks).toEqual([
      { type: 'heading', text: 'Neues per E-\u2060Mail, T-\u2060Shirts und Last-Minute' },
    ]);
  });
});

describe('a theme', () => {
  const css = (theme: NonNullable<Drawn['theme']>) => shown(contentOf([heading], { theme })).css;
  const NIGHT = '@media (prefers-color-scheme:dark){.popup{';

  it('is the same day and night where it chooses the card, each text readable on its colour', () => {
    const theme = {
      accent: '#ffe066',
      background: '#101010',
      radius: 4,
      font: 'Inter, serif',
      spacing: 'compact' as const,
    };
    expect(css(theme)).toContain('.popup{color-scheme:dark;--c:#101010;--t:#ffffff;--a:#ffe066');
    expect(css(theme)).toContain(';--r:4px;--g:12px;--f:Inter, serif,system-ui,sans-serif}');
    expect(css(theme)).not.toContain(NIGHT);
    expect(shown(contentOf([{ type: 'button', text: 'Go', action: 'close' }], { theme })).css).toContain(
      '--o:#111111',
    );
  });

  it('follows the visitor where it leaves the card open', () => {
    expect(css({})).toContain('.popup{color-scheme:light;--c:#ffffff;--t:#16181d;--a:#1f5eff;');
    expect(css({})).toContain(`${NIGHT}color-scheme:dark;--c:#1c1e24;--t:#f3f4f6;--a:#7aa2ff}}`);
  });

  it('is dark at night where it says so', () => {
    const dark = { background: '#000000', accent: '#003300' };
    expect(css({ background: '#ffffff', text: '#222222', dark })).toContain(
      `${NIGHT}color-scheme:dark;--c:#000000;--t:#ffffff;--a:#003300}}`,
    );
  });
});

describe('whatever is written in a popup', () => {
  const bait = constantFrom(
    '<img src=x onerror=alert(1)>',
    '</dialog><script>',
    '&lt;',
    'javascript:alert(1)',
    '\u202e',
    '"><b>',
  );
  const text = array(constantFrom('a', ' ', 'ñ', '😀'), { minLength: 1, maxLength: 5 })
    .map((parts) => `x${parts.join('')}`)
    .chain((start) => bait.map((end) => start + end));

  it('stays text, and is what the description of the API promises', () => {
    assert(
      property(text, string(), (said, name) => {
        const content = contentOf(
          [
            { type: 'heading', text: said },
            { type: 'text', runs: [said, { text: said, bold: true }], consent: 'email', doubleOptIn: true },
            {
              type: 'field',
              name: 'f',
              input: 'select',
              label: said,
              placeholder: said,
              options: [{ value: said, text: said }],
            },
            { type: 'rating', name: 'r', scale: 'nps', label: said, low: said, high: said },
            { type: 'countdown', for: 'P1D', label: said, expired: said },
            { type: 'products', from: 'cart' },
            { type: 'image', src: 'https://cdn.example/a.png', width: 1, height: 1, alt: said },
            { type: 'button', text: said, action: 'call', name: '{{ now }}' },
          ],
          { launcher: { text: said }, steps: [{ id: 'a', blocks: [{ type: 'heading', text: said }] }] },
        );
        const wire = shown(content, { cart: { items: [{ item_name: `n${name}` }], currency: 'EUR' } });
        expect(popupContent.safeParse(wire).error).toBeUndefined();
        expect(JSON.stringify(wire).split(JSON.stringify(said).slice(1, -1)).length).toBeGreaterThan(14);
        expect(wire.blocks[2]).toMatchObject({
          attributes: {},
          options: [
            { value: '', text: said },
            { value: said, text: said },
          ],
        });
        expect(wire.blocks.at(-1)).toEqual(content.blocks.at(-1));
      }),
      runs(100),
    );
  });

  it('may be 10,000 characters long, and not without end', () => {
    const long = 'x'.repeat(10_000);
    expect(shown(contentOf([{ type: 'heading', text: long }])).blocks).toEqual([
      { type: 'heading', text: long },
    ]);
    const three = Array.from({ length: 3 }, () => ({ type: 'heading' as const, text: long }));
    expect(() => shown(contentOf(three))).toThrow('too long');
  });
});

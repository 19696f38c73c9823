import { type CampaignInput, inEachLanguage, popup } from './languages.ts';

/** How long ago the look at a product may be. */
const WITHIN_DAYS = 30;
const DELAY_MS = 4_000;

const FIRST_NAME = '{{ visitor.traits.name | split: " " | first | truncate: 20, "" }}';
const withName = (comma: string) => `{% if visitor.traits.name %}${comma} ${FIRST_NAME}{% endif %}`;

const TEXTS = {
  en: {
    heading: `Good to see you again${withName(',')}`,
    text: 'Last time, you were looking at this:',
    look: 'Have another look',
    close: 'Keep browsing',
  },
  de: {
    heading: `Schön, dass du wieder da bist${withName(',')}`,
    text: 'Das hast du dir zuletzt angesehen:',
    look: 'Noch einmal ansehen',
    close: 'Weiter stöbern',
  },
  pl: {
    heading: `Miło cię znów widzieć${withName(',')}`,
    text: 'To ostatnio przyciągnęło twoją uwagę:',
    look: 'Zobacz jeszcze raz',
    close: 'Oglądam dalej',
  },
  uk: {
    heading: `Раді бачити вас знову${withName(',')}`,
    text: 'Минулого разу ви дивилися:',
    look: 'Переглянути ще раз',
    close: 'Дивитися далі',
  },
  hr: {
    heading: `Drago nam je što si opet tu${withName(',')}`,
    text: 'Ovo ti je zadnje zapelo za oko:',
    look: 'Pogledaj ponovno',
    close: 'Nastavi razgledavati',
  },
  ar: {
    heading: `سعداء برؤيتك من جديد${withName('،')}`,
    text: 'آخر ما اطّلعت عليه:',
    look: 'إلقاء نظرة أخرى',
    close: 'متابعة التصفح',
  },
};

const LAST = { agg: 'last', event: 'view_item', within: `P${WITHIN_DAYS}D` } as const;

/** Picks up where a visitor left off in an earlier session: with the product looked at last. */
export const backAgain: CampaignInput = {
  id: 'back-again',
  name: 'Back-again greeting',
  tags: ['welcome', 'browsing'],
  priority: 500,
  page: { exclude: [{ path: '/cart*' }, { path: '/checkout*' }] },
  audience: {
    facts: {
      last_name: { ...LAST, prop: 'items.0.item_name' },
      last_price: { ...LAST, prop: 'items.0.price' },
      last_currency: { ...LAST, prop: 'currency' },
      last_address: { ...LAST, prop: 'items.0.url' },
      looks_now: { agg: 'count', event: 'view_item', within: 'PT30M' },
    },
    rule: {
      and: [
        { '!': { var: 'visitor.new' } },
        { '!!': { var: 'facts.last_name' } },
        { '===': [{ var: 'facts.looks_now' }, 0] },
        { '===': [{ var: 'cart.quantity' }, 0] },
        { '!': { var: 'session.converted' } },
        { '!': { in: [{ var: 'page.type' }, ['product', 'cart', 'checkout', 'purchase']] } },
      ],
    },
  },
  entry: { on: 'any' },
  exits: [{ event: 'view_item' }, { event: 'add_to_cart' }, { event: 'begin_checkout' }],
  steps: popup(
    [{ on: 'delay', delayMs: DELAY_MS }],
    inEachLanguage(TEXTS, ({ heading, text, look, close }) => ({
      kind: 'slide-in',
      position: 'bottom-end',
      blocks: [
        { type: 'heading', text: heading },
        { type: 'text', runs: [text] },
        {
          type: 'products',
          items: [
            {
              name: '{{ facts.last_name }}',
              price: '{{ facts.last_price | money: facts.last_currency }}',
              href: '{{ facts.last_address }}',
            },
          ],
        },
        {
          type: 'button',
          text: `{% if facts.last_address %}${look}{% endif %}`,
          action: 'url',
          href: '{{ facts.last_address }}',
        },
        { type: 'button', text: close, action: 'close' },
      ],
    })),
  ),
  cap: { perSession: 1, perDays: { n: 1, days: 7 }, afterDismissDays: 14 },
  goal: { event: 'purchase', within: 'P7D' },
};

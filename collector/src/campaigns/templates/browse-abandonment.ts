import { type CampaignInput, push } from './languages.ts';

const NAME = '{{ facts.last_name | truncate: 50 }}';
const PRICE = '{% if facts.last_price %}, {{ facts.last_price | money: facts.last_currency }}{% endif %}';
/** Some shops do not say where their products are. */
const ADDRESS = '{% if facts.last_address %}{{ facts.last_address }}{% else %}/{% endif %}';

const TEXTS = {
  en: { title: 'Still on your mind?', body: 'Have another look whenever you like.' },
  de: { title: 'Geht es dir nicht aus dem Kopf?', body: 'Schau es dir in Ruhe noch einmal an.' },
  pl: { title: 'Nadal o tym myślisz?', body: 'Zobacz to jeszcze raz, kiedy zechcesz.' },
  uk: { title: 'Досі думаєте про це?', body: 'Перегляньте ще раз, коли буде зручно.' },
  hr: { title: 'Još ti je u mislima?', body: 'Pogledaj ponovno kad god poželiš.' },
  ar: { title: 'ما زال في بالك؟', body: 'ألقِ نظرة أخرى متى شئت.' },
};

const LAST = { agg: 'last', event: 'view_item', within: 'P7D' } as const;

/** The product that was looked at last, four hours later, to those who have put nothing into the cart since. */
export const browseAbandonment: CampaignInput = {
  id: 'browse-abandonment',
  name: 'Browse abandonment',
  tags: ['browsing', 'push'],
  priority: 450,
  audience: {
    facts: {
      last_name: { ...LAST, prop: 'items.0.item_name' },
      last_price: { ...LAST, prop: 'items.0.price' },
      last_currency: { ...LAST, prop: 'currency' },
      last_address: { ...LAST, prop: 'items.0.url' },
    },
    rule: { and: [{ '!!': { var: 'facts.last_name' } }, { '===': [{ var: 'cart.quantity' }, 0] }] },
  },
  entry: { on: 'event', event: 'view_item', reentry: 'P7D' },
  exits: [{ event: 'add_to_cart' }, { event: 'cart_updated' }, { event: 'purchase' }],
  steps: [
    { id: 'four-hours', type: 'wait', for: 'PT4H' },
    push('reminder', TEXTS, ({ title, body }) => ({ title, body: `${NAME}${PRICE}. ${body}`, url: ADDRESS })),
  ],
  holdout: { percent: 5 },
  goal: { event: 'purchase', within: 'P3D' },
};

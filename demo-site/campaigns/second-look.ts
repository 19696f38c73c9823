import { type CampaignInput, COMMA_NAME, THEME } from './definition.ts';

const LAST = '{{ facts.last_viewed | default: "…" }}';
const CODE = { type: 'coupon', pool: 'welcome', fallback: 'SHIP0' } as const;

/** For those who look at products for the third time in a week and put none into the cart; a code of their own. */
export const secondLook: CampaignInput = {
  id: 'second-look',
  name: 'A third look, and nothing in the cart',
  tags: ['browsing'],
  priority: 400,
  audience: {
    facts: {
      views: { agg: 'count', event: 'view_item', within: 'P7D' },
      last_viewed: { agg: 'last', event: 'view_item', prop: 'items.0.item_name', within: 'P7D' },
    },
    rule: {
      and: [
        { '>=': [{ var: 'facts.views' }, 3] },
        { '==': [{ var: 'cart.quantity' }, 0] },
        { '!': { var: 'session.converted' } },
      ],
    },
  },
  entry: { on: 'event', event: 'view_item' },
  exits: [{ event: 'cart_updated' }],
  steps: [
    {
      id: 'popup',
      type: 'message',
      channel: 'popup',
      triggers: [{ on: 'load', delayMs: 6_000 }],
      fallbackLocale: 'en',
      variants: [
        {
          key: 'a',
          content: {
            en: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Close',
              blocks: [
                { type: 'heading', text: `Still looking${COMMA_NAME}?` },
                {
                  type: 'text',
                  runs: [
                    '{{ facts.views | plural: one: "# look", other: "# looks" }} around this week, the last one at ',
                    { text: LAST, bold: true },
                    '. If it helps: the postage is on us. This code is yours alone.',
                  ],
                },
                { ...CODE, label: 'Free shipping' },
                { type: 'button', text: 'I will think about it', action: 'close' },
              ],
            },
            de: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Schließen',
              blocks: [
                { type: 'heading', text: `Noch unentschlossen${COMMA_NAME}?` },
                {
                  type: 'text',
                  runs: [
                    '{{ facts.views | plural: one: "# Blick", other: "# Blicke" }} in dieser Woche, der letzte auf ',
                    { text: LAST, bold: true },
                    '. Falls es hilft: Das Porto zahlen wir. Dieser Code gehört nur dir.',
                  ],
                },
                { ...CODE, label: 'Versandkostenfrei' },
                { type: 'button', text: 'Ich überlege noch', action: 'close' },
              ],
            },
            pl: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Zamknij',
              blocks: [
                { type: 'heading', text: `Nadal się zastanawiasz${COMMA_NAME}?` },
                {
                  type: 'text',
                  runs: [
                    'W tym tygodniu {{ facts.views | plural: one: "# spojrzenie", few: "# spojrzenia", many: "# spojrzeń", other: "# spojrzenia" }}, ostatnie na: ',
                    { text: LAST, bold: true },
                    '. Jeśli to pomoże: za przesyłkę płacimy my. Ten kod jest tylko dla ciebie.',
                  ],
                },
                { ...CODE, label: 'Dostawa gratis' },
                { type: 'button', text: 'Jeszcze pomyślę', action: 'close' },
              ],
            },
          },
        },
      ],
    },
  ],
  cap: { perSession: 1, afterDismissDays: 30 },
  goal: { event: 'purchase', within: 'P1D' },
  suppress: { ifConvertedWithin: 'P7D', segments: ['regulars'] },
};

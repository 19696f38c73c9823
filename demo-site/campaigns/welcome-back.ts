import { type CampaignInput, COMMA_NAME, THEME } from './definition.ts';

const CODE = { type: 'coupon', pool: 'welcome', fallback: 'SHIP0' } as const;

/**
 * Thanks who has just become a regular: half of them with a code for the next order, half with words alone, and a fifth
 * not at all, so that it can be told what either brings.
 */
export const welcomeBack: CampaignInput = {
  id: 'welcome-back',
  name: 'Thank you for coming back',
  tags: ['loyalty'],
  priority: 600,
  entry: { on: 'segment', segment: 'regulars', change: 'entered' },
  steps: [
    {
      id: 'popup',
      type: 'message',
      channel: 'popup',
      triggers: [{ on: 'load', delayMs: 5_000 }],
      fallbackLocale: 'en',
      variants: [
        {
          key: 'code',
          content: {
            en: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Close',
              blocks: [
                { type: 'heading', text: `Good to have you back${COMMA_NAME}` },
                { type: 'text', runs: ['Next time, the postage is on us. This code is yours alone.'] },
                { ...CODE, label: 'Free shipping' },
                { type: 'button', text: 'Thank you', action: 'close' },
              ],
            },
            de: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Schließen',
              blocks: [
                { type: 'heading', text: `Schön, dass du wieder da bist${COMMA_NAME}` },
                {
                  type: 'text',
                  runs: ['Beim nächsten Mal zahlen wir das Porto. Dieser Code gehört nur dir.'],
                },
                { ...CODE, label: 'Versandkostenfrei' },
                { type: 'button', text: 'Danke', action: 'close' },
              ],
            },
            pl: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Zamknij',
              blocks: [
                { type: 'heading', text: `Dobrze, że wracasz${COMMA_NAME}` },
                {
                  type: 'text',
                  runs: ['Następnym razem za przesyłkę płacimy my. Ten kod jest tylko dla ciebie.'],
                },
                { ...CODE, label: 'Dostawa gratis' },
                { type: 'button', text: 'Dziękuję', action: 'close' },
              ],
            },
          },
        },
        {
          key: 'words',
          content: {
            en: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Close',
              blocks: [
                { type: 'heading', text: `Good to have you back${COMMA_NAME}` },
                {
                  type: 'text',
                  runs: [
                    '{{ visitor.orders | plural: one: "# order", other: "# orders" }} so far. We know your cup by now.',
                  ],
                },
                { type: 'button', text: 'You are welcome', action: 'close' },
              ],
            },
            de: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Schließen',
              blocks: [
                { type: 'heading', text: `Schön, dass du wieder da bist${COMMA_NAME}` },
                {
                  type: 'text',
                  runs: [
                    'Bis heute {{ visitor.orders | plural: one: "# Bestellung", other: "# Bestellungen" }}. Deine Tasse kennen wir inzwischen.',
                  ],
                },
                { type: 'button', text: 'Gern geschehen', action: 'close' },
              ],
            },
            pl: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Zamknij',
              blocks: [
                { type: 'heading', text: `Dobrze, że wracasz${COMMA_NAME}` },
                {
                  type: 'text',
                  runs: [
                    'Do dziś {{ visitor.orders | plural: one: "# zamówienie", few: "# zamówienia", many: "# zamówień", other: "# zamówienia" }}. Twój kubek już znamy.',
                  ],
                },
                { type: 'button', text: 'Nie ma za co', action: 'close' },
              ],
            },
          },
        },
      ],
    },
  ],
  holdout: { percent: 20 },
  goal: { event: 'purchase', within: 'P1D' },
};

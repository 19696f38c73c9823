import { type CampaignInput, THEME } from './definition.ts';

/**
 * The popup that a newcomer meets first: free shipping for a cart worth 50 or more, while nothing was bought in this
 * session. No holdout, so that everybody sees it; it comes before all others.
 */
export const freeShipping: CampaignInput = {
  id: 'free-shipping',
  name: 'Free shipping from 50',
  priority: 900,
  audience: {
    rule: { and: [{ '>=': [{ var: 'cart.value' }, 50] }, { '!': { var: 'session.converted' } }] },
  },
  entry: { on: 'any' },
  steps: [
    {
      id: 'popup',
      type: 'message',
      channel: 'popup',
      triggers: [{ on: 'load' }],
      variants: [
        {
          key: 'a',
          content: {
            en: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Close',
              blocks: [
                { type: 'heading', text: 'Free shipping today' },
                {
                  type: 'text',
                  runs: [
                    'Your cart is worth more than $50: ',
                    { text: 'we pay the postage', bold: true },
                    '. Use this code at the checkout.',
                  ],
                },
                { type: 'coupon', code: 'SHIP0', label: 'Your code' },
                { type: 'button', text: 'Go to checkout', action: 'url', href: '/checkout' },
              ],
            },
            de: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Schließen',
              blocks: [
                { type: 'heading', text: 'Heute versandkostenfrei' },
                {
                  type: 'text',
                  runs: [
                    'Dein Warenkorb ist mehr als 50 $ wert: ',
                    { text: 'das Porto zahlen wir', bold: true },
                    '. Gib den Code an der Kasse ein.',
                  ],
                },
                { type: 'coupon', code: 'SHIP0', label: 'Dein Code' },
                { type: 'button', text: 'Zur Kasse', action: 'url', href: '/checkout' },
              ],
            },
            pl: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Zamknij',
              blocks: [
                { type: 'heading', text: 'Dziś dostawa gratis' },
                {
                  type: 'text',
                  runs: [
                    'Twój koszyk jest wart ponad 50 $: ',
                    { text: 'za przesyłkę płacimy my', bold: true },
                    '. Podaj ten kod przy kasie.',
                  ],
                },
                { type: 'coupon', code: 'SHIP0', label: 'Twój kod' },
                { type: 'button', text: 'Do kasy', action: 'url', href: '/checkout' },
              ],
            },
          },
        },
      ],
    },
  ],
  cap: { perSession: 1 },
  holdout: { percent: 0 },
};

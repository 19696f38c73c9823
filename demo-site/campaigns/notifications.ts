import { type CampaignInput, THEME } from './definition.ts';

/**
 * Asks before the browser does, on the second page or when there is something in the cart. It is shown only where the browser
 * can be asked and nobody has answered yet; the browser's own question follows the yes.
 */
export const notifications: CampaignInput = {
  id: 'notifications',
  name: 'Shall we tell you? Before the browser asks',
  tags: ['push'],
  priority: 100,
  page: { exclude: [{ path: '/cart*' }, { path: '/checkout*' }, { path: '/thank-you*' }] },
  audience: {
    rule: {
      and: [
        { '!': { var: 'push.subscribed' } },
        { or: [{ '>=': [{ var: 'session.pageViews' }, 2] }, { '>=': [{ var: 'cart.quantity' }, 1] }] },
      ],
    },
  },
  entry: { on: 'any' },
  exits: [{ event: 'begin_checkout' }],
  steps: [
    {
      id: 'popup',
      type: 'message',
      channel: 'popup',
      triggers: [{ on: 'delay', delayMs: 4_000 }, { on: 'api' }],
      fallbackLocale: 'en',
      variants: [
        {
          key: 'a',
          content: {
            en: {
              kind: 'slide-in',
              position: 'bottom-start',
              theme: THEME,
              closeLabel: 'Close',
              blocks: [
                { type: 'heading', text: 'Shall we knock?' },
                {
                  type: 'text',
                  runs: ['A note in your browser when your cart still waits, or something is back.'],
                },
                {
                  type: 'text',
                  runs: ['You agree to one a day at most, none at night, and off again whenever you like.'],
                  consent: 'push',
                },
                { type: 'button', text: 'Yes, please', action: 'push' },
                { type: 'button', text: 'Not now', action: 'close' },
              ],
            },
            de: {
              kind: 'slide-in',
              position: 'bottom-start',
              theme: THEME,
              closeLabel: 'Schließen',
              blocks: [
                { type: 'heading', text: 'Dürfen wir anklopfen?' },
                {
                  type: 'text',
                  runs: [
                    'Eine Nachricht im Browser, wenn dein Warenkorb noch wartet oder etwas wieder da ist.',
                  ],
                },
                {
                  type: 'text',
                  runs: [
                    'Du stimmst höchstens einer am Tag zu, keiner in der Nacht, und jederzeit wieder aus.',
                  ],
                  consent: 'push',
                },
                { type: 'button', text: 'Ja, gern', action: 'push' },
                { type: 'button', text: 'Jetzt nicht', action: 'close' },
              ],
            },
            pl: {
              kind: 'slide-in',
              position: 'bottom-start',
              theme: THEME,
              closeLabel: 'Zamknij',
              blocks: [
                { type: 'heading', text: 'Możemy zapukać?' },
                {
                  type: 'text',
                  runs: [
                    'Krótka wiadomość w przeglądarce, gdy koszyk wciąż czeka albo coś znów jest dostępne.',
                  ],
                },
                {
                  type: 'text',
                  runs: [
                    'Zgadzasz się na najwyżej jedną dziennie, żadnej w nocy, a wyłączysz je, kiedy zechcesz.',
                  ],
                  consent: 'push',
                },
                { type: 'button', text: 'Tak, chętnie', action: 'push' },
                { type: 'button', text: 'Nie teraz', action: 'close' },
              ],
            },
          },
        },
      ],
    },
  ],
  cap: { perSession: 1, afterDismissDays: 3 },
  goal: null,
};

import type { ContentInput } from '../../collector/src/campaigns/templates/languages.ts';
import { type CampaignInput, THEME } from './definition.ts';

const TEXTS = {
  en: {
    close: 'Close',
    heading: 'Shall we knock?',
    what: 'A note in your browser when your cart still waits, or something is back.',
    consent: 'You agree to one a day at most, none at night, and off again whenever you like.',
    yes: 'Yes, please',
    no: 'Not now',
  },
  de: {
    close: 'Schließen',
    heading: 'Dürfen wir anklopfen?',
    what: 'Eine Nachricht im Browser, wenn dein Warenkorb noch wartet oder etwas wieder da ist.',
    consent: 'Du stimmst höchstens einer am Tag zu, keiner in der Nacht, und jederzeit wieder aus.',
    yes: 'Ja, gern',
    no: 'Jetzt nicht',
  },
  pl: {
    close: 'Zamknij',
    heading: 'Możemy zapukać?',
    what: 'Krótka wiadomość w przeglądarce, gdy koszyk wciąż czeka albo coś znów jest dostępne.',
    consent: 'Zgadzasz się na najwyżej jedną dziennie, żadnej w nocy, a wyłączysz je, kiedy zechcesz.',
    yes: 'Tak, chętnie',
    no: 'Nie teraz',
  },
};

const asking = ({ close, heading, what, consent, yes, no }: (typeof TEXTS)['en']): ContentInput => ({
  kind: 'slide-in',
  position: 'bottom-start',
  theme: THEME,
  closeLabel: close,
  blocks: [
    { type: 'heading', text: heading },
    { type: 'text', runs: [what] },
    { type: 'text', runs: [consent], consent: 'push' },
    { type: 'button', text: yes, action: 'push' },
    { type: 'button', text: no, action: 'close' },
  ],
});

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
          content: { en: asking(TEXTS.en), de: asking(TEXTS.de), pl: asking(TEXTS.pl) },
        },
      ],
    },
  ],
  cap: { perSession: 1, afterDismissDays: 3 },
  goal: null,
};

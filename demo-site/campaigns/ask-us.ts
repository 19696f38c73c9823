import type { ContentInput } from '../../collector/src/campaigns/templates/languages.ts';
import { type CampaignInput, THEME } from './definition.ts';

const TEXTS = {
  en: {
    tab: 'Questions?',
    heading: 'Ask us anything',
    email: 'E-mail for our answer',
    topic: 'About what?',
    topics: { order: 'An order', mending: 'Something to mend', other: 'Something else' },
    question: 'Your question',
    send: 'Send',
    thanks: 'Thank you',
    answer: 'A real shop would answer within a day. This one only shows what it was told.',
    close: 'Close',
  },
  de: {
    tab: 'Fragen?',
    heading: 'Frag uns, was du magst',
    email: 'E-Mail für unsere Antwort',
    topic: 'Worum geht es?',
    topics: { order: 'Um eine Bestellung', mending: 'Etwas ist kaputt', other: 'Um etwas anderes' },
    question: 'Deine Frage',
    send: 'Absenden',
    thanks: 'Danke',
    answer: 'Ein echter Shop würde binnen eines Tages antworten. Dieser zeigt nur, was er gehört hat.',
    close: 'Schließen',
  },
  pl: {
    tab: 'Pytania?',
    heading: 'Zapytaj nas o cokolwiek',
    email: 'E-mail do odpowiedzi',
    topic: 'Czego dotyczy?',
    topics: { order: 'Zamówienia', mending: 'Naprawy', other: 'Czegoś innego' },
    question: 'Twoje pytanie',
    send: 'Wyślij',
    thanks: 'Dziękujemy',
    answer: 'Prawdziwy sklep odpowie w ciągu dnia. Ten pokazuje tylko, co usłyszał.',
    close: 'Zamknij',
  },
};

function written(texts: (typeof TEXTS)['en']): ContentInput {
  const options = Object.entries(texts.topics).map(([value, text]) => ({ value, text }));
  return {
    kind: 'launcher',
    theme: THEME,
    launcher: { text: texts.tab },
    blocks: [
      { type: 'heading', text: texts.heading },
      { type: 'field', name: 'email', input: 'email', label: texts.email, required: true },
      { type: 'field', name: 'topic', input: 'select', label: texts.topic, options },
      { type: 'field', name: 'question', input: 'text', label: texts.question, required: true },
      { type: 'button', text: texts.send, action: 'submit', step: 'thanks' },
    ],
    steps: [
      {
        id: 'thanks',
        blocks: [
          { type: 'heading', text: texts.thanks },
          { type: 'text', runs: [texts.answer] },
          { type: 'button', text: texts.close, action: 'close' },
        ],
      },
    ],
  };
}

/** A tab at the edge of the account page; pressed, it is a form. */
export const askUs: CampaignInput = {
  id: 'ask-us',
  name: 'Questions?',
  tags: ['service', 'form'],
  page: { include: [{ path: '/account' }] },
  steps: [
    {
      id: 'popup',
      type: 'message',
      channel: 'popup',
      triggers: [{ on: 'load' }],
      fallbackLocale: 'en',
      variants: [
        { key: 'a', content: { en: written(TEXTS.en), de: written(TEXTS.de), pl: written(TEXTS.pl) } },
      ],
    },
  ],
  cap: { perSession: null, afterDismissDays: null, afterConvert: null },
  goal: null,
};

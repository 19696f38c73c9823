import { type CampaignInput, inEachLanguage, popup } from './languages.ts';

const TEXTS = {
  en: {
    heading: 'Shall we tell you?',
    text: 'We write when something that you looked at becomes cheaper, or your cart is still waiting: at most three times a week. Switch it off at any time.',
    yes: 'Yes, please',
    no: 'Not now',
  },
  de: {
    heading: 'Sollen wir dir Bescheid geben?',
    text: 'Wir melden uns, wenn etwas günstiger wird, das du dir angesehen hast, oder dein Warenkorb noch wartet: höchstens dreimal pro Woche. Abschalten geht jederzeit.',
    yes: 'Ja, gern',
    no: 'Jetzt nicht',
  },
  pl: {
    heading: 'Dać Ci znać?',
    text: 'Napiszemy, gdy stanieje coś, co oglądasz, albo gdy koszyk wciąż czeka: najwyżej trzy razy w tygodniu. Wyłączysz to w każdej chwili.',
    yes: 'Tak, chętnie',
    no: 'Nie teraz',
  },
  uk: {
    heading: 'Повідомити вас?',
    text: 'Напишемо, коли подешевшає те, що ви переглядали, або коли кошик ще чекає: щонайбільше тричі на тиждень. Вимкнути можна будь-коли.',
    yes: 'Так, будь ласка',
    no: 'Не зараз',
  },
  hr: {
    heading: 'Da ti javimo?',
    text: 'Javljamo se kad pojeftini nešto što te zanimalo ili kad te košarica još čeka: najviše triput tjedno. Isključiti možeš bilo kada.',
    yes: 'Da, može',
    no: 'Ne sada',
  },
  ar: {
    heading: 'هل نخبرك؟',
    text: 'نرسل إليك عندما ينخفض سعر ما شاهدته أو عندما تنتظرك سلتك: ثلاث مرات في الأسبوع على الأكثر، ويمكنك إيقاف ذلك في أي وقت.',
    yes: 'نعم، من فضلك',
    no: 'ليس الآن',
  },
};

/** Asks before the browser does, once somebody has put something into the cart; the browser asks only after a yes. */
export const pushPrompt: CampaignInput = {
  id: 'push-prompt',
  name: 'Push prompt',
  tags: ['push'],
  priority: 40,
  page: { exclude: [{ path: '/cart*' }, { path: '/checkout*' }] },
  audience: { rule: { '!': { var: 'push.subscribed' } } },
  entry: { on: 'event', event: 'add_to_cart' },
  exits: [{ event: 'begin_checkout' }],
  steps: popup(
    [{ on: 'delay', delayMs: 3_000 }, { on: 'api' }],
    inEachLanguage(TEXTS, ({ heading, text, yes, no }) => ({
      kind: 'slide-in',
      position: 'bottom-end',
      blocks: [
        { type: 'heading', text: heading },
        { type: 'text', runs: [text], consent: 'push' },
        { type: 'button', text: yes, action: 'push' },
        { type: 'button', text: no, action: 'close' },
      ],
    })),
  ),
  cap: { perSession: 1, afterDismissDays: 3 },
  goal: null,
};

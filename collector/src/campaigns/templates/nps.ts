import { type CampaignInput, inEachLanguage, popup } from './languages.ts';
import { notAnsweredFor, survey } from './survey.ts';

/** When an order has arrived and is in use, and not yet forgotten. */
const FROM_DAYS = 14;
const TO_DAYS = 60;
/** Nobody is asked again so soon. */
const AGAIN_DAYS = 180;
const DELAY_MS = 10_000;

const TEXTS = {
  en: {
    heading: 'One quick question',
    question: 'How likely are you to recommend us to a friend?',
    low: 'Not likely',
    high: 'Very likely',
    reasons: {
      detractors: { heading: 'Thank you for being honest', label: 'What should we do better?' },
      passives: { heading: 'Thank you', label: 'What is missing for a 10?' },
      promoters: { heading: 'That makes our day', label: 'What do you like best?' },
    },
    send: 'Send',
    thanks: 'Thank you very much!',
    answer: 'We read every answer.',
    done: 'Done',
  },
  de: {
    heading: 'Eine kurze Frage',
    question: 'Wie wahrscheinlich ist es, dass du uns weiterempfiehlst?',
    low: 'Unwahrscheinlich',
    high: 'Sehr wahrscheinlich',
    reasons: {
      detractors: { heading: 'Danke für deine Ehrlichkeit', label: 'Was sollen wir besser machen?' },
      passives: { heading: 'Danke dir', label: 'Was fehlt noch zur 10?' },
      promoters: { heading: 'Das freut uns sehr', label: 'Was gefällt dir am besten?' },
    },
    send: 'Absenden',
    thanks: 'Vielen Dank!',
    answer: 'Wir lesen jede Antwort.',
    done: 'Fertig',
  },
  pl: {
    heading: 'Jedno krótkie pytanie',
    question: 'Jak bardzo prawdopodobne jest, że polecisz nas znajomym?',
    low: 'Wcale',
    high: 'Bardzo',
    reasons: {
      detractors: { heading: 'Dziękujemy za szczerość', label: 'Co powinniśmy poprawić?' },
      passives: { heading: 'Dziękujemy', label: 'Czego zabrakło do 10?' },
      promoters: { heading: 'Bardzo nas to cieszy', label: 'Co podoba ci się najbardziej?' },
    },
    send: 'Wyślij',
    thanks: 'Bardzo dziękujemy!',
    answer: 'Czytamy każdą odpowiedź.',
    done: 'Gotowe',
  },
  uk: {
    heading: 'Одне коротке запитання',
    question: 'Наскільки ймовірно, що ви порадите нас друзям?',
    low: 'Малоймовірно',
    high: 'Дуже ймовірно',
    reasons: {
      detractors: { heading: 'Дякуємо за відвертість', label: 'Що нам варто покращити?' },
      passives: { heading: 'Дякуємо', label: 'Чого бракує до 10?' },
      promoters: { heading: 'Нам дуже приємно', label: 'Що вам подобається найбільше?' },
    },
    send: 'Надіслати',
    thanks: 'Щиро дякуємо!',
    answer: 'Ми читаємо кожну відповідь.',
    done: 'Готово',
  },
  hr: {
    heading: 'Jedno kratko pitanje',
    question: 'Koliko je vjerojatno da ćeš nas preporučiti prijateljima?',
    low: 'Malo vjerojatno',
    high: 'Vrlo vjerojatno',
    reasons: {
      detractors: { heading: 'Hvala na iskrenosti', label: 'Što trebamo popraviti?' },
      passives: { heading: 'Hvala', label: 'Što nedostaje do 10?' },
      promoters: { heading: 'Baš nas to veseli', label: 'Što ti se najviše sviđa?' },
    },
    send: 'Pošalji',
    thanks: 'Hvala ti!',
    answer: 'Čitamo svaki odgovor.',
    done: 'Gotovo',
  },
  ar: {
    heading: 'سؤال سريع',
    question: 'ما مدى احتمال أن توصي أصدقاءك بمتجرنا؟',
    low: 'غير محتمل',
    high: 'محتمل جدًا',
    reasons: {
      detractors: { heading: 'شكرًا لصراحتك', label: 'ما الذي ينبغي أن نحسّنه؟' },
      passives: { heading: 'شكرًا لك', label: 'ما الذي ينقصنا لنستحق 10؟' },
      promoters: { heading: 'هذا يسعدنا كثيرًا', label: 'ما أكثر ما يعجبك؟' },
    },
    send: 'إرسال',
    thanks: 'شكرًا جزيلًا!',
    answer: 'نقرأ كل إجابة.',
    done: 'تم',
  },
};

/** Would buyers recommend the shop, and why: two weeks after an order, when they know what they have bought. */
export const nps: CampaignInput = {
  id: 'nps',
  name: 'NPS: would you recommend us?',
  tags: ['survey'],
  priority: 300,
  page: { exclude: [{ path: '/cart*' }, { path: '/checkout*' }] },
  audience: {
    rule: {
      and: [
        { '!==': [{ var: 'visitor.daysSinceLastOrder' }, null] },
        { '>=': [{ var: 'visitor.daysSinceLastOrder' }, FROM_DAYS] },
        { '<=': [{ var: 'visitor.daysSinceLastOrder' }, TO_DAYS] },
        notAnsweredFor(AGAIN_DAYS),
        { '===': [{ var: 'cart.quantity' }, 0] },
        { '!': { in: [{ var: 'page.type' }, ['cart', 'checkout', 'purchase']] } },
      ],
    },
  },
  entry: { on: 'any' },
  exits: [{ event: 'add_to_cart' }, { event: 'begin_checkout' }],
  steps: popup(
    [{ on: 'delay', delayMs: DELAY_MS }],
    inEachLanguage(TEXTS, (texts) => ({
      kind: 'slide-in',
      position: 'bottom-end',
      ...survey(
        { name: 'nps', scale: 'nps' },
        { detractors: [0, 6], passives: [7, 8], promoters: [9, 10] },
        texts,
      ),
    })),
  ),
  cap: { perSession: 1, perDays: { n: 2, days: AGAIN_DAYS }, afterDismissDays: AGAIN_DAYS },
  goal: null,
};

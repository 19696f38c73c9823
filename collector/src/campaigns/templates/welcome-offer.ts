import { type CampaignInput, inEachLanguage, popup } from './languages.ts';

const CODE = 'WELCOME10';
const PERCENT = 10;
const DELAY_MS = 8_000;

const TEXTS = {
  en: {
    heading: `Welcome! Here is ${PERCENT}% off`,
    text: `New here? Your first order is ${PERCENT}% cheaper. Just enter this code at checkout.`,
    code: 'Your welcome code',
    close: 'Keep browsing',
  },
  de: {
    heading: `Willkommen! ${PERCENT}\u00a0% für dich`,
    text: `Neu hier? Auf deine erste Bestellung bekommst du ${PERCENT}\u00a0% Rabatt. Gib den Code einfach an der Kasse ein.`,
    code: 'Dein Willkommenscode',
    close: 'Weiter stöbern',
  },
  pl: {
    heading: `Witaj! ${PERCENT}% rabatu na start`,
    text: `Pierwsze zakupy u nas? Z tym kodem zapłacisz o ${PERCENT}% mniej. Wystarczy wpisać go przy zamówieniu.`,
    code: 'Twój kod powitalny',
    close: 'Oglądam dalej',
  },
  uk: {
    heading: `Вітаємо! Знижка ${PERCENT}% для вас`,
    text: `Ви в нас уперше? Перше замовлення буде на ${PERCENT}% дешевшим. Просто введіть цей код під час оформлення.`,
    code: 'Ваш вітальний код',
    close: 'Дивитися далі',
  },
  hr: {
    heading: `${PERCENT}\u00a0% popusta za dobrodošlicu`,
    text: `Prvi put kod nas? Prva narudžba košta te ${PERCENT}\u00a0% manje. Samo upiši ovaj kod pri plaćanju.`,
    code: 'Tvoj kod dobrodošlice',
    close: 'Nastavi razgledavati',
  },
  ar: {
    heading: `أهلًا بك! خصم ${PERCENT}% لك`,
    text: `أول مرة معنا؟ طلبك الأول أقل بنسبة ${PERCENT}%. ما عليك إلا إدخال هذا الرمز عند الدفع.`,
    code: 'رمز الترحيب',
    close: 'متابعة التصفح',
  },
};

/** A code for the first order, for those who are here for the first time and have looked around a little. */
export const welcomeOffer: CampaignInput = {
  id: 'welcome-offer',
  name: 'Welcome offer',
  tags: ['welcome', 'coupon'],
  priority: 600,
  page: { exclude: [{ path: '/cart*' }, { path: '/checkout*' }] },
  audience: {
    rule: {
      and: [
        { var: 'visitor.new' },
        { '===': [{ var: 'visitor.orders' }, 0] },
        { '!': { in: [{ var: 'page.type' }, ['cart', 'checkout', 'purchase']] } },
      ],
    },
  },
  entry: { on: 'any' },
  exits: [{ event: 'begin_checkout' }, { event: 'purchase' }],
  steps: popup(
    [{ on: 'delay', delayMs: DELAY_MS }],
    inEachLanguage(TEXTS, ({ heading, text, code, close }) => ({
      kind: 'slide-in',
      position: 'bottom-end',
      blocks: [
        { type: 'heading', text: heading },
        { type: 'text', runs: [text] },
        { type: 'coupon', code: CODE, label: code },
        { type: 'button', text: close, action: 'close' },
      ],
    })),
  ),
  cap: { perSession: 1, perVisitor: 2, afterDismissDays: 30 },
  goal: { event: 'purchase', within: 'P7D' },
};

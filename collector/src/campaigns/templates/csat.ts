import { type CampaignInput, inEachLanguage, popup } from './languages.ts';
import { notAnsweredFor, survey } from './survey.ts';

/** Nobody is asked again so soon. */
const AGAIN_DAYS = 30;
const DELAY_MS = 3_000;

const TEXTS = {
  en: {
    heading: 'Thank you for your order!',
    question: 'How was your shopping today?',
    low: 'Poor',
    high: 'Great',
    reasons: {
      improve: { heading: 'Thank you, that helps', label: 'What should we improve?' },
      praise: { heading: 'Lovely to hear', label: 'Anything else you would like to tell us?' },
    },
    send: 'Send',
    thanks: 'Thank you very much!',
    answer: 'Your answer helps us to get better.',
    done: 'Done',
  },
  de: {
    heading: 'Danke für deine Bestellung!',
    question: 'Wie war dein Einkauf heute?',
    low: 'Schlecht',
    high: 'Super',
    reasons: {
      improve: { heading: 'Danke, das hilft uns', label: 'Was sollen wir verbessern?' },
      praise: { heading: 'Das hören wir gern', label: 'Möchtest du uns noch etwas sagen?' },
    },
    send: 'Absenden',
    thanks: 'Vielen Dank!',
    answer: 'Deine Antwort hilft uns, besser zu werden.',
    done: 'Fertig',
  },
  pl: {
    heading: 'Dziękujemy za zamówienie!',
    question: 'Jak oceniasz dzisiejsze zakupy?',
    low: 'Słabo',
    high: 'Świetnie',
    reasons: {
      improve: { heading: 'Dziękujemy, to nam pomoże', label: 'Co powinniśmy poprawić?' },
      praise: { heading: 'Miło to słyszeć', label: 'Chcesz coś jeszcze dodać?' },
    },
    send: 'Wyślij',
    thanks: 'Bardzo dziękujemy!',
    answer: 'Twoja odpowiedź pomoże nam być lepszym sklepem.',
    done: 'Gotowe',
  },
  uk: {
    heading: 'Дякуємо за замовлення!',
    question: 'Як вам сьогоднішні покупки?',
    low: 'Погано',
    high: 'Чудово',
    reasons: {
      improve: { heading: 'Дякуємо, це нам допоможе', label: 'Що нам варто покращити?' },
      praise: { heading: 'Раді це чути', label: 'Бажаєте ще щось додати?' },
    },
    send: 'Надіслати',
    thanks: 'Щиро дякуємо!',
    answer: 'Ваша відповідь допоможе нам стати кращими.',
    done: 'Готово',
  },
  hr: {
    heading: 'Hvala na narudžbi!',
    question: 'Kako ocjenjuješ današnju kupnju?',
    low: 'Loše',
    high: 'Odlično',
    reasons: {
      improve: { heading: 'Hvala, to nam pomaže', label: 'Što trebamo poboljšati?' },
      praise: { heading: 'Drago nam je to čuti', label: 'Želiš li još nešto dodati?' },
    },
    send: 'Pošalji',
    thanks: 'Hvala ti!',
    answer: 'Tvoj nam odgovor pomaže da budemo bolji.',
    done: 'Gotovo',
  },
  ar: {
    heading: 'شكرًا على طلبك!',
    question: 'كيف كانت تجربة التسوق اليوم؟',
    low: 'سيئة',
    high: 'رائعة',
    reasons: {
      improve: { heading: 'شكرًا، هذا يساعدنا', label: 'ما الذي ينبغي أن نحسّنه؟' },
      praise: { heading: 'يسعدنا سماع ذلك', label: 'هل من شيء آخر تودّ إضافته؟' },
    },
    send: 'إرسال',
    thanks: 'شكرًا جزيلًا!',
    answer: 'إجابتك تساعدنا على التحسّن.',
    done: 'تم',
  },
};

/** How the purchase went, asked on the page that thanks for it: wherever the shop reports `purchase`. */
export const csat: CampaignInput = {
  id: 'csat-after-purchase',
  name: 'CSAT after purchase',
  tags: ['survey'],
  priority: 800,
  page: {
    // WooCommerce's thanks are at /checkout/order-received.
    exclude: [{ path: '/checkout' }, { path: '/checkout/' }, { path: '/checkout/payment*' }],
  },
  audience: { rule: notAnsweredFor(AGAIN_DAYS) },
  entry: { on: 'event', event: 'purchase' },
  exits: [{ event: 'begin_checkout' }],
  steps: popup(
    [{ on: 'delay', delayMs: DELAY_MS }],
    inEachLanguage(TEXTS, (texts) => ({
      kind: 'slide-in',
      position: 'bottom-end',
      ...survey({ name: 'csat', scale: 'faces' }, { improve: [1, 3], praise: [4, 5] }, texts),
    })),
  ),
  cap: { perSession: 1, perDays: { n: 1, days: AGAIN_DAYS }, afterDismissDays: AGAIN_DAYS },
  goal: null,
};

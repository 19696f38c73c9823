import { type CampaignInput, inEachLanguage, popup } from './languages.ts';

const CODE = 'CART10';
const PERCENT = 10;
/** How long the code is said to hold; let it end in the shop as well. */
const VALID_FOR = 'PT2H';
const CART = '/cart';
const IDLE_MS = 60_000;

const VALUE = '{{ cart.value | money: cart.currency }}';
/** Some shops do not say what things cost. */
const whenPriced = (text: string) => `{% if cart.value > 0 %}${text}{% endif %}`;

const TEXTS = {
  en: {
    heading: '{{ cart.quantity | plural: one: "# item is", other: "# items are" }} waiting in your cart',
    together: 'Together ',
    order: `Order now and pay ${PERCENT}% less with this code:`,
    code: 'Your code',
    left: 'Your discount ends in',
    over: 'This discount has ended.',
    cart: 'Back to my cart',
    close: 'Not now',
  },
  de: {
    heading:
      '{{ cart.quantity | plural: one: "# Artikel wartet", other: "# Artikel warten" }} im Warenkorb auf dich',
    together: 'Zusammen ',
    order: `Bestell jetzt und spar mit diesem Code ${PERCENT}\u00a0%:`,
    code: 'Dein Code',
    left: 'Dein Rabatt endet in',
    over: 'Dieser Rabatt ist abgelaufen.',
    cart: 'Zum Warenkorb',
    close: 'Jetzt nicht',
  },
  pl: {
    heading:
      'W koszyku {{ cart.quantity | plural: one: "czeka # produkt", few: "czekają # produkty", many: "czeka # produktów", other: "czeka # produktu" }}',
    together: 'Razem ',
    order: `Zamów teraz i z tym kodem zapłać o ${PERCENT}% mniej:`,
    code: 'Twój kod',
    left: 'Rabat kończy się za',
    over: 'Ten rabat już się skończył.',
    cart: 'Wróć do koszyka',
    close: 'Nie teraz',
  },
  uk: {
    heading:
      'У кошику {{ cart.quantity | plural: one: "чекає # товар", few: "чекають # товари", many: "чекає # товарів", other: "чекає # товару" }}',
    together: 'Разом ',
    order: `Замовте зараз на ${PERCENT}% дешевше з цим кодом:`,
    code: 'Ваш код',
    left: 'Знижка діє ще',
    over: 'Ця знижка вже закінчилася.',
    cart: 'Назад до кошика',
    close: 'Не зараз',
  },
  hr: {
    heading:
      'U košarici te {{ cart.quantity | plural: one: "čeka # proizvod", few: "čekaju # proizvoda", other: "čeka # proizvoda" }}',
    together: 'Ukupno ',
    order: `Naruči sada i uz ovaj kod plati ${PERCENT}\u00a0% manje:`,
    code: 'Tvoj kod',
    left: 'Popust istječe za',
    over: 'Ovaj je popust istekao.',
    cart: 'Natrag u košaricu',
    close: 'Ne sada',
  },
  ar: {
    heading:
      'في سلتك {{ cart.quantity | plural: one: "منتج واحد", two: "منتجان", few: "# منتجات", many: "# منتجًا", other: "# منتج" }} بانتظارك',
    together: 'المجموع ',
    order: `اطلب الآن وادفع أقل بنسبة ${PERCENT}% بهذا الرمز:`,
    code: 'رمز الخصم',
    left: 'ينتهي الخصم خلال',
    over: 'انتهى هذا الخصم.',
    cart: 'العودة إلى السلة',
    close: 'ليس الآن',
  },
};

/** What lies in the cart, and a code that hurries, when the visitor is about to leave or has gone quiet. Once. */
export const cartSaver: CampaignInput = {
  id: 'cart-saver',
  name: 'Cart saver',
  tags: ['cart', 'coupon'],
  priority: 700,
  page: { exclude: [{ path: '/checkout*' }] },
  audience: {
    rule: {
      and: [
        { '>=': [{ var: 'cart.quantity' }, 1] },
        { '!': { var: 'session.converted' } },
        { '!': { in: [{ var: 'page.type' }, ['checkout', 'purchase']] } },
      ],
    },
  },
  entry: { on: 'any' },
  exits: [{ event: 'begin_checkout' }, { event: 'purchase' }],
  steps: popup(
    [{ on: 'exit' }, { on: 'idle', idleMs: IDLE_MS }],
    inEachLanguage(TEXTS, ({ heading, together, order, code, left, over, cart, close }) => ({
      kind: 'modal',
      theme: { spacing: 'compact' },
      blocks: [
        { type: 'heading', text: heading },
        { type: 'products', from: 'cart', max: 2 },
        {
          type: 'text',
          runs: [whenPriced(together), { text: whenPriced(VALUE), bold: true }, whenPriced('. '), order],
        },
        { type: 'coupon', code: CODE, label: code },
        { type: 'countdown', for: VALID_FOR, label: left, expired: over },
        { type: 'button', text: cart, action: 'url', href: CART },
        { type: 'button', text: close, action: 'close' },
      ],
    })),
  ),
  // The countdown runs from the first time: a second one would come with a discount that is over.
  cap: { perSession: 1, perVisitor: 1 },
  goal: { event: 'purchase', within: 'P1D' },
};

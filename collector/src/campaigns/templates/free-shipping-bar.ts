import { type CampaignInput, inEachLanguage, popup } from './languages.ts';

/** In the currency of the cart. */
const THRESHOLD = 50;
const CART = '/cart';

const MISSING = `{{ ${THRESHOLD} | minus: cart.value | money: cart.currency }}`;
const whileMissing = (text: string) => `{% if cart.value < ${THRESHOLD} %}${text}{% endif %}`;
const whenReached = (text: string) => `{% if cart.value >= ${THRESHOLD} %}${text}{% endif %}`;

const TEXTS = {
  en: {
    before: 'You are ',
    after: ' away from free shipping.',
    reached: 'Good news: your shipping is free.',
    cart: 'View cart',
  },
  de: {
    before: 'Noch ',
    after: ' bis zum kostenlosen Versand.',
    reached: 'Geschafft: Dein Versand ist kostenlos.',
    cart: 'Zum Warenkorb',
  },
  pl: {
    before: 'Do darmowej dostawy brakuje ',
    after: '.',
    reached: 'Udało się: dostawa jest za darmo.',
    cart: 'Zobacz koszyk',
  },
  uk: {
    before: 'До безкоштовної доставки залишилося ',
    after: '.',
    reached: 'Чудово: доставка для вас безкоштовна.',
    cart: 'До кошика',
  },
  hr: {
    before: 'Još ',
    after: ' do besplatne dostave.',
    reached: 'Bravo: dostava ti je besplatna.',
    cart: 'Pogledaj košaricu',
  },
  ar: {
    before: 'تبقّى ',
    after: ' للحصول على شحن مجاني.',
    reached: 'رائع! شحن طلبك مجاني.',
    cart: 'عرض السلة',
  },
};

/** How much is missing to free shipping, as the cart changes. */
export const freeShippingBar: CampaignInput = {
  id: 'free-shipping-bar',
  name: 'Free-shipping bar',
  tags: ['cart', 'shipping'],
  priority: 200,
  audience: {
    rule: {
      and: [
        { '>': [{ var: 'cart.value' }, 0] },
        { '!': { in: [{ var: 'page.type' }, ['checkout', 'purchase']] } },
      ],
    },
  },
  entry: { on: 'any' },
  exits: [{ event: 'begin_checkout' }, { event: 'purchase' }],
  steps: popup(
    [{ on: 'load' }],
    inEachLanguage(TEXTS, ({ before, after, reached, cart }) => ({
      kind: 'bar',
      position: 'top',
      blocks: [
        {
          type: 'text',
          runs: [
            whileMissing(before),
            { text: whileMissing(MISSING), bold: true },
            whileMissing(after),
            { text: whenReached(reached), bold: true },
          ],
        },
        { type: 'button', text: cart, action: 'url', href: CART },
      ],
    })),
  ),
  cap: { perSession: null, afterDismissDays: 1, afterConvert: null },
  goal: { event: 'purchase', within: 'P1D' },
};

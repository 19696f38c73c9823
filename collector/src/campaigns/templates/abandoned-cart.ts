import { type CampaignInput, inEachLanguage, popup, push } from './languages.ts';

const CART = '/cart';
/** While somebody pays, nothing stands in the way; who has left the checkout for so long does not pay any more. */
const LEFT_MINUTES = 30;

const NAME = 'cart.items[0].item_name';
/** What was put in first; some shops do not say what things are called. */
const named = (others: string) =>
  `{% if ${NAME} %}{{ ${NAME} | truncate: 40 }}{% if cart.items.size > 1 %} ${others}{% endif %}. {% endif %}`;
/** Some do not say what they cost. */
const together = (text: string) =>
  `{% if cart.value > 0 %}${text} {{ cart.value | money: cart.currency }}. {% endif %}`;

const TEXTS = {
  en: {
    heading: 'Not finished yet?',
    text: 'This is in your cart:',
    cart: 'Go to my cart',
    close: 'Not now',
    waiting: 'Your cart is waiting',
    kept: `${named('and more')}We have kept everything as you left it.`,
    again: 'One more look at your cart?',
    back: `${together('Together')}One tap, and everything is back in your cart.`,
  },
  de: {
    heading: 'Noch nicht fertig?',
    text: 'Das liegt in deinem Warenkorb:',
    cart: 'Zum Warenkorb',
    close: 'Jetzt nicht',
    waiting: 'Dein Warenkorb wartet',
    kept: `${named('und mehr')}Es liegt noch alles so da, wie du es verlassen hast.`,
    again: 'Noch ein Blick in den Warenkorb?',
    back: `${together('Zusammen')}Einmal tippen, und alles liegt wieder im Warenkorb.`,
  },
  pl: {
    heading: 'Jeszcze się zastanawiasz?',
    text: 'To masz w koszyku:',
    cart: 'Przejdź do koszyka',
    close: 'Nie teraz',
    waiting: 'Twój koszyk czeka',
    kept: `${named('i więcej')}Wszystko czeka na ciebie tak, jak było.`,
    again: 'Zajrzysz jeszcze do koszyka?',
    back: `${together('Razem')}Jedno dotknięcie i wszystko wróci do koszyka.`,
  },
  uk: {
    heading: 'Ще не завершили?',
    text: 'Це у вашому кошику:',
    cart: 'До кошика',
    close: 'Не зараз',
    waiting: 'Ваш кошик чекає',
    kept: `${named('та інше')}Ми зберегли все так, як ви залишили.`,
    again: 'Зазирнете ще раз до кошика?',
    back: `${together('Разом')}Один дотик, і все знову в кошику.`,
  },
  hr: {
    heading: 'Još nije gotovo?',
    text: 'Ovo je u tvojoj košarici:',
    cart: 'Idi u košaricu',
    close: 'Ne sada',
    waiting: 'Tvoja košarica čeka',
    kept: `${named('i još ponešto')}Sve te čeka baš onako kako je bilo.`,
    again: 'Još jedan pogled u košaricu?',
    back: `${together('Ukupno')}Jedan dodir i sve je opet u košarici.`,
  },
  ar: {
    heading: 'لم تنتهِ بعد؟',
    text: 'هذا ما في سلتك:',
    cart: 'العودة إلى السلة',
    close: 'ليس الآن',
    waiting: 'سلتك بانتظارك',
    kept: `${named('وغيره')}احتفظنا لك بكل شيء كما تركته.`,
    again: 'نظرة أخرى على سلتك؟',
    back: `${together('المجموع')}لمسة واحدة ويعود كل شيء إلى سلتك.`,
  },
};

/** What lies in the cart when its visitor is about to leave; then a push after an hour, and another a day later. */
export const abandonedCart: CampaignInput = {
  id: 'abandoned-cart',
  name: 'Abandoned cart',
  tags: ['cart', 'push'],
  priority: 650,
  page: { exclude: [{ path: '/checkout*' }] },
  audience: {
    rule: {
      and: [
        { '>=': [{ var: 'cart.quantity' }, 1] },
        { '!==': [{ var: 'cart.minutesSinceChange' }, null] },
        {
          or: [
            { '!': { in: [{ var: 'page.type' }, ['checkout', 'purchase']] } },
            { '>=': [{ var: 'cart.minutesSinceChange' }, LEFT_MINUTES] },
          ],
        },
      ],
    },
  },
  // An empty cart has no such moment, which ends the journey as well.
  entry: { on: 'fact', fact: 'cart.updatedAt', reentry: 'P3D' },
  exits: [{ event: 'purchase' }],
  steps: [
    ...popup(
      [{ on: 'exit' }],
      inEachLanguage(TEXTS, ({ heading, text, cart, close }) => ({
        kind: 'modal',
        blocks: [
          { type: 'heading', text: heading },
          { type: 'text', runs: [text] },
          { type: 'products', from: 'cart', max: 3 },
          { type: 'button', text: cart, action: 'url', href: CART },
          { type: 'button', text: close, action: 'close' },
        ],
      })),
    ),
    { id: 'an-hour', type: 'wait', for: 'PT1H' },
    push('first-nudge', TEXTS, ({ waiting, kept }) => ({
      title: waiting,
      body: kept,
      url: '{{ cart.restore_url }}',
    })),
    { id: 'a-day', type: 'wait', for: 'P1D' },
    push('second-nudge', TEXTS, ({ again, back }) => ({
      title: again,
      body: back,
      url: '{{ cart.restore_url }}',
    })),
  ],
  cap: { perSession: 1, perDays: { n: 1, days: 3 }, afterDismissDays: 7, afterConvert: 7 },
  holdout: { percent: 5 },
  goal: { event: 'purchase', within: 'P3D' },
};

import { type CampaignInput, THEME } from './definition.ts';

/** `2 × Ember kettle · Loft beanie`; no line begins with a dot. */
const THINGS =
  '{% for item in cart.items %}{% if item.quantity > 1 %}{{ item.quantity }} × {% endif %}{{ item.item_name }}' +
  '{% unless forloop.last %}\u00a0· {% endunless %}{% endfor %}';
const VALUE = '{{ cart.value | money: cart.currency }}';

/** Names what lies in a cart that nobody has touched for two minutes (two days would suit a shop better than a demo). */
export const cartReminder: CampaignInput = {
  id: 'cart-reminder',
  name: 'What waits in the cart',
  tags: ['cart'],
  priority: 300,
  page: { exclude: [{ path: '/cart*' }, { path: '/checkout*' }, { path: '/thank-you*' }] },
  audience: {
    rule: {
      and: [
        { '>=': [{ var: 'cart.quantity' }, 1] },
        { '>=': [{ var: 'cart.minutesSinceChange' }, 2] },
        { '!': { var: 'session.converted' } },
      ],
    },
  },
  entry: { on: 'event', event: 'page_view' },
  exits: [{ event: 'begin_checkout' }],
  steps: [
    {
      id: 'popup',
      type: 'message',
      channel: 'popup',
      fallbackLocale: 'en',
      variants: [
        {
          key: 'a',
          content: {
            en: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Close',
              blocks: [
                {
                  type: 'heading',
                  text: 'Your cart keeps {{ cart.quantity | plural: one: "# thing", other: "# things" }} for you',
                },
                { type: 'text', runs: [THINGS] },
                { type: 'text', runs: ['Together ', { text: VALUE, bold: true }] },
                { type: 'button', text: 'To the cart', action: 'url', href: '/cart' },
                { type: 'button', text: 'Not now', action: 'close' },
              ],
            },
            de: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Schließen',
              blocks: [
                {
                  type: 'heading',
                  text: 'Dein Warenkorb hebt {{ cart.quantity | plural: one: "# Ding", other: "# Dinge" }} für dich auf',
                },
                { type: 'text', runs: [THINGS] },
                { type: 'text', runs: ['Zusammen ', { text: VALUE, bold: true }] },
                { type: 'button', text: 'Zum Warenkorb', action: 'url', href: '/cart' },
                { type: 'button', text: 'Jetzt nicht', action: 'close' },
              ],
            },
            pl: {
              kind: 'modal',
              theme: THEME,
              closeLabel: 'Zamknij',
              blocks: [
                {
                  type: 'heading',
                  text: 'W koszyku {{ cart.quantity | plural: one: "czeka # rzecz", few: "czekają # rzeczy", many: "czeka # rzeczy", other: "czeka # rzeczy" }}',
                },
                { type: 'text', runs: [THINGS] },
                { type: 'text', runs: ['Razem ', { text: VALUE, bold: true }] },
                { type: 'button', text: 'Do koszyka', action: 'url', href: '/cart' },
                { type: 'button', text: 'Nie teraz', action: 'close' },
              ],
            },
          },
        },
      ],
    },
  ],
  cap: { perSession: 1, perDays: { n: 1, days: 1 }, afterDismissDays: 1 },
  goal: { event: 'begin_checkout', within: 'PT1H' },
};

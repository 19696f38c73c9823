import type { Options } from '../../options.ts';

/** What a shop has to tell before campaigns can work. */
export const STEPS = ['page', 'product', 'cart', 'purchase'] as const;
export type Step = (typeof STEPS)[number];

/** Canonical names of the events by which each step is done. */
export const EVENTS: Record<Step, readonly string[]> = {
  page: ['page_view'],
  product: ['view_item'],
  cart: ['cart_updated', 'add_to_cart'],
  purchase: ['purchase'],
};

export const TITLES: Record<Step, string> = {
  page: 'Page view',
  product: 'Product page',
  cart: 'Cart',
  purchase: 'Purchase',
};

/** What to do about a step that is missing, with a line of code. */
export interface Todo {
  text: string;
  code: string;
}

/** @param isTag - whether the page has the script tag's global, which is also there before the script has loaded */
export function todoFor(
  step: Step,
  { currency = 'EUR', ecommerce, pageViews }: Pick<Options, 'currency' | 'ecommerce' | 'pageViews'>,
  isTag: boolean,
): Todo {
  const call = (name: string, args: string) =>
    isTag ? `beckon('${name}', ${args});` : `beckon.${name}(${args});`;
  const bare = isTag ? `beckon('page');` : 'beckon.page();';
  const money = `currency: '${currency}', value: 24`;
  const item = "item_id: 'mug', item_name: 'Mug', price: 12";
  const heard = String(ecommerce ?? false) === 'false';
  const listen = heard ? ' A shop that sends GA4 events already can set data-ecommerce="true" instead.' : '';
  switch (step) {
    case 'page':
      return String(pageViews) === 'false'
        ? { text: 'Automatic page views are switched off. Call this on each page.', code: bare }
        : { text: 'It is sent by itself, a moment after the page has loaded. Or call this.', code: bare };
    case 'product':
      return {
        text: `Open a product page; it tells which product is looked at.${listen}`,
        code: call('track', `'view_item', { ${money}, items: [{ ${item} }] }`),
      };
    case 'cart':
      return {
        text: `Put something into the cart; the page tells what was added.${listen}`,
        code: call('cart.add', `{ ${item}, quantity: 2 }`),
      };
    case 'purchase':
      return {
        text: `Place a test order; the thank-you page tells what was bought.${listen}`,
        code: call(
          'track',
          `'purchase', { transaction_id: 'T-1001', ${money}, items: [{ ${item}, quantity: 2 }] }`,
        ),
      };
  }
}

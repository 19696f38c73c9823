import type { Item, Message } from '../sdk/src/message.ts';
import { startVisit } from './visit.ts';

const DAY_MS = 86_400_000;
const VISITORS = 40;

/**
 * The visits of 30 days to the demo shop, oldest first, the same ones for the same `now`: some look around, some fill
 * a cart, some buy.
 *
 * @param now ms since the epoch; the last visit ended an hour before or earlier
 */
export function history(products: readonly Item[], shop: string, now: number): Message[] {
  const random = generator(20_261_122);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const visits: Message[][] = [];

  for (let visitor = 0; visitor < VISITORS; visitor++) {
    const anonymousId = `demo-visitor-${String(visitor + 1).padStart(2, '0')}`;
    const visitCount = 1 + Math.floor(random() * 3);
    for (let visit = 0; visit < visitCount; visit++) {
      const { messages, view, track } = startVisit({
        shop,
        id: `${anonymousId}-${visit}`,
        anonymousId,
        locale: pick(['en-US', 'en-GB', 'de-DE']),
        referrer: pick(['', '', 'https://www.google.com/', 'https://www.instagram.com/']),
        start: now - DAY_MS / 24 - Math.floor(random() * 29 * DAY_MS),
        pause: () => 4_000 + Math.floor(random() * 50_000),
      });

      view('/');
      const cart: Item[] = [];
      for (let step = Math.floor(random() * 4); step > 0; step--) {
        const product = pick(products);
        const path = `/products/${product.item_id}`;
        const { item_id = '', item_name = '', item_category = '', price = 0 } = product;
        const item = { item_id, item_name, item_category, price };
        view(path);
        track('view_item', path, { currency: 'USD', value: price, items: [item] });
        if (random() < 0.5) {
          cart.push({ ...item, quantity: 1 });
          track('cart_updated', path, { currency: 'USD', items: cart });
        }
      }
      if (cart.length > 0 && random() < 0.6) {
        const value = cart.reduce((sum, item) => sum + (item.price ?? 0), 0);
        track('begin_checkout', '/checkout', { currency: 'USD', value, items: cart });
        if (random() < 0.6) {
          const transaction_id = `demo-order-${visitor}-${visit}`;
          track('purchase', '/thank-you', { currency: 'USD', value, transaction_id, items: cart });
        }
      }
      visits.push(messages);
    }
  }
  return visits.sort((a, b) => ((a[0]?.timestamp ?? '') < (b[0]?.timestamp ?? '') ? -1 : 1)).flat();
}

/** Park and Miller's minimal generator (CACM 31, 1988): the demo is the same everywhere. Numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

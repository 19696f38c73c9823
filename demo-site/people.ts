import type { Item, JsonObject, Message } from '../sdk/src/message.ts';
import { CAST, COMPANIES, type Order, type Person } from './cast.ts';
import { customerNumber } from './public/customer-number.js';
import { startVisit, type Visit } from './visit.ts';

const DAY_MS = 86_400_000;
/** Between two messages of a visit. */
const PAUSE_MS = 35_000;

/**
 * What the people of the cast have done: on the newsletter's form, in the shop, and, as the shop's own systems tell it,
 * with their orders.
 *
 * @param now ms since the epoch
 */
export function people(products: readonly Item[], shop: string, now: number): Message[] {
  return Object.entries(CAST).flatMap(([key, person], index) => {
    const daysAgo = (days: number) => now - days * DAY_MS - index * 1_700_000;
    const visit = (device: string, days: number, referrer: string) =>
      startVisit({
        shop,
        id: `demo-${key}-${days}`,
        anonymousId: `demo-${key}-${device}`,
        locale: person.locale,
        referrer,
        start: daysAgo(days),
        pause: () => PAUSE_MS,
      });

    const messages: Message[] = [];
    if (person.subscribed !== undefined) {
      const reading = visit('phone', person.subscribed, 'https://www.instagram.com/');
      subscribe(reading, person);
      messages.push(...reading.messages);
    }
    for (const order of person.orders ?? []) {
      const bought = purchaseOf(`TT-${key.toUpperCase()}-${order.placed}`, order, person, products);
      if (order.imported) {
        messages.push(...imported(bought, order, person, daysAgo(order.placed)));
      } else {
        const shopping = visit('laptop', order.placed, 'https://www.google.com/');
        buy(shopping, bought, person);
        messages.push(...shopping.messages, ...progress(bought, order, person, daysAgo));
      }
    }
    return messages;
  });
}

type Purchase = JsonObject & { transaction_id: string; items: (JsonObject & { item_id: string })[] };

function subscribe({ view, identify, track }: Visit, { email }: Person): void {
  const landing = '/lookbook?utm_source=instagram&utm_medium=social&utm_campaign=slow-mornings';
  view(landing);
  identify(landing, null, { email });
  track('generate_lead', landing, { lead_source: 'newsletter' });
  view('/lookbook/rain-day');
}

/** Customers log in first; of guests, the e-mail and phone on the order are all that is known. */
function buy(
  { messages, view, identify, track }: Visit,
  purchase: Purchase,
  { name = '', email, customer, company }: Person,
): void {
  view('/');
  if (customer) {
    view('/account');
    identify('/account', customerNumber(email), { email, name });
  }
  const { currency = 'USD', value = 0, items } = purchase;
  const cart: JsonObject[] = [];
  for (const item of items) {
    const path = `/products/${item.item_id}`;
    view(path);
    track('view_item', path, { currency, value: item.price, items: [item] });
    cart.push(item);
    track('cart_updated', path, { currency, items: cart });
  }
  track('begin_checkout', '/checkout', { currency, value, items });
  track('purchase', '/thank-you', purchase);

  const traits = company && COMPANIES[company];
  const last = messages.at(-1);
  if (company && traits && last?.userId) {
    const { messageId, userId, timestamp = '' } = last;
    messages.push({
      type: 'group',
      messageId: `${messageId}-group`,
      userId,
      timestamp,
      groupId: company,
      traits,
    });
  }
}

/** What the warehouse says, which knows the number of the order and whose it is, but no browser. */
function progress(
  { transaction_id }: Purchase,
  { states, placed }: Order,
  { email, customer }: Person,
  daysAgo: (days: number) => number,
): Message[] {
  return states.map((status, index) => ({
    type: 'track',
    event: 'order_updated',
    messageId: `${transaction_id}-${status}`,
    ...(customer ? { userId: customerNumber(email) } : {}),
    // The first one comes with the order, each further one a day later.
    timestamp: new Date(daysAgo(placed - index) + 1_200_000).toISOString(),
    properties: { transaction_id, status, email },
  }));
}

/** From the old system: customer and order, as they stand. */
function imported(
  purchase: Purchase,
  { states }: Order,
  { name = '', email, phone = '', loyaltyCard = '' }: Person,
  at: number,
): Message[] {
  const { transaction_id } = purchase;
  const about = { userId: customerNumber(email), timestamp: new Date(at).toISOString() };
  const traits = { name, email, phone, loyalty_card: loyaltyCard };
  return [
    { ...about, type: 'identify', messageId: `${transaction_id}-customer`, traits },
    {
      ...about,
      type: 'track',
      event: 'purchase',
      messageId: transaction_id,
      properties: { ...purchase, status: states.at(-1) ?? 'created' },
    },
  ];
}

function purchaseOf(
  transaction_id: string,
  { items: ids, currency }: Order,
  { email, phone }: Person,
  products: readonly Item[],
): Purchase {
  const items = [...new Set(ids)].map((item_id) => {
    const {
      item_name = '',
      item_category = '',
      price = 0,
    } = products.find((product) => product.item_id === item_id) ?? {};
    const quantity = ids.filter((id) => id === item_id).length;
    return { item_id, item_name, item_category, price, quantity };
  });
  const value = items.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  return { transaction_id, currency, value, email, ...(phone ? { phone } : {}), items };
}

import type { JsonObject } from '../../../sdk/src/message.ts';
import { ownString } from '../message.ts';
import { ORDER_STATES, type OrderState } from '../sites.ts';

/**
 * How shops call the states of an order, without case and separators: Yespo, WooCommerce, Shopify, Magento, BigCommerce,
 * PrestaShop. A payment that failed may be tried again, so the order is not over. Words that say different things
 * in different shops (`closed`, `partial`) are not here.
 */
const WORDS: Record<OrderState, readonly string[]> = {
  created: [
    ...[
      'new',
      'initialized',
      'placed',
      'open',
      'received',
      'submitted',
      'pending',
      'pending payment',
      'unpaid',
    ],
    ...['awaiting payment', 'authorized', 'partially paid', 'payment review', 'on hold', 'holded', 'failed'],
    ...['payment failed', 'payment error', 'incomplete', 'unfulfilled'],
  ],
  paid: [
    ...[
      'in progress',
      'processing',
      'processing in progress',
      'payment accepted',
      'payment received',
      'confirmed',
    ],
    ...['accepted', 'captured', 'packed', 'ready to ship', 'ready for pickup', 'awaiting fulfillment'],
    ...['awaiting fulfilment', 'awaiting shipment', 'awaiting pickup', 'partially refunded'],
  ],
  shipped: [
    ...[
      'fulfilled',
      'partially fulfilled',
      'partially shipped',
      'dispatched',
      'sent',
      'in transit',
      'on the way',
    ],
    'out for delivery',
  ],
  delivered: ['complete', 'completed', 'done', 'received by customer', 'picked up'],
  cancelled: [
    'canceled',
    'cancelled by customer',
    'voided',
    'void',
    'declined',
    'rejected',
    'expired',
    'abandoned',
  ],
  returned: ['refunded', 'restocked', 'return', 'chargeback'],
};

const STATE_OF: ReadonlyMap<string, OrderState> = new Map(
  ORDER_STATES.flatMap((state) => [state, ...WORDS[state]].map((word) => [word, state] as const)),
);

/** The state that a shop's word means: `'wc-on-hold'`, `'IN_PROGRESS'`, `'Fulfilled'`; `null` for one not known. */
export function orderState(status: string): OrderState | null {
  const word = status
    .slice(0, 64)
    .toLowerCase()
    .replace(/^wc-/, '')
    .replace(/[\s_-]+/g, ' ')
    .trim();
  return STATE_OF.get(word) ?? null;
}

/**
 * An `order_updated` with its status in our words; one that is not known stays as it is. The same object when there
 * is nothing to do.
 *
 * @param said the state that the event's foreign name means by itself
 */
export function withOrderState(event: string, properties: JsonObject, said?: OrderState): JsonObject {
  if (event !== 'order_updated') return properties;
  const status = ownString(properties, 'status');
  const state = said ?? (status === null ? null : orderState(status));
  return state === null || state === status ? properties : { ...properties, status: state };
}

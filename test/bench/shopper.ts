import { randomUUID } from 'node:crypto';

export const ORIGIN = 'https://shop.example';

/** Events in a batch. */
export const EVENTS = 5;

/** The body of one batch of a visitor who looks around; `events` replaces what he does. */
export function shopping(
  anonymousId: string,
  { events = LOOKING, at = Date.now(), more = [] as object[], writeKey = 'bench' } = {},
): string {
  const timestamp = new Date(at).toISOString();
  const page = { url: `${ORIGIN}/products/kettle`, path: '/products/kettle', title: 'Kettle', referrer: '' };
  const context = {
    page,
    locale: 'en-US',
    timezone: 'Europe/Berlin',
    library: { name: 'beckon', version: '0.1.0' },
  };
  const item = { item_id: 'kettle', item_name: 'Ember kettle', price: 46, quantity: 1 };
  const batch = events.map((event) => ({
    type: 'track',
    messageId: randomUUID(),
    anonymousId,
    event,
    timestamp,
    context,
    properties: { currency: 'USD', value: 46, items: [item] },
  }));
  return JSON.stringify({ writeKey, sentAt: new Date().toISOString(), batch: [...batch, ...more] });
}

const LOOKING = ['page_view', 'view_item', 'page_view', 'view_item_list', 'select_item'];
export const FILLING_CART = ['page_view', 'view_item', 'add_to_cart', 'view_cart', 'begin_checkout'];

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}

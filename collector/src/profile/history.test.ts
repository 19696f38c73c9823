import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../sdk/src/message.ts';
import type { StoredMessage } from '../message.ts';
import { emptyHistory, extend } from './history.ts';

/** A history of these messages, a second apart. */
function historyOf(messages: Partial<StoredMessage>[]) {
  const history = emptyHistory();
  const whole = messages.map(
    (message, i): StoredMessage => ({
      messageId: `m${String(i).padStart(6, '0')}`,
      type: 'track',
      anonymousId: 'v',
      timestamp: new Date(Date.UTC(2026, 0, 1) + i * 1_000).toISOString(),
      ...message,
    }),
  );
  extend(history, whole, 'EUR');
  return history;
}
const purchase = (transaction_id: string | undefined, more: JsonObject = {}): Partial<StoredMessage> => ({
  event: 'purchase',
  properties: { ...(transaction_id === undefined ? {} : { transaction_id }), value: 10, ...more },
});

describe('an order', () => {
  it('is worth what the shop says, else its items', () => {
    const items = [{ item_id: 'a', price: 4, quantity: 2 }];
    const { orders } = historyOf([purchase('1'), purchase('2', { value: null, items, currency: 'USD' })]);
    expect(orders.list).toMatchObject([
      { transactionId: '1', value: 10, currency: 'EUR' },
      { transactionId: '2', value: 8, currency: 'USD' },
    ]);
  });

  it('counts also when the shop forgot its id', () => {
    expect(historyOf([purchase(undefined), purchase(undefined)]).orders.list).toHaveLength(2);
  });

  it.each([
    ['wholly', { transaction_id: '1' }, 10],
    ['in part', { transaction_id: '1', value: 3 }, 3],
    ['by its items', { transaction_id: '1', items: [{ item_id: 'a', price: 2, quantity: 2 }] }, 4],
    ['never by more than was paid', { transaction_id: '1', value: 99 }, 10],
    ['not when it is another one', { transaction_id: '2' }, 0],
  ])('is refunded %s', (_, properties, refunded) => {
    expect(historyOf([purchase('1'), { event: 'refund', properties }]).orders.list).toMatchObject([
      { refunded },
    ]);
  });
});

describe('a visitor who does everything there is to do', () => {
  it('does not grow without end, and keeps the totals', () => {
    const many = 2_000;
    const messages = Array.from({ length: many }, (_, i): Partial<StoredMessage>[] => [
      { event: `event-${i}`, properties: { transaction_id: `${i}` } },
      { event: 'cart_updated', properties: { cart_id: i, items: [{ item_id: 'a', price: 1 }] } },
      { ...purchase(`${i}`), anonymousId: `device-${i}` },
      { type: 'identify', traits: { [`trait-${i}`]: i } },
    ]).flat();
    const history = historyOf(messages);
    expect(JSON.stringify(history).length).toBeLessThan(256_000);
    const total = Object.values(history.counters).reduce((sum: number, n) => sum + Number(n), 0);
    expect(total).toBe(3 * many);
    expect(history.traits).toHaveProperty(`trait-${many - 1}`);
    expect(history.orders.list.at(-1)?.transactionId).toBe(`${many - 1}`);
  });
});

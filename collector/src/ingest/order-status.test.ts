import { describe, expect, it } from 'vitest';
import { ORDER_STATES } from '../sites.ts';
import { orderState, withOrderState } from './order-status.ts';

describe('revenue counts an order whose shop says', () => {
  it.each([
    ['INITIALIZED', 'created'],
    ['IN_PROGRESS', 'paid'],
    ['DELIVERED', 'delivered'],
    ['CANCELLED', 'cancelled'],
    ['canceled', 'cancelled'],
    ['wc-on-hold', 'created'],
    ['wc-processing', 'paid'],
    ['wc-completed', 'delivered'],
    ['wc-refunded', 'returned'],
    ['pending_payment', 'created'],
    ['failed', 'created'],
    ['fulfilled', 'shipped'],
    ['Out for delivery', 'shipped'],
    [' Awaiting  Fulfillment ', 'paid'],
  ])('%j, as %s', (word, state) => {
    expect(orderState(word)).toBe(state);
  });

  it('our own words, as they are', () => {
    expect(ORDER_STATES.map(orderState)).toEqual([...ORDER_STATES]);
  });
});

it("a shop's own word is kept, not guessed at", () => {
  for (const status of ['', 'engraving', 'closed', '__proto__', 'constructor']) {
    const properties = { transaction_id: '1', status };
    expect(orderState(status)).toBeNull();
    expect(withOrderState('order_updated', properties)).toBe(properties);
  }
});

it('the status of any other event is its own', () => {
  const properties = { status: 'pending' };
  expect(withOrderState('ticket_updated', properties)).toBe(properties);
});

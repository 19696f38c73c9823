import type { AudienceData } from '../campaigns/gates.ts';
import type { StoredMessage } from '../message.ts';
import { cartValue, currentCart } from './cart.ts';
import { type History, traitsOf } from './history.ts';
import type { Page } from './page.ts';
import { sessionOf } from './sessions.ts';

/**
 * What campaigns see of a visitor.
 *
 * @param anonymousId the device that asks
 * @param event what happened just now on it; `null` when a claim is checked
 * @param page that it shows
 */
export function audienceData(
  history: History,
  anonymousId: string,
  event: StoredMessage | null,
  page: Page,
  now: number,
): AudienceData {
  const session = sessionOf(history.sessions, anonymousId);
  const cart = currentCart(history.carts);
  return {
    visitor: {
      id: anonymousId,
      userId: history.userId,
      traits: traitsOf(history),
      sessions: history.olderSessions + history.sessions.length,
      orders: history.orders.older.count + history.orders.list.length,
      firstSeen: history.firstSeen,
    },
    session: {
      start: session?.start ?? now,
      events: session?.events ?? 0,
      pageViews: session?.pageViews ?? 0,
      converted: session?.converted ?? false,
    },
    page,
    cart: { items: cart?.lines ?? [], value: cartValue(cart?.lines ?? []), currency: cart?.currency ?? null },
    counters: history.counters,
    event: event?.event ? { name: event.event, properties: event.properties ?? {} } : null,
    now,
  };
}

import type { JsonObject } from '../../../sdk/src/message.ts';
import { cartValue, currentCart, type Line } from './cart.ts';
import type { History } from './history.ts';

/** The profile as the management API shows it: every field is always present, times are ISO 8601. */
export interface ProfileJson {
  ids: { anonymousIds: string[]; userId: string | null };
  traits: JsonObject;
  sessions: {
    id: string;
    start: string;
    end: string;
    events: number;
    anonymousId: string;
    entry: string | null;
    referrer: string | null;
    campaign: JsonObject | null;
  }[];
  cart: { items: Line[]; value: number; currency: string | null; updatedAt: string | null };
  orders: {
    transactionId: string;
    at: string;
    value: number;
    currency: string;
    refunded: number;
    items: Line[];
  }[];
  counters: JsonObject;
  segments: string[];
  firstSeen: string;
  lastSeen: string;
}

const iso = (time: number) => new Date(time).toISOString();

export function profileJson(history: History): ProfileJson {
  const cart = currentCart(history.carts);
  return {
    ids: { anonymousIds: history.anonymousIds, userId: history.userId },
    traits: history.traits,
    sessions: history.sessions.map(({ id, start, end, events, anonymousId, entry, referrer, campaign }) => ({
      id,
      start: iso(start),
      end: iso(end),
      events,
      anonymousId,
      entry,
      referrer,
      campaign,
    })),
    cart: cart
      ? {
          items: cart.lines,
          value: cartValue(cart.lines),
          currency: cart.currency,
          updatedAt: iso(cart.updatedAt),
        }
      : { items: [], value: 0, currency: null, updatedAt: null },
    orders: history.orders.map((order) => ({ ...order, at: iso(order.at) })),
    counters: history.counters,
    segments: [],
    firstSeen: iso(history.firstSeen),
    lastSeen: iso(history.lastSeen),
  };
}

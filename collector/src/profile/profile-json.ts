import type { ConsentChannel, JsonObject } from '../../../sdk/src/message.ts';
import type { Identifiers } from '../message.ts';
import type { OrderState, SiteSettings } from '../sites.ts';
import type { Attribution, Touch } from './attribution.ts';
import { cartValue, currentCart } from './cart.ts';
import { type Consent, consentsOf, topicConsentsOf } from './consents.ts';
import { accountOf, type History, identifiersOf, traitsOf } from './history.ts';
import type { Line } from './line.ts';
import { type Amounts, counts, inSiteCurrency, totalRevenue } from './revenue.ts';
import type { State } from './state.ts';
import type { CampaignTouch } from './touches.ts';

/** The profile as the management API shows it: every field is always present, times are ISO 8601. */
export interface ProfileJson {
  ids: { anonymousIds: string[]; userId: string | null };
  /** Lower-case e-mail, phone in E.164, number of a loyalty card. */
  identifiers: Required<{ [key in keyof Identifiers]: string | null }>;
  traits: JsonObject;
  /** By channel; one that nothing was said of is absent. */
  consents: Partial<Record<ConsentChannel, Consent>>;
  /** By channel and topic, of what was said of topics alone. */
  topicConsents: Partial<Record<ConsentChannel, Record<string, Consent>>>;
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
    state: OrderState;
    /** Whether it is revenue, by the site's settings. */
    counts: boolean;
    items: Line[];
    attribution: AttributionJson;
    /** Messages of campaigns that were clicked within 24 h before it, oldest first. */
    touches: (Omit<CampaignTouch, 'at'> & { at: string })[];
  }[];
  /** Revenue by currency, less refunds; `siteRevenue` is their sum in the site's currency, `null` when a rate is missing. */
  totals: { sessions: number; orders: number; revenue: Amounts; siteRevenue: number | null };
  attribution: AttributionJson;
  /** The account named last, and what was said of it. */
  account: { id: string; traits: JsonObject } | null;
  counters: JsonObject;
  segments: string[];
  /** Browsers that take push messages, those that gave a sign of life last first; `service`: the host of their push service. */
  push: { subscriptions: { anonymousId: string; service: string; at: string; seenAt: string }[] };
  /** Whether somebody of the shop tries campaigns out. */
  test: boolean;
  firstSeen: string;
  lastSeen: string;
  /** Whether the oldest sessions or orders, or parts of them, are only in the totals. */
  truncated: boolean;
}

interface AttributionJson {
  first: (Omit<Touch, 'at'> & { at: string }) | null;
  last: (Omit<Touch, 'at'> & { at: string }) | null;
}

const iso = (time: number) => new Date(time).toISOString();

export function profileJson(
  history: History,
  settings: SiteSettings,
  { segments, test, subscriptions }: Pick<State, 'segments' | 'test' | 'subscriptions'> = {
    segments: {},
    test: null,
    subscriptions: [],
  },
): ProfileJson {
  const { orders } = history;
  const identifiers = identifiersOf(history);
  const account = accountOf(history);
  const revenue = totalRevenue(orders, settings);
  return {
    ids: { anonymousIds: history.anonymousIds, userId: history.userId },
    identifiers: {
      email: identifiers.email ?? null,
      phone: identifiers.phone ?? null,
      loyaltyCard: identifiers.loyaltyCard ?? null,
    },
    traits: traitsOf(history),
    consents: consentsOf(history.consents, history.claimedConsents),
    topicConsents: topicConsentsOf(history.consents, history.claimedConsents),
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
    cart: cartJson(history),
    orders: orders.list.map((order) => ({
      transactionId: order.transactionId,
      at: iso(order.at),
      value: order.value,
      currency: order.currency,
      refunded: order.refunded,
      state: order.state,
      counts: counts(order.state, settings),
      items: order.items,
      attribution: attributionJson(order.attribution),
      touches: (order.touches ?? []).map((touch) => ({ ...touch, at: iso(touch.at) })),
    })),
    totals: {
      sessions: history.olderSessions + history.sessions.length,
      orders: orders.older.count + orders.list.length,
      revenue,
      siteRevenue: inSiteCurrency(revenue, settings),
    },
    attribution: attributionJson(history.attribution),
    account: account ? { id: account.groupId, traits: account.traits } : null,
    counters: history.counters,
    segments: Object.keys(segments),
    push: {
      subscriptions: subscriptions.map(({ anonymousId, endpoint, at, seenAt }) => ({
        anonymousId,
        service: new URL(endpoint).host,
        at: iso(at),
        seenAt: iso(seenAt),
      })),
    },
    test: test !== null,
    firstSeen: iso(history.firstSeen),
    lastSeen: iso(history.lastSeen),
    truncated: history.truncated || history.olderSessions > 0 || orders.older.count > 0,
  };
}

/** The current cart; an empty one where there is none. */
export function cartJson({ carts }: Pick<History, 'carts'>): ProfileJson['cart'] {
  const cart = currentCart(carts);
  return cart
    ? {
        items: cart.lines,
        value: cartValue(cart.lines),
        currency: cart.currency,
        updatedAt: iso(cart.updatedAt),
      }
    : { items: [], value: 0, currency: null, updatedAt: null };
}

function attributionJson({ first, last }: Attribution): AttributionJson {
  const json = (touch: Touch | null) => touch && { ...touch, at: iso(touch.at) };
  return { first: json(first), last: json(last) };
}

import type { Channel, SharedData } from '../campaigns/fields.ts';
import { localTime, zoneOr } from '../campaigns/local-time.ts';
import type { StoredMessage } from '../message.ts';
import type { SiteSettings } from '../sites.ts';
import type { Touch } from './attribution.ts';
import { cartValue, currentCart } from './cart.ts';
import { consentsOf } from './consents.ts';
import { accountOf, type History, traitsOf } from './history.ts';
import { NO_PAGE, type Page, pageOf, pageTypeOf } from './page.ts';
import { inSiteCurrency, totalRevenue } from './revenue.ts';
import { type Session, sessionOf } from './sessions.ts';
import type { State } from './state.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * What all campaigns see alike of a visitor. It is a plain object, and each campaign's differs from it by a copy:
 * properties that are made when they are read would make every rule slower.
 *
 * @param anonymousId the device that asks; it is on the page that its session is on
 */
export function audienceData(
  { history, segments }: Pick<State, 'history' | 'segments'>,
  anonymousId: string,
  settings: SiteSettings,
  now: number,
): SharedData {
  const session = sessionOf(history.sessions, anonymousId);
  const told = Object.hasOwn(history.surroundings, anonymousId)
    ? history.surroundings[anonymousId]
    : undefined;
  const zone = zoneOr(told?.timezone ?? null, settings.timeZone);
  const { hour, minute, weekday, date } = localTime(now, zone);
  return {
    visitor: {
      ...visitorData(history, settings, now),
      id: anonymousId,
      segments: Object.keys(segments),
      bot: session?.bot ?? false,
    },
    session: sessionData(session, now),
    page: {
      ...pageData(session?.page ?? NO_PAGE),
      title: told?.title ?? null,
      type: session?.pageType ?? null,
    },
    cart: cartData(history, now),
    counters: history.counters,
    event: null,
    consent: { analytics: told?.analytics ?? null, marketing: told?.marketing ?? null },
    push: { permission: told?.pushPermission ?? null, subscribed: told?.pushSubscribed ?? null },
    place: {
      country: told?.country ?? session?.country ?? null,
      region: told?.region ?? null,
      city: told?.city ?? null,
    },
    device: {
      type: told?.type ?? session?.device ?? null,
      os: told?.os ?? null,
      browser: told?.browser ?? null,
      screenWidth: told?.screenWidth ?? null,
      screenHeight: told?.screenHeight ?? null,
    },
    account: accountData(history),
    now: { at: now, hour, minute, weekday, date, timezone: zone },
  };
}

/** The same when something happens on the device: it is on the page of that event. */
export function atEvent(shared: SharedData, message: StoredMessage): SharedData {
  const { event, properties = {}, bot } = message;
  const { title, type } = shared.page;
  return {
    ...shared,
    visitor: bot === undefined ? shared.visitor : { ...shared.visitor, bot },
    page: { ...pageData(pageOf(message)), title, type: pageTypeOf(message) ?? type },
    event: event ? { name: event, properties } : null,
  };
}

function visitorData(history: History, settings: SiteSettings, now: number) {
  const { orders: all, userId, firstSeen } = history;
  const sessions = history.olderSessions + history.sessions.length;
  const orders = all.older.count + all.list.length;
  return {
    userId,
    identified: userId !== null,
    new: sessions <= 1,
    sessions,
    firstSeen,
    daysSinceFirstSeen: Math.max(0, (now - firstSeen) / DAY_MS),
    language: history.locale,
    traits: traitsOf(history),
    consents: consentStates(history),
    orders,
    lifetimeValue: orders === 0 ? 0 : inSiteCurrency(totalRevenue(all, settings), settings),
    daysSinceLastOrder: since(all.list.at(-1)?.at, now, DAY_MS),
  };
}

function consentStates({ consents, claimedConsents }: History): SharedData['visitor']['consents'] {
  const { email, sms, push, whatsapp, telegram, phone } = consentsOf(consents, claimedConsents);
  return {
    email: email?.state ?? null,
    sms: sms?.state ?? null,
    push: push?.state ?? null,
    whatsapp: whatsapp?.state ?? null,
    telegram: telegram?.state ?? null,
    phone: phone?.state ?? null,
  };
}

function sessionData(session: Session | undefined, now: number): SharedData['session'] {
  const { entry = null, referrer = null, touch = null } = session ?? {};
  return {
    start: session?.start ?? now,
    events: session?.events ?? 0,
    pageViews: session?.pageViews ?? 0,
    minutes: Math.max(0, since(session?.start, now, MINUTE_MS) ?? 0),
    landing: { url: entry, path: urlOf(entry)?.pathname ?? null },
    referrer,
    referrerHost: urlOf(referrer)?.hostname || null,
    channel: channelOf(touch),
    source: touch?.source ?? null,
    medium: touch?.medium ?? null,
    campaign: session?.campaign ?? {},
    converted: session?.converted ?? false,
  };
}

function pageData({ url, path }: Page) {
  const parsed = urlOf(url);
  return {
    url,
    path,
    host: parsed?.hostname || null,
    query: Object.fromEntries(parsed?.searchParams ?? []),
  };
}

function cartData({ carts }: History, now: number): SharedData['cart'] {
  const cart = currentCart(carts);
  const lines = cart?.lines ?? [];
  return {
    items: lines,
    value: cartValue(lines),
    currency: cart?.currency ?? null,
    quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    minutesSinceChange: since(cart?.updatedAt, now, MINUTE_MS),
  };
}

function accountData(history: History): SharedData['account'] {
  const account = accountOf(history);
  return { id: account?.groupId ?? null, traits: account?.traits ?? {} };
}

function since(time: number | undefined, now: number, unit: number): number | null {
  return time === undefined ? null : (now - time) / unit;
}

const SOCIAL = /^(www\.)?(facebook|instagram|tiktok|pinterest|x|twitter|linkedin|youtube|reddit|t)\./;

/** Of what brought the visitor to the session, roughly as GA4 groups it. */
function channelOf(touch: Touch | null): Channel {
  if (touch === null) return 'direct';
  const medium = touch.medium?.toLowerCase() ?? '';
  if (/^(cpc|ppc|paid.*|display|cpm|banner)$/.test(medium)) return 'paid';
  if (/^e-?mail$/.test(medium) || /^e-?mail$/i.test(touch.source)) return 'email';
  if (/^social/.test(medium) || SOCIAL.test(touch.source)) return 'social';
  if (medium === 'organic') return 'organic';
  return medium === 'referral' || medium === 'link' ? 'referral' : 'other';
}

function urlOf(url: string | null): URL | null {
  return url !== null && URL.canParse(url) ? new URL(url) : null;
}

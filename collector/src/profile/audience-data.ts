import type { JsonObject } from '../../../sdk/src/message.ts';
import { type Exposure, OUTCOMES, type Outcomes } from '../campaigns/exposures.ts';
import type { AudienceData, Channel, ExposureData } from '../campaigns/fields.ts';
import { localTime, zoneOr } from '../campaigns/local-time.ts';
import type { StoredMessage } from '../message.ts';
import type { SiteSettings } from '../sites.ts';
import type { Touch } from './attribution.ts';
import { cartValue, currentCart } from './cart.ts';
import { accountOf, traitsOf } from './history.ts';
import { NO_PAGE, pageOf, pageTypeOf } from './page.ts';
import { inSiteCurrency, totalRevenue } from './revenue.ts';
import { sessionOf } from './sessions.ts';
import type { State } from './state.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * What campaigns see of a visitor, besides what each of them declares; see {@link ofCampaign}. Parts that no rule asks
 * for are not made.
 *
 * @param anonymousId the device that asks
 * @param event what happened just now on it; at a claim, what armed the popup
 * @param claimed whether a claim is checked: the visitor may be on another page by now
 */
export function audienceData(
  { history, segments }: Pick<State, 'history' | 'segments'>,
  anonymousId: string,
  event: StoredMessage | null,
  settings: SiteSettings,
  now: number,
  claimed = false,
): AudienceData {
  const session = sessionOf(history.sessions, anonymousId);
  const told = Object.hasOwn(history.surroundings, anonymousId)
    ? history.surroundings[anonymousId]
    : undefined;
  const zone = zoneOr(told?.timezone ?? null, settings.timeZone);
  const since = (time: number | undefined, unit: number) => (time === undefined ? null : (now - time) / unit);
  return lazy<AudienceData>({
    visitor: () => {
      const sessions = history.olderSessions + history.sessions.length;
      const orders = history.orders.older.count + history.orders.list.length;
      return {
        id: anonymousId,
        userId: history.userId,
        identified: history.userId !== null,
        new: sessions <= 1,
        sessions,
        firstSeen: history.firstSeen,
        daysSinceFirstSeen: Math.max(0, (now - history.firstSeen) / DAY_MS),
        language: history.locale,
        traits: traitsOf(history),
        segments: Object.keys(segments),
        orders,
        lifetimeValue: orders === 0 ? 0 : inSiteCurrency(totalRevenue(history.orders, settings), settings),
        daysSinceLastOrder: since(history.orders.list.at(-1)?.at, DAY_MS),
        bot: event?.bot ?? session?.bot ?? false,
      };
    },
    session: () => ({
      start: session?.start ?? now,
      events: session?.events ?? 0,
      pageViews: session?.pageViews ?? 0,
      minutes: Math.max(0, since(session?.start, MINUTE_MS) ?? 0),
      landing: { url: session?.entry ?? null, path: pathOf(session?.entry ?? null) },
      referrer: session?.referrer ?? null,
      referrerHost: hostOf(session?.referrer ?? null),
      channel: channelOf(session?.touch ?? null),
      source: session?.touch?.source ?? null,
      medium: session?.touch?.medium ?? null,
      campaign: session?.campaign ?? {},
      converted: session?.converted ?? false,
    }),
    page: () => {
      const sent = claimed ? null : event;
      const { url, path } = sent ? pageOf(sent) : (session?.page ?? NO_PAGE);
      const type = (sent && pageTypeOf(sent)) ?? session?.pageType ?? null;
      return { url, path, host: hostOf(url), query: queryOf(url), title: told?.title ?? null, type };
    },
    cart: () => {
      const cart = currentCart(history.carts);
      const lines = cart?.lines ?? [];
      return {
        items: lines,
        value: cartValue(lines),
        currency: cart?.currency ?? null,
        quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
        minutesSinceChange: since(cart?.updatedAt, MINUTE_MS),
      };
    },
    counters: () => history.counters,
    event: () => (event?.event ? { name: event.event, properties: event.properties ?? {} } : null),
    facts: () => ({}),
    exposure: () => ({ campaign: NEVER, any: NEVER, tags: {} }),
    consent: () => ({ analytics: told?.analytics ?? null, marketing: told?.marketing ?? null }),
    push: () => ({ permission: told?.pushPermission ?? null, subscribed: told?.pushSubscribed ?? null }),
    place: () => ({
      country: told?.country ?? session?.country ?? null,
      region: told?.region ?? null,
      city: told?.city ?? null,
    }),
    device: () => ({
      type: told?.type ?? session?.device ?? null,
      os: told?.os ?? null,
      browser: told?.browser ?? null,
      screenWidth: told?.screenWidth ?? null,
      screenHeight: told?.screenHeight ?? null,
    }),
    account: () => {
      const account = accountOf(history);
      return { id: account?.groupId ?? null, traits: account?.traits ?? {} };
    },
    now: () => {
      const { hour, minute, weekday, date } = localTime(now, zone);
      return { at: now, hour, minute, weekday, date, timezone: zone };
    },
  });
}

/** The same, with what one campaign declares, and what became of it and of others so far. */
export function ofCampaign(
  data: AudienceData,
  { id, tagsOf }: { id: string; tagsOf(campaign: string): readonly string[] },
  facts: () => JsonObject,
  exposures: readonly Exposure[],
  outcomes: Outcomes,
): AudienceData {
  const exposure = () => {
    const names = new Set([...exposures.map(({ campaign }) => campaign), ...Object.keys(outcomes)]);
    const of = (some: (campaign: string) => boolean) =>
      exposureData([...names].filter(some), exposures, outcomes, data.now.at);
    const tags = [...new Set([...names].flatMap(tagsOf))];
    return {
      campaign: of((name) => name === id),
      any: of(() => true),
      tags: Object.fromEntries(tags.map((tag) => [tag, of((name) => tagsOf(name).includes(tag))])),
    };
  };
  return Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(data),
      ...Object.getOwnPropertyDescriptors(lazy({ facts, exposure })),
    },
  ) as AudienceData;
}

function exposureData(
  campaigns: readonly string[],
  exposures: readonly Exposure[],
  outcomes: Outcomes,
  now: number,
): ExposureData {
  const shown = exposures.filter(({ campaign, control }) => !control && campaigns.includes(campaign));
  const hoursSince = (times: number[]) => (times.length > 0 ? (now - Math.max(...times)) / HOUR_MS : null);
  const data = { ...NEVER, shown: shown.length, hoursSinceShown: hoursSince(shown.map(({ at }) => at)) };
  for (const outcome of OUTCOMES) {
    const times = campaigns.flatMap((name) => {
      const found = Object.hasOwn(outcomes, name) ? outcomes[name]?.[outcome] : undefined;
      return found ? [found] : [];
    });
    data[outcome] = times.reduce((sum, [count]) => sum + count, 0);
    const since = hoursSince(times.map(([, last]) => last));
    if (outcome === 'clicked') data.hoursSinceClicked = since;
    else if (outcome === 'dismissed') data.hoursSinceDismissed = since;
    else data.hoursSinceSubmitted = since;
  }
  return data;
}

const NEVER: ExposureData = {
  shown: 0,
  clicked: 0,
  dismissed: 0,
  submitted: 0,
  hoursSinceShown: null,
  hoursSinceClicked: null,
  hoursSinceDismissed: null,
  hoursSinceSubmitted: null,
};

/** An object whose properties are made when they are first read. */
function lazy<T extends object>(makers: { [key in keyof T]: () => T[key] }): T {
  const object = {} as T;
  for (const key of Object.keys(makers) as (keyof T)[]) {
    let made: { value: T[keyof T] } | undefined;
    Object.defineProperty(object, key, {
      enumerable: true,
      get() {
        made ??= { value: makers[key]() };
        return made.value;
      },
    });
  }
  return object;
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

function hostOf(url: string | null): string | null {
  return urlOf(url)?.hostname || null;
}

function pathOf(url: string | null): string | null {
  return urlOf(url)?.pathname ?? null;
}

function queryOf(url: string | null): JsonObject {
  return Object.fromEntries(urlOf(url)?.searchParams ?? []);
}

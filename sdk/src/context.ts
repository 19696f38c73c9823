import type { JsonObject } from './message.ts';

/** The version of this SDK, in every message's `context.library`. */
export const VERSION = '0.1.0';

/** Where the page is, in Segment's words. */
export function pageOf(referrer = document.referrer): JsonObject {
  const { href, pathname, search } = location;
  return { url: href, path: pathname, search, title: document.title, referrer };
}

/** `utm_source=…` and its siblings, under Segment's names (`utm_campaign` is `name`); undefined without any. */
function campaignOf(search: string): JsonObject | undefined {
  if (!search.includes('utm_')) return undefined;
  const campaign: JsonObject = {};
  new URLSearchParams(search).forEach((value, key) => {
    if (key.startsWith('utm_')) campaign[key === 'utm_campaign' ? 'name' : key.slice(4)] = value;
  });
  return campaign;
}

/** Not in TypeScript's DOM library yet. */
type WithTemporal = { Temporal?: { Now: { timeZoneId(): string } } };
let timezone: string | undefined;

/** The context of a message made now. The user agent is left out: the collector reads it from the request. */
export function contextOf(): JsonObject {
  const campaign = campaignOf(location.search);
  // A page's first `Intl` formatter takes 30 ms and more, longer than all else that we do.
  timezone ??=
    (window as WithTemporal).Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return {
    page: pageOf(),
    locale: navigator.language,
    timezone,
    screen: { width: screen.width, height: screen.height, density: devicePixelRatio },
    library: { name: 'beckon', version: VERSION },
    ...(campaign && { campaign }),
  };
}

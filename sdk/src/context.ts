import type { JsonObject } from './message.ts';

/** The version of this SDK, in every message's `context.library`. */
export const VERSION = '0.1.0';

/** Not in TypeScript's DOM library yet. */
type WithTemporal = { Temporal?: { Now: { timeZoneId(): string } } };
let timezone: string | undefined;

/** The context of a message made now. The collector adds what it can see itself: the browser, the campaign in the address. */
export function contextOf(): JsonObject {
  // A page's first `Intl` formatter takes 30 ms and more, longer than all else that we do.
  timezone ??=
    (window as WithTemporal).Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { width, height } = screen;
  const { href, pathname, search } = location;
  const { title, referrer } = document;
  return {
    // In Segment's words.
    page: { url: href, path: pathname, search, title, referrer },
    locale: navigator.language,
    timezone,
    screen: { width, height, density: devicePixelRatio },
    library: { name: 'beckon', version: VERSION },
  };
}

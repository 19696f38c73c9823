import { CONSENT_COOKIE, readCookie } from './cookie.ts';
import type { Options } from './options.ts';

/** What the visitor allows; `undefined`: not decided yet. Without `analytics` nothing is stored or sent. */
export interface Consent {
  analytics?: boolean | undefined;
  marketing?: boolean | undefined;
}

/** As pages give it. */
export type ConsentChoice = boolean | 'granted' | 'denied' | 'pending';

const GRANTED = 'granted';

/**
 * What holds when a page starts: the visitor's decision; else what Google Consent Mode has been told so far, where
 * `denied` leaves room for the decision; else the site's default. Global Privacy Control denies its part of what the
 * visitor has not decided. `undefined` where nobody has a say: all is granted.
 */
export function initialConsent({ consent, gpc = 'marketing' }: Options): Consent | undefined {
  const kept = readCookie(CONSENT_COOKIE);
  if (kept) return { analytics: kept[0] === '1', marketing: kept[1] === '1' };
  const optOut = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl ? gpc : 'ignore';
  let mode: Record<string, unknown> = {};
  // Google's commands are `arguments` objects among other entries. The first default counts: a denial for some
  // regions stands before the rest of the world's, and which region this is, only the updates know.
  const { dataLayer } = window as { dataLayer?: ArrayLike<ArrayLike<unknown> | undefined> };
  for (const entry of Array.from(dataLayer ?? []))
    if (entry?.[0] === 'consent') mode = { ...(entry[2] as object), ...mode };
  const initial = (heard: unknown) =>
    (heard ?? consent ?? GRANTED) === GRANTED || (!heard && consent === 'denied' ? false : undefined);
  const state = {
    analytics: optOut !== 'all' && initial(mode.analytics_storage),
    marketing: optOut === 'ignore' && initial(mode.ad_storage),
  };
  return consent || mode.analytics_storage || !state.marketing ? state : undefined;
}

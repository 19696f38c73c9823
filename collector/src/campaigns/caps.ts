import type { SiteSettings } from '../sites.ts';
import type { Exposure, Outcomes } from './exposures.ts';
import { dayOf } from './local-time.ts';
import type { Campaign } from './schema.ts';

/** What was counted of a visitor; a control visitor's would-be exposures count like any. */
export interface Counted {
  /** Of all campaigns, oldest first. */
  exposures: readonly Exposure[];
  outcomes: Outcomes;
  /** When its goal was last reached after an exposure, ms since the epoch; `null`: never. */
  convertedAt: number | null;
  /** Of the device, ms since the epoch. */
  sessionStart: number;
  /** Whether the popup comes in front of the page or beside it: the site's limits are for those alone. */
  interrupts: boolean;
}

/** The cap that a visitor has reached; days are those of the visitor's calendar. */
export type Cap =
  | 'per_session'
  | 'per_visitor'
  | 'per_days'
  | 'after_dismiss'
  | 'after_convert'
  | 'site_per_session'
  | 'site_per_day';

/**
 * The first cap of the campaign or the site that keeps the popup away; `null` when there is none.
 *
 * @param zone the visitor's, IANA
 */
export function reachedCap(
  campaign: Pick<Campaign, 'id' | 'cap'>,
  { popups }: Pick<SiteSettings, 'popups'>,
  counted: Counted,
  now: number,
  zone: string,
): Cap | null {
  const { cap, id } = campaign;
  if (cap === null) return null;
  const { exposures, outcomes, convertedAt, sessionStart, interrupts } = counted;
  const mine = exposures.filter((exposure) => exposure.campaign === id);
  // By the device's clock, which the session's start has too.
  const inSession = (all: readonly Exposure[]) =>
    all.filter(({ at, causedAt = 0 }) => Math.max(at, causedAt) >= sessionStart).length;
  const today = dayOf(now, zone);
  const daysAgo = (at: number) => today - dayOf(at, zone);
  const inDays = (all: readonly Exposure[], days: number) =>
    all.filter(({ at }) => daysAgo(at) < days).length;

  if (cap.perSession !== null && inSession(mine) >= cap.perSession) return 'per_session';
  if (cap.perVisitor !== undefined && mine.length >= cap.perVisitor) return 'per_visitor';
  if (cap.perDays && inDays(mine, cap.perDays.days) >= cap.perDays.n) return 'per_days';
  const dismissed = Object.hasOwn(outcomes, id) ? outcomes[id]?.dismissed?.[1] : undefined;
  if (cap.afterDismissDays !== null && dismissed !== undefined && daysAgo(dismissed) < cap.afterDismissDays) {
    return 'after_dismiss';
  }
  const converted = cap.afterConvert === null ? null : convertedAt;
  if (converted !== null && (cap.afterConvert === 'never' || daysAgo(converted) < (cap.afterConvert ?? 0))) {
    return 'after_convert';
  }
  if (!interrupts) return null;
  const loud = exposures.filter(({ quiet }) => !quiet);
  if (popups.perSession !== null && inSession(loud) >= popups.perSession) return 'site_per_session';
  if (popups.perDay !== null && inDays(loud, 1) >= popups.perDay) return 'site_per_day';
  return null;
}

import { type Audience, compileAudience } from './logic.ts';
import { pathMatches } from './path-glob.ts';
import type { Campaign } from './schema.ts';

/** The order of design §4; the first closed gate is the answer to "why not?". */
export type Gate = 'status' | 'schedule' | 'page' | 'audience' | 'caps';

/** What campaigns may look at: the facts of one visitor at one moment. */
export interface AudienceData {
  visitor: {
    id: string;
    userId: string | null;
    traits: object;
    sessions: number;
    orders: number;
    firstSeen: number;
  };
  session: { start: number; events: number; pageViews: number; converted: boolean };
  page: { url: string | null; path: string | null };
  cart: { items: object[]; value: number; currency: string | null };
  /** Events of the visitor so far, by canonical name. */
  counters: object;
  event: { name: string; properties: object } | null;
  /** ms since the epoch. */
  now: number;
}

/** A popup that was shown: counted at the claim, so that it holds across tabs and cleared storage. */
export interface Exposure {
  campaign: string;
  version: number;
  variant: string;
  claimId: string;
  /** ms since the epoch. */
  at: number;
}

/** The first gate that keeps `campaign` from this visitor now; `null` when all are open. */
export function closedGate(
  campaign: Campaign | undefined,
  data: AudienceData,
  exposures: readonly Exposure[],
): Gate | null {
  if (!campaign) return 'status';
  if (!inSchedule(campaign, data.now)) return 'schedule';
  if (!onPage(campaign, data.page.path)) return 'page';
  if (audienceOf(campaign)(data) !== true) return 'audience';
  if (isCapped(campaign, data.session.start, exposures)) return 'caps';
  return null;
}

function inSchedule({ schedule }: Campaign, now: number): boolean {
  return (
    (schedule.start === undefined || now >= Date.parse(schedule.start)) &&
    (schedule.end === undefined || now < Date.parse(schedule.end))
  );
}

/** Exclusion wins. Without a known page (a message from a server) only campaigns for all pages match. */
function onPage({ page }: Campaign, path: string | null): boolean {
  const covers = (globs: { path: string }[]) =>
    globs.some((glob) => (path === null ? glob.path === '/*' : pathMatches(glob.path, path)));
  return covers(page.include) && !covers(page.exclude);
}

function isCapped({ id, cap }: Campaign, sessionStart: number, exposures: readonly Exposure[]): boolean {
  if (cap.perSession === null) return false;
  const shown = exposures.filter((exposure) => exposure.campaign === id && exposure.at >= sessionStart);
  return shown.length >= cap.perSession;
}

/** Compiled rules, kept as long as the campaign object that the site's cache holds. */
const audiences = new WeakMap<Campaign, Audience>();
function audienceOf(campaign: Campaign): Audience {
  let compiled = audiences.get(campaign);
  if (!compiled) {
    compiled = compileAudience(campaign.audience.rule);
    audiences.set(campaign, compiled);
  }
  return compiled;
}

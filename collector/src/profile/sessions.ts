import type { JsonObject } from '../../../sdk/src/message.ts';
import type { PageType } from '../campaigns/fields.ts';
import { ownNumber, ownObject, ownString, type StoredMessage } from '../message.ts';
import { referrerOf, type Touch, touchOf } from './attribution.ts';
import { type Page, pageOf, pageTypeOf } from './page.ts';

/** A longer silence of a device ends its session: GA4's rule. No cap, no split at midnight or at a campaign. */
export const SESSION_GAP_MS = 30 * 60_000;

export interface Session {
  /** The `messageId` of its first event. */
  id: string;
  anonymousId: string;
  /** ms since the epoch. */
  start: number;
  end: number;
  /** Track, page and screen messages received from clients. */
  events: number;
  pageViews: number;
  /** How long its pages were in view, ms. */
  engagementMs: number;
  /** Page of the newest event that names one. */
  page: Page;
  /** As the newest event on that page told. */
  pageType: PageType | null;
  /** URL of the first event's page. */
  entry: string | null;
  referrer: string | null;
  /** `context.campaign` of the first event. */
  campaign: JsonObject | null;
  touch: Touch | null;
  /** ISO 3166, of the first event. */
  country: string | null;
  device: string | null;
  bot: boolean;
  /** Whether it holds a purchase. */
  converted: boolean;
}

/** GA4: a session of 10 s in view, of two views, or with a purchase. */
const ENGAGED_MS = 10_000;
export function isEngaged({ engagementMs, pageViews, converted }: Session): boolean {
  return engagementMs >= ENGAGED_MS || pageViews >= 2 || converted;
}

/** Whether nothing that comes after `time` (ms since the epoch) can belong to it. */
export function isOver({ end }: Session, time: number): boolean {
  return time - end > SESSION_GAP_MS;
}

export function sessionOf(
  sessions: readonly Session[],
  anonymousId: string | undefined,
): Session | undefined {
  return sessions.findLast((candidate) => candidate.anonymousId === anonymousId);
}

/**
 * Adds an event to its device's session. Events must come in total order.
 *
 * @returns the session, when it begins with this event
 */
export function addToSession(sessions: Session[], event: StoredMessage, time: number): Session | null {
  const { anonymousId } = event;
  if (anonymousId === undefined) return null;
  const known = sessionOf(sessions, anonymousId);
  const session = known && !isOver(known, time) ? known : begin(event, anonymousId, time);
  if (session !== known) sessions.push(session);
  session.end = time;
  session.events++;
  const page = pageOf(event);
  const sameView = event.event !== 'page_view' && (page.path === null || page.path === session.page.path);
  session.pageType = pageTypeOf(event) ?? (sameView ? session.pageType : null);
  if (page.path !== null) session.page = page;
  if (event.event === 'page_view') session.pageViews++;
  if (event.event === 'purchase') session.converted = true;
  if (event.event === 'user_engagement') {
    session.engagementMs += Math.max(0, ownNumber(event.properties, 'engagement_time_msec') ?? 0);
  }
  return session === known ? null : session;
}

function begin(event: StoredMessage, anonymousId: string, time: number): Session {
  const page = pageOf(event);
  return {
    id: event.messageId,
    anonymousId,
    start: time,
    end: time,
    events: 0,
    pageViews: 0,
    engagementMs: 0,
    page,
    pageType: null,
    entry: page.url,
    referrer: referrerOf(event),
    campaign: campaignOf(event),
    touch: touchOf(event, time),
    country: ownString(ownObject(event.context, 'location'), 'country'),
    device: ownString(ownObject(event.context, 'device'), 'type'),
    bot: event.bot === true,
    converted: false,
  };
}

const MAX_CAMPAIGN_LENGTH = 1_000;

function campaignOf(event: StoredMessage): JsonObject | null {
  const campaign = ownObject(event.context, 'campaign');
  return campaign && JSON.stringify(campaign).length <= MAX_CAMPAIGN_LENGTH ? campaign : null;
}

/** When the newest session of a device ended, ms since the epoch; 0: it has none. */
export function lastSeenOf({ sessions }: { sessions: readonly Session[] }): (anonymousId: string) => number {
  return (anonymousId) => sessions.findLast((session) => session.anonymousId === anonymousId)?.end ?? 0;
}

import type { JsonObject } from '../../../sdk/src/message.ts';
import { ownObject, ownString, type StoredMessage } from '../message.ts';
import { type Page, pageOf } from './page.ts';

/** A longer silence of a device ends its session: GA4's rule. No cap, no split at midnight or at a campaign. */
export const SESSION_GAP_MS = 30 * 60_000;

/** How many of a profile's sessions are kept in detail, newest last. */
const MAX_SESSIONS = 200;

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
  /** Page of the newest event that names one. */
  page: Page;
  /** URL of the first event's page. */
  entry: string | null;
  referrer: string | null;
  /** `context.campaign` of the first event. */
  campaign: JsonObject | null;
  /** Whether it holds a purchase. */
  converted: boolean;
}

/** Adds an event to its device's session. Events must come in total order. */
export function addToSession(sessions: Session[], event: StoredMessage, time: number): void {
  const { anonymousId } = event;
  if (anonymousId === undefined) return;
  const page = pageOf(event);
  let session = sessions.findLast((candidate) => candidate.anonymousId === anonymousId);
  if (!session || time - session.end > SESSION_GAP_MS) {
    session = {
      id: event.messageId,
      anonymousId,
      start: time,
      end: time,
      events: 0,
      pageViews: 0,
      page,
      entry: page.url,
      referrer:
        ownString(event.properties, 'referrer') ?? ownString(ownObject(event.context, 'page'), 'referrer'),
      campaign: campaignOf(event),
      converted: false,
    };
    sessions.push(session);
    if (sessions.length > MAX_SESSIONS) sessions.shift();
  }
  session.end = time;
  session.events++;
  if (page.path !== null) session.page = page;
  if (event.event === 'page_view') session.pageViews++;
  if (event.event === 'purchase') session.converted = true;
}

const MAX_CAMPAIGN_LENGTH = 1_000;

function campaignOf(event: StoredMessage): JsonObject | null {
  const campaign = ownObject(event.context, 'campaign');
  return campaign && JSON.stringify(campaign).length <= MAX_CAMPAIGN_LENGTH ? campaign : null;
}

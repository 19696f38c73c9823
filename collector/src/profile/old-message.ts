import type { StoredMessage } from '../message.ts';
import { isWorkerReport } from '../push/worker-report.ts';
import { noteConsents } from './consents.ts';
import { count, dropOldestSessions, type History, mergeTraits } from './history.ts';
import { applyToOrders } from './orders.ts';
import { notePresence } from './presence.ts';
import { addToSession, isOver, SESSION_GAP_MS, type Session } from './sessions.ts';

/**
 * Adds a message that is older than all detail that is kept, by rules that need no order: it counts, its order counts,
 * it lengthens or begins a session, consents are put in their place; carts and traits that are known stay.
 */
export function addOld(history: History, message: StoredMessage, siteCurrency: string): void {
  if (message.source === 'collector') return;
  const time = Date.parse(message.timestamp);
  history.firstSeen = Math.min(history.firstSeen, time);
  const { anonymousId, event } = message;
  if (message.type === 'identify') {
    const known = message.unverified ? history.claimedTraits : history.traits;
    const before = { ...known };
    mergeTraits(known, message.traits);
    mergeTraits(known, before);
  }
  noteConsents(message.unverified ? history.claimedConsents : history.consents, message);
  if (event === undefined) return;
  count(history.counters, event);
  notePresence(history.present, message, time);
  if (isWorkerReport(message)) return;
  const session = history.sessions.find(
    (candidate) =>
      candidate.anonymousId === anonymousId &&
      time >= candidate.start - SESSION_GAP_MS &&
      !isOver(candidate, time),
  );
  if (session) {
    session.start = Math.min(session.start, time);
    session.end = Math.max(session.end, time);
    session.events++;
    if (event === 'page_view') session.pageViews++;
    if (event === 'purchase') session.converted = true;
  } else {
    const alone: Session[] = [];
    addToSession(alone, message, time);
    history.sessions = [...history.sessions, ...alone].sort((a, b) => a.start - b.start);
    dropOldestSessions(history);
  }
  applyToOrders(history.orders, message, time, siteCurrency, () => ({
    session: session?.id ?? null,
    attribution: { first: null, last: null },
  }));
  history.orders.list.sort((a, b) => a.at - b.at);
}

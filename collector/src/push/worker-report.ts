import type { StoredMessage } from '../message.ts';

const REPORTS = new Set(['push_shown', 'push_clicked', 'push_dismissed']);

/**
 * Whether a message is what service workers report of a notification. It may come hours after its delivery and while no
 * page is open: it counts, and it is a sign of life, but it says nothing of where its visitor is. It begins and extends
 * no session.
 */
export function isWorkerReport({ event }: Pick<StoredMessage, 'event'>): boolean {
  return event !== undefined && REPORTS.has(event);
}

import { type StoredMessage, setOwn } from '../message.ts';
import { isWorkerReport } from '../push/worker-report.ts';

/** When each device was last on a page, ms since the epoch. */
export type Presence = Record<string, number>;

/**
 * Notes that a device was on a page. What the shop's server says of its visitors is no sign of it, nor is what a service
 * worker reports of a notification. Messages may come in any order.
 */
export function notePresence(present: Presence, message: StoredMessage, time: number): void {
  const { anonymousId, event, server } = message;
  if (anonymousId === undefined || event === undefined || server || isWorkerReport(message)) return;
  const before = Object.hasOwn(present, anonymousId) ? present[anonymousId] : undefined;
  setOwn(present, anonymousId, Math.max(before ?? time, time));
}

/**
 * When the visitor was last on a page, on any device, ms since the epoch; `null`: never, or so long ago that it is not
 * remembered.
 */
export function lastPresence({ present }: { present: Presence }): number | null {
  const times = Object.values(present);
  return times.length > 0 ? Math.max(...times) : null;
}

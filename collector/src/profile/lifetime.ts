import type { SiteSettings } from '../sites.ts';
import { SESSION_GAP_MS } from './sessions.ts';
import type { State } from './state.ts';

export const DAY_MS = 24 * 3_600_000;
/** Events that are older cannot come any more with a browser's key: their detail is folded into totals. */
const FOLD_AFTER_MS = 31 * DAY_MS;
/** How long detail is held: as much longer as makes folding worth it. */
const HELD_MS = FOLD_AFTER_MS + 7 * DAY_MS;

/** After a session's last event: it is over for certain. */
const SESSION_CLOSED_MS = SESSION_GAP_MS + 60_000;

/** What becomes of an idle object. `expire`: it goes, the store keeps its events; `erase`: all of it goes. */
export type Fate = { kind: 'erase' } | { kind: 'expire' } | { kind: 'wake'; at: number };

/** When an object that has just been written must look again, ms since the epoch. */
export function firstWake(now: number): number {
  return now + SESSION_CLOSED_MS;
}

/**
 * Whether an object is kept, and when it looks again. Visitors who bought nothing and told nothing are forgotten when
 * their last event can no longer be repeated; others when the site's retention has passed.
 *
 * @param heldSince arrival of the oldest chunk that is held in detail; `null` when there is none
 * @param now all times in ms since the epoch
 */
export function fateOf(
  state: State,
  { retentionDays }: SiteSettings,
  heldSince: number | null,
  now: number,
): Fate {
  const { link, history, subscriptions } = state;
  const retention = retentionDays * DAY_MS;
  // A browser may subscribe before anything else is heard of it.
  const subscribed = subscriptions.map(({ seenAt }) => seenAt);
  const lastSeen = Math.max(history.lastSeen, state.heardAt, state.epoch, link?.epoch ?? 0, ...subscribed);
  if (now - lastSeen >= retention) return { kind: 'erase' };
  const closing = history.sessions.at(-1)?.end;
  if (closing !== undefined && now < lastSeen + SESSION_CLOSED_MS) {
    return { kind: 'wake', at: lastSeen + SESSION_CLOSED_MS };
  }
  if (!isForgettable(state)) {
    const fold =
      heldSince === null || link || heldSince + HELD_MS <= now
        ? Number.POSITIVE_INFINITY
        : heldSince + HELD_MS;
    return { kind: 'wake', at: Math.min(lastSeen + retention, fold) };
  }
  const expires = lastSeen + FOLD_AFTER_MS;
  return now >= expires ? { kind: 'expire' } : { kind: 'wake', at: expires };
}

/** Whether nothing would be lost that its visitor, or a campaign, could miss. */
function isForgettable(state: State): boolean {
  const { link, formerly, own, devices, contacts, exposures, coupons, test, history, subscriptions } = state;
  return (
    link === null &&
    test === null &&
    subscriptions.length === 0 &&
    formerly.length + own.length + Object.keys(coupons).length === 0 &&
    devices.length + contacts.length + exposures.length + history.accounts.length === 0 &&
    history.userId === null &&
    history.orders.list.length + history.orders.older.count === 0 &&
    Object.keys(history.traits).length + Object.keys(history.claimedTraits).length === 0 &&
    Object.keys(history.consents).length + Object.keys(history.claimedConsents).length === 0 &&
    Object.keys(history.identifiers).length + Object.keys(history.claimedIdentifiers).length === 0 &&
    Object.values(history.carts).every(({ lines }) => lines.length === 0)
  );
}

/** Fewer chunks cost less where they are than to be folded. */
const MIN_FOLDED = 50;

/**
 * Before which time detail is folded, ISO 8601; `null` when it is not worth it yet.
 *
 * @param chunks that are held
 */
export function foldUntil(heldSince: number | null, chunks: number, now: number): string | null {
  if (heldSince === null || chunks < MIN_FOLDED || now - heldSince < HELD_MS) return null;
  return new Date(now - FOLD_AFTER_MS).toISOString();
}

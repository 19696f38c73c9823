import type { StoredSubscription } from '../push/subscription.ts';
import type { State } from './state.ts';

/** Of one person: browsers beyond this number are forgotten, those without a sign of life first. */
const MAX_SUBSCRIPTIONS = 20;
/** Services go on accepting messages for browsers that are long gone (research/webpush.md §1.5), ms. */
export const SUBSCRIPTION_IDLE_MS = 180 * 86_400_000;

type Held = Pick<State, 'subscriptions'>;

/** A browser has one subscription: a newer one, of the same address or device and key, takes its place. */
export function addSubscriptions(state: Held, subscriptions: readonly StoredSubscription[]): void {
  const all = new Map(state.subscriptions.map((known) => [known.endpoint, known]));
  for (const subscription of subscriptions) {
    const known = all.get(subscription.endpoint);
    const at = Math.min(known?.at ?? subscription.at, subscription.at);
    const seenAt = Math.max(known?.seenAt ?? 0, subscription.seenAt);
    const newer = !known || subscription.seenAt >= known.seenAt ? subscription : known;
    all.set(subscription.endpoint, { ...newer, at, seenAt });
  }
  state.subscriptions = [...all.values()].sort(byLife).slice(0, MAX_SUBSCRIPTIONS);
}

export function removeSubscription(state: Held, endpoint: string): void {
  state.subscriptions = state.subscriptions.filter((known) => known.endpoint !== endpoint);
}

/** Those of one device go with it. */
export function removeSubscriptionsOf(state: Held, anonymousId: string): void {
  state.subscriptions = state.subscriptions.filter((known) => known.anonymousId !== anonymousId);
}

/** The one that is sent to first: of the device that was used last. */
export function subscriptionsByLife(
  { subscriptions }: Held,
  lastSeenOf: (anonymousId: string) => number,
): StoredSubscription[] {
  const life = (one: StoredSubscription) => Math.max(one.seenAt, lastSeenOf(one.anonymousId));
  return subscriptions.toSorted((a, b) => life(b) - life(a) || (a.endpoint < b.endpoint ? -1 : 1));
}

/** Without those that gave no sign of life for too long. */
export function prunedSubscriptions(
  subscriptions: readonly StoredSubscription[],
  lastSeenOf: (anonymousId: string) => number,
  now: number,
): StoredSubscription[] {
  return subscriptions.filter(
    ({ seenAt, anonymousId }) => now - Math.max(seenAt, lastSeenOf(anonymousId)) < SUBSCRIPTION_IDLE_MS,
  );
}

function byLife(a: StoredSubscription, b: StoredSubscription): number {
  return b.seenAt - a.seenAt || (a.endpoint < b.endpoint ? -1 : 1);
}

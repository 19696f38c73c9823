import type { StoredSubscription } from '../push/subscription.ts';
import { retract, subscriptionId } from './facts.ts';
import type { State } from './state.ts';

/** Of one person: browsers beyond this number are forgotten, those without a sign of life first. */
const MAX_SUBSCRIPTIONS = 20;
/** Services go on accepting messages for browsers that are long gone (research/webpush.md §1.5), ms. */
export const SUBSCRIPTION_IDLE_MS = 180 * 86_400_000;

type Held = Pick<State, 'subscriptions'>;
/** What is taken away is taken back from the store, too. */
type Stating = Pick<State, 'subscriptions' | 'retracted'>;

/** A browser has one subscription: a newer one, of the same address or device and key, takes its place. */
export function addSubscriptions(state: Held, subscriptions: readonly StoredSubscription[]): void {
  const all = new Map(state.subscriptions.map((known) => [known.endpoint, known]));
  for (const subscription of subscriptions) {
    const known = all.get(subscription.endpoint);
    const at = Math.min(known?.at ?? subscription.at, subscription.at);
    const seenAt = Math.max(known?.seenAt ?? 0, subscription.seenAt);
    const newer = !known || subscription.seenAt >= known.seenAt ? subscription : known;
    const isReached = [known, subscription].some((one) => one?.reached && one.key === newer.key);
    const { reached: _, ...rest } = newer;
    all.set(subscription.endpoint, { ...rest, at, seenAt, ...(isReached ? { reached: true } : {}) });
  }
  state.subscriptions = [...all.values()].sort(byLife);
}

/** Takes away what is too many; call it after {@link addSubscriptions}. @param name of the profile's object */
export function boundSubscriptions(state: Stating, name: string): void {
  const kept = new Set(state.subscriptions.slice(0, MAX_SUBSCRIPTIONS));
  keepSubscriptions(state, (known) => kept.has(known), name);
}

/** A push service has taken a message for it. */
export function noteReached(state: Held, endpoint: string): void {
  state.subscriptions = state.subscriptions.map((known) =>
    known.endpoint === endpoint && !known.reached ? { ...known, reached: true } : known,
  );
}

/** @param name of the profile's object */
export function removeSubscription(state: Stating, endpoint: string, name: string): void {
  keepSubscriptions(state, ({ endpoint: other }) => other !== endpoint, name);
}

/** Those of one device go with it. */
export function removeSubscriptionsOf(state: Stating, anonymousId: string, name: string): void {
  keepSubscriptions(state, (known) => known.anonymousId !== anonymousId, name);
}

function keepSubscriptions(
  state: Stating,
  isKept: (subscription: StoredSubscription) => boolean,
  name: string,
): void {
  const gone = state.subscriptions.filter((known) => !isKept(known));
  if (gone.length === 0) return;
  state.subscriptions = state.subscriptions.filter(isKept);
  retract(
    state,
    gone.map(({ endpoint }) => subscriptionId(endpoint, name)),
  );
}

/** The one that is sent to first: of the device that was used last, and of several of that the one heard of last. */
export function subscriptionsByLife(
  { subscriptions }: Held,
  lastSeenOf: (anonymousId: string) => number,
): StoredSubscription[] {
  const life = (one: StoredSubscription) => Math.max(one.seenAt, lastSeenOf(one.anonymousId));
  return subscriptions.toSorted((a, b) => life(b) - life(a) || byLife(a, b));
}

/** Takes away those that gave no sign of life for too long. */
export function pruneSubscriptions(
  state: Stating,
  lastSeenOf: (anonymousId: string) => number,
  now: number,
  name: string,
): void {
  const isAlive = ({ seenAt, anonymousId }: StoredSubscription) =>
    now - Math.max(seenAt, lastSeenOf(anonymousId)) < SUBSCRIPTION_IDLE_MS;
  keepSubscriptions(state, isAlive, name);
}

function byLife(a: StoredSubscription, b: StoredSubscription): number {
  return b.seenAt - a.seenAt || (a.endpoint < b.endpoint ? -1 : 1);
}

import { describe, expect, it } from 'vitest';
import type { StoredSubscription } from '../push/subscription.ts';
import {
  addSubscriptions,
  boundSubscriptions,
  noteReached,
  pruneSubscriptions,
  removeSubscription,
  removeSubscriptionsOf,
  SUBSCRIPTION_IDLE_MS,
  subscriptionsByLife,
} from './subscriptions.ts';

const one = (
  endpoint: string,
  seenAt: number,
  change: Partial<StoredSubscription> = {},
): StoredSubscription => ({
  ...{ endpoint, p256dh: 'p', auth: 'a', key: 'k', anonymousId: `of ${endpoint}`, at: seenAt, seenAt },
  ...change,
});
const of = (...subscriptions: StoredSubscription[]) => ({ subscriptions, retracted: [] as string[] });
const endpoints = ({ subscriptions }: { subscriptions: readonly StoredSubscription[] }) =>
  subscriptions.map(({ endpoint }) => endpoint);
const never = () => 0;

describe('subscriptions', () => {
  it('told once more are a sign of life, and no second one that would be notified twice', () => {
    const state = of(one('x', 10));
    addSubscriptions(state, [one('x', 30, { auth: 'new' }), one('x', 20, { auth: 'old' })]);
    expect(state.subscriptions).toEqual([one('x', 30, { at: 10, auth: 'new' })]);
  });

  it('stay known as reached, unless they turn out to be of another key', () => {
    const state = of(one('x', 10), one('y', 10));
    noteReached(state, 'x');
    addSubscriptions(state, [one('x', 20), one('y', 20)]);
    expect(state.subscriptions.map(({ reached }) => reached)).toEqual([true, undefined]);
    addSubscriptions(state, [one('x', 30, { key: 'other' })]);
    expect(state.subscriptions[0]).toEqual(one('x', 30, { at: 10, key: 'other' }));
  });

  it('are the same whichever of two objects tells them first', () => {
    const told = [one('x', 10), one('y', 20), one('x', 30, { auth: 'new' })];
    const [a, b] = [of(), of()];
    addSubscriptions(a, told);
    for (const subscription of told.toReversed()) addSubscriptions(b, [subscription]);
    expect(a.subscriptions).toEqual(b.subscriptions);
  });

  it('of one visitor on two of a shop’s addresses are tried from the one that he was on last', () => {
    const visitor = { anonymousId: 'v' };
    const state = of(one('a', 10, visitor), one('z', 20, visitor));
    expect(subscriptionsByLife(state, () => 30).map(({ endpoint }) => endpoint)).toEqual(['z', 'a']);
  });

  it('beyond twenty are forgotten, those without a sign of life first', () => {
    const state = of();
    addSubscriptions(
      state,
      Array.from({ length: 25 }, (_, n) => one(`e${n}`, n)),
    );
    boundSubscriptions(state, 'a:shop:v');
    expect(state.retracted).toHaveLength(5);
    expect(state.subscriptions).toHaveLength(20);
    expect(endpoints(state)).not.toContain('e4');
  });

  it('are used first where the visitor was last', () => {
    const state = of(one('phone', 10), one('laptop', 20));
    expect(endpoints({ subscriptions: subscriptionsByLife(state, never) })).toEqual(['laptop', 'phone']);
    const lastSeen = (anonymousId: string) => (anonymousId === 'of phone' ? 30 : 0);
    expect(endpoints({ subscriptions: subscriptionsByLife(state, lastSeen) })).toEqual(['phone', 'laptop']);
  });

  it('that are taken away are taken back from the store, too', () => {
    const state = of(one('x', 10), one('y', 10, { anonymousId: 'v' }), one('z', 10, { anonymousId: 'v' }));
    removeSubscription(state, 'x', 'a:shop:v');
    removeSubscriptionsOf(state, 'v', 'a:shop:v');
    expect(state.subscriptions).toEqual([]);
    expect(new Set(state.retracted).size).toBe(3);
    removeSubscription(state, 'x', 'a:shop:v');
    expect(state.retracted).toHaveLength(3);
  });

  it('without a sign of life for half a year go, unless the device itself was seen', () => {
    const now = 2 * SUBSCRIPTION_IDLE_MS;
    const old = now - SUBSCRIPTION_IDLE_MS;
    const state = of(one('dead', old), one('alive', old + 1), one('seen', 0));
    pruneSubscriptions(state, (anonymousId) => (anonymousId === 'of seen' ? now : 0), now, 'a:shop:v');
    expect(endpoints(state)).toEqual(['alive', 'seen']);
  });
});

import { describe, expect, it } from 'vitest';
import type { Run } from '../campaigns/journey.ts';
import {
  addDeliveries,
  cancelRepeats,
  concluded,
  type Delivery,
  nextTry,
  reachedPushCap,
  type SendResult,
} from './deliveries.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.parse('2026-11-18T11:00:00Z');

function delivery(id: string, change: Partial<Delivery> = {}): Delivery {
  return {
    ...{ id, campaign: 'left', version: 1, variant: 'a', step: 'm1', channel: 'push', run: NOON - HOUR },
    ...{ at: NOON, until: NOON + DAY, status: 'due', reason: null, tries: 0, nextTryAt: NOON },
    ...{ anonymousId: 'v', answered: null },
    ...change,
  };
}
const result = (outcome: SendResult['outcome'], change: Partial<SendResult> = {}): SendResult => ({
  ...{ outcome, status: 201, retryAfterMs: null, reason: null, answer: null },
  ...change,
});

describe('a try', () => {
  it('that was taken is the last one', () => {
    expect(concluded(delivery('d'), result('sent'), true, NOON + 5)).toMatchObject({
      ...{ status: 'sent', reason: null, tries: 1, sentAt: NOON + 5 },
      answered: { status: 201 },
    });
  });

  it('that failed is repeated ever later, so that a push service that is down is not flooded', () => {
    let one = delivery('d');
    const waits = Array.from({ length: 7 }, () => {
      one = concluded(one, result('retry', { status: 503 }), true, NOON);
      return one.nextTryAt - NOON;
    });
    expect(waits).toEqual([1, 5, 15, 30, 60, 60, 60].map((minutes) => minutes * MINUTE));
    expect(one).toMatchObject({ status: 'due', tries: 7 });
  });

  it('is repeated when the push service says, but never at once', () => {
    const waitAfter = (retryAfterMs: number) =>
      concluded(delivery('d'), result('retry', { retryAfterMs }), true, NOON).nextTryAt - NOON;
    expect(waitAfter(120_000)).toBe(120_000);
    expect(waitAfter(0)).toBe(5_000);
  });

  it('is not repeated when nobody would care any more, and that is on record', () => {
    const late = concluded(delivery('d'), result('retry', { retryAfterMs: DAY }), true, NOON);
    expect(late).toMatchObject({ status: 'failed', reason: 'deadline' });
  });

  it('at a browser that is gone goes to the next one; without one it is on record', () => {
    const gone = result('gone', { status: 410 });
    expect(concluded(delivery('d'), gone, true, NOON + 5)).toMatchObject({
      status: 'due',
      nextTryAt: NOON + 5,
    });
    expect(concluded(delivery('d'), gone, false, NOON)).toMatchObject({
      ...{ status: 'failed', reason: 'no_subscription' },
    });
  });

  it.each([
    ['dropped', null, 'failed', 'refused'],
    ['dropped', 'too large', 'failed', 'too large'],
    ['key', null, 'failed', 'key'],
    ['skipped', 'no_address', 'skipped', 'no_address'],
  ] as const)('that was %s (%s) says why', (outcome, why, status, reason) => {
    expect(concluded(delivery('d'), result(outcome, { reason: why }), true, NOON)).toMatchObject({
      status,
      reason,
    });
  });
});

describe('a cap on pushes', () => {
  const CAPS = { perDay: 1, perWeek: 3 };
  const zone = 'Europe/Vienna';
  const sent = (id: string, at: number) => delivery(id, { status: 'sent', at, sentAt: at });
  const capOf = (all: Delivery[], now: number) => reachedPushCap(all, CAPS, now, zone);

  it("counts days of the visitor's calendar, not of 24 hours", () => {
    const evening = sent('d', Date.parse('2026-11-17T22:59:00Z'));
    expect(capOf([evening], Date.parse('2026-11-17T22:59:59Z'))).toBe('push_per_day');
    expect(capOf([evening], Date.parse('2026-11-17T23:00:00Z'))).toBeNull();
  });

  it('counts a week with today', () => {
    const three = [1, 3, 6].map((days) => sent(`d${days}`, NOON - days * DAY));
    expect(capOf(three, NOON)).toBe('push_per_week');
    expect(capOf(three, NOON + DAY)).toBeNull();
  });

  it('counts what is on its way, and on the day on which it went out', () => {
    const yesterday = delivery('d', { at: NOON - DAY });
    expect(capOf([yesterday], NOON)).toBe('push_per_day');
    expect(capOf([{ ...yesterday, status: 'sent', sentAt: NOON - HOUR }], NOON)).toBe('push_per_day');
    expect(capOf([{ ...yesterday, status: 'sent', sentAt: NOON - DAY }], NOON)).toBeNull();
  });

  it('counts nothing that was never sent, and no webhooks', () => {
    const none = [
      delivery('a', { status: 'skipped' }),
      delivery('b', { status: 'cancelled' }),
      delivery('c', { status: 'sent', channel: 'webhook' }),
    ];
    expect(capOf(none, NOON)).toBeNull();
    expect(reachedPushCap([sent('d', NOON)], { perDay: null, perWeek: null }, NOON, zone)).toBeNull();
  });
});

describe('deliveries of two objects', () => {
  const journeys = {
    left: { entry: { at: NOON - 2 * HOUR, cause: 'm' }, passed: [], ended: null } satisfies Run,
  };

  it('told again do not undo what has become of them', () => {
    const state = { deliveries: [delivery('a', { status: 'sent' }), delivery('b', { status: 'cancelled' })] };
    addDeliveries(state, [delivery('a'), delivery('b', { status: 'sent' })]);
    expect(state.deliveries.map(({ status }) => status)).toEqual(['sent', 'sent']);
  });

  it('of the same step of one journey nudge once', () => {
    const [a, b, c] = [delivery('a'), delivery('b', { at: NOON - 1 }), delivery('c', { step: 'm2' })];
    const state = { journeys, deliveries: [a, b, c] };
    cancelRepeats(state);
    expect(state.deliveries).toEqual([{ ...a, status: 'cancelled', reason: 'said_elsewhere' }, b, c]);
  });

  it('prefer what may be on the wire already', () => {
    const leased = delivery('b', { at: NOON + 1, nextTryAt: NOON + MINUTE });
    const state = { journeys, deliveries: [delivery('a'), leased] };
    cancelRepeats(state);
    expect(state.deliveries.map(({ status }) => status)).toEqual(['cancelled', 'due']);
  });

  it('of an earlier journey stay what they are', () => {
    const before = delivery('a', { run: NOON - 5 * DAY, status: 'sent' });
    const state = { journeys, deliveries: [before, delivery('b')] };
    cancelRepeats(state);
    expect(state.deliveries[1]?.status).toBe('due');
  });

  it('beyond a hundred are forgotten, but never one that is still to be sent', () => {
    const state = { deliveries: [delivery('due', { at: 0 })] };
    addDeliveries(
      state,
      Array.from({ length: 150 }, (_, n) => delivery(`d${n}`, { at: n + 1, status: 'sent' })),
    );
    expect(state.deliveries).toHaveLength(101);
    expect(state.deliveries[0]?.id).toBe('due');
  });
});

describe('the next try', () => {
  it('is the earliest of those that are due', () => {
    expect(nextTry([])).toBeNull();
    expect(nextTry([delivery('a', { status: 'sent', nextTryAt: 1 }), delivery('b'), delivery('c')])).toBe(
      NOON,
    );
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cartJourney, Life, runIn, siteOf } from '../../../test/properties/journey-life.ts';
import type { StoredMessage } from '../message.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.parse('2026-11-18T12:00:00Z');
const ANY_TIME = { quietHours: null, cap: null };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
});
afterEach(() => {
  vi.useRealTimers();
});

function living(change: object = ANY_TIME, settings: object = {}) {
  const life = new Life(siteOf([cartJourney(change)], settings), NOON, () => {});
  const tell = async (...[device, event, items]: Parameters<Life['say']>) => {
    const message = life.say(device, event, items);
    await life.send(device);
    return message;
  };
  const steps = () => life.wired.map(({ at, delivery }) => [delivery.step, at - NOON]);
  const reasons = () =>
    life.owners.flatMap(({ state }) => state.deliveries.map(({ status, reason }) => [status, reason]));
  return { life, tell, steps, reasons };
}

describe('an abandoned cart', () => {
  it('on the laptop is not nudged about after a purchase on the phone that took a part of it', async () => {
    const { life, tell } = living();
    await life.logIn('laptop');
    await life.logIn('phone');
    await tell('laptop', 'cart_updated', ['a', 'b']);
    await life.pass(10 * MINUTE);
    await tell('phone', 'purchase', ['a']);
    await life.rest(3 * DAY);
    expect(life.wired).toEqual([]);
  });

  it('that is filled again after a purchase is nudged about, though the first one ended with it', async () => {
    const { life, tell, steps } = living();
    await life.logIn('laptop');
    await life.logIn('phone');
    await tell('laptop', 'cart_updated', ['a']);
    await life.pass(10 * MINUTE);
    await tell('phone', 'purchase', ['b']);
    await life.pass(10 * MINUTE);
    const { timestamp } = await tell('laptop', 'cart_updated', ['c']);
    await life.rest(3 * DAY);
    const changed = Date.parse(timestamp) - NOON;
    expect(steps()).toEqual([
      ['m1', changed + HOUR],
      ['m2', changed + HOUR + DAY],
    ]);
  });

  it('that grows item by item is not given up for what an exit rule said of its first one', async () => {
    const cheap = { '<': [{ var: 'cart.value' }, 20] };
    const { life, tell, steps } = living({ ...ANY_TIME, exits: [{ event: 'purchase' }, { rule: cheap }] });
    await tell('laptop', 'cart_updated', ['a']);
    await life.pass(MINUTE);
    await tell('laptop', 'cart_updated', ['a', 'b', 'c', 'd']);
    await life.rest(2 * HOUR);
    expect(steps()).toHaveLength(1);
  });

  it('told late, all at once, is nudged about at its time', async () => {
    const { life, steps } = living({
      ...ANY_TIME,
      entry: { on: 'event', event: 'cart_updated', reentry: 'PT1S' },
      steps: cartJourney().steps.map((one) => (one.id === 'w1' ? { ...one, for: 'PT10M' } : one)),
    });
    life.say('laptop', 'cart_updated', ['a']);
    await life.pass(MINUTE);
    life.say('laptop', 'purchase', ['a']);
    await life.pass(MINUTE);
    const last = life.say('laptop', 'cart_updated', ['b']);
    await life.send('laptop');
    await life.rest(2 * HOUR);
    expect(steps()).toEqual([['m1', Date.parse(last.timestamp) - NOON + 10 * MINUTE]]);
  });
});

describe('a nudge that waits for a push service', () => {
  const waiting = async (change: object = ANY_TIME) => {
    const all = living(change);
    await all.tell('laptop', 'cart_updated', ['a']);
    all.life.answers = [503];
    await all.life.rest(HOUR);
    expect(all.life.wired).toHaveLength(1);
    return all;
  };

  it('is not sent to who is back on the site by then', async () => {
    const { life, tell } = await waiting();
    await tell('laptop', 'page_view', null);
    await life.rest(100_000);
    expect(life.wired).toHaveLength(1);
    await life.rest(5 * MINUTE);
    expect(life.wired.map(({ answer }) => answer)).toEqual([503, 201]);
  });

  it('is not sent to who has withdrawn his consent by then', async () => {
    const { life, reasons } = await waiting();
    const message: StoredMessage = {
      ...{ type: 'track', event: 'consent_updated', messageId: 'c', anonymousId: 'laptop', server: true },
      timestamp: new Date(Date.now()).toISOString(),
      properties: { channel: 'push', state: 'withdrawn' },
    };
    await life.ingest('laptop', [message]);
    await life.rest(10 * MINUTE);
    expect(life.wired).toHaveLength(1);
    expect(reasons()).toContainEqual(['cancelled', 'unsubscribed']);
  });

  it('is not sent when the phone has said it already, and both turn out to be one person’s', async () => {
    const { life, tell, reasons } = living();
    await tell('laptop', 'cart_updated', ['a']);
    await tell('phone', 'cart_updated', ['a']);
    life.answers = [503];
    await life.rest(HOUR);
    expect(life.wired.map(({ by, answer }) => [by.name, answer])).toEqual([
      ['a:shop:laptop', 503],
      ['a:shop:phone', 201],
    ]);
    await life.logIn('laptop');
    await life.logIn('phone');
    await life.rest(HOUR);
    expect(life.wired).toHaveLength(2);
    expect(reasons()).toContainEqual(['cancelled', 'said_elsewhere']);
    const [owner] = life.owners;
    expect(owner && runIn(owner)?.passed.map(({ step }) => step)).toEqual(['m1']);
  });

  it('of another journey is not sent on a day on which its visitor was pushed elsewhere', async () => {
    const other = { ...cartJourney({ quietHours: null }), id: 'other', priority: 1 };
    const entry = { ...other.entry, fact: 'visitor.lastSeen' as const };
    const life = new Life(siteOf([cartJourney({ quietHours: null }), { ...other, entry }]), NOON, () => {});
    life.say('laptop', 'cart_updated', ['a']);
    life.say('phone', 'page_view', null);
    // The cart's nudge of the laptop is taken; the phone has none, and its other message has to wait.
    life.answers = [201, 503];
    await life.send('laptop');
    await life.send('phone');
    await life.rest(HOUR);
    expect(life.wired.map(({ by, delivery, answer }) => [by.name, delivery.campaign, answer])).toEqual([
      ['a:shop:laptop', 'cart', 201],
      ['a:shop:phone', 'other', 503],
    ]);
    await life.logIn('laptop');
    await life.logIn('phone');
    await life.rest(3 * HOUR);
    expect(life.wired).toHaveLength(2);
    const [owner] = life.owners;
    expect(
      owner?.state.deliveries.find(({ campaign, status }) => campaign === 'other' && status === 'cancelled'),
    ).toMatchObject({
      reason: 'push_per_day',
    });
  });
});

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  env,
  makeSite,
  post,
  profileOf,
  sendBatch,
  storedEvents,
  storeIsDown,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';

const objectOf = (site: TestSite, anonymousId: string) =>
  env.PROFILES.getByName(`a:${site.id}:${anonymousId}`);

describe('a profile', () => {
  it('is not there before anything was heard, and asking makes none', async () => {
    const site = await makeSite();
    expect(await profileOf(site, 'nobody')).toBeNull();
    const tables = await runInDurableObject(objectOf(site, 'nobody'), (_, state) =>
      state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'profile'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it('always shows every field', async () => {
    const site = await makeSite();
    const timestamp = new Date(Date.now() - 1_000).toISOString();
    await sendBatch(site, [{ ...track('v'), timestamp, messageId: 'm1' }]);
    expect(await profileOf(site, 'v')).toEqual({
      ids: { anonymousIds: ['v'], userId: null },
      identifiers: { email: null, phone: null, loyaltyCard: null },
      traits: {},
      sessions: [
        {
          id: 'm1',
          start: timestamp,
          end: timestamp,
          events: 1,
          anonymousId: 'v',
          entry: null,
          referrer: null,
          campaign: null,
        },
      ],
      consents: {},
      topicConsents: {},
      cart: { items: [], value: 0, currency: null, updatedAt: null },
      orders: [],
      totals: { sessions: 1, orders: 0, revenue: {}, siteRevenue: 0 },
      attribution: { first: null, last: null },
      account: null,
      counters: { view_item: 1 },
      segments: [],
      push: { subscriptions: [] },
      test: false,
      firstSeen: timestamp,
      lastSeen: timestamp,
      truncated: false,
    });
  });

  it('knows where a session came from', async () => {
    const site = await makeSite();
    const context = {
      page: {
        url: 'https://shop.example/a?utm_source=x&utm_campaign=y',
        path: '/a',
        referrer: 'https://news.example/',
      },
    };
    await sendBatch(site, [
      { ...track('v'), type: 'page', messageId: '1', context },
      { ...track('v'), messageId: '2' },
    ]);
    expect((await profileOf(site, 'v'))?.sessions).toMatchObject([
      {
        entry: 'https://shop.example/a?utm_source=x&utm_campaign=y',
        referrer: 'https://news.example/',
        campaign: { source: 'x', name: 'y' },
        events: 2,
      },
    ]);
  });

  it('keeps traits by their newest value, and never counts identify as an event', async () => {
    const site = await makeSite();
    const at = (s: number) => new Date(Date.now() - 60_000 + s * 1_000).toISOString();
    const identify = (s: number, traits: object) => ({
      type: 'identify',
      messageId: crypto.randomUUID(),
      anonymousId: 'v',
      userId: 'u1',
      traits,
      timestamp: at(s),
    });
    await sendBatch(site, [identify(5, { plan: 'gold' }), identify(1, { plan: 'none', name: 'Ann' })]);
    await sendBatch(site, [identify(3, { plan: 'silver' })]);
    expect(await profileOf(site, 'v')).toMatchObject({
      ids: { userId: 'u1' },
      traits: { plan: 'gold', name: 'Ann' },
      sessions: [],
      counters: {},
    });
  });

  it('counts an order once, however often the thank-you page is opened', async () => {
    const site = await makeSite();
    const properties = {
      transaction_id: 'T1',
      value: 30,
      currency: 'USD',
      items: [{ item_id: 'a', price: 30 }],
    };
    await sendBatch(site, [track('v', 'purchase', { properties }), track('v', 'purchase', { properties })]);
    expect((await profileOf(site, 'v'))?.orders).toMatchObject([
      { transactionId: 'T1', value: 30, currency: 'USD', refunded: 0 },
    ]);
  });
});

describe('what was accepted is not lost', () => {
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('when the object is evicted between two batches', async () => {
    const site = await makeSite();
    const first = track('v');
    await sendBatch(site, [first]);
    await evictDurableObject(objectOf(site, 'v'));
    await sendBatch(site, [first, track('v', 'search')]);
    expect(await profileOf(site, 'v')).toMatchObject({ counters: { view_item: 1, search: 1 } });
    expect(await storedEvents(site)).toHaveLength(2);
  });

  it('when the store is down: 503, and sending again completes it', async () => {
    const site = await makeSite();
    const message = track('v');
    await sendBatch(site, [track('v')]);
    const append = storeIsDown();
    try {
      const body = { writeKey: site.browserKey, batch: [message] };
      const refused = await post(site, '/v1/batch', body);
      expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '5']);
      // A repeat is not answered 2xx either: its chunk is not safe yet.
      expect((await post(site, '/v1/batch', body)).status).toBe(503);
      expect(await storedEvents(site)).toHaveLength(1);
    } finally {
      append.mockRestore();
    }
    await sendBatch(site, [message]);
    expect(await storedEvents(site)).toHaveLength(2);
    expect(await profileOf(site, 'v')).toMatchObject({ counters: { view_item: 2 } });
  });

  it('when the store was down, and the visitor never returns: the alarm completes it', async () => {
    const site = await makeSite();
    const append = storeIsDown();
    try {
      expect((await post(site, '/v1/batch', { writeKey: site.browserKey, batch: [track('v')] })).status).toBe(
        503,
      );
      await evictDurableObject(objectOf(site, 'v'));
      expect(await runDurableObjectAlarm(objectOf(site, 'v'))).toBe(true);
      expect(await storedEvents(site)).toEqual([]);
    } finally {
      append.mockRestore();
    }
    await evictDurableObject(objectOf(site, 'v'));
    expect(await runDurableObjectAlarm(objectOf(site, 'v'))).toBe(true);
    expect(await storedEvents(site)).toHaveLength(1);
  });
});

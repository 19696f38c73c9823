import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import {
  api,
  arrived,
  at,
  DAY,
  deviceObject,
  facts,
  identify,
  MINUTE,
  makeSite,
  personObject,
  personOf,
  profileOf,
  rowsIn,
  sendBatch,
  standing,
  storedEvents,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { Profile } from './profile.ts';

async function get(site: TestSite, path: string) {
  const response = await api('GET', `/api/sites/${site.id}${path}`);
  return response.status === 404 ? null : response.json<Record<string, never>>();
}

describe('a session', () => {
  it('reaches reports when it is over, once, and is corrected by what comes late', async () => {
    const site = await makeSite();
    const start = Date.now() - 3 * 60 * MINUTE;
    const page = { path: '/a', url: 'https://shop.example/a?utm_source=news&utm_medium=email' };
    const view = (time: number) =>
      track('v', 'page_view', { ...at(time), context: { page }, properties: {} });
    const reported = async () => {
      await runDurableObjectAlarm(deviceObject(site, 'v'));
      return standing(site, 'session');
    };
    await sendBatch(site, [view(start), view(start + MINUTE)]);
    const source = { source: 'news', medium: 'email' };
    expect(await reported()).toMatchObject([
      { events: 2, pageViews: 2, engaged: true, durationMs: MINUTE, ...source },
    ]);
    await sendBatch(site, [view(start - 10 * MINUTE)]);
    expect(await reported()).toMatchObject([{ events: 3, durationMs: 11 * MINUTE }]);
    // Two sessions that a late event makes one, in an object that has slept since.
    await sendBatch(site, [view(start + 50 * MINUTE)]);
    expect(await reported()).toHaveLength(2);
    await evictDurableObject(deviceObject(site, 'v'));
    await sendBatch(site, [view(start + 25 * MINUTE)]);
    expect(await reported()).toMatchObject([{ events: 5, durationMs: 60 * MINUTE }]);
  });

  it('that a server tells event by event is one row, not one per batch', async () => {
    const site = await makeSite();
    const start = Date.now() - 3 * 60 * MINUTE;
    for (let i = 0; i < 5; i++) {
      await sendBatch(site, [track('v', 'view_item', at(start + i * MINUTE))]);
      expect(await standing(site, 'session')).toEqual([]);
    }
    await runDurableObjectAlarm(deviceObject(site, 'v'));
    expect(await standing(site, 'session')).toMatchObject([{ events: 5 }]);
  });

  it('that is not over is stated by the alarm, if the visitor never returns', async () => {
    const site = await makeSite();
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      await sendBatch(site, [track('v')]);
      expect(await standing(site, 'session')).toEqual([]);
      vi.setSystemTime(Date.now() + 32 * MINUTE);
      await runDurableObjectAlarm(deviceObject(site, 'v'));
      expect(await standing(site, 'session')).toMatchObject([{ events: 1, anonymousId: 'v' }]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is the person’s, once somebody has logged in', async () => {
    const site = await makeSite();
    const start = Date.now() - 3 * 60 * MINUTE;
    await sendBatch(site, [track('v', 'view_item', at(start))]);
    await sendBatch(site, [identify('v', 'mira')]);
    const [session] = await facts(site, 'session');
    expect(session?.profile).toMatch(/^u:/);
    expect(await standing(site, 'identity')).toMatchObject([
      { anonymousId: 'v', verified: true, left: false },
    ]);
  });
});

describe('an order', () => {
  const order = (state: string | undefined, more: object = {}) => ({
    properties: { transaction_id: 'T', value: 50, currency: 'EUR', ...(state ? { status: state } : {}) },
    ...more,
  });

  it('is revenue as long as it is neither cancelled nor returned', async () => {
    const site = await makeSite({ rates: { EUR: 2 } });
    await sendBatch(site, [track('v', 'purchase', order(undefined))]);
    expect(await profileOf(site, 'v')).toMatchObject({
      orders: [{ state: 'created', counts: true }],
      totals: { revenue: { EUR: 50 }, siteRevenue: 100 },
    });
    expect(await standing(site, 'order')).toMatchObject([
      { state: 'created', revenue: 50, siteRevenue: 100 },
    ]);
    await sendBatch(site, [track('v', 'order_updated', order('cancelled'))]);
    expect(await profileOf(site, 'v')).toMatchObject({ totals: { revenue: {}, siteRevenue: 0 } });
    expect(await standing(site, 'order')).toMatchObject([{ state: 'cancelled', revenue: 0 }]);
  });

  it('counts from the state that the site says, and is never added up across currencies', async () => {
    const site = await makeSite({ ordersCountFrom: 'paid' });
    await sendBatch(site, [
      track('v', 'purchase', order(undefined)),
      track('v', 'purchase', {
        properties: { transaction_id: 'U', value: 7, currency: 'USD', status: 'paid' },
      }),
    ]);
    expect(await profileOf(site, 'v')).toMatchObject({ totals: { revenue: { USD: 7 }, siteRevenue: 7 } });
    await sendBatch(site, [track('v', 'order_updated', order('shipped'))]);
    expect(await profileOf(site, 'v')).toMatchObject({
      totals: { revenue: { EUR: 50, USD: 7 }, siteRevenue: null },
    });
  });

  it('knows what brought its buyer, first and last', async () => {
    const site = await makeSite();
    const visit = (time: number, url: string, referrer = '') =>
      track('v', 'page_view', {
        ...at(time),
        context: { page: { url, path: '/', referrer } },
        properties: {},
      });
    const now = Date.now();
    await sendBatch(site, [
      visit(now - 3 * DAY, 'https://shop.example/', 'https://www.google.com/'),
      visit(now - 2 * DAY, 'https://shop.example/?utm_source=news&utm_medium=email&utm_campaign=may'),
      visit(now - DAY, 'https://shop.example/', 'https://shop.example/old'),
      track('v', 'purchase', { ...at(now - DAY + MINUTE), ...order(undefined) }),
      visit(now, 'https://shop.example/?gclid=1'),
    ]);
    expect(await profileOf(site, 'v')).toMatchObject({
      orders: [
        {
          attribution: {
            first: { source: 'google', medium: 'organic' },
            last: { source: 'news', medium: 'email', campaign: 'may' },
          },
        },
      ],
      attribution: { last: { source: 'google', medium: 'cpc' } },
    });
  });
});

describe('a person who asks for it', () => {
  async function known() {
    const site = await makeSite();
    const long = Date.now() - 3 * 60 * MINUTE;
    await sendBatch(site, [
      track('phone', 'view_item', at(long)),
      identify('phone', 'mira', { name: 'Mira' }),
    ]);
    await sendBatch(site, [
      identify('laptop', 'mira', { email: 'mira@example.com' }),
      track('laptop', 'purchase', { properties: { transaction_id: 'T', value: 5 } }),
      { ...track('laptop'), type: 'group', groupId: 'acme', traits: { plan: 'pro' } },
    ]);
    await sendBatch(site, [track('other')]);
    return site;
  }

  it('gets everything that is held', async () => {
    const site = await known();
    const all = await get(site, '/profiles/user:mira/export');
    expect(all).toMatchObject({
      profile: { traits: { name: 'Mira' }, account: { id: 'acme', traits: { plan: 'pro' } } },
      devices: [{ anonymousId: 'phone' }, { anonymousId: 'laptop' }],
    });
    expect(all?.timeline).toHaveLength(5);
  });

  it('is gone: from objects, events and facts; his neighbours stay', async () => {
    const site = await known();
    await storedEvents(site);
    expect((await api('DELETE', `/api/sites/${site.id}/profiles/anonymous:phone`)).status).toBe(200);
    expect(await personOf(site, 'mira')).toBeNull();
    expect(await profileOf(site, 'laptop')).toBeNull();
    expect(await storedEvents(site)).toHaveLength(1);
    for (const kind of ['session', 'order', 'profile', 'identity', 'member']) {
      expect(await facts(site, kind)).toEqual([]);
    }
    for (const device of ['phone', 'laptop']) {
      expect(await rowsIn(deviceObject(site, device))).toEqual({});
    }
    await sendBatch(site, [track('phone')]);
    expect(await profileOf(site, 'phone')).toMatchObject({ counters: { view_item: 1 } });
  });

  it('is gone also when the erasure was interrupted', async () => {
    const site = await known();
    await storedEvents(site);
    const spy = vi.spyOn(Profile.prototype, 'eraseAsPartOf');
    spy.mockRejectedValueOnce(new Error('stopped'));
    vi.spyOn(console, 'error').mockImplementation(() => {});
    expect((await api('DELETE', `/api/sites/${site.id}/profiles/user:mira`)).status).toBe(500);
    spy.mockRestore();
    await runDurableObjectAlarm(await personObject(site, 'mira'));
    expect(await personOf(site, 'mira')).toBeNull();
    expect(await storedEvents(site)).toHaveLength(1);
    vi.restoreAllMocks();
  });

  it('shows what happened, newest first, in pages', async () => {
    const site = await known();
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await get(
        site,
        `/profiles/user:mira/timeline?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      const items = page?.items as unknown as { at: string; message: { event?: string; type: string } }[];
      seen.push(...items.map(({ message }) => message.event ?? message.type));
      cursor = (page?.cursor as unknown as string | null) ?? '';
    } while (cursor);
    expect(seen).toHaveLength(5);
    expect(seen.at(-1)).toBe('view_item');
  });
});

describe('a device that was wrongly taken for a person’s', () => {
  it('gets back what it said, and the next one who logs in there inherits nothing of it', async () => {
    const site = await makeSite();
    const cart = { properties: { items: [{ item_id: 'kettle', price: 10 }] } };
    await sendBatch(site, [track('shared', 'cart_updated', cart), identify('shared', 'mira')]);
    await sendBatch(site, [identify('phone', 'mira'), track('phone', 'search')]);
    await storedEvents(site);
    const path = `/api/sites/${site.id}/profiles/user:mira/disown`;
    expect((await api('POST', path, { anonymousId: 'shared' })).status).toBe(200);
    expect((await api('POST', path, { anonymousId: 'shared' })).status).toBe(404);
    expect(await personOf(site, 'mira')).toMatchObject({
      ids: { anonymousIds: ['phone'] },
      counters: { search: 1 },
      cart: { items: [] },
    });
    expect(await profileOf(site, 'shared')).toMatchObject({
      counters: { cart_updated: 1 },
      cart: { value: 10 },
    });
    expect(await storedEvents(site)).toHaveLength(4);

    await sendBatch(site, [identify('shared', 'noor'), track('shared', 'login')]);
    expect(await personOf(site, 'noor')).toMatchObject({ counters: { login: 1 }, cart: { items: [] } });
  });
});

describe('a profile that grows old', () => {
  it('keeps its totals, and all its events in the store, when detail is folded away', async () => {
    const site = await makeSite();
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const purchase = { properties: { transaction_id: 'T', value: 5 } };
      await sendBatch(site, [
        track('v'),
        track('v', 'purchase', purchase),
        identify('v', 'mira', { size: 'M' }),
      ]);
      for (let i = 0; i < 60; i++) await sendBatch(site, [track('v', 'view_cart')]);
      await storedEvents(site);
      const early = await personOf(site, 'mira');
      vi.setSystemTime(Date.now() + 50 * DAY);
      const mira = await personObject(site, 'mira');
      await runDurableObjectAlarm(mira);
      const keys = Object.keys(await rowsIn(mira));
      expect(keys.filter((key) => key.startsWith('chunk:'))).toEqual([]);
      expect(keys).toContain('base');
      await evictDurableObject(mira);
      expect(await personOf(site, 'mira')).toEqual(early);
      await sendBatch(site, [track('v', 'search')]);
      expect(await personOf(site, 'mira')).toMatchObject({
        counters: { view_item: 1, purchase: 1, view_cart: 60, search: 1 },
        orders: [{ transactionId: 'T' }],
        traits: { size: 'M' },
        totals: { sessions: 2 },
      });
      const timeline = await get(site, '/profiles/user:mira/timeline');
      expect(timeline?.items).toHaveLength(64);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is forgotten when its visitor bought nothing and told nothing, and its events stay in reports', async () => {
    const site = await makeSite();
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      await sendBatch(site, [track('v')]);
      vi.setSystemTime(Date.now() + 32 * DAY);
      await runDurableObjectAlarm(deviceObject(site, 'v'));
      expect(await profileOf(site, 'v')).toBeNull();
      expect(await storedEvents(site)).toHaveLength(1);
      expect(await standing(site, 'session')).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is erased when the site’s retention has passed', async () => {
    const site = await makeSite({ retentionDays: 40 });
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      await sendBatch(site, [
        track('v', 'add_to_wishlist'),
        track('v', 'purchase', { properties: { value: 1 } }),
      ]);
      await storedEvents(site);
      vi.setSystemTime(Date.now() + 39 * DAY);
      await runDurableObjectAlarm(deviceObject(site, 'v'));
      expect(await profileOf(site, 'v')).not.toBeNull();
      vi.setSystemTime(Date.now() + 2 * DAY);
      await runDurableObjectAlarm(deviceObject(site, 'v'));
      expect(await profileOf(site, 'v')).toBeNull();
      expect(await storedEvents(site)).toEqual([]);
      expect(await facts(site, 'order')).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('says so when it has more than it can show; the totals stay', async () => {
    const site = await makeSite();
    const buy = (i: number) =>
      track('v', 'purchase', {
        ...at(Date.now() - i * 1_000),
        properties: { transaction_id: `${i}`, value: 2 },
      });
    await sendBatch(
      site,
      Array.from({ length: 250 }, (_, i) => buy(i)),
    );
    expect(await profileOf(site, 'v')).toMatchObject({
      truncated: true,
      totals: { orders: 250, revenue: { USD: 500 } },
    });
    expect((await profileOf(site, 'v'))?.orders).toHaveLength(200);
    await arrived();
    expect(await standing(site, 'order')).toHaveLength(200);
  });
});

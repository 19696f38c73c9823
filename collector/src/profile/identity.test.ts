import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  api,
  env,
  makeSite,
  post,
  profileOf,
  sendBatch,
  storedEvents,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { Profile } from './profile.ts';

const identify = (anonymousId: string, userId: string, traits: object = {}) => ({
  type: 'identify',
  messageId: crypto.randomUUID(),
  anonymousId,
  userId,
  traits,
  timestamp: new Date().toISOString(),
});
const cart = (anonymousId: string, itemId: string, more: object = {}) =>
  track(anonymousId, 'cart_updated', { properties: { items: [{ item_id: itemId, price: 10 }] }, ...more });

async function personOf(site: TestSite, userId: string) {
  const response = await api('GET', `/api/sites/${site.id}/profiles/user:${userId}`);
  return response.status === 404 ? null : response.json();
}
const deviceOf = (site: TestSite, anonymousId: string) =>
  env.PROFILES.getByName(`a:${site.id}:${anonymousId}`);

describe('somebody who logs in', () => {
  it('keeps the session and the cart from before', async () => {
    const site = await makeSite();
    await sendBatch(site, [track('phone'), cart('phone', 'kettle')]);
    await sendBatch(site, [identify('phone', 'mira', { name: 'Mira' }), track('phone', 'search')]);
    const person = await personOf(site, 'mira');
    expect(person).toMatchObject({
      ids: { anonymousIds: ['phone'], userId: 'mira' },
      traits: { name: 'Mira' },
      sessions: [{ anonymousId: 'phone', events: 3 }],
      cart: { value: 10 },
      counters: { view_item: 1, cart_updated: 1, search: 1 },
    });
    expect(await profileOf(site, 'phone')).toEqual(person);
    expect(await storedEvents(site)).toHaveLength(4);
  });

  it("is one person on two devices: what is bought on the phone leaves the laptop's cart", async () => {
    const site = await makeSite();
    await sendBatch(site, [cart('laptop', 'kettle'), identify('laptop', 'mira')]);
    await sendBatch(site, [
      identify('phone', 'mira'),
      track('phone', 'purchase', {
        properties: { transaction_id: 'T', value: 10, items: [{ item_id: 'kettle', price: 10 }] },
      }),
    ]);
    expect(await profileOf(site, 'laptop')).toMatchObject({
      ids: { anonymousIds: expect.arrayContaining(['laptop', 'phone']) },
      cart: { items: [] },
      orders: [{ transactionId: 'T' }],
    });
  });

  it('leaves nothing at the device but where to go', async () => {
    const site = await makeSite();
    await sendBatch(site, [track('phone'), identify('phone', 'mira')]);
    const rows = await runInDurableObject(deviceOf(site, 'phone'), (_, state) =>
      state.storage.sql.exec<{ k: string; v: string }>('SELECT k, v FROM profile').toArray(),
    );
    expect(rows.map((row) => row.k)).toEqual(['state']);
    expect(JSON.parse(rows[0]?.v ?? '')).toMatchObject({
      link: { phase: 'moved', before: [] },
      history: { sessions: [] },
    });
  });

  it('counts what is sent again after the log-in only once', async () => {
    const site = await makeSite();
    const before = [track('phone'), track('phone')];
    await sendBatch(site, before);
    await sendBatch(site, [...before, identify('phone', 'mira')]);
    await sendBatch(site, before);
    expect(await personOf(site, 'mira')).toMatchObject({ counters: { view_item: 2 } });
    expect(await storedEvents(site)).toHaveLength(3);
  });

  it('gets a token that spares asking the device, and that nobody else can use', async () => {
    const site = await makeSite();
    const { visitor } = await sendBatch(site, [identify('phone', 'mira')]);
    const token = visitor.token ?? '';
    expect(token).not.toBe('');
    const ingest = vi.spyOn(Profile.prototype, 'ingest');
    expect((await sendBatch(site, [track('phone')], { token })).visitor.token).toBe(token);
    expect(ingest).toHaveBeenCalledTimes(1);
    await sendBatch(site, [track('phone')]);
    expect(ingest).toHaveBeenCalledTimes(3);
    ingest.mockRestore();
    const other = await makeSite();
    await sendBatch(other, [track('phone'), track('tablet')], { token });
    await sendBatch(site, [track('tablet')], { token });
    await sendBatch(site, [track('phone')], { token: `${token}x` });
    expect(await personOf(other, 'mira')).toBeNull();
    expect(await personOf(site, 'mira')).toMatchObject({ counters: { view_item: 3 } });
    expect(await profileOf(site, 'tablet')).toMatchObject({ counters: { view_item: 1 } });
  });

  it('keeps what the browser was shown: no popup twice because of a log-in', async () => {
    const site = await makeSite();
    const content = { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }] } };
    const steps = [{ id: 'p', type: 'message', channel: 'popup', variants: [{ key: 'a', content }] }];
    const path = `/api/sites/${site.id}/campaigns/hello`;
    await api('PUT', path, { id: 'hello', name: 'Hello', steps });
    await api('POST', `${path}/publish`);
    const { messages } = await sendBatch(site, [track('phone')]);
    const again = (await sendBatch(site, [track('phone')])).messages;
    const claim = { writeKey: site.browserKey, anonymousId: 'phone', claimId: 'c1' };
    expect(await (await post(site, `/v1/messages/${messages[0]?.id}/claim`, claim)).json()).toMatchObject({
      show: true,
    });
    expect((await sendBatch(site, [identify('phone', 'mira'), track('phone')])).messages).toEqual([]);
    const late = await post(site, `/v1/messages/${again[0]?.id}/claim`, { ...claim, claimId: 'c2' });
    expect(await late.json()).toEqual({ show: false, reason: 'caps' });
    expect(await (await post(site, `/v1/messages/${messages[0]?.id}/claim`, claim)).json()).toMatchObject({
      show: true,
    });
  });
});

describe('a user id that names nobody', () => {
  it.each(['null', 'undefined', '0', 'anonymous', '-1', ' ', '00000000-0000-0000-0000-000000000000'])(
    'never makes one person of many visitors: "%s"',
    async (userId) => {
      const site = await makeSite();
      const answer = await sendBatch(site, [
        identify('a', userId),
        track('a'),
        identify('b', userId),
        track('b'),
      ]);
      expect(answer.warnings).toHaveLength(2);
      expect(await profileOf(site, 'a')).toMatchObject({ ids: { anonymousIds: ['a'], userId: null } });
      expect((await sendBatch(site, [track('', 'x', { userId })])).rejected).toMatchObject([
        { code: 'no_id' },
      ]);
    },
  );
});

describe('a second person on the same device', () => {
  it('inherits nothing from the first', async () => {
    const site = await makeSite();
    const first = await sendBatch(site, [cart('tablet', 'kettle'), identify('tablet', 'mira')]);
    await sendBatch(site, [identify('tablet', 'noor'), track('tablet', 'search')]);
    expect(await personOf(site, 'noor')).toMatchObject({ cart: { items: [] }, counters: { search: 1 } });
    // An old token does not bring the first person's messages back.
    await sendBatch(site, [track('tablet', 'view_cart')], { token: first.visitor.token });
    expect(await personOf(site, 'noor')).toMatchObject({ counters: { search: 1, view_cart: 1 } });
    expect(await personOf(site, 'mira')).toMatchObject({
      cart: { value: 10 },
      counters: { cart_updated: 1 },
    });
    await sendBatch(site, [identify('tablet', 'mira'), track('tablet', 'refund')]);
    expect(await personOf(site, 'mira')).toMatchObject({ counters: { cart_updated: 1, refund: 1 } });
    expect(await storedEvents(site)).toHaveLength(7);
  });

  it('in one batch, gets only what came after', async () => {
    const site = await makeSite();
    await sendBatch(site, [
      track('t', 'a'),
      identify('t', 'mira'),
      track('t', 'b'),
      identify('t', 'noor'),
      track('t', 'c'),
      track('t', 'd', { userId: 'mira' }),
    ]);
    expect(await personOf(site, 'mira')).toMatchObject({ counters: { a: 1, b: 1, d: 1 } });
    expect(await personOf(site, 'noor')).toMatchObject({ counters: { c: 1 } });
  });
});

describe('two people who use one device at the same time', () => {
  it("never get each other's messages", async () => {
    const site = await makeSite();
    const says = (userId: string) => track('t', `from_${userId}`, { userId });
    await sendBatch(site, [track('t')]);
    await Promise.all(
      Array.from({ length: 8 }, (_, i) => sendUntilTaken(site, [says(i % 2 ? 'mira' : 'noor')])),
    );
    const mira = (await personOf(site, 'mira')) as { counters: object };
    const noor = (await personOf(site, 'noor')) as { counters: object };
    expect(mira.counters).toMatchObject({ from_mira: 4 });
    expect(mira.counters).not.toHaveProperty('from_noor');
    expect(noor.counters).toMatchObject({ from_noor: 4 });
    expect(noor.counters).not.toHaveProperty('from_mira');
  });

  /** As a browser does it. */
  async function sendUntilTaken(site: TestSite, batch: object[]): Promise<void> {
    for (;;) {
      const response = await post(site, '/v1/batch', { writeKey: site.browserKey, batch });
      if (response.status === 200) return;
      expect(response.status).toBe(503);
    }
  }
});

describe('a message that two devices of a person have sent', () => {
  it('counts as its first copy, whatever arrives later', async () => {
    const site = await makeSite();
    const order = (anonymousId: string, value: number) => ({
      ...track(anonymousId, 'purchase', { properties: { transaction_id: 'T', value } }),
      messageId: 'the-same',
    });
    await sendBatch(site, [order('a', 1)]);
    await sendBatch(site, [order('b', 2)]);
    await sendBatch(site, [identify('b', 'mira')]);
    await sendBatch(site, [identify('a', 'mira')]);
    expect(await personOf(site, 'mira')).toMatchObject({ orders: [{ value: 1 }], counters: { purchase: 1 } });
    await sendBatch(site, [track('a', 'late', { timestamp: new Date(Date.now() - 60_000).toISOString() })]);
    expect(await personOf(site, 'mira')).toMatchObject({ orders: [{ value: 1 }], counters: { purchase: 1 } });
  });
});

describe('a log-in that is interrupted', () => {
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const failing = (method: 'attach' | 'detach', when: 'before' | 'after') => {
    const original = Profile.prototype[method] as (...args: never[]) => unknown;
    return vi.spyOn(Profile.prototype, method).mockImplementationOnce(async function (
      this: Profile,
      ...args: unknown[]
    ) {
      if (when === 'after') await original.apply(this, args as never[]);
      throw new Error(`injected ${when} ${method}`);
    } as never);
  };

  it.each([['before'], ['after']] as const)(
    '%s the person took over, is completed by the same batch sent again',
    async (when) => {
      const site = await makeSite();
      await sendBatch(site, [track('phone'), cart('phone', 'kettle')]);
      failing('attach', when);
      const login = identify('phone', 'mira');
      const response = await post(site, '/v1/batch', { writeKey: site.browserKey, batch: [login] });
      expect(response.status).toBe(503);
      await evictDurableObject(deviceOf(site, 'phone'));
      await sendBatch(site, [login]);
      expect(await personOf(site, 'mira')).toMatchObject({
        cart: { value: 10 },
        sessions: [{ events: 2 }],
        counters: { view_item: 1, cart_updated: 1 },
      });
      expect(await storedEvents(site)).toHaveLength(3);
    },
  );

  it.each([['before'], ['after']] as const)(
    '%s the person took over, is completed by the alarm if nobody returns',
    async (when) => {
      const site = await makeSite();
      await sendBatch(site, [cart('phone', 'kettle')]);
      failing('attach', when);
      await post(site, '/v1/batch', { writeKey: site.browserKey, batch: [identify('phone', 'mira')] });
      await evictDurableObject(deviceOf(site, 'phone'));
      await runDurableObjectAlarm(deviceOf(site, 'phone'));
      expect(await personOf(site, 'mira')).toMatchObject({ cart: { value: 10 } });
      expect(await profileOf(site, 'phone')).toMatchObject({ cart: { value: 10 } });
    },
  );

  it('while the first person is left, still gives the second one nothing', async () => {
    const site = await makeSite();
    await sendBatch(site, [cart('t', 'kettle'), identify('t', 'mira')]);
    failing('detach', 'before');
    const change = [identify('t', 'noor'), track('t', 'search')];
    expect((await post(site, '/v1/batch', { writeKey: site.browserKey, batch: change })).status).toBe(503);
    await evictDurableObject(deviceOf(site, 't'));
    await sendBatch(site, change);
    expect(await personOf(site, 'noor')).toMatchObject({ cart: { items: [] }, counters: { search: 1 } });
    expect(await personOf(site, 'mira')).toMatchObject({ counters: { cart_updated: 1 } });
  });
});

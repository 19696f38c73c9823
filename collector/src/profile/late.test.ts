import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  api,
  arrived,
  at,
  DAY,
  deviceObject,
  env,
  facts,
  fromServer,
  identify,
  MINUTE,
  makeSite,
  personObject,
  personOf,
  post,
  profileOf,
  proof,
  publishPopup,
  rowsIn,
  SECRET,
  sendBatch,
  stateIn,
  storedEvents,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import type { Profile } from './profile.ts';
import { personName } from './profile-name.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** So many messages, one every `step` ms, the last of them now. */
const row = (anonymousId: string, event: string, count: number, step = 100) =>
  Array.from({ length: count }, (_, i) => track(anonymousId, event, at(Date.now() - (count - i) * step)));

/** The object is not in memory any more. */
async function sleep(object: DurableObjectStub<Profile>) {
  // It may not have been woken yet since it slept last.
  await object.read();
  await evictDurableObject(object);
}

/** As many batches as make folding worth it; then the time in which they are held in detail passes. */
async function growOld(site: TestSite, anonymousId: string, event = 'view_cart') {
  for (let i = 0; i < 60; i++) await sendBatch(site, [track(anonymousId, event)]);
  await arrived();
  pass(50 * DAY);
}

describe('a message that comes again', () => {
  it('is not a second one when its batch made the checkpoint', async () => {
    const site = await makeSite();
    const batch = row('v', 'view_item', 300);
    await sendBatch(site, batch);
    await sendBatch(site, batch);
    expect(await storedEvents(site)).toHaveLength(300);
    expect(await profileOf(site, 'v')).toMatchObject({ counters: { view_item: 300 } });
  });

  it('is not a second one when it made the checkpoint itself, and its time is that of its arrival', async () => {
    const site = await makeSite();
    await sendBatch(site, row('v', 'view_item', 256));
    const last = { type: 'track', messageId: 'last', anonymousId: 'v', event: 'search' };
    await sendBatch(site, [last]);
    pass(5);
    await sendBatch(site, [last]);
    expect((await profileOf(site, 'v'))?.counters).toEqual({ view_item: 256, search: 1 });
  });

  it('from two devices of one person is one purchase, also when a later one comes after a checkpoint', async () => {
    const site = await makeSite();
    const now = Date.now();
    const buys = (device: string, time: number) =>
      track(device, 'purchase', { messageId: 'twin', ...at(time), properties: { value: 1 } });
    await sendBatch(site, [buys('a', now - 1_000_000), identify('a', 'mira', {}, at(now - 999_000))]);
    await sendBatch(site, [buys('b', now - 1_000), identify('b', 'mira', {}, at(now - 900))]);
    await sendBatch(site, row('a', 'view_item', 300, 3_000));
    expect(await personOf(site, 'mira')).toMatchObject({ counters: { purchase: 1 } });
    await sendBatch(site, [track('a', 'search', at(now - 2_000))]);
    expect(await personOf(site, 'mira')).toMatchObject({ counters: { purchase: 1, search: 1 } });
  });

  it('with what a second device brings loses none of that, though the person’s detail is folded away', async () => {
    const site = await makeSite();
    const twin = track('old', 'add_to_wishlist');
    const purchase = track('old', 'purchase', { properties: { transaction_id: 'T', value: 5 } });
    await sendBatch(site, [purchase, twin]);
    await sendBatch(site, [{ ...twin, anonymousId: 'v' }, track('v'), identify('v', 'mira', { size: 'M' })]);
    await growOld(site, 'v');
    await runDurableObjectAlarm(await personObject(site, 'mira'));
    await sendBatch(site, [identify('old', 'mira')]);
    expect((await personOf(site, 'mira'))?.counters).toEqual({
      add_to_wishlist: 1,
      purchase: 1,
      view_cart: 60,
      view_item: 1,
    });
  });

  it('from a second device makes campaigns forget nothing of what is folded away', async () => {
    const site = await makeSite();
    const facts = { carts: { agg: 'count', event: 'view_cart' } };
    await publishPopup(site, { '>=': [{ var: 'facts.carts' }, 60] }, facts);
    await sendBatch(site, [identify('v', 'mira', { size: 'M' })]);
    await growOld(site, 'v');
    await runDurableObjectAlarm(await personObject(site, 'mira'));
    const twin = track('v', 'add_to_wishlist');
    await sendBatch(site, [{ ...twin, anonymousId: 'old' }]);
    pass(MINUTE);
    expect((await sendBatch(site, [twin])).messages).toHaveLength(1);
    await sendBatch(site, [identify('old', 'mira')]);
    expect((await sendBatch(site, [track('v')])).messages).toHaveLength(1);
  });

  it('from a server’s import of old events is not a second one', async () => {
    const site = await makeSite();
    const batch = [track('v', 'view_item', at(Date.now() - 60 * DAY))];
    await fromServer(site, batch);
    pass(40 * MINUTE);
    await runDurableObjectAlarm(deviceObject(site, 'v'));
    await fromServer(site, batch);
    expect(await storedEvents(site)).toHaveLength(1);
  });
});

describe('what a device did under somebody else', () => {
  it('does not come back with a late event', async () => {
    const site = await makeSite({ identity: 'optional', identitySecrets: [SECRET] });
    const now = Date.now();
    const proven = { token: await proof(site, 'noor'), ...at(now - 50_000) };
    await sendBatch(site, [
      identify('d', 'mira', {}, at(now - 60_000)),
      track('d', 'add_to_wishlist', at(now - 59_000)),
    ]);
    await sendBatch(site, [identify('d', 'noor', {}, proven)]);
    await sendBatch(site, [
      identify('d', 'third', {}, at(now - 40_000)),
      track('d', 'search', at(now - 39_000)),
    ]);
    await sendBatch(site, [track('d', 'search', at(now - 39_500))]);
    expect((await stateIn(deviceObject(site, 'd'))).history.counters).toEqual({ search: 2 });
  });

  it('does not go to the next one who logs in when it was folded away meanwhile', async () => {
    const site = await makeSite();
    const cart = { properties: { items: [{ item_id: 'kettle', price: 10 }] } };
    await sendBatch(site, [track('shared', 'cart_updated', cart), identify('shared', 'mira')]);
    await sendBatch(site, [identify('phone', 'mira')]);
    await api('POST', `/api/sites/${site.id}/profiles/user:mira/disown`, { anonymousId: 'shared' });
    await growOld(site, 'shared', 'purchase');
    await runDurableObjectAlarm(deviceObject(site, 'shared'));
    expect(await rowsIn(deviceObject(site, 'shared'))).toHaveProperty('base');
    await sendBatch(site, [identify('shared', 'noor')]);
    const noor = await personOf(site, 'noor');
    expect(noor).toMatchObject({ cart: { items: [] }, counters: { purchase: 60 } });
    expect(noor?.counters).not.toHaveProperty('cart_updated');
  });

  it('is told apart in reports from what it does for the next one', async () => {
    const site = await makeSite({ identity: 'optional', identitySecrets: [SECRET] });
    await sendBatch(site, [identify('d', 'mira')]);
    await sendBatch(site, [identify('d', 'noor'), track('d', 'search')]);
    await arrived();
    const { results } = await env.DB.prepare(
      `SELECT c.epoch = i.epoch AS noors FROM chunks c
       JOIN identity i ON i.site = c.site AND i.anonymous_id = 'd' AND i.person = ?
       WHERE c.site = ? AND c.messages LIKE '%search%'`,
    )
      .bind(await personName(site.id, 'noor', env.SIGNING_KEY), site.id)
      .all();
    expect(results).toEqual([{ noors: 1 }]);
  });
});

describe('a customer who is told of late', () => {
  it('stays, however long ago what a server tells of him was', async () => {
    const site = await makeSite();
    const mira = { type: 'identify', userId: 'mira', messageId: 'i', traits: { name: 'Mira' } };
    await fromServer(site, [{ ...mira, ...at(Date.now() - 500 * DAY) }]);
    pass(40 * MINUTE);
    await runDurableObjectAlarm(await personObject(site, 'mira'));
    expect(await personOf(site, 'mira')).toMatchObject({ traits: { name: 'Mira' } });
  });

  it('keeps what his device did when it has left him and says nothing more', async () => {
    const site = await makeSite({ identity: 'required', identitySecrets: [SECRET] });
    const seen = track('d');
    await sendBatch(site, [seen, identify('d', 'mira', {}, { token: await proof(site, 'mira') })]);
    await sendBatch(site, [{ type: 'alias', anonymousId: 'x', userId: 'noor', previousId: 'd' }]);
    await runDurableObjectAlarm(deviceObject(site, 'd'));
    expect((await personOf(site, 'mira'))?.counters).toEqual({ view_item: 1 });
    expect(await storedEvents(site)).toContain(seen.messageId);
  });

  it('who comes every day keeps his device for longer than the site’s retention', async () => {
    const site = await makeSite({ retentionDays: 40 });
    let { token } = (await sendBatch(site, [identify('d', 'mira')])).visitor;
    for (let day = 0; day < 42; day++) {
      pass(0.9 * DAY);
      ({ token } = (await sendBatch(site, [track('d', 'search')], { token })).visitor);
    }
    await arrived();
    pass(3 * DAY);
    await runDurableObjectAlarm(deviceObject(site, 'd'));
    await sendBatch(site, [track('d', 'view_cart')], { token });
    expect((await personOf(site, 'mira'))?.counters).toEqual({ search: 42, view_cart: 1 });
  });

  it('has one session in reports, not one row per event of it', async () => {
    const site = await makeSite();
    const start = Date.now() - 5 * DAY;
    const rows = new Set<string>();
    for (let i = 0; i < 10; i++) {
      const said = { userId: 'mira', ...at(start + i * MINUTE) };
      await fromServer(site, [track('d', 'search', said)]);
      rows.add(JSON.stringify(await facts(site, 'session')));
    }
    expect(rows.size).toBeLessThan(4);
  });

  it('has a timeline that leaves nothing out between its pages', async () => {
    const site = await makeSite();
    const tell = async (count: number, event: string, time: number) => {
      for (let i = 0; i < count; i++)
        await fromServer(site, [
          { type: 'track', event, userId: 'mira', messageId: `${event}${i}`, ...at(time) },
        ]);
    };
    const start = Date.now();
    await tell(40, 'search', start);
    pass(MINUTE);
    // More than are read from the store at once, told later, of long ago.
    await tell(201, 'view_item', start - 100 * DAY);
    await arrived();
    pass(50 * DAY);
    await runDurableObjectAlarm(await personObject(site, 'mira'));
    const seen: string[] = [];
    let cursor = '';
    do {
      const query = `limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const response = await api('GET', `/api/sites/${site.id}/profiles/user:mira/timeline?${query}`);
      const page = await response.json<{ items: { id: string }[]; cursor: string | null }>();
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor ?? '';
    } while (cursor);
    expect(seen).toHaveLength(241);
    expect(seen.slice(0, 40).every((id) => id.startsWith('search'))).toBe(true);
    expect(new Set(seen).size).toBe(241);
  });
});

describe('a person with many devices', () => {
  it('holds each event once when two devices are forgotten at the same time', async () => {
    const site = await makeSite();
    for (const device of ['v', 'a', 'b']) await sendBatch(site, [identify(device, 'mira')]);
    await growOld(site, 'v');
    const mira = await personObject(site, 'mira');
    await runDurableObjectAlarm(mira);
    expect(await rowsIn(mira)).toHaveProperty('base');
    await Promise.all([mira.forgetDevice('a'), mira.forgetDevice('b')]);
    const ids = Object.keys(await rowsIn(mira)).flatMap((key) => /^chunk:\d+:(.+)$/.exec(key)?.[1] ?? []);
    expect(ids.length).toBeGreaterThan(60);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await personOf(site, 'mira')).toMatchObject({ counters: { view_cart: 60 } });
  });

  it('may still see the popup that was armed on a device before 51 others came', async () => {
    const site = await makeSite();
    await publishPopup(site, true);
    const { messages, visitor } = await sendBatch(site, [identify('d0', 'mira'), track('d0')]);
    for (let i = 1; i <= 51; i++) await sendBatch(site, [identify(`d${i}`, 'mira')]);
    const response = await post(site, `/v1/messages/${messages[0]?.id}/claim`, {
      writeKey: site.browserKey,
      anonymousId: 'd0',
      claimId: 'c1',
      token: visitor.token,
    });
    expect(response.status).toBe(200);
  });
});

describe('what is known of a person', () => {
  it('is the same in whatever order, batches and repeats it came, and however often the object slept', async () => {
    await fc.assert(
      fc.asyncProperty(shoppings, async ({ told, deliveries }) => {
        const start = Date.now() - 12 * DAY;
        const messages = told.map((message, i) => toMessage(message, i, start));
        const inOrder = await makeSite();
        const sorted = [...messages].sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
        await sendBatch(inOrder, [...logins(start), ...sorted.slice(0, 250)]);
        await sendBatch(inOrder, sorted.slice(250));

        const site = await makeSite();
        const comes = (i: number) => told[i]?.late ?? told[i]?.time ?? 0;
        const late = messages.map((message, i) => ({ message, when: comes(i) }));
        const order = late.sort((a, b) => a.when - b.when).map(({ message }): object => message);
        for (const [i, login] of logins(start).entries()) order.splice(i * 150, 0, login);
        const mira = await personObject(site, 'mira');
        const objects = [mira, ...DEVICES.map((device) => deviceObject(site, device))];
        for (let from = 0, i = 0; from < order.length; i++) {
          const { size, after } = deliveries[i % deliveries.length] ?? { size: 1, after: 'nothing' };
          const batch = order.slice(from, from + size);
          from += size;
          await sendBatch(site, batch);
          if (after === 'repeat') await sendBatch(site, batch);
          if (after === 'alarm') await runDurableObjectAlarm(mira);
          if (after === 'sleep') for (const object of objects) await sleep(object);
        }
        expect(await known(site)).toEqual(await known(inOrder));
        const stored = await storedEvents(site);
        expect(new Set(stored).size).toBe(stored.length);
      }),
      { seed: 1, numRuns: env.RUNS, endOnFailure: true },
    );
  });
});

const DEVICES = ['a', 'b', 'c'];
const EVENTS = ['purchase', 'refund', 'order_updated', 'cart_updated', 'add_to_cart', 'page_view'];
const SPAN = 3 * DAY;

interface Told {
  device: string;
  event: string;
  time: number;
  /** When it comes, if not at its time. */
  late: number | null;
  order: number;
  value: number;
  paid: boolean;
}
const told: fc.Arbitrary<Told> = fc.record({
  device: fc.constantFrom(...DEVICES),
  event: fc.oneof(fc.constant('view_item'), fc.constantFrom(...EVENTS, 'identify', 'group')),
  time: fc.integer({ min: 0, max: SPAN }),
  late: fc.option(fc.integer({ min: 0, max: SPAN }), { freq: 2 }),
  order: fc.integer({ min: 0, max: 29 }),
  value: fc.integer({ min: 0, max: 99 }),
  paid: fc.boolean(),
});
const delivery = fc.record({
  size: fc.integer({ min: 1, max: 25 }),
  after: fc.constantFrom('nothing', 'nothing', 'repeat', 'alarm', 'sleep'),
});
const shoppings = fc.record({
  told: fc.array(told, { minLength: 500, maxLength: 500, size: 'max' }),
  deliveries: fc.array(delivery, { minLength: 40, maxLength: 40, size: 'max' }),
});

const logins = (start: number) =>
  DEVICES.map((device) => identify(device, 'mira', {}, { messageId: `id-${device}`, ...at(start - MINUTE) }));

function toMessage({ device, event, time, order, value, paid }: Told, i: number, start: number) {
  const said = { messageId: `m${i}`, anonymousId: device, ...at(start + time) };
  if (event === 'identify') return { ...said, type: 'identify', traits: { [`k${order % 5}`]: i } };
  if (event === 'group') return { ...said, type: 'group', groupId: `g${order % 5}`, traits: { x: i } };
  const items = [{ item_id: `i${value % 5}`, price: 2 }];
  const properties = { transaction_id: `T${order}`, value, items, ...(paid ? { status: 'paid' } : {}) };
  return { ...said, type: 'track', event, properties };
}

/** What is shown of the person, and what reports are told. */
async function known(site: TestSite) {
  await runDurableObjectAlarm(await personObject(site, 'mira'));
  const profile = JSON.parse(JSON.stringify(await personOf(site, 'mira')), (key, value) =>
    key === 'anonymousIds' ? [...value].sort() : value,
  );
  const reported: unknown[] = [];
  for (const kind of ['session', 'order', 'member']) {
    const rows = (await facts(site, kind)).filter((fact) => fact.row !== null);
    // A person's name is made of the site's.
    reported.push(...rows.map((fact) => [kind, fact.key.split('/u:')[0], fact.row, fact.profile[0]]));
  }
  return { profile, reported };
}

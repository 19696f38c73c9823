import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, it, vi } from 'vitest';
import type { RowsWritten } from '../../../test/support/rows.ts';
import { env, makeSite, sendBatch, type TestSite, track } from '../../../test/support/workerd/collector.ts';
import { countRows } from '../../../test/support/workerd/rows-written.ts';

const objectOf = (site: TestSite, anonymousId: string) =>
  env.PROFILES.getByName(`a:${site.id}:${anonymousId}`);
const rows = await runInDurableObject(env.PROFILES.getByName('meter'), (_, { storage }) =>
  countRows(storage, env.DB),
);

/** Rows that `doing` writes. */
async function cost(doing: () => Promise<unknown>): Promise<RowsWritten> {
  const before = { ...rows };
  await doing();
  return {
    object: rows.object - before.object,
    d1: rows.d1 - before.d1,
    alarms: rows.alarms - before.alarms,
  };
}
const events = (visitor: string) =>
  ['page_view', 'view_item', 'add_to_cart', 'view_cart', 'begin_checkout'].map((name) =>
    track(visitor, name, { properties: { items: [{ item_id: 'a', price: 1 }] } }),
  );

it('a batch costs one row in the object and one in the database, every eighth one more; a new visitor three more', async () => {
  const site = await makeSite();
  expect(await cost(() => sendBatch(site, events('v')))).toEqual({ object: 1 + 3, d1: 1, alarms: 1 });
  const next = await cost(async () => {
    for (let i = 0; i < 8; i++) await sendBatch(site, events('v'));
  });
  expect(next).toEqual({ object: 8 + 1, d1: 8, alarms: 0 });
});

it('what is repeated costs nothing', async () => {
  const site = await makeSite();
  const batch = events('v');
  await sendBatch(site, batch);
  expect(await cost(() => sendBatch(site, batch))).toEqual({ object: 0, d1: 0, alarms: 0 });
});

it('a long visit costs 1.4 rows per batch in the object at the most, checkpoints and purchases included', async () => {
  const site = await makeSite();
  await sendBatch(site, events('v'));
  const batches = 220;
  const { object, d1 } = await cost(async () => {
    for (let i = 0; i < batches; i++) {
      const order = track('v', 'purchase', { properties: { transaction_id: `${i}`, value: 1 } });
      await sendBatch(site, i % 50 === 0 ? [...events('v'), order] : events('v'));
    }
  });
  expect(object / batches).toBeLessThanOrEqual(1.4);
  expect(d1 / batches).toBeLessThanOrEqual(1 + 5 / batches);
}, 60_000);

it('a visit that is over costs two alarms, one fact, and nothing more until it is forgotten', async () => {
  const site = await makeSite();
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    await sendBatch(site, events('v'));
    vi.setSystemTime(Date.now() + 1_000);
    await sendBatch(site, [track('v', 'remove_from_cart', { properties: { items: [{ item_id: 'a' }] } })]);
    vi.setSystemTime(Date.now() + 32 * 60_000);
    expect(await cost(() => runDurableObjectAlarm(objectOf(site, 'v')))).toEqual({
      object: 1,
      d1: 1,
      alarms: 1,
    });
    vi.setSystemTime(Date.now() + 32 * 24 * 3_600_000);
    expect(await cost(() => runDurableObjectAlarm(objectOf(site, 'v')))).toEqual({
      object: 1,
      d1: 0,
      alarms: 0,
    });
  } finally {
    vi.useRealTimers();
  }
});

it('a log-in costs a dozen rows, once', async () => {
  const site = await makeSite();
  await sendBatch(site, events('v'));
  const login = () => [{ ...track('v'), type: 'identify', userId: 'mira', traits: { name: 'Mira' } }];
  const first = await cost(() => sendBatch(site, login()));
  expect(first.object).toBeLessThanOrEqual(16);
  const next = await cost(() => sendBatch(site, [track('v', 'search', { userId: 'mira' })]));
  expect(next).toEqual({ object: 1, d1: 1, alarms: 0 });
});

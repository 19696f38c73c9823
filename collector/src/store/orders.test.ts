import { describe, expect, it } from 'vitest';
import {
  api,
  arrived,
  env,
  makeSite,
  post,
  sendBatch,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { factOf, held, planOf, stateFacts } from '../../../test/support/workerd/store.ts';
import type { Fact } from './event-store.ts';

async function ordersOf(site: string) {
  await arrived();
  const { results } = await env.DB.prepare(
    'SELECT transaction_id, profile, value FROM orders WHERE site = ? ORDER BY transaction_id',
  )
    .bind(site)
    .all();
  return results;
}

describe('an order that the server has told', () => {
  const told = async (): Promise<TestSite> => {
    const site = await makeSite();
    const properties = { transaction_id: 'T-1001', value: 500 };
    const batch = [{ type: 'track', event: 'purchase', userId: 'mira', messageId: 's', properties }];
    const answer = await post(site, '/v1/batch', { writeKey: site.serverKey, batch }, { Origin: '' });
    expect(answer.status).toBe(200);
    return site;
  };
  const stated = (anonymousId: string, more: object = {}) =>
    track(anonymousId, 'purchase', { properties: { transaction_id: 'T-1001', value: 0 }, ...more });

  it('is not overwritten by whom names its number', async () => {
    const site = await told();
    await sendBatch(site, [stated('evil', { userId: 'eve' }), stated('stranger')]);
    expect(await ordersOf(site.id)).toMatchObject([{ transaction_id: 'T-1001', value: 500 }]);
  });

  it('stays when he is erased', async () => {
    const site = await told();
    await sendBatch(site, [stated('evil', { userId: 'eve' })]);
    await arrived();
    expect((await api('DELETE', `/api/sites/${site.id}/profiles/user:eve`)).status).toBe(200);
    expect(await ordersOf(site.id)).toMatchObject([{ value: 500 }]);
    expect((await held(site.id)).facts.filter((fact) => fact.startsWith('order:'))).toHaveLength(1);
  });
});

describe('an order that several have stated', () => {
  const newSite = () => `site-${crypto.randomUUID()}`;
  const stated = (
    site: string,
    name: string,
    value: number,
    { at = '2026-05-01', revision = 1, transactionId = 'T', anonymousId = null as string | null } = {},
  ): Fact => {
    const profile = name.replace(':', `:${site}:`);
    const row = { transactionId, at, value, anonymousId };
    return factOf(site, 'order', `${transactionId}/${profile}`, row, { profile, revision });
  };

  it('counts once: as the person says it, else as his e-mail, else as a device; the earliest of equals', async () => {
    const site = newSite();
    await stateFacts(stated(site, 'a:x/y', 1, { at: '2026-04-01' }));
    expect(await ordersOf(site)).toMatchObject([{ transaction_id: 'T', value: 1 }]);
    await stateFacts(stated(site, 'c:e', 2, { at: '2026-04-02' }));
    expect(await ordersOf(site)).toMatchObject([{ value: 2 }]);
    await stateFacts(stated(site, 'u:b', 3), stated(site, 'u:a', 4));
    expect(await ordersOf(site)).toMatchObject([{ value: 4 }]);
    await stateFacts(stated(site, 'u:c', 5, { at: '2026-04-03' }));
    expect(await ordersOf(site)).toMatchObject([{ value: 5 }]);
    await stateFacts(stated(site, 'a:x', 6, { transactionId: 'T/1' }));
    expect(await ordersOf(site)).toMatchObject([{ value: 5 }, { transaction_id: 'T/1', value: 6 }]);
  });

  it('costs a report what its site has', async () => {
    const steps = await planOf("SELECT * FROM orders WHERE site = 's' AND at > '2026'");
    expect(steps.filter((step) => step.includes('facts'))).toEqual([
      expect.stringMatching(/^SEARCH facts USING PRIMARY KEY \(site=\? AND kind=\?\)/),
    ]);
  });

  it('is the person’s alone once he has the device, whichever word arrives first', async () => {
    const device = (site: string, revision: number) =>
      stated(site, 'a:phone', 1, { anonymousId: 'phone', revision });
    const person = (site: string) => stated(site, 'u:mira', 1, { anonymousId: 'phone', revision: 5 });
    for (const turned of [false, true]) {
      const site = newSite();
      const words = [device(site, 4), person(site)];
      for (const word of turned ? words.toReversed() : words) await stateFacts(word);
      expect((await held(site)).facts).toEqual([`order:T/u:${site}:mira`]);
      await stateFacts(stated(site, 'u:eve', 0, { anonymousId: 'other', revision: 9 }));
      await stateFacts(device(site, 6));
      expect((await held(site)).facts).toHaveLength(3);
    }
  });
});

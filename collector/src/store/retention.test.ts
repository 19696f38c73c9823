import { createScheduledController } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { api, env, makeSite } from '../../../test/support/workerd/collector.ts';
import { chunkOf, factOf, held } from '../../../test/support/workerd/store.ts';
import worker from '../worker.ts';
import { D1EventStore } from './d1.ts';
import { hourOf, retain } from './retention.ts';

const DAY_MS = 86_400_000;
const store = new D1EventStore(env.DB);

describe('a site keeps', () => {
  const now = Date.UTC(2026, 10, 20, 12);
  const ago = (days: number) => now - days * DAY_MS;
  const iso = (days: number) => new Date(ago(days)).toISOString();

  it('its events and what they amount to for as many days as it says, to the millisecond', async () => {
    const site = `site-${crypto.randomUUID()}`;
    const old = chunkOf(site, { at: ago(40) - 1 });
    const kept = [chunkOf(site, { at: ago(40) }), chunkOf(site, { at: now })];
    const said = (
      kind: 'session' | 'order' | 'member' | 'identity' | 'profile',
      days: number,
      row: object | null,
    ) => factOf(site, kind, kind === 'session' ? `${iso(days)}|v` : `${days}`, row, { revision: ago(days) });
    await store.append(
      [old, ...kept],
      [39, 41].flatMap((days) => [
        said('session', days, {}),
        said('order', days, { at: iso(days) }),
        said('member', days, { at: iso(days) }),
        said('identity', days, { anonymousId: 'v' }),
        said('profile', days, { changedAt: iso(days) }),
      ]),
    );
    await retain(env, site, 40, now);
    await retain(env, site, 40, now);
    expect(await held(site)).toEqual({
      chunks: kept.map(({ id }) => id),
      facts: ['identity:39', 'member:39', 'order:39', 'profile:39', 'profile:41', `session:${iso(39)}|v`],
    });
  });

  it('no more, though thousands are too old', async () => {
    const site = `site-${crypto.randomUUID()}`;
    const chunks = Array.from({ length: 5_500 }, () => chunkOf(site, { at: ago(50) }));
    const orders = Array.from({ length: 2_500 }, (_, n) => factOf(site, 'order', `${n}`, { at: iso(50) }));
    await store.append(chunks, orders);
    await retain(env, site, 40, now);
    expect(await held(site)).toEqual({ chunks: [], facts: [] });
  });

  it('no trace of what was taken back long ago, and what stands in its place', async () => {
    const site = `site-${crypto.randomUUID()}`;
    await store.append(
      [],
      [41, 39].map((days) => factOf(site, 'order', `${days}`, null, { revision: ago(days) })),
    );
    await retain(env, site, 40, now);
    const { results } = await env.DB.prepare('SELECT key FROM facts WHERE site = ?').bind(site).all();
    expect(results).toEqual([{ key: '39' }]);
  });

  it.runIf(env.ARCHIVE)('no folder of an earlier day in the archive', async () => {
    const site = `site-${crypto.randomUUID()}`;
    const files = ['2026-10-09/23/a', '2026-10-10/00/b', '2026-10-11/00/c', '2025-01-01/00/d'];
    for (const file of files) await env.ARCHIVE?.put(`${site}/${file}`, 'x');
    await env.ARCHIVE?.put(`${site}-2/2025-01-01/00/e`, 'x');
    await retain(env, site, 41, now);
    const { objects } = (await env.ARCHIVE?.list({ prefix: site })) ?? { objects: [] };
    expect(objects.map(({ key }) => key)).toEqual([
      `${site}-2/2025-01-01/00/e`,
      `${site}/2026-10-10/00/b`,
      `${site}/2026-10-11/00/c`,
    ]);
  });

  it('what its settings say, looked after once a day', async () => {
    const site = await makeSite();
    const { browserKey, serverKey, origin, id } = site;
    const settings = { name: id, origins: [origin], browserKey, serverKey, retentionDays: 31 };
    expect((await api('PUT', `/api/sites/${id}`, settings)).status).toBe(200);
    await store.append([chunkOf(id, { at: ago(40) })], []);
    const gone: number[] = [];
    for (let hour = 0; hour < 24; hour++) {
      const before = (await held(id)).chunks.length;
      const scheduledTime = Date.UTC(2026, 10, 20, hour, 11);
      await worker.scheduled(createScheduledController({ scheduledTime }), env);
      if ((await held(id)).chunks.length < before) gone.push(hour);
    }
    expect(gone).toEqual([hourOf(id)]);
  });
});

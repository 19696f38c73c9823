import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import {
  api,
  arrived,
  eventsOf,
  makeSite,
  post,
  profileOf,
  sendBatch,
  storedEvents,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { personName } from '../profile/profile-name.ts';
import { D1EventStore } from '../store/d1.ts';
import { finishErasures } from '../store/finish-erasures.ts';

function forget(site: TestSite, anonymousId: string, headers: object = {}): Promise<Response> {
  return exports.default.fetch('http://collector.test/v1/visitor', {
    method: 'DELETE',
    headers: { Origin: site.origin, ...headers },
    body: JSON.stringify({ writeKey: site.browserKey, anonymousId }),
  });
}
const identify = (anonymousId: string, userId: string) => ({
  ...track(anonymousId),
  type: 'identify',
  userId,
});
const rowsOf = async (site: TestSite) => {
  await arrived();
  const { results } = await env.DB.prepare('SELECT messages FROM chunks WHERE site = ?')
    .bind(site.id)
    .all<{ messages: string }>();
  return `[${results.map(({ messages }) => messages).join(',')}]`;
};

describe('a visitor who withdraws consent', () => {
  it('is forgotten: no object, no row', async () => {
    const site = await makeSite();
    await sendBatch(site, [track('v'), track('other')]);
    await sendBatch(site, [track('v')]);
    expect((await forget(site, 'v')).status).toBe(200);
    expect((await forget(site, 'v')).status).toBe(200);
    expect(await profileOf(site, 'v')).toBeNull();
    expect(await rowsOf(site)).not.toContain('"v"');
    expect(await eventsOf(site)).toHaveLength(1);
    const tables = await runInDurableObject(env.PROFILES.getByName(`a:${site.id}:v`), (_, state) =>
      state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'profile'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it('is forgotten with the person too, who keeps the other device', async () => {
    const site = await makeSite();
    await sendBatch(site, [track('phone', 'search'), identify('phone', 'mira')]);
    await sendBatch(site, [track('laptop'), identify('laptop', 'mira'), track('laptop', 'view_cart')]);
    expect((await forget(site, 'phone')).status).toBe(200);
    const person = await (await api('GET', `/api/sites/${site.id}/profiles/user:mira`)).json();
    expect(person).toMatchObject({
      ids: { anonymousIds: ['laptop'] },
      counters: { view_item: 1, view_cart: 1 },
    });
    expect(await profileOf(site, 'phone')).toBeNull();
    expect(await rowsOf(site)).not.toContain('"phone"');
    // It may come back, and log in again.
    await sendBatch(site, [track('phone', 'page_view'), identify('phone', 'mira')]);
    expect(await profileOf(site, 'phone')).toMatchObject({
      counters: { view_item: 1, view_cart: 1, page_view: 1 },
    });
  });

  it('is forgotten by everybody who has used the device, and can be used by them again', async () => {
    const site = await makeSite();
    await sendBatch(site, [track('t', 'secret'), identify('t', 'mira'), track('t', 'more')]);
    await sendBatch(site, [identify('t', 'noor'), track('t', 'other')]);
    expect((await forget(site, 't')).status).toBe(200);
    expect(await rowsOf(site)).toBe('[]');
    for (const user of ['mira', 'noor']) {
      expect((await api('GET', `/api/sites/${site.id}/profiles/user:${user}`)).status).toBe(404);
    }
    await sendBatch(site, [identify('t', 'mira'), track('t')]);
    expect(await profileOf(site, 't')).toMatchObject({ ids: { userId: 'mira' }, counters: { view_item: 1 } });
  });

  it('leaves the object and the store with the same messages, when it goes on sending meanwhile', async () => {
    const site = await makeSite();
    await sendBatch(site, [track('v')]);
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const batches = Array.from({ length: 8 }, () => [track('v')]);
    const send = (batch: object[]) => post(site, '/v1/batch', { writeKey: site.browserKey, batch });
    await Promise.all([forget(site, 'v'), ...batches.map(send)]);
    for (const batch of batches) await sendBatch(site, batch);
    log.mockRestore();
    const ids = batches.flat().map((message) => message.messageId);
    expect(await storedEvents(site)).toEqual(ids.sort());
    expect(await profileOf(site, 'v')).toMatchObject({ counters: { view_item: 8 } });
  });

  it('is forgotten by the store in the end, though it was down when asked', async () => {
    const site = await makeSite();
    await sendBatch(site, [track('phone'), identify('phone', 'mira')]);
    const erase = vi.spyOn(D1EventStore.prototype, 'erase').mockRejectedValue(new Error('D1 is down'));
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect((await forget(site, 'phone')).status).toBe(503);
    erase.mockRestore();
    log.mockRestore();
    const person = env.PROFILES.getByName(await personName(site.id, 'mira', env.SIGNING_KEY));
    await evictDurableObject(person);
    await runDurableObjectAlarm(person);
    expect(await rowsOf(site)).toBe('[]');
  });

  it('is forgotten by the store within a day, though nothing else has known it for a month', async () => {
    const site = await makeSite();
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      await sendBatch(site, [track('v'), track('w'), track('x')]);
      await arrived();
      vi.setSystemTime(Date.now() + 32 * 86_400_000);
      for (const id of ['v', 'w', 'x']) {
        await runDurableObjectAlarm(env.PROFILES.getByName(`a:${site.id}:${id}`));
      }
      expect((await forget(site, 'v')).status).toBe(200);
      expect((await api('DELETE', `/api/sites/${site.id}/profiles/anonymous:w`)).status).toBe(200);
      vi.setSystemTime(Date.now() + 1);
      await sendBatch(site, [track('v', 'search')]);
      await arrived();
      await finishErasures(env, Date.now() + 1);
      const rows = await rowsOf(site);
      expect(rows).not.toContain('"w"');
      expect(rows).toContain('"x"');
      expect((await eventsOf(site)).map(({ event }) => event).sort()).toEqual(['search', 'view_item']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('cannot be made to by a foreign page', async () => {
    const site = await makeSite();
    await sendBatch(site, [track('v')]);
    expect((await forget(site, 'v', { Origin: 'https://evil.example' })).status).toBe(403);
    expect(await profileOf(site, 'v')).not.toBeNull();
  });
});

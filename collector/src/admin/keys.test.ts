import { describe, expect, it } from 'vitest';
import { api, env, makeSite, post, type TestSite, track } from '../../../test/support/workerd/collector.ts';
import { loadKey } from '../sites.ts';
import type { Key } from './key-storage.ts';

async function mint(site: TestSite, body: object): Promise<Key> {
  const response = await api('POST', `/api/sites/${site.id}/keys`, body);
  expect(response.status).toBe(201);
  return response.json();
}

async function keysOf(site: TestSite): Promise<Key[]> {
  const response = await api('GET', `/api/sites/${site.id}/keys`);
  return ((await response.json()) as { items: Key[] }).items;
}

async function statusWith(site: TestSite, writeKey: string): Promise<number> {
  return (await post(site, '/v1/batch', { writeKey, batch: [track('v')] })).status;
}

describe('a new key', () => {
  it('works at once, and pages that still carry the old one lose nothing meanwhile', async () => {
    const site = await makeSite();
    const { key } = await mint(site, { kind: 'browser' });
    expect(key).toMatch(/^bk_[\w-]{32}$/);
    expect([await statusWith(site, key), await statusWith(site, site.browserKey)]).toEqual([200, 200]);
    const current = await (await api('GET', `/api/sites/${site.id}`)).json();
    expect(current).toMatchObject({ browserKey: key, serverKey: site.serverKey });
  });

  it('ends the old one to the second, though isolates remember keys for a minute', async () => {
    const site = await makeSite();
    await mint(site, { kind: 'server', overlapHours: 0.01 });
    const old = (await keysOf(site)).find(({ key }) => key === site.serverKey);
    const end = Date.parse(old?.expiresAt ?? '');
    expect(end - Date.now()).toBeLessThanOrEqual(36_000);
    expect(await loadKey(env.DB, site.serverKey, end - 30_000)).toMatchObject({ kind: 'server' });
    expect(await loadKey(env.DB, site.serverKey, end - 1)).toMatchObject({ kind: 'server' });
    expect(await loadKey(env.DB, site.serverKey, end)).toBeNull();
  });

  it('ends the old one now where none may overlap', async () => {
    const site = await makeSite();
    expect(await statusWith(site, site.browserKey)).toBe(200);
    await mint(site, { kind: 'browser', overlapHours: 0 });
    expect(await statusWith(site, site.browserKey)).toBe(401);
  });

  it('leaves the other kind and earlier ends alone', async () => {
    const site = await makeSite();
    const second = await mint(site, { kind: 'browser', overlapHours: 1 });
    const [, , first] = await keysOf(site);
    const third = await mint(site, { kind: 'browser' });
    expect(await keysOf(site)).toEqual([
      third,
      { key: site.serverKey, kind: 'server', createdAt: expect.any(String), expiresAt: null },
      { ...second, expiresAt: expect.any(String) },
      first,
    ]);
  });
});

describe('a key that leaked', () => {
  it('is ended before its time, never the one that the site needs', async () => {
    const site = await makeSite();
    await mint(site, { kind: 'server' });
    const path = `/api/sites/${site.id}/keys`;
    expect((await api('DELETE', `${path}/${site.serverKey}`)).status).toBe(200);
    expect(await statusWith(site, site.serverKey)).toBe(401);
    expect((await api('DELETE', `${path}/${site.serverKey}`)).status).toBe(404);
    const refused = await api('DELETE', `${path}/${site.browserKey}`);
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain('current browser key');
    expect(await statusWith(site, site.browserKey)).toBe(200);
  });

  it('of another site stays', async () => {
    const [mine, other] = [await makeSite(), await makeSite()];
    await mint(other, { kind: 'browser' });
    expect((await api('DELETE', `/api/sites/${mine.id}/keys/${other.browserKey}`)).status).toBe(404);
    expect(await statusWith(other, other.browserKey)).toBe(200);
  });
});

it.each([
  ['a site that is not there', 'POST', '/api/sites/nowhere/keys', { kind: 'browser' }, 404, 'no such site'],
  ['keys of a site that is not there', 'GET', '/api/sites/nowhere/keys', undefined, 404, 'no such site'],
  ['an unknown kind', 'POST', null, { kind: 'master' }, 400, 'kind'],
  ['an endless overlap', 'POST', null, { kind: 'browser', overlapHours: 1e9 }, 400, 'overlapHours'],
])('says what is wrong with %s', async (_, method, path, body, status, text) => {
  const site = await makeSite();
  const response = await api(method, path ?? `/api/sites/${site.id}/keys`, body);
  expect(response.status).toBe(status);
  expect(await response.text()).toContain(text);
});

import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  api,
  arrived,
  identify,
  makeSite,
  readProfile,
  sendBatch,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { newSubscription } from '../../../test/support/workerd/push.ts';
import { subscribe } from '../../../test/support/workerd/push-service.ts';
import { newVapidPair } from '../push/vapid.ts';
import { loadSite, type Site } from '../sites.ts';
import type { Subscriber } from '../store/push-subscribers.ts';

const PATH = (site: TestSite) => `/api/sites/${site.id}/push/subscribers`;
const list = async (site: TestSite, query = '') => {
  await arrived();
  return (await (await api('GET', `${PATH(site)}${query}`)).json()) as {
    items: Subscriber[];
    cursor: string | null;
  };
};
const upload = async (site: TestSite, body: unknown) => (await api('POST', PATH(site), body)).json();
async function made(site: TestSite, more: object = {}) {
  const {
    at: _,
    seenAt,
    ...subscription
  } = await newSubscription((await loadSite(env, site.id, Date.now())) as Site);
  return { ...subscription, anonymousId: undefined, ...more };
}

describe('a shop that leaves for another tool', () => {
  it('takes its subscribers along, page by page or as a table', async () => {
    const site = await makeSite();
    await sendBatch(site, [track('v'), track('w'), identify('w', 'mira')]);
    const endpoints = [await subscribe(site, 'v'), await subscribe(site, 'w')].sort();
    const first = await list(site, '?limit=1');
    const second = await list(site, `?limit=1&cursor=${first.cursor}`);
    expect(second.cursor).toBeNull();
    const items = [...first.items, ...second.items];
    expect(items.map(({ endpoint }) => endpoint).sort()).toEqual(endpoints);
    expect(Object.fromEntries(items.map(({ anonymousId, userId }) => [anonymousId, userId]))).toEqual({
      v: null,
      w: 'mira',
    });
    const table = await api('GET', PATH(site), undefined, { Accept: 'text/csv' });
    const lines = (await table.text()).trim().split('\r\n');
    expect(lines[0]).toBe('endpoint,p256dh,auth,key,anonymousId,userId,at');
    expect(lines.slice(1).sort()).toEqual(
      items
        .map((one) =>
          [one.endpoint, one.p256dh, one.auth, one.key, one.anonymousId, one.userId, one.at].join(','),
        )
        .sort(),
    );
  });
});

describe('a shop that comes from another tool', () => {
  it('brings its subscribers, each once, to whom they belong', async () => {
    const site = await makeSite();
    await sendBatch(site, [identify('w', 'mira')]);
    const [known, unknown] = [await made(site, { anonymousId: 'w' }), await made(site)];
    expect(await upload(site, [known, unknown, unknown])).toEqual({
      imported: 2,
      refused: [{ line: 3, endpoint: unknown.endpoint, reason: expect.stringContaining('already') }],
    });
    const { items } = await list(site);
    expect(items.map(({ endpoint }) => endpoint).sort()).toEqual([known.endpoint, unknown.endpoint].sort());
    const person = await readProfile(site, 'user:mira');
    expect(person?.push).toMatchObject({
      subscriptions: [{ anonymousId: 'w', service: 'fcm.googleapis.com' }],
    });
    expect(JSON.stringify(person)).not.toContain(known.endpoint);
    expect(await upload(site, [known, unknown])).toMatchObject({
      imported: 0,
      refused: [{ line: 1 }, { line: 2 }],
    });
  });

  it('is told of those who cannot be reached, and why', async () => {
    const site = await makeSite();
    const good = await made(site);
    const foreign = await made(site, { key: (await newVapidPair()).publicKey });
    const refused = [
      foreign,
      await made(site, { endpoint: 'https://push.shop.example/x' }),
      await made(site, { p256dh: 'short' }),
      { endpoint: good.endpoint },
      7,
    ];
    expect(await upload(site, [good, ...refused])).toEqual({
      imported: 1,
      refused: [
        {
          line: 2,
          endpoint: foreign.endpoint,
          reason: expect.stringMatching(/key that this site does not have.*first/),
        },
        {
          line: 3,
          endpoint: 'https://push.shop.example/x',
          reason: expect.stringMatching(/^"endpoint" is not/),
        },
        { line: 4, endpoint: expect.any(String), reason: expect.stringMatching(/^"p256dh" must be/) },
        { line: 5, endpoint: good.endpoint, reason: expect.stringMatching(/"p256dh"/) },
        { line: 6, endpoint: '', reason: expect.any(String) },
      ],
    });
    expect((await api('POST', PATH(site), { subscribers: [] })).status).toBe(400);
    expect(
      (
        await api(
          'POST',
          PATH(site),
          Array.from({ length: 501 }, () => 1),
        )
      ).status,
    ).toBe(413);
    expect((await api('GET', '/api/sites/nowhere/push/subscribers')).status).toBe(404);
  });

  it('may bring a table, made with the keys that it has brought before', async () => {
    const site = await makeSite();
    const pair = await newVapidPair();
    const { endpoint, p256dh, auth } = await made(site);
    const csv = `"auth","key","endpoint","p256dh","name"\r\n${auth},${pair.publicKey}=,"${endpoint}",${p256dh},"Ada, ""A"""\r\n`;
    const send = () =>
      exports.default.fetch(`http://collector.test${PATH(site)}`, {
        method: 'POST',
        headers: { Authorization: 'Bearer test-admin-token', 'Content-Type': 'text/csv' },
        body: csv,
      });
    expect(await (await send()).json()).toMatchObject({ imported: 0, refused: [{ line: 2 }] });
    await api('PUT', `/api/sites/${site.id}/push/keys`, pair);
    expect(await (await send()).json()).toEqual({ imported: 1, refused: [] });
    expect((await list(site)).items).toMatchObject([{ endpoint, key: pair.publicKey, userId: null }]);
  });
});

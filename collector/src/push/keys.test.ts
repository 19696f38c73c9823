import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { api, DAY, MINUTE } from '../../../test/support/workerd/collector.ts';
import { aMessage, newSubscription, sendingSite, withoutPush } from '../../../test/support/workerd/push.ts';
import { health } from '../health.ts';
import { makeCurrent } from './key-storage.ts';
import { forgetPushKeys, isKeyOf, pushKeys } from './keys.ts';
import { STOP_AFTER } from './refusals.ts';
import { sendPush } from './send.ts';
import { newVapidPair } from './vapid.ts';

describe('the push keys of a site', () => {
  it('are there from its beginning, its own, and stay', async () => {
    const [one, two] = [await sendingSite(), await sendingSite()];
    const count = await env.DB.prepare('SELECT count(*) AS n FROM push_keys WHERE site = ?')
      .bind(one.site.id)
      .first('n');
    expect(count).toBe(1);
    const first = await pushKeys(env, one.site);
    expect(first.publicKey).not.toBe((await pushKeys(env, two.site)).publicKey);
    await api('PUT', `/api/sites/${one.site.id}`, { name: 'Again', origins: ['https://shop.example'] });
    forgetPushKeys(one.site.id);
    expect(await pushKeys(env, one.site)).toEqual(first);
  });

  it('are made once for a site from before there were any, however many ask at once', async () => {
    const { site } = await sendingSite();
    await env.DB.prepare('DELETE FROM push_keys WHERE site = ?').bind(site.id).run();
    const asked = Array.from({ length: 8 }, () => {
      forgetPushKeys(site.id);
      return pushKeys(env, site);
    });
    const keys = new Set((await Promise.all(asked)).map(({ publicKey }) => publicKey));
    expect(keys.size).toBe(1);
  });

  it('are read again after 45 s, and kept in force while they cannot be', async () => {
    const { site } = await sendingSite();
    const now = Date.now();
    const { publicKey } = await pushKeys(env, site, now);
    const prepare = env.DB.prepare.bind(env.DB);
    const batch = () => Promise.reject(new Error('down'));
    const down = { ...env, DB: { prepare, batch } as unknown as D1Database };
    expect((await pushKeys(down, site, now + 44_000)).publicKey).toBe(publicKey);
    expect((await pushKeys(down, site, now + 60_000)).publicKey).toBe(publicKey);
    forgetPushKeys(site.id);
    await expect(pushKeys(down, site, now)).rejects.toThrow('down');
  });

  it('are known here as soon as somebody has subscribed with them, though they were made elsewhere', async () => {
    const { site, send, got } = await sendingSite();
    const now = Date.now();
    const { publicKey } = await pushKeys(env, site, now);
    const elsewhere = await newVapidPair();
    await env.DB.batch(await makeCurrent(env, site.id, elsewhere, null, now));
    expect((await pushKeys(env, site, now)).publicKey).toBe(publicKey);
    const to = { ...(await newSubscription(site)), key: elsewhere.publicKey };
    const down = withoutPush();
    expect(await sendPush(down, site, to, aMessage(), now + 2_000)).toMatchObject({
      outcome: 'retry',
      status: null,
    });
    expect(await send(to, { now: now + 2_000 })).toMatchObject({ outcome: 'sent' });
    expect(got).toHaveLength(1);
    for (const [key, known] of [
      [publicKey, true],
      [elsewhere.publicKey, true],
      [(await newVapidPair()).publicKey, false],
      ['', false],
    ] as const) {
      expect(await isKeyOf(env, site, key, now), key).toBe(known);
    }
  });

  it('name a contact that push services take', async () => {
    const origins = ['http://localhost:8788', 'https://127.0.0.1', 'https://shop.example'];
    expect((await pushKeys(env, (await sendingSite({ origins })).site)).subject).toBe('https://shop.example');
    const local = await sendingSite({ origins: ['http://localhost:8788'] });
    expect((await pushKeys(env, local.site)).subject).toMatch(/^mailto:\S+@example\.com$/);
  });

  it('are not in the database for anybody to read, nor to put in from elsewhere', async () => {
    const [one, two] = [await sendingSite(), await sendingSite()];
    const sealed = (site: string) =>
      env.DB.prepare('SELECT private_key FROM push_keys WHERE site = ?')
        .bind(site)
        .first<string>('private_key');
    const exported = await api('GET', `/api/sites/${one.site.id}/push/keys/export`);
    const { privateKey } = (await exported.json()) as { privateKey: string };
    expect(await sealed(one.site.id)).not.toContain(privateKey);

    await env.DB.prepare('UPDATE push_keys SET private_key = ? WHERE site = ?')
      .bind(await sealed(one.site.id), two.site.id)
      .run();
    forgetPushKeys(two.site.id);
    expect(await two.send()).toMatchObject({
      outcome: 'key',
      detail: expect.stringContaining('SIGNING_KEY'),
    });
    expect(two.got).toEqual([]);
    const status = await (await api('GET', `/api/sites/${two.site.id}/push`)).json();
    expect(status).toMatchObject({ stopped: { since: null, why: expect.stringContaining('SIGNING_KEY') } });
    expect((await api('GET', `/api/sites/${two.site.id}/push/keys/export`)).status).toBe(503);
    await api('POST', `/api/sites/${two.site.id}/push/keys/rotate`);
    expect(await two.send()).toMatchObject({ outcome: 'sent' });
  });
});

describe('a subscription that was made with a former key', () => {
  it('is still reached, with that key, until the browser comes again', async () => {
    const { site, send, got } = await sendingSite();
    const old = await newSubscription(site);
    await api('POST', `/api/sites/${site.id}/push/keys/rotate`);
    const fresh = await newSubscription(site);
    expect(fresh.key).not.toBe(old.key);
    for (const to of [old, fresh]) expect(await send(to)).toMatchObject({ outcome: 'sent' });
    expect(got.map(({ headers }) => headers.get('Authorization')?.split('k=')[1])).toEqual([
      old.key,
      fresh.key,
    ]);
  });

  it('is gone when its key is refused, and that stops nobody', async () => {
    const { site, send, answers } = await sendingSite();
    const old = await newSubscription(site);
    await api('POST', `/api/sites/${site.id}/push/keys/rotate`);
    answers(403);
    for (let n = 0; n < 2 * STOP_AFTER; n++) {
      const endpoint = `${old.endpoint}${n}`;
      expect(await send({ ...old, endpoint })).toMatchObject({ outcome: 'gone', status: 403 });
    }
    expect((await pushKeys(env, site)).stopped).toBeNull();
  });

  it('is gone when more than ten keys have come since', async () => {
    const { site, send } = await sendingSite();
    const [first, second] = [await newSubscription(site), { key: '' }];
    for (let n = 0; n < 11; n++) {
      await api('POST', `/api/sites/${site.id}/push/keys/rotate`);
      if (n === 0) second.key = (await newSubscription(site)).key;
    }
    expect(await send(first)).toMatchObject({ outcome: 'gone', status: null });
    expect(await send(second)).toMatchObject({ outcome: 'sent' });
  });
});

describe('a site whose every message is refused for its key', () => {
  it('stops sending, says so everywhere, and goes on when it is told to', async () => {
    const { site, send, answers, got } = await sendingSite();
    answers(() => new Response('BadJwtToken', { status: 403 }));
    for (let n = 1; n <= STOP_AFTER; n++) {
      expect((await pushKeys(env, site)).stopped).toBeNull();
      expect(await send()).toMatchObject({ outcome: 'key', status: 403, detail: 'BadJwtToken' });
    }
    const asked = got.length;
    expect(await send()).toMatchObject({
      outcome: 'key',
      status: null,
      detail: expect.stringMatching(/^Stopped/),
    });
    expect(got).toHaveLength(asked);
    const { status, alerts } = await health(env);
    expect(status).toBe('degraded');
    expect(alerts).toContainEqual({
      site: site.id,
      since: expect.any(String),
      what: expect.stringMatching(/refuse this site's key.*fcm.*403.*BadJwtToken.*resume/),
    });
    const push = `/api/sites/${site.id}/push`;
    expect(await (await api('GET', push)).json()).toMatchObject({
      stopped: { why: expect.stringContaining('BadJwtToken') },
      refusals: [{ status: 403, subscriptions: STOP_AFTER, detail: 'BadJwtToken' }],
    });

    answers(201);
    const resumed = await (await api('POST', `${push}/resume`)).json();
    expect(resumed).toMatchObject({ stopped: null, refusals: [] });
    expect(await send()).toMatchObject({ outcome: 'sent' });
    expect((await health(env)).alerts.filter((alert) => alert.site === site.id)).toEqual([]);
  });

  it('goes on with new keys', async () => {
    const { site, send, answers } = await sendingSite();
    answers(401);
    for (let n = 0; n < STOP_AFTER; n++) await send();
    expect((await pushKeys(env, site)).stopped).not.toBeNull();
    await api('POST', `/api/sites/${site.id}/push/keys/rotate`);
    answers(201);
    expect(await send()).toMatchObject({ outcome: 'sent' });
  });

  it('does not stop for one subscription that is refused again and again', async () => {
    const { site, send, answers } = await sendingSite();
    const one = await newSubscription(site);
    answers(403);
    for (let n = 0; n < 3 * STOP_AFTER; n++) await send(one, { now: Date.now() + n * 60 * MINUTE });
    expect((await pushKeys(env, site)).stopped).toBeNull();
  });

  it('does not stop while others are accepted', async () => {
    const { site, send, answers } = await sendingSite();
    const now = Date.now();
    for (let n = 0; n < 4 * STOP_AFTER; n++) {
      answers(n % 4 === 0 ? 201 : 403);
      await send({}, { now: now + n * MINUTE });
    }
    expect((await pushKeys(env, site)).stopped).toBeNull();
    expect((await pushKeys(env, site)).acceptedAt).not.toBeNull();
  });

  it('stops when nothing is accepted any more', async () => {
    const { site, send, answers } = await sendingSite();
    const now = Date.now();
    await send({}, { now });
    answers(403);
    for (let n = 1; n <= 2 * STOP_AFTER; n++) await send({ reached: true }, { now: now + n * 5 * MINUTE });
    forgetPushKeys(site.id);
    expect((await pushKeys(env, site)).stopped).not.toBeNull();
  });

  it('cannot be stopped by a stranger, who subscribes with other keys than he says', async () => {
    const { site, send, answers } = await sendingSite();
    const now = Date.now();
    await send({}, { now });
    answers(403);
    for (let n = 1; n <= 4 * STOP_AFTER; n++) await send({}, { now: now + n * 5 * MINUTE });
    forgetPushKeys(site.id);
    expect((await pushKeys(env, site)).stopped).toBeNull();
    answers(201);
    expect(await send({}, { now: now + DAY })).toMatchObject({ outcome: 'sent' });
  });

  it('is told what was refused lately, and keeps little of it', async () => {
    const { site, send, answers } = await sendingSite();
    const refusals = async () => {
      const status = await (await api('GET', `/api/sites/${site.id}/push`)).json();
      return (status as { refusals: { subscriptions: number }[] }).refusals;
    };
    answers(403);
    await send({}, { now: Date.now() - 31 * DAY });
    expect(await refusals()).toEqual([]);
    answers(201);
    await send({}, { now: Date.now() - 2 * MINUTE });
    answers(403);
    for (let n = 0; n < 60; n++) await send();
    expect(await refusals()).toMatchObject([{ status: 403, subscriptions: 50 }]);
    const { n } = (await env.DB.prepare('SELECT count(*) AS n FROM push_refusals WHERE site = ?')
      .bind(site.id)
      .first<{ n: number }>()) ?? { n: 0 };
    expect(n).toBe(50);
  });
});

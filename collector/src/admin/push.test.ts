import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { api, makeSite, type TestSite } from '../../../test/support/workerd/collector.ts';
import { newVapidPair } from '../push/vapid.ts';

async function call(site: TestSite, method: string, path: string, body?: object) {
  const response = await api(method, `/api/sites/${site.id}/push${path}`, body);
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

async function configOf(site: TestSite): Promise<Record<string, unknown>> {
  const response = await exports.default.fetch(`http://collector.test/v1/sites/${site.browserKey}/config`);
  return response.json();
}

describe('the push keys of a shop', () => {
  it('are brought from another tool, so that its subscribers stay reachable', async () => {
    const site = await makeSite();
    const before = await call(site, 'GET', '');
    const pair = await newVapidPair();
    const imported = await call(site, 'PUT', '/keys', { ...pair, subject: 'mailto:push@shop.example' });
    expect(imported).toMatchObject({
      status: 200,
      body: {
        publicKey: pair.publicKey,
        subject: 'mailto:push@shop.example',
        stopped: null,
        former: [{ publicKey: before.body.publicKey, createdAt: before.body.createdAt }],
      },
    });
    expect(JSON.stringify(imported.body)).not.toContain(pair.privateKey);
    expect(await configOf(site)).toMatchObject({ vapidPublicKey: pair.publicKey, features: { push: true } });
  });

  it('can be taken elsewhere: what is exported can be imported there', async () => {
    const site = await makeSite();
    const pair = await newVapidPair();
    await call(site, 'PUT', '/keys', { ...pair, subject: 'mailto:push@shop.example' });
    const { body, headers } = await call(site, 'GET', '/keys/export');
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(body).toEqual({
      ...pair,
      subject: 'mailto:push@shop.example',
      createdAt: expect.any(String),
      former: [
        {
          publicKey: expect.any(String),
          privateKey: expect.stringMatching(/^[\w-]{43}$/),
          createdAt: expect.any(String),
          retiredAt: expect.any(String),
        },
      ],
    });
  });

  it('may come again: in other spelling, as the current ones, and after others', async () => {
    const site = await makeSite();
    const pair = await newVapidPair();
    const standard = (key: string) => `${key.replaceAll('-', '+').replaceAll('_', '/')}=`;
    const spelt = { publicKey: standard(pair.publicKey), privateKey: standard(pair.privateKey) };
    expect((await call(site, 'PUT', '/keys', spelt)).body).toMatchObject({ publicKey: pair.publicKey });
    const again = await call(site, 'PUT', '/keys', { ...pair, subject: 'https://shop.example/help' });
    expect(again.body).toMatchObject({ subject: 'https://shop.example/help', former: [expect.anything()] });
    const rotated = await call(site, 'POST', '/keys/rotate');
    expect(rotated.body).toMatchObject({ subject: 'https://shop.example/help' });
    expect(rotated.body.publicKey).not.toBe(pair.publicKey);
    expect((await call(site, 'PUT', '/keys', pair)).body).toMatchObject({
      publicKey: pair.publicKey,
      former: [{ publicKey: rotated.body.publicKey }, expect.anything()],
    });
  });

  it('are those of one shop alone', async () => {
    const [one, two] = [await makeSite(), await makeSite()];
    const pair = await newVapidPair();
    await call(one, 'PUT', '/keys', pair);
    const before = await call(two, 'GET', '');
    expect(await call(two, 'PUT', '/keys', pair)).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('another site') } },
    });
    expect((await call(two, 'GET', '')).body).toEqual(before.body);
  });

  it('are refused in words when they are none', async () => {
    const site = await makeSite();
    const [pair, other] = [await newVapidPair(), await newVapidPair()];
    const before = await call(site, 'GET', '');
    for (const [body, about] of [
      [{ ...pair, privateKey: other.privateKey }, 'not the one that belongs'],
      [{ ...pair, publicKey: 'AAAA' }, 'point of P-256'],
      [{ ...pair, privateKey: 'AAAA' }, '32 bytes'],
      [{ ...pair, publicKey: 'x'.repeat(10_000) }, 'publicKey'],
      [{ publicKey: pair.publicKey }, 'privateKey'],
      [{ ...pair, subject: 'mailto:me@localhost' }, 'from outside'],
      [{ ...pair, subject: 'mailto: me@shop.example' }, 'spaces'],
      [{ ...pair, extra: 1 }, 'extra'],
    ] as const) {
      const refused = await call(site, 'PUT', '/keys', body);
      expect(refused.status, about).toBe(400);
      expect(JSON.stringify(refused.body)).toContain(about);
    }
    expect((await call(site, 'GET', '')).body).toEqual(before.body);
  });

  it('are for the owner of the admin token, and of sites that there are', async () => {
    const site = await makeSite();
    for (const [method, path] of [
      ['GET', ''],
      ['PUT', '/keys'],
      ['POST', '/keys/rotate'],
      ['GET', '/keys/export'],
      ['POST', '/resume'],
    ] as const) {
      const url = `http://collector.test/api/sites/${site.id}/push${path}`;
      expect((await exports.default.fetch(url, { method })).status, path).toBe(401);
      const body = method === 'PUT' ? await newVapidPair() : undefined;
      expect((await call({ ...site, id: 'none' }, method, path, body)).status, path).toBe(404);
    }
  });
});

describe('what a page learns of push', () => {
  it('is where the worker is, whom it takes over from, and where carts are filled', async () => {
    const push = { workerPath: '/sw/beckon.js', takeOver: { worker: '/OneSignalSDKWorker.js' } };
    const site = await makeSite({ push, cartUrl: '/cart/{variant}:{qty},…' });
    expect(await configOf(site)).toMatchObject({ push, cartUrl: '/cart/{variant}:{qty},…' });
    expect(await configOf(await makeSite())).toMatchObject({
      vapidPublicKey: expect.stringMatching(/^B[\w-]{86}$/),
      push: { workerPath: '/push/beckon/sw.js', takeOver: null },
      cartUrl: null,
    });
  });
});

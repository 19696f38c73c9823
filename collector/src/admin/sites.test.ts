import { describe, expect, it } from 'vitest';
import { api, env, makeSite, post, type TestSite, track } from '../../../test/support/workerd/collector.ts';
import { loadSite } from '../sites.ts';

const SECRET = 'a-secret-of-thirty-two-characters';

async function put(site: TestSite, body: object) {
  const response = await api('PUT', `/api/sites/${site.id}`, {
    name: site.id,
    origins: [site.origin],
    ...body,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function accepts(site: TestSite, writeKey: string): Promise<boolean> {
  return (await post(site, '/v1/batch', { writeKey, batch: [track('v')] })).status === 200;
}

describe('changing the settings of a site', () => {
  it('does not cut it off: keys that are not named stay, those that run out too', async () => {
    const site = await makeSite();
    const { key } = (await (
      await api('POST', `/api/sites/${site.id}/keys`, { kind: 'browser' })
    ).json()) as Record<string, string>;
    const { body } = await put(site, { currency: 'EUR' });
    expect(body).toMatchObject({ currency: 'EUR', browserKey: key, serverKey: site.serverKey });
    for (const working of [key ?? '', site.browserKey, site.serverKey]) {
      expect(await accepts(site, working)).toBe(true);
    }
  });

  it('sets the keys that are named, and those alone', async () => {
    const site = await makeSite();
    const { body } = await put(site, { browserKey: `${site.id}-new` });
    expect(body).toMatchObject({ browserKey: `${site.id}-new`, serverKey: site.serverKey });
    expect(await accepts(site, `${site.id}-new`)).toBe(true);
    expect(await accepts(site, site.browserKey)).toBe(false);
  });

  it('keeps the identity secrets, and never shows them', async () => {
    const site = await makeSite();
    const first = await put(site, { identity: 'optional', identitySecrets: [SECRET] });
    const second = await put(site, { identity: 'required' });
    expect([first.body.identitySecretCount, second.body.identitySecretCount]).toEqual([1, 1]);
    const one = await (await api('GET', `/api/sites/${site.id}`)).text();
    const all = await (await api('GET', '/api/sites')).text();
    for (const text of [JSON.stringify(first.body), JSON.stringify(second.body), one, all]) {
      expect(text).not.toContain(SECRET);
    }
    expect((await loadSite(env, site.id, Date.now()))?.settings).toMatchObject({
      identity: 'required',
      identitySecrets: [SECRET],
    });
    expect((await put(site, { identitySecrets: [] })).body.identitySecretCount).toBe(0);
  });
});

describe('a site', () => {
  it('that is new gets keys of its own where none are named', async () => {
    const site = { ...(await makeSite()), id: `new-${crypto.randomUUID().slice(0, 8)}` };
    const { body } = await put(site, {});
    expect(body).toMatchObject({
      browserKey: expect.stringMatching(/^bk_/),
      serverKey: expect.stringMatching(/^sk_/),
    });
    expect(await accepts(site, String(body.browserKey))).toBe(true);
  });

  it('cannot take the key of another, nor make its public key a secret one', async () => {
    const [site, other] = [await makeSite(), await makeSite()];
    expect((await put(site, { browserKey: other.browserKey })).status).toBe(409);
    expect((await put(site, { serverKey: site.browserKey })).status).toBe(409);
    expect((await put(site, { browserKey: 'same-key', serverKey: 'same-key' })).status).toBe(409);
    expect(await accepts(site, site.browserKey)).toBe(true);
  });

  it.each([
    [{ origins: ['https://shop.example/path'] }, '"origins.0": must be an origin'],
    [{ currency: 'euro' }, '"currency": must be an ISO 4217 code'],
    [{ timeZone: 'Mars/Olympus' }, '"timeZone": must be an IANA time zone'],
    [{ identitySecrets: ['short'] }, '"identitySecrets.0"'],
    [{ identity: 'maybe' }, '"identity"'],
    [{ browserKey: 'a b' }, '"browserKey": must be 3 to 64'],
    [{ push: { perDay: 0 } }, '"push.perDay"'],
    [{ push: { workerPath: 'sw.js' } }, '"push.workerPath": must be a path'],
    [{ push: { workerPath: '//evil.test/sw.js' } }, '"push.workerPath": must be a path'],
    [{ push: { workerPath: '/a/../sw.js' } }, '"push.workerPath": must be a path'],
    [{ push: { workerPath: '/sw.js?x=1' } }, '"push.workerPath": must be a path'],
    [
      { push: { takeOver: { worker: 'http://shop.example/w.js' } } },
      '"push.takeOver.worker": must be a path',
    ],
    [{ push: { takeOver: { worker: '//evil.test/w.js' } } }, '"push.takeOver.worker": must be a path'],
    [{ push: { takeOver: {} } }, '"push.takeOver.worker"'],
    [{ cartUrl: '/cart' }, '"cartUrl": must name {variant} or {id}'],
    [{ cartUrl: '/cart/{variant}/{price}' }, '"cartUrl": may name {variant}, {id} and {qty}'],
    [{ cartUrl: '/cart/{variant},…x' }, '"cartUrl": may have … at its end alone'],
    [{ cartUrl: 'javascript:{id}' }, '"cartUrl": must be a path'],
    [{ cartUrl: '//evil.test/{id}' }, '"cartUrl": must be a path'],
    [{ cartUrl: 'https://u:p@shop.example/{id}' }, '"cartUrl": must be a path'],
    [{ cartUrl: 'https://{id}.example/{id}' }, '"cartUrl": must not name the host'],
    [{ topics: [{ id: 'News', name: {} }] }, '"topics.0.id": must be 1 to 32 lower-case'],
    [{ topics: [{ id: 'news', name: { english: 'News' } }] }, '"topics.0.name.english"'],
    [{ topics: [{ id: 'news', name: { en: '' } }] }, '"topics.0.name.en"'],
    [{ topics: ['a', 'a'].map((id) => ({ id, name: {} })) }, '"topics": must have ids that differ'],
    [{ colour: 'red' }, 'colour'],
  ])('says what is wrong with %j', async (body, text) => {
    const { status, body: answer } = await put(await makeSite(), body);
    expect(status).toBe(400);
    expect(JSON.stringify(answer).replaceAll('\\"', '"')).toContain(text);
  });

  it.each([
    { cartUrl: '/cart/{variant}:{qty},…' },
    { cartUrl: 'https://shop.example/cart/add?id={id}&n={qty}' },
    { cartUrl: null },
    {
      push: {
        perDay: null,
        perWeek: 7,
        workerPath: '/sw.js',
        takeOver: { worker: 'https://shop.example/w.js?a=1' },
      },
    },
    { topics: [{ id: 'price-drops', name: { en: 'Price drops', 'pt-BR': 'Promoções' } }] },
  ])('takes %j', async (body) => {
    const answer = await put(await makeSite(), body);
    expect(answer).toMatchObject({ status: 200, body });
  });

  it('says so when the body is not JSON', async () => {
    const response = await api('PUT', '/api/sites/x', undefined, {});
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ success: false, error: { code: 'bad_request' } });
  });
});

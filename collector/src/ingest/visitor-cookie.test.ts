import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { BatchAnswer } from '../../../sdk/src/message.ts';
import { api, makeSite, profileOf, type TestSite, track } from '../../../test/support/workerd/collector.ts';
import { sharedDomain } from './visitor-cookie.ts';

const COLLECTOR = 'https://collect.shop.example/v1/batch';

async function firstPartySite(): Promise<TestSite> {
  const site = { ...(await makeSite()), origin: 'https://www.shop.example' };
  const { browserKey, serverKey, origin } = site;
  const body = { name: site.id, origins: [origin, 'https://other.example'], browserKey, serverKey };
  await api('PUT', `/api/sites/${site.id}`, body);
  return site;
}

async function send(site: TestSite, anonymousId: string, body: object, headers: object = {}) {
  const response = await exports.default.fetch(COLLECTOR, {
    method: 'POST',
    headers: { Origin: site.origin, ...headers },
    body: JSON.stringify({ writeKey: site.browserKey, batch: [track(anonymousId)], ...body }),
  });
  return {
    response,
    answer: (await response.json()) as BatchAnswer,
    cookie: response.headers.get('Set-Cookie'),
  };
}

describe('the first-party cookie', () => {
  it('is set for the whole shop, and only the collector can read it', async () => {
    const site = await firstPartySite();
    const { cookie, response } = await send(site, 'v', { visitor: {} });
    for (const part of [
      'Domain=shop.example',
      'HttpOnly',
      'Secure',
      'SameSite=Lax',
      'Max-Age=34214400',
      'Path=/',
    ]) {
      expect(cookie).toContain(part);
    }
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(site.origin);
    expect(response.headers.get('Access-Control-Allow-Credentials')).toBe('true');
    expect(response.headers.get('Vary')).toContain('Origin');
  });

  it('brings a visitor back whose browser was purged, from the first message on', async () => {
    const site = await firstPartySite();
    const { cookie } = await send(site, 'old', { visitor: {} });
    const Cookie = cookie?.split(';')[0];
    const { answer } = await send(site, 'made-up', { visitor: { fresh: true } }, { Cookie });
    expect(answer.visitor.anonymousId).toBe('old');
    expect(await profileOf(site, 'old')).toMatchObject({ counters: { view_item: 2 } });
    expect(await profileOf(site, 'made-up')).toBeNull();
  });

  it('does not overrule an id that the browser has kept, nor believe one that it did not sign', async () => {
    const site = await firstPartySite();
    const { cookie } = await send(site, 'old', { visitor: {} });
    const Cookie = cookie?.split(';')[0] ?? '';
    expect((await send(site, 'kept', { visitor: {} }, { Cookie })).answer.visitor.anonymousId).toBe('kept');
    const forged = Cookie.replace('old', 'victim');
    const { answer } = await send(site, 'made-up', { visitor: { fresh: true } }, { Cookie: forged });
    expect(answer.visitor.anonymousId).toBe('made-up');
  });

  it('is neither read nor set unless the page asks, and never for another domain', async () => {
    const site = await firstPartySite();
    const { cookie, response } = await send(site, 'v', {});
    expect([cookie, response.headers.get('Access-Control-Allow-Credentials')]).toEqual([null, null]);
    const other = await send({ ...site, origin: 'https://other.example' }, 'v', { visitor: {} });
    expect(other.cookie).toBeNull();
  });
});

it.each([
  ['collect.shop.example', 'www.shop.example', 'shop.example'],
  ['www.shop.co.uk', 'shop.co.uk', 'shop.co.uk'],
  ['a.co.uk', 'b.co.uk', undefined],
  ['beckon.alice.workers.dev', 'shop.bob.workers.dev', undefined],
  ['localhost', 'localhost', null],
  ['127.0.0.1', '127.0.0.1', null],
  ['127.0.0.1', 'localhost', undefined],
])('%s and %s share %s', (a, b, expected) => {
  expect(sharedDomain(a, b)).toBe(expected);
});

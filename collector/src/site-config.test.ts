import { exports } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { api, makeSite } from '../../test/support/workerd/collector.ts';
import { popup, publish } from '../../test/support/workerd/popups.ts';
import { withoutPush } from '../../test/support/workerd/push.ts';
import { app } from './app.ts';
import { forgetPushKeys } from './push/keys.ts';

const ask = (key: string, prefix = '') =>
  exports.default.fetch(`http://collector.test${prefix}/v1/sites/${key}/config`, {
    headers: { Origin: 'https://anywhere.example' },
  });

it("a page learns its site's public settings, and caches keep them for a minute", async () => {
  const site = await makeSite({ currency: 'EUR', language: 'de', identity: 'optional' });
  const response = await ask(site.browserKey);
  expect(response.status).toBe(200);
  expect(response.headers.get('Cache-Control')).toBe('public, max-age=60');
  expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
  expect(response.headers.get('Set-Cookie')).toBeNull();
  const config = await response.json();
  expect(config).toEqual({
    currency: 'EUR',
    language: 'de',
    consent: { analytics: 'granted', marketing: 'granted' },
    features: { popups: false, push: true, identity: 'optional' },
    vapidPublicKey: expect.stringMatching(/^B[\w-]{86}$/),
    push: { workerPath: '/push/beckon/sw.js', takeOver: null },
    cartUrl: null,
  });
  await publish(site, 'campaigns', popup('promo'));
  expect(await (await ask(site.browserKey, '/beckon')).json()).toMatchObject({ features: { popups: true } });
  await api('POST', `/api/sites/${site.id}/campaigns/promo/pause`);
  expect(await (await ask(site.browserKey)).json()).toEqual(config);
});

it('nobody learns anything by a server key, an id, or what is no key', async () => {
  const site = await makeSite();
  for (const key of [site.serverKey, site.id, 'a', '%00', 'x'.repeat(100)]) {
    const response = await ask(key);
    expect(response.status, key).toBe(404);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(response.headers.get('Cache-Control')).toBeNull();
    expect(await response.json()).toMatchObject({ error: { code: 'not_found' } });
  }
});

it('a page is served on while the push keys cannot be read', async () => {
  const site = await makeSite();
  forgetPushKeys(site.id);
  const config = await app.request(`/v1/sites/${site.browserKey}/config`, {}, withoutPush());
  expect(await config.json()).toMatchObject({
    currency: 'USD',
    features: { push: false },
    vapidPublicKey: null,
  });
});

import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  api,
  DAY,
  env,
  forgetVisitor,
  identify,
  makeSite,
  sendBatch,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { deviceName, personName } from '../profile/profile-name.ts';
import { expireCartLinks } from './forget-cart-links.ts';
import { makeCartLink } from './make-cart-link.ts';

const CART = { items: [{ item_id: 'a', item_variant: '11', price: 3, quantity: 2 }], currency: 'EUR' };

function link(
  site: TestSite,
  { visitor = 'v', cart = CART as typeof CART, seed = 'd', now = Date.now() } = {},
) {
  return makeCartLink(env, site, { profile: deviceName(site.id, visitor), cart, seed }, now);
}

function open(
  site: TestSite,
  token: string,
  { key = site.browserKey, origin = site.origin, prefix = '' } = {},
) {
  const address = `http://collector.test${prefix}/v1/carts/${encodeURIComponent(token)}?key=${key}`;
  return exports.default.fetch(address, origin === '' ? {} : { headers: { Origin: origin } });
}

async function refused(response: Response, status: number, words: RegExp): Promise<void> {
  expect(response.status).toBe(status);
  const { error } = (await response.json()) as { error: { message: string } };
  expect(error.message).toMatch(words);
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  expect(response.headers.get('Access-Control-Allow-Origin')).not.toBeNull();
}

const linksOf = async (site: TestSite) =>
  (await env.DB.prepare('SELECT until FROM cart_links WHERE site = ?').bind(site.id).all<{ until: number }>())
    .results;

describe('the link of a nudge', () => {
  it('opens the cart that was left, on any device, and is kept by no cache', async () => {
    const site = await makeSite();
    for (const prefix of ['', '/assets/beckon']) {
      const response = await open(site, await link(site), { prefix });
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ ...CART, url: null });
      expect(response.headers.get('Cache-Control')).toBe('no-store');
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe(site.origin);
      expect(response.headers.get('Set-Cookie')).toBeNull();
    }
  });

  it("leads to the shop's own address for carts, where it has one", async () => {
    const site = await makeSite({ cartUrl: '/cart/{variant}:{qty},…' });
    expect(await (await open(site, await link(site))).json()).toEqual({
      ...CART,
      url: `${site.origin}/cart/11:2`,
    });
    const elsewhere = await makeSite({ cartUrl: 'https://evil.example/{variant},…' });
    expect(await (await open(elsewhere, await link(elsewhere))).json()).toEqual({ ...CART, url: null });
  });

  it('tells nothing of the person', async () => {
    const site = await makeSite();
    const token = await link(site, { visitor: 'mira@example.com' });
    expect(token).toMatch(/^[\w-]{22}\.[\w-]{43}$/);
    expect(await (await open(site, token)).text()).not.toContain('mira');
  });

  it('is the same when the delivery is tried again, and opens the cart of the first time', async () => {
    const site = await makeSite();
    const token = await link(site);
    const again = await link(site, { cart: { ...CART, items: [] }, now: Date.now() + DAY });
    expect(again).toBe(token);
    expect(await linksOf(site)).toHaveLength(1);
    expect(await (await open(site, token)).json()).toMatchObject(CART);
    expect(await link(site, { seed: 'another' })).not.toBe(token);
    expect(await link(site, { visitor: 'another' })).not.toBe(token);
  });

  it('holds a cart of 200 lines with ids that nobody expects', async () => {
    const site = await makeSite({ cartUrl: '/cart/{id}:{qty},…' });
    const names = ['}{', '{qty}', '<script>', '"', '__proto__', '🦊', '\ud800', "'; DROP TABLE cart_links"];
    const items = Array.from({ length: 200 }, (_, n) => ({
      item_id: names[n % names.length] ?? '',
      item_variant: `${n}`,
      price: 1,
      quantity: 1,
    }));
    const response = await open(site, await link(site, { cart: { items, currency: 'EUR' } }));
    const answer = (await response.json()) as { items: object[]; url: string };
    expect(answer.items).toHaveLength(200);
    expect(answer.items[0]).toMatchObject({ item_id: '}{', item_variant: '0' });
    expect(answer.url).toContain(`${site.origin}/cart/%7D%7B:1,%7Bqty%7D:1,%3Cscript%3E:1,`);
  });
});

describe('a link is refused', () => {
  it('when it is forged', async () => {
    const site = await makeSite();
    const token = await link(site);
    const [id = '', signature = ''] = token.split('.');
    const forged = [
      ...[
        id,
        `${id}.`,
        `.${signature}`,
        `${id}.${signature}x`,
        `${id}.${signature}.x`,
        `${id} .${signature}`,
      ],
      ...[`${'A'.repeat(22)}.${signature}`, `${id}.${'A'.repeat(43)}`, "' OR 1=1 --", 'x'.repeat(5_000)],
    ];
    for (const one of forged) await refused(await open(site, one), 404, /belongs to no cart/);
    expect((await open(site, token)).status).toBe(200);
  });

  it('at another site', async () => {
    const [site, other] = [await makeSite(), await makeSite()];
    const token = await link(site);
    await refused(await open(other, token), 404, /of this site/);
  });

  it('from a page that is not the shop, without a key, and with the secret one', async () => {
    const site = await makeSite();
    const token = await link(site);
    await refused(await open(site, token, { origin: 'https://evil.example' }), 403, /not an allowed origin/);
    await refused(await open(site, token, { key: '' }), 401, /key/);
    await refused(await open(site, token, { key: 'unknown' }), 401, /not known/);
    await refused(await open(site, token, { key: site.serverKey }), 401, /browser key/);
    expect((await open(site, token, { origin: '' })).status).toBe(403);
  });

  it('after 30 days', async () => {
    const site = await makeSite();
    const now = Date.now();
    expect((await open(site, await link(site, { seed: 'young', now: now - 30 * DAY + 60_000 }))).status).toBe(
      200,
    );
    await refused(await open(site, await link(site, { seed: 'old', now: now - 30 * DAY })), 410, /30 days/);
  });

  it('once the visitor is forgotten', async () => {
    const site = await makeSite();
    await sendBatch(site, [track('v', 'add_to_cart', { items: CART.items })]);
    const [mine, others] = [await link(site), await link(site, { visitor: 'w' })];
    expect((await forgetVisitor(site, 'v')).status).toBe(200);
    await refused(await open(site, mine), 410, /no longer kept/);
    expect((await open(site, others)).status).toBe(200);
  });

  it('once the person is erased, or one of his devices is forgotten', async () => {
    const site = await makeSite();
    for (const end of ['erase', 'forget'] as const) {
      const who = `mira-${end}`;
      await sendBatch(site, [identify(who, who)]);
      const profile = await personName(site.id, who, env.SIGNING_KEY);
      const token = await makeCartLink(env, site, { profile, cart: CART, seed: 'd' }, Date.now());
      expect((await open(site, token)).status).toBe(200);
      const answer =
        end === 'erase'
          ? await api('DELETE', `/api/sites/${site.id}/profiles/user:${who}`)
          : await forgetVisitor(site, who);
      expect(answer.ok).toBe(true);
      await refused(await open(site, token), 410, /no longer kept/);
    }
  });
});

describe('the upkeep', () => {
  it('deletes links that have run out, and no other', async () => {
    const site = await makeSite();
    const now = Date.now();
    await link(site, { seed: 'old', now: now - 31 * DAY });
    await link(site, { seed: 'older', now: now - 40 * DAY });
    await link(site, { seed: 'young', now });
    await expireCartLinks(env.DB, now);
    expect(await linksOf(site)).toEqual([{ until: now + 30 * DAY }]);
  });
});

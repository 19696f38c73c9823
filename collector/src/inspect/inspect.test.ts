import { describe, expect, it } from 'vitest';
import type { InspectAnswer } from '../../../sdk/src/message.ts';
import {
  api,
  env,
  identify,
  makeSite,
  post,
  proof,
  SECRET,
  sendBatch,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { popup, publish } from '../../../test/support/workerd/popups.ts';
import { linkToken } from '../campaigns/test-link.ts';

const SALE = 'https://shop.example/sale?size=m&beckon=1#top';

async function linkOf(site: TestSite, more: object = {}): Promise<URL> {
  const body = { url: SALE, inspect: true, ...more };
  const response = await api('POST', `/api/sites/${site.id}/test-links`, body);
  if (!response.ok) throw new Error(await response.text());
  return new URL(((await response.json()) as { url: string }).url);
}

const ask = (site: TestSite, link: URL | string, anonymousId: string, more: object = {}) =>
  post(site, '/v1/inspect', {
    writeKey: site.browserKey,
    anonymousId,
    inspect: typeof link === 'string' ? link : link.searchParams.get('beckon_inspect'),
    ...more,
  });

async function inspect(...asked: Parameters<typeof ask>): Promise<InspectAnswer> {
  const response = await ask(...asked);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

const fill = (anonymousId: string, price: number) =>
  track(anonymousId, 'cart_updated', {
    properties: { currency: 'EUR', items: [{ item_id: 'mug', price, quantity: 2 }] },
    context: { consent: { categoryPreferences: { analytics: true } } },
  });

describe('who opens a link to the inspector', () => {
  it('reads what stops each campaign, the cart, the consent and what has arrived, and stays a visitor like others', async () => {
    const site = await makeSite();
    const rule = { '>=': [{ var: 'cart.value' }, 50] };
    await publish(site, 'campaigns', popup('free-shipping', { name: 'Free shipping', audience: { rule } }));
    await publish(site, 'campaigns', popup('resting'));
    await api('POST', `/api/sites/${site.id}/campaigns/resting/pause`);
    const link = await linkOf(site);
    expect(link.href).toMatch(/^https:\/\/shop\.example\/sale\?size=m&beckon=1&beckon_inspect=[\w.-]+#top$/);
    expect(await inspect(site, link, 'v')).toMatchObject({
      visitor: { known: false, test: false, withheld: false },
      campaigns: [],
      draft: null,
    });
    const cart = fill('v', 20);
    await sendBatch(site, [cart]);
    const said = await inspect(site, link, 'v');
    expect(said).toMatchObject({
      site: { id: site.id, name: site.id, currency: 'USD' },
      visitor: { known: true, test: false, withheld: false },
      consent: { analytics: true, marketing: null },
      cart: { value: 40, currency: 'EUR', items: [{ item_id: 'mug', quantity: 2 }] },
      arrived: { cart_updated: cart.timestamp },
    });
    expect(
      said.campaigns.map(({ because, ...campaign }) => [because.replaceAll('\u00a0', ' '), campaign]),
    ).toEqual([
      [
        'cart.value is 40, wants ≥ 50',
        {
          id: 'free-shipping',
          name: 'Free shipping',
          status: 'live',
          matched: false,
          gate: 'audience',
          open: 9,
          gates: 10,
        },
      ],
      ['is paused, not live', expect.objectContaining({ id: 'resting', status: 'paused', gate: 'status' })],
    ]);
  });

  it('is told of this device’s last event, not of what the same person does elsewhere', async () => {
    const site = await makeSite();
    await publish(site, 'campaigns', popup('promo', { entry: { on: 'event', event: 'view_item' } }));
    const { visitor } = await sendBatch(site, [identify('laptop', 'u'), track('laptop', 'view_item')]);
    await sendBatch(site, [identify('phone', 'u'), track('phone', 'search')]);
    const said = await inspect(site, await linkOf(site), 'laptop', { token: visitor.token });
    expect(said).toMatchObject({ campaigns: [{ id: 'promo', gate: null, matched: true }] });
    expect(Object.keys(said.arrived)).toEqual(['view_item']);
  });

  it('can become a test visitor, and one like all others again', async () => {
    const site = await makeSite();
    await sendBatch(site, [track('v')]);
    const link = await linkOf(site);
    expect((await inspect(site, link, 'v', { test: true })).visitor.test).toBe(true);
    expect((await inspect(site, link, 'v')).visitor.test).toBe(true);
    expect((await inspect(site, link, 'v', { test: false })).visitor.test).toBe(false);
    // Who was never heard of is nobody yet.
    expect((await inspect(site, link, 'w', { test: true })).visitor).toEqual({
      known: false,
      test: false,
      withheld: false,
    });
  });

  it('reads what is wrong with the draft that the same link shows, and why visitors would not see it', async () => {
    const site = await makeSite();
    const draft = popup('promo', { audience: { rule: { '==': [{ var: 'visitor.age' }, 3] } } });
    await api('PUT', `/api/sites/${site.id}/campaigns/promo`, draft);
    const link = await linkOf(site, { draft: 'promo' });
    expect(link.searchParams.has('beckon_test')).toBe(true);
    await sendBatch(site, [track('v', 'page_view', { context: { page: { url: link.href } } })]);
    const said = await inspect(site, link, 'v');
    expect(said.visitor.test).toBe(true);
    expect(said.draft).toMatchObject({ id: 'promo', name: 'promo', problems: expect.anything() });
    expect(said.draft?.problems).toContainEqual({
      severity: 'error',
      pointer: '/audience/rule/==/0/var',
      message: expect.stringContaining('visitor.age'),
    });
    expect(said.campaigns).toEqual([
      expect.objectContaining({ id: 'promo', status: 'draft', gate: 'audience' }),
    ]);
    await env.DB.prepare("UPDATE campaigns SET draft = '{}' WHERE site = ?").bind(site.id).run();
    expect((await inspect(site, link, 'v')).draft).toMatchObject({
      problems: [{ message: expect.stringContaining('cannot be shown') }],
    });
    await api('DELETE', `/api/sites/${site.id}/campaigns/promo`);
    expect((await inspect(site, link, 'v')).draft).toMatchObject({ name: null, problems: [{}] });
  });
});

describe('nobody looks', () => {
  it('by a link that is forged, has run out, is of another site, or was made for something else', async () => {
    const site = await makeSite();
    const other = await makeSite();
    await sendBatch(site, [track('v')]);
    const link = (await linkOf(site)).searchParams.get('beckon_inspect') ?? '';
    const until = Date.now() + 60_000;
    const sign = (said: object) =>
      linkToken(site.id, { until, ...said } as Parameters<typeof linkToken>[1], env.SIGNING_KEY);
    for (const dead of [
      `${link}x`,
      link.slice(0, -1),
      '',
      '.',
      (await linkOf(other)).searchParams.get('beckon_inspect') ?? '',
      await sign({ test: { variants: {} } }),
      await sign({ inspect: true, until: Date.now() - 1 }),
    ]) {
      const response = await ask(site, dead, 'v', { test: true });
      expect(response.status, dead).toBe(401);
    }
    expect((await ask(site, link, 'v')).status).toBe(200);
    expect((await inspect(site, link, 'v')).visitor.test).toBe(false);
    const noId = await post(site, '/v1/inspect', { writeKey: site.browserKey, inspect: link });
    expect(noId.status).toBe(400);
    const foreign = await post(
      site,
      '/v1/inspect',
      { writeKey: site.browserKey, anonymousId: 'v', inspect: link },
      { Origin: 'https://evil.example' },
    );
    expect(foreign.status).toBe(403);
  });

  it.each(['off', 'optional', 'required'])(
    'at a person by no more than the id of one of his devices (identity %s)',
    async (identity) => {
      const site = await makeSite({ identity, identitySecrets: [SECRET] });
      const token = await proof(site, 'anna');
      await publish(site, 'campaigns', popup('promo'));
      const { visitor } = await sendBatch(site, [identify('v', 'anna', {}, { token }), fill('v', 20)]);
      const link = await linkOf(site);
      expect(await inspect(site, link, 'v', { test: true })).toEqual({
        site: { id: site.id, name: site.id, currency: 'USD' },
        visitor: { known: true, test: false, withheld: true },
        consent: { analytics: null, marketing: null },
        cart: { items: [], value: 0, currency: null, updatedAt: null },
        arrived: {},
        campaigns: [],
        draft: null,
      });
      expect(await inspect(site, link, 'v', { token: visitor.token })).toMatchObject({
        visitor: { known: true, test: false, withheld: false },
        cart: { value: 40 },
        campaigns: [{ id: 'promo' }],
      });
    },
  );
});

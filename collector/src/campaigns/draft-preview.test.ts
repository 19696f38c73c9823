import { describe, expect, it } from 'vitest';
import type { ArmedMessage } from '../../../sdk/src/message.ts';
import {
  api,
  deviceObject,
  env,
  makeSite,
  profileOf,
  sendBatch,
  standing,
  stateIn,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import {
  claimPopup,
  codesGiven,
  NO_LIMITS,
  poolOf,
  popup,
  publish,
} from '../../../test/support/workerd/popups.ts';
import { armedId } from './armed-id.ts';
import { linkToken } from './test-link.ts';

const SALE = 'https://shop.example/sale?a=1';
const heading = (text: string) => [{ type: 'heading', text }];

async function save(site: TestSite, draft: { id: string }): Promise<void> {
  const response = await api('PUT', `/api/sites/${site.id}/campaigns/${draft.id}`, draft);
  if (!response.ok) throw new Error(await response.text());
}

async function linkTo(site: TestSite, more: object): Promise<string> {
  const response = await api('POST', `/api/sites/${site.id}/test-links`, { url: SALE, ...more });
  if (!response.ok) throw new Error(await response.text());
  return ((await response.json()) as { url: string }).url;
}

const view = (url: string, anonymousId = 'v') =>
  track(anonymousId, 'page_view', { context: { page: { url, path: '/sale' } } });

const armedOn = async (site: TestSite, url: string, anonymousId?: string): Promise<ArmedMessage[]> =>
  (await sendBatch(site, [view(url, anonymousId)])).messages;

describe('a link to a draft', () => {
  it('shows it though nothing is published, and it counts nowhere', async () => {
    const site = await makeSite();
    const goal = { event: 'popup_clicked', within: 'P1D' };
    await save(site, popup('promo', { audience: { rule: false }, goal }, heading('Soon')));
    const page = view(await linkTo(site, { draft: 'promo' }));
    const [armed, ...others] = (await sendBatch(site, [page])).messages;
    expect(others).toEqual([]);
    expect(armed).toEqual({
      id: expect.any(String),
      cause: page.messageId,
      campaign: 'promo@draft',
      variant: 'a',
      kind: 'modal',
      triggers: [{ on: 'load' }],
    });
    for (const claimId of ['c', 'c', 'd']) {
      expect(await claimPopup(site, armed, 'v', { claimId })).toMatchObject({
        show: true,
        content: { blocks: [{ type: 'heading', text: 'Soon' }] },
      });
    }
    const properties = { campaign: 'promo@draft', variant: 'a', message_id: armed?.id };
    const told = ['popup_shown', 'popup_clicked', 'popup_dismissed'];
    const after = await sendBatch(
      site,
      told.map((event) => track('v', event, { properties })),
    );
    expect(after.messages).toEqual([]);
    const state = await stateIn(deviceObject(site, 'v'));
    expect(state).toMatchObject({ exposures: [], refusals: [], decisions: [], test: { variants: {} } });
    await publish(site, 'campaigns', popup('promo', { goal }));
    expect(await armedOn(site, SALE)).toHaveLength(1);
    expect(await stateIn(deviceObject(site, 'v'))).toMatchObject({ ledger: { outcomes: {} } });
    for (const kind of ['exposure', 'goal']) expect(await standing(site, kind)).toEqual([]);
  });

  it('shows it in place of what is live, once for each page, in the variant that was asked for', async () => {
    const site = await makeSite(NO_LIMITS);
    await publish(site, 'campaigns', popup('promo', {}, heading('Live')));
    const variants = ['a', 'b'].map((key) => ({
      key,
      content: { en: { kind: 'modal', blocks: heading(`Draft ${key}`) } },
    }));
    const steps = [{ id: 'm', type: 'message', channel: 'popup', variants }];
    await save(site, { ...popup('promo'), ...{ steps } });
    const url = await linkTo(site, { draft: 'promo', variants: { promo: 'b' } });
    const armed = await armedOn(site, url);
    expect(armed.map(({ campaign, variant }) => [campaign, variant])).toEqual([['promo@draft', 'b']]);
    expect(await claimPopup(site, armed[0], 'v')).toMatchObject({
      content: { blocks: [{ text: 'Draft b' }] },
    });
    const context = { page: { url, path: '/sale' } };
    const later = (await sendBatch(site, [track('v', 'view_item', { context })])).messages;
    expect(later.map(({ campaign }) => campaign)).not.toContain('promo@draft');
    expect((await armedOn(site, url))[0]?.campaign).toBe('promo@draft');
  });

  it('gives no code away, and reads the visitor’s own data', async () => {
    const site = await makeSite();
    await poolOf(site, ['REAL-1']);
    const blocks = [
      { type: 'heading', text: 'You have {{ cart.value }} in your cart' },
      { type: 'coupon', pool: 'welcome' },
    ];
    await save(site, popup('promo', {}, blocks));
    await sendBatch(site, [
      track('v', 'cart_updated', { properties: { items: [{ item_id: 'a', price: 7 }] } }),
    ]);
    const [armed] = await armedOn(site, await linkTo(site, { draft: 'promo' }));
    expect(await claimPopup(site, armed, 'v')).toMatchObject({
      content: { blocks: [{ text: 'You have 7 in your cart' }, { type: 'coupon', code: 'SAMPLE' }] },
    });
    await save(site, popup('promo', {}, [{ type: 'coupon', pool: 'welcome', fallback: 'PUBLIC' }]));
    expect(await claimPopup(site, armed, 'v')).toMatchObject({ content: { blocks: [{ code: 'PUBLIC' }] } });
    expect(await codesGiven(site)).toEqual([]);
    expect(await stateIn(deviceObject(site, 'v'))).toMatchObject({ coupons: {} });
  });

  it('says so when the draft was deleted, cannot be read, or lost its variant', async () => {
    const site = await makeSite();
    await save(site, popup('promo'));
    const url = await linkTo(site, { draft: 'promo' });
    const [armed] = await armedOn(site, url);
    await env.DB.prepare('UPDATE campaigns SET draft = \'{"id":"promo"}\' WHERE site = ?')
      .bind(site.id)
      .run();
    expect(await claimPopup(site, armed, 'v')).toEqual({ show: false, reason: 'draft' });
    expect((await armedOn(site, url))[0]).toMatchObject({ campaign: 'promo@draft', variant: '' });
    const renamed = [{ key: 'z', content: { en: { kind: 'modal', blocks: heading('Hi') } } }];
    await save(
      site,
      popup('promo', { steps: [{ id: 'm', type: 'message', channel: 'popup', variants: renamed }] }),
    );
    expect(await claimPopup(site, armed, 'v')).toEqual({ show: false, reason: 'draft' });
    expect((await api('DELETE', `/api/sites/${site.id}/campaigns/promo`)).status).toBe(200);
    const [gone] = await armedOn(site, url);
    expect(await claimPopup(site, gone, 'v')).toEqual({ show: false, reason: 'draft' });
  });

  it('does nothing when it is forged, has run out, or is of another site', async () => {
    const site = await makeSite();
    const other = await makeSite();
    await save(site, popup('promo'));
    await save(other, popup('promo'));
    const url = await linkTo(site, { draft: 'promo' });
    const said = { test: { variants: {} }, draft: 'promo', until: Date.now() - 1 };
    const old = await linkToken(site.id, said, env.SIGNING_KEY);
    const foreign = await linkTo(other, { draft: 'promo' });
    for (const dead of [`${url}x`, `${SALE}&beckon_test=${old}`, foreign, `${SALE}&beckon_test=.`]) {
      expect(await armedOn(site, dead), dead).toEqual([]);
    }
    expect((await profileOf(site, 'v'))?.test).toBe(false);
    const [armed] = await armedOn(site, url);
    expect(await claimPopup(site, armed, 'another')).toEqual({ show: false, reason: 'unknown_visitor' });
    const stale = {
      campaign: 'promo',
      version: 0,
      variant: 'a',
      cause: 'm',
      causedAt: Date.now() - 90_000_000,
    };
    const id = await armedId(site.id, 'v', stale, env.SIGNING_KEY);
    expect(await claimPopup(site, { ...(armed as ArmedMessage), id }, 'v')).toEqual({
      show: false,
      reason: 'draft',
    });
  });

  it('is refused where it could not work', async () => {
    const site = await makeSite();
    await save(site, popup('promo'));
    const ask = async (body: object) =>
      (await api('POST', `/api/sites/${site.id}/test-links`, { url: SALE, ...body })).status;
    expect(await ask({ draft: 'promo' })).toBe(200);
    expect(await ask({ draft: 'promo', test: false })).toBe(400);
    expect(await ask({ draft: 'nowhere' })).toBe(404);
    expect(await ask({ draft: 'promo', variants: { promo: 'x'.repeat(1_000) } })).toBe(400);
  });
});

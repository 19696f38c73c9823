import { describe, expect, it } from 'vitest';
import type { ArmedMessage, ClaimAnswer } from '../../../sdk/src/message.ts';
import {
  api,
  deviceObject,
  makeSite,
  post,
  sendBatch,
  stateIn,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { claimPopup, NO_LIMITS, publish } from '../../../test/support/workerd/popups.ts';

const blocks = [{ type: 'heading', text: 'Hi' }];
const campaign = (id: string, content: object, more: object = {}, step: object = {}) => ({
  id,
  name: id,
  steps: [
    {
      id: 'm',
      type: 'message',
      channel: 'popup',
      variants: [{ key: 'a', content: { en: { kind: 'modal', blocks, ...content } } }],
      ...step,
    },
  ],
  ...more,
});
const inline = (slot: string) => ({ kind: 'inline', slot });
const launcher = { kind: 'launcher', launcher: { text: 'Help' } };

async function siteWith(settings: object, ...drafts: { id: string }[]): Promise<TestSite> {
  const site = await makeSite(settings);
  for (const draft of drafts) await publish(site, 'campaigns', draft);
  return site;
}
const visit = async (site: TestSite, more: object = {}) =>
  (await sendBatch(site, [track('v', 'page_view', more)])).messages;
const named = (messages: ArmedMessage[], id: string) => messages.find(({ campaign: of }) => of === `${id}@1`);
const claim = (site: TestSite, messages: ArmedMessage[], id: string): Promise<ClaimAnswer> =>
  claimPopup(site, named(messages, id), 'v');
const ids = (messages: ArmedMessage[]) => messages.map(({ campaign: of }) => of.split('@')[0]).sort();

describe('what stands in the page', () => {
  it('is armed beside a modal and a tab, one for each slot, and says where it belongs', async () => {
    const site = await siteWith(
      NO_LIMITS,
      campaign('modal', {}, { priority: 900 }),
      campaign('second-modal', {}),
      campaign('hero', inline('hero'), { priority: 600 }),
      campaign('second-hero', inline('hero')),
      campaign('footer', inline('footer')),
      campaign('help', launcher),
    );
    const messages = await visit(site);
    expect(ids(messages)).toEqual(['footer', 'help', 'hero', 'modal']);
    expect([named(messages, 'hero'), named(messages, 'help')]).toMatchObject([
      { kind: 'inline', slot: 'hero' },
      { kind: 'launcher' },
    ]);
    expect(await claim(site, messages, 'help')).toMatchObject({
      content: { kind: 'modal', minimised: true },
    });
  });

  it("neither waits for the site's limits nor uses them up, but has its own", async () => {
    const popups = { minGapMs: 60_000, perSession: 1, perDay: 1 };
    const site = await siteWith(
      { popups },
      campaign('hero', inline('hero')),
      campaign('help', launcher),
      campaign('modal', {}),
    );
    const messages = await visit(site);
    for (const id of ['hero', 'help', 'modal']) {
      expect([id, (await claim(site, messages, id)).show]).toEqual([id, true]);
    }
    expect(await visit(site)).toEqual([]);
    const late = await siteWith(
      { popups },
      campaign('hero', inline('hero')),
      campaign('modal', {}),
      campaign('exit', {}, {}, { triggers: [{ on: 'exit' }] }),
    );
    const armed = await visit(late);
    expect((await claim(late, armed, 'modal')).show).toBe(true);
    expect(await claim(late, armed, 'exit')).toEqual({ show: false, reason: 'caps' });
    expect((await claim(late, armed, 'hero')).show).toBe(true);
  });
});

describe('a bar', () => {
  const bar = (id: string, more: object = {}, step: object = {}, text = 'Hi') =>
    campaign(id, { kind: 'bar', blocks: [{ type: 'heading', text }] }, more, step);
  const cart = (price: number) => ({
    properties: { currency: 'EUR', items: [{ item_id: 'k', item_name: 'Kettle', price, quantity: 1 }] },
  });

  it("neither waits for the site's limits nor uses them up, nor takes a modal's place", async () => {
    const site = await siteWith(
      { popups: { minGapMs: 60_000, perSession: 1, perDay: 1 } },
      bar('news', { priority: 900 }),
      campaign('modal', {}),
      campaign('exit', {}, {}, { triggers: [{ on: 'exit' }] }),
    );
    const messages = await visit(site);
    expect(ids(messages)).toEqual(['exit', 'modal', 'news']);
    expect((await claim(site, messages, 'modal')).show).toBe(true);
    expect((await claim(site, messages, 'news')).show).toBe(true);
    expect(await claim(site, messages, 'exit')).toEqual({ show: false, reason: 'caps' });
    const { exposures } = await stateIn(deviceObject(site, 'v'));
    expect(exposures.map(({ campaign: of, quiet }) => [of, quiet])).toEqual([
      ['modal', undefined],
      ['news', true],
    ]);
  });

  it('is alone along the edge, whatever triggers others have', async () => {
    const scroll = { triggers: [{ on: 'scroll', percent: 50 }] };
    const site = await siteWith(NO_LIMITS, bar('news', { priority: 600 }), bar('shipping', {}, scroll));
    expect(ids(await visit(site))).toEqual(['news']);
    const path = `/api/sites/${site.id}/profiles/anonymous:v/explain?campaign=shipping`;
    expect(await (await api('GET', path)).json()).toMatchObject({ gate: 'priority', reason: 'loses' });
  });

  it('follows the cart with each change of it, until its visitor closes it', async () => {
    const shipping = bar(
      'shipping',
      { entry: { on: 'event', event: 'cart_updated' }, cap: { perSession: null } },
      {},
      '{{ cart.value }} of 50',
    );
    const site = await siteWith({ popups: { minGapMs: 60_000, perSession: 1, perDay: 1 } }, shipping);
    for (const value of [20, 30, 45]) {
      const { messages } = await sendBatch(site, [track('v', 'cart_updated', cart(value))]);
      expect(await claim(site, messages, 'shipping')).toMatchObject({
        content: { kind: 'bar', blocks: [{ text: `${value} of 50` }] },
      });
    }
    await sendBatch(site, [
      track('v', 'popup_dismissed', { properties: { campaign: 'shipping@1', variant: 'a' } }),
    ]);
    expect((await sendBatch(site, [track('v', 'cart_updated', cart(48))])).messages).toEqual([]);
  });

  it('is not shown again because it was shown, or because time passes', async () => {
    const site = await siteWith(NO_LIMITS, bar('news', { cap: { perSession: null } }));
    const messages = await visit(site);
    expect((await claim(site, messages, 'news')).show).toBe(true);
    const told = { properties: { campaign: 'news@1', variant: 'a' } };
    for (const event of ['popup_shown', 'popup_clicked', 'popup_closed', 'user_engagement'])
      expect((await sendBatch(site, [track('v', event, told)])).messages).toEqual([]);
    const path = `/api/sites/${site.id}/profiles/anonymous:v/explain?campaign=news`;
    expect(await (await api('GET', path)).json()).toMatchObject({ matched: true });
    expect(ids((await sendBatch(site, [track('v'), track('v', 'popup_shown', told)])).messages)).toEqual([
      'news',
    ]);
  });

  it('can follow what became of another popup', async () => {
    const entry = { on: 'event', event: 'popup_clicked', where: { '==': [{ var: 'campaign_id' }, 'news'] } };
    const site = await siteWith(NO_LIMITS, bar('next', { entry }));
    const clicked = (id: string) =>
      track('v', 'popup_clicked', { properties: { campaign: `${id}@4`, variant: 'a' } });
    expect((await sendBatch(site, [clicked('other')])).messages).toEqual([]);
    expect(ids((await sendBatch(site, [clicked('news')])).messages)).toEqual(['next']);
  });

  it('leaves its tab, where it has one', async () => {
    const site = await siteWith(NO_LIMITS, bar('news', {}, {}), {
      ...campaign('offer', { kind: 'bar', launcher: { text: '-5 %' } }),
      priority: 900,
    } as { id: string });
    expect((await claim(site, await visit(site), 'offer')).show).toBe(true);
    await sendBatch(site, [
      track('v', 'popup_dismissed', { properties: { campaign: 'offer@1', variant: 'a' } }),
    ]);
    expect((await visit(site)).map(({ campaign: of, kind }) => [of, kind])).toEqual([
      ['news@1', 'bar'],
      ['offer@1', 'launcher'],
    ]);
  });
});

describe('what the visitor or the page asks for', () => {
  it('comes at once, as often as its own caps allow, and keeps no other popup away', async () => {
    const popups = { minGapMs: 60_000, perSession: 1, perDay: 1 };
    const on = (...triggers: object[]) => ({ triggers });
    const site = await siteWith(
      { popups },
      campaign('modal', {}, { priority: 900 }),
      campaign('sizes', {}, { cap: { perSession: null, afterDismissDays: null } }, on({ on: 'api' })),
      campaign('care', {}, {}, on({ on: 'api' })),
      campaign('shipping', {}, {}, on({ on: 'click', selector: '#shipping' }, { on: 'api' })),
      campaign('leaving', {}, {}, on({ on: 'exit' }, { on: 'api' })),
    );
    const messages = await visit(site);
    expect(ids(messages)).toEqual(['care', 'leaving', 'modal', 'shipping', 'sizes']);
    const shown = async (id: string, from = messages) => [id, (await claim(site, from, id)).show];
    expect(await shown('care')).toEqual(['care', true]);
    expect(await shown('modal')).toEqual(['modal', true]);
    expect(await shown('sizes')).toEqual(['sizes', true]);
    expect(await shown('shipping')).toEqual(['shipping', true]);
    expect(await claim(site, messages, 'leaving')).toEqual({ show: false, reason: 'caps' });
    const later = await visit(site);
    expect(ids(later)).toEqual(['sizes']);
    expect(await shown('sizes', later)).toEqual(['sizes', true]);
    const told = { properties: { campaign: 'sizes@1', variant: 'a' } };
    expect(ids((await sendBatch(site, [track('v', 'popup_dismissed', told)])).messages)).toEqual(['sizes']);
  });
});

describe('a popup that leaves a tab', () => {
  const offer = (more: object = {}) => campaign('offer', { launcher: { text: '-5 %' } }, more);
  const outcome = (name: string, campaignName = 'offer@1') =>
    track('v', `popup_${name}`, { properties: { campaign: campaignName, variant: 'a' } });

  async function dismissed(more: object = {}): Promise<TestSite> {
    const site = await siteWith(NO_LIMITS, offer(more));
    const answer = await claim(site, await visit(site), 'offer');
    expect(answer).toMatchObject({ show: true, content: { kind: 'modal' } });
    expect(answer).not.toHaveProperty('content.minimised');
    expect(await visit(site)).toEqual([]);
    await sendBatch(site, [outcome('dismissed')]);
    return site;
  }

  it('can be opened again from every page of the session, and is not counted again', async () => {
    const site = await dismissed();
    for (let page = 0; page < 3; page++) {
      const messages = await visit(site);
      expect(messages).toMatchObject([{ campaign: 'offer@1', kind: 'launcher', triggers: [{ on: 'load' }] }]);
      const answer = await claim(site, messages, 'offer');
      expect(answer).toMatchObject({ show: true, content: { minimised: true, launcher: { text: '-5 %' } } });
    }
    const { exposures } = await stateIn(deviceObject(site, 'v'));
    expect(exposures).toHaveLength(1);
  });

  it('leaves none when it was answered, and none in the next session', async () => {
    const answered = await dismissed();
    const armed = await visit(answered);
    await sendBatch(answered, [outcome('submitted')]);
    expect(await visit(answered)).toEqual([]);
    expect(await claim(answered, armed, 'offer')).toMatchObject({ show: false });

    const yesterday = { timestamp: new Date(Date.now() - 86_400_000).toISOString() };
    const later = await siteWith(NO_LIMITS, offer());
    expect((await claim(later, await visit(later, yesterday), 'offer')).show).toBe(true);
    await sendBatch(later, [{ ...outcome('dismissed'), ...yesterday }]);
    expect(await visit(later)).toEqual([]);
  });

  it('leaves none when it is paused, or its visitor has bought', async () => {
    const paused = await dismissed();
    const armed = await visit(paused);
    await api('POST', `/api/sites/${paused.id}/campaigns/offer/pause`);
    expect(await claim(paused, armed, 'offer')).toMatchObject({ show: false });
    const bought = await dismissed();
    await sendBatch(bought, [track('v', 'purchase', { properties: { transaction_id: 'T', value: 1 } })]);
    expect(await visit(bought)).toEqual([]);
  });

  it('stays away as a popup, whichever version of it was dismissed', async () => {
    const site = await siteWith(NO_LIMITS, campaign('plain', {}, { cap: { perSession: null } }));
    expect(ids(await visit(site))).toEqual(['plain']);
    await sendBatch(site, [outcome('dismissed', 'plain@7')]);
    expect(await visit(site)).toEqual([]);
  });
});

describe('a claim', () => {
  it("is answered in the page's language, then the browser's, and survives nonsense", async () => {
    const site = await makeSite(NO_LIMITS);
    const languages = { en: 'Hi', de: 'Hallo' };
    const content = Object.fromEntries(
      Object.entries(languages).map(([lang, text]) => [
        lang,
        { kind: 'modal', blocks: [{ type: 'heading', text }] },
      ]),
    );
    const variants = [{ key: 'a', content }];
    const draft = campaign('c', {}, { cap: { perSession: null } }, { variants });
    await publish(site, 'campaigns', draft);
    const [armed] = await visit(site);
    const asked = async (locales: unknown) => {
      const body = { writeKey: site.browserKey, anonymousId: 'v', claimId: crypto.randomUUID(), locales };
      const answer = (await (
        await post(site, `/v1/messages/${armed?.id}/claim`, body)
      ).json()) as ClaimAnswer;
      return answer.show ? answer.content.lang : answer.reason;
    };
    expect(await asked(['fr', 'de-AT', 'en'])).toBe('de');
    expect(await asked([])).toBe('en');
    expect(await asked('de')).toBe('en');
    expect(await asked(Array.from({ length: 11 }, () => 'de'))).toBe('en');
  });
});

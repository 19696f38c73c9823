import { describe, expect, it } from 'vitest';
import type { ClaimAnswer } from '../../../sdk/src/message.ts';
import {
  api,
  makeSite,
  post,
  sendBatch,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';

const draft = {
  id: 'free-shipping',
  name: 'Free shipping',
  audience: { rule: { and: [{ '>=': [{ var: 'cart.value' }, 50] }, { '!': { var: 'session.converted' } }] } },
  steps: [
    {
      id: 'popup',
      type: 'message',
      channel: 'popup',
      variants: [
        {
          key: 'a',
          content: {
            en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Free shipping today' }] },
            de: { kind: 'modal', blocks: [{ type: 'heading', text: 'Heute versandkostenfrei' }] },
          },
        },
      ],
    },
  ],
};

async function siteWithCampaign(change: object = {}, settings: object = {}): Promise<TestSite> {
  const site = await makeSite(settings);
  const path = `/api/sites/${site.id}/campaigns/free-shipping`;
  for (const [method, url, body] of [
    ['PUT', path, { ...draft, ...change }],
    ['POST', `${path}/publish`, undefined],
  ] as const) {
    const response = await api(method, url, body);
    if (!response.ok) throw new Error(await response.text());
  }
  return site;
}

const fillCart = (anonymousId: string, price: number, more = {}) =>
  track(anonymousId, 'cart_updated', { properties: { items: [{ item_id: 'a', price }] }, ...more });

async function claim(
  site: TestSite,
  id: string,
  anonymousId: string,
  claimId = crypto.randomUUID(),
): Promise<ClaimAnswer> {
  const response = await post(site, `/v1/messages/${id}/claim`, {
    writeKey: site.browserKey,
    anonymousId,
    claimId,
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}

describe('the popup', () => {
  it('is armed by the very answer to the event that earns it, and by none before', async () => {
    const site = await siteWithCampaign();
    expect((await sendBatch(site, [fillCart('v', 49)])).messages).toEqual([]);
    const cause = fillCart('v', 51);
    const { messages } = await sendBatch(site, [cause]);
    expect(messages).toEqual([
      {
        id: expect.any(String),
        cause: cause.messageId,
        campaign: 'free-shipping@1',
        variant: 'a',
        kind: 'modal',
        triggers: [{ on: 'load' }],
      },
    ]);
  });

  it('is shown after a claim, once per session, in every tab', async () => {
    const site = await siteWithCampaign();
    const [one] = (await sendBatch(site, [fillCart('v', 60)])).messages;
    const [two] = (await sendBatch(site, [track('v')])).messages;
    expect(await claim(site, one?.id ?? '', 'v')).toMatchObject({
      show: true,
      content: {
        kind: 'modal',
        lang: 'en',
        closeLabel: 'Close',
        blocks: [{ type: 'heading', text: 'Free shipping today' }],
      },
    });
    expect(await claim(site, two?.id ?? '', 'v')).toEqual({ show: false, reason: 'caps' });
    expect((await sendBatch(site, [track('v')])).messages).toEqual([]);
  });

  it('is granted to one of two claims that come at once', async () => {
    const site = await siteWithCampaign();
    const [armed] = (await sendBatch(site, [fillCart('v', 60)])).messages;
    const answers = await Promise.all([1, 2, 3].map(() => claim(site, armed?.id ?? '', 'v')));
    expect(answers.filter((answer) => answer.show)).toHaveLength(1);
  });

  it('gives a repeated claim the same answer', async () => {
    const site = await siteWithCampaign();
    const [armed] = (await sendBatch(site, [fillCart('v', 60)])).messages;
    const first = await claim(site, armed?.id ?? '', 'v', 'c1');
    expect(await claim(site, armed?.id ?? '', 'v', 'c1')).toEqual(first);
    const refused = await claim(site, armed?.id ?? '', 'v', 'c2');
    expect(refused).toMatchObject({ show: false });
    expect(await claim(site, armed?.id ?? '', 'v', 'c2')).toEqual(refused);
  });

  it('is not shown when the purchase came between arming and painting', async () => {
    const site = await siteWithCampaign();
    const [armed] = (await sendBatch(site, [fillCart('v', 60)])).messages;
    await sendBatch(site, [track('v', 'purchase', { properties: { transaction_id: 'T', value: 60 } })]);
    expect(await claim(site, armed?.id ?? '', 'v')).toEqual({ show: false, reason: 'audience' });
    expect((await sendBatch(site, [fillCart('v', 80)])).messages).toEqual([]);
  });

  it('is not shown once the campaign is paused', async () => {
    const site = await siteWithCampaign();
    const [armed] = (await sendBatch(site, [fillCart('v', 60)])).messages;
    await api('POST', `/api/sites/${site.id}/campaigns/free-shipping/pause`);
    expect(await claim(site, armed?.id ?? '', 'v')).toEqual({ show: false, reason: 'status' });
  });

  it('comes again in the next session', async () => {
    const site = await siteWithCampaign({}, { popups: { minGapMs: 0 } });
    const yesterday = new Date(Date.now() - 86_400_000).toISOString();
    const [armed] = (await sendBatch(site, [fillCart('v', 60, { timestamp: yesterday })])).messages;
    expect(await claim(site, armed?.id ?? '', 'v')).toMatchObject({ show: true });
    // The exposure is of now, the session of yesterday is over: a new one starts with the next event.
    const later = new Date(Date.now() + 240_000).toISOString();
    expect((await sendBatch(site, [track('v', 'view_item', { timestamp: later })])).messages).toHaveLength(1);
  });

  it('stays away from the checkout, and where the marketer excluded it', async () => {
    const site = await siteWithCampaign();
    const context = { page: { path: '/checkout/pay', url: 'https://shop.example/checkout/pay' } };
    expect((await sendBatch(site, [fillCart('v', 60, { context })])).messages).toEqual([]);
  });

  it("is worded in the visitor's language", async () => {
    const site = await siteWithCampaign();
    const [armed] = (await sendBatch(site, [fillCart('v', 60, { context: { locale: 'de-AT' } })])).messages;
    expect(await claim(site, armed?.id ?? '', 'v')).toMatchObject({ content: { lang: 'de' } });
  });

  it('is armed again when the first answer was lost on the way', async () => {
    const site = await siteWithCampaign();
    const message = fillCart('v', 60);
    const { messages } = await sendBatch(site, [message]);
    expect((await sendBatch(site, [message])).messages).toEqual(messages);
  });
});

it('a code that an order has used is not shown again, by no campaign', async () => {
  const site = await makeSite({ popups: { minGapMs: 0, perSession: null, perDay: null } });
  const path = `/api/sites/${site.id}`;
  await api('PUT', `${path}/coupon-pools/p`, {});
  await api('POST', `${path}/coupon-pools/p/codes`, { codes: ['A', 'B'] });
  const variantsOf = (more: object) => {
    const blocks = [{ type: 'coupon', pool: 'p', ...more }];
    return [{ key: 'a', content: { en: { kind: 'modal', blocks } } }];
  };
  const shown = async (id: string, more: object = {}) => {
    const steps = [{ ...draft.steps[0], variants: variantsOf(more) }];
    const change = { id, steps, audience: {}, goal: null, cap: { perVisitor: 1 } };
    await api('PUT', `${path}/campaigns/${id}`, { ...draft, ...change });
    expect((await api('POST', `${path}/campaigns/${id}/publish`)).status).toBe(200);
    const [armed] = (await sendBatch(site, [track('v')])).messages;
    const claimId = crypto.randomUUID();
    const answer = await claim(site, armed?.id ?? '', 'v', claimId);
    const again = () => claim(site, armed?.id ?? '', 'v', claimId);
    const [block] = answer.show ? answer.content.blocks : [];
    return { answer, again, code: block?.type === 'coupon' ? block.code : null };
  };
  const first = await shown('one');
  const coupon = String(first.code).toLowerCase();
  await sendBatch(site, [track('v', 'purchase', { properties: { transaction_id: 'T', value: 3, coupon } })]);
  expect((await shown('two')).answer).toEqual({ show: false, reason: 'coupon' });
  expect((await shown('three', { fallback: 'HELLO' })).code).toBe('HELLO');
  expect(await first.again()).toEqual(first.answer);
});

describe('a claim', () => {
  it('for another visitor, another site or a made-up id shows nothing', async () => {
    const site = await siteWithCampaign();
    const [armed] = (await sendBatch(site, [fillCart('v', 60)])).messages;
    const id = armed?.id ?? '';
    expect(await claim(site, id, 'stranger')).toEqual({ show: false, reason: 'unknown_visitor' });
    const other = await siteWithCampaign();
    for (const [target, forged, anonymousId] of [
      [other, id, 'v'],
      [site, id.replace('.a.', '.b.'), 'v'],
      [site, 'x', 'v'],
      [site, 'x.1.a.m.sig', 'v'],
    ] as const) {
      const response = await post(target, `/v1/messages/${forged}/claim`, {
        writeKey: target.browserKey,
        anonymousId,
        claimId: 'c',
      });
      expect(response.status).toBe(404);
    }
  });

  it.each([
    [{}],
    [{ anonymousId: 'v' }],
    [{ anonymousId: 'v', claimId: 7 }],
    [{ anonymousId: '', claimId: 'c' }],
  ])('that is incomplete is refused: %j', async (body) => {
    const site = await siteWithCampaign();
    const response = await post(site, '/v1/messages/x/claim', { writeKey: site.browserKey, ...body });
    expect(response.status).toBe(400);
  });
});

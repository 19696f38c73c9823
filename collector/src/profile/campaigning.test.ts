import { describe, expect, it } from 'vitest';
import type { ArmedMessage, ClaimAnswer } from '../../../sdk/src/message.ts';
import {
  api,
  arrived,
  at,
  DAY,
  identify,
  makeSite,
  personOf,
  profileOf,
  sendBatch,
  standing,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import {
  armedBy as armedIn,
  popup as campaign,
  claimPopup,
  NO_LIMITS,
  publish,
} from '../../../test/support/workerd/popups.ts';

const claim = (site: TestSite, armed: ArmedMessage | undefined, anonymousId: string, claimId?: string) =>
  claimPopup(site, armed, anonymousId, claimId === undefined ? {} : { claimId });

const json = async (response: Response | Promise<Response>) =>
  (await (await response).json()) as Record<string, never>;

const explained = (site: TestSite, ref: string, query: string) =>
  json(api('GET', `/api/sites/${site.id}/profiles/${ref}/explain?${query}`));

const content = (block: object = { type: 'heading', text: 'Hi' }) => ({
  en: { kind: 'modal', blocks: [block] },
});

describe('a campaign for who has looked at shoes twice in a week', () => {
  const views = {
    agg: 'count',
    event: 'view_item',
    where: { '===': [{ var: 'kind' }, 'shoe'] },
    within: 'P7D',
  };
  const draft = campaign('shoes', {
    audience: { rule: { '>=': [{ var: 'facts.views' }, 2] }, facts: { views } },
  });
  const look = (more: object = {}, kind = 'shoe') =>
    track('v', 'view_item', { properties: { kind }, ...more });

  it('meets them with the second look, and not with one at a hat', async () => {
    const site = await makeSite();
    await publish(site, 'campaigns', draft);
    expect(await armedIn(site, [look()])).toEqual([]);
    expect(await armedIn(site, [look({}, 'hat')])).toEqual([]);
    expect(await armedIn(site, [look()])).toEqual(['shoes']);
  });

  it('knows of the looks before it was published, but of none that is too old', async () => {
    const site = await makeSite();
    await sendBatch(site, [look(at(Date.now() - 2 * DAY)), look(at(Date.now() - 9 * DAY))]);
    await publish(site, 'campaigns', draft);
    expect(await armedIn(site, [track('v', 'search')])).toEqual([]);
    expect(await armedIn(site, [look()])).toEqual(['shoes']);
  });

  it('counts what comes late, and what is repeated once', async () => {
    const site = await makeSite();
    await publish(site, 'campaigns', draft);
    const late = look(at(Date.now() - DAY));
    await sendBatch(site, [look()]);
    expect(await armedIn(site, [late, track('v', 'search')])).toEqual(['shoes']);
    await sendBatch(site, [late]);
    const { trace } = await explained(site, 'anonymous:v', 'campaign=shoes');
    expect(JSON.stringify(trace)).toContain('"actual":2');
  });

  it('counts the looks of the phone and of the laptop together, once they are one person', async () => {
    const site = await makeSite();
    await publish(site, 'campaigns', draft);
    const onPhone = { ...look(), anonymousId: 'phone' };
    await sendBatch(site, [onPhone, identify('phone', 'mira')]);
    await sendBatch(site, [look()]);
    expect(await armedIn(site, [identify('v', 'mira'), track('v', 'search')])).toEqual(['shoes']);
  });
});

describe('a segment', () => {
  const vip = {
    id: 'vip',
    name: 'VIP',
    audience: {
      rule: { '>=': [{ var: 'facts.spent' }, 100] },
      facts: { spent: { agg: 'sum', event: 'purchase', prop: 'value' } },
    },
  };
  const buy = (value: number, anonymousId = 'v') =>
    track(anonymousId, 'purchase', { properties: { transaction_id: crypto.randomUUID(), value } });

  it('is entered with the purchase that earns it; that is an event, on the profile, and in the size', async () => {
    const site = await makeSite();
    await publish(site, 'segments', vip);
    await sendBatch(site, [buy(60)]);
    expect(await profileOf(site, 'v')).toMatchObject({ segments: [] });
    await sendBatch(site, [buy(60)]);
    expect(await profileOf(site, 'v')).toMatchObject({ segments: ['vip'], counters: { purchase: 2 } });
    await arrived();
    const path = `/api/sites/${site.id}`;
    const { events } = await json(api('GET', `${path}/events?source=all`));
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'segment_entered',
        properties: { segment: 'vip' },
        source: 'collector',
      }),
    );
    expect(await json(api('GET', `${path}/events`))).toMatchObject({ events: [{}, {}] });
    expect(await json(api('GET', `${path}/segments/vip/size`))).toEqual({ size: 1 });
  });

  it('is left when the rule does not hold any more, or nobody keeps the segment', async () => {
    const site = await makeSite();
    await publish(site, 'segments', vip);
    await sendBatch(site, [buy(200)]);
    await api('POST', `/api/sites/${site.id}/segments/vip/end`);
    await sendBatch(site, [track('v')]);
    expect(await profileOf(site, 'v')).toMatchObject({ segments: [] });
    expect(await standing(site, 'segment')).toEqual([]);
  });

  it('is what a campaign can wait for, and what it can spare', async () => {
    const site = await makeSite(NO_LIMITS);
    await publish(site, 'segments', vip);
    await publish(site, 'campaigns', campaign('welcome', { entry: { on: 'segment', segment: 'vip' } }));
    await publish(site, 'campaigns', campaign('sale', { suppress: { segments: ['vip'] } }));
    expect(await armedIn(site, [track('v')])).toEqual(['sale']);
    const purchase = buy(200);
    const { messages } = await sendBatch(site, [purchase]);
    expect(messages).toEqual([expect.objectContaining({ campaign: 'welcome@1', cause: purchase.messageId })]);
    expect(await claim(site, messages[0], 'v')).toMatchObject({ show: true });
    expect(await armedIn(site, [track('v')])).toEqual([]);
    expect(await explained(site, 'anonymous:v', 'campaign=sale')).toMatchObject({
      matched: false,
      gate: 'suppression',
      reason: 'segment',
    });
    expect(await explained(site, 'anonymous:v', 'segment=vip')).toMatchObject({ matched: true });
  });

  it('follows the person from device to device', async () => {
    const site = await makeSite();
    await publish(site, 'segments', vip);
    await sendBatch(site, [buy(200), identify('v', 'mira'), track('v')]);
    expect(await personOf(site, 'mira')).toMatchObject({ segments: ['vip'] });
    expect(await standing(site, 'segment')).toHaveLength(1);
  });
});

describe('a popup with a code from a pool', () => {
  const coupon = { type: 'coupon', pool: 'welcome' };

  async function siteWithPool(codes: string[], block: object = coupon) {
    const site = await makeSite(NO_LIMITS);
    const pool = `/api/sites/${site.id}/coupon-pools/welcome`;
    await api('PUT', pool, {});
    if (codes.length > 0) expect((await api('POST', `${pool}/codes`, { codes })).ok).toBe(true);
    await publish(site, 'campaigns', campaign('welcome', { cap: { perSession: null } }, [block]));
    return site;
  }
  const shownCode = async (site: TestSite, anonymousId: string) => {
    const [armed] = (await sendBatch(site, [track(anonymousId)])).messages;
    const answer = await claim(site, armed, anonymousId);
    const block = answer.show ? answer.content.blocks.find(({ type }) => type === 'coupon') : undefined;
    return block?.type === 'coupon' ? block.code : answer;
  };

  it('gives each visitor a code of his own, and always the same', async () => {
    const site = await siteWithPool(['A', 'B', 'C']);
    const [one, two] = [await shownCode(site, 'one'), await shownCode(site, 'two')];
    expect(new Set([one, two, 'A', 'B', 'C']).size).toBe(3);
    expect(await shownCode(site, 'one')).toBe(one);
  });

  it('gives a person the same code on every device', async () => {
    const site = await siteWithPool(['A', 'B', 'C']);
    const code = await shownCode(site, 'phone');
    await sendBatch(site, [identify('phone', 'mira')]);
    await sendBatch(site, [identify('laptop', 'mira')]);
    expect(await shownCode(site, 'laptop')).toBe(code);
    expect(await shownCode(site, 'phone')).toBe(code);
  });

  it('is not shown when the pool is empty, and another campaign gets its chance; or shows its fallback', async () => {
    const site = await siteWithPool(['A']);
    await publish(site, 'campaigns', campaign('plain', { priority: 1 }));
    await shownCode(site, 'one');
    expect(await shownCode(site, 'two')).toEqual({ show: false, reason: 'coupon' });
    expect(await armedIn(site, [track('two')])).toEqual(['plain']);
    const other = await siteWithPool([], { ...coupon, fallback: 'HELLO' });
    expect(await shownCode(other, 'v')).toBe('HELLO');
  });

  it('sees in the order that the code was used', async () => {
    const site = await siteWithPool(['A', 'B']);
    const code = await shownCode(site, 'v');
    const properties = { transaction_id: 'T', value: 9, coupon: String(code).toLowerCase() };
    await sendBatch(site, [track('v', 'purchase', { properties })]);
    await arrived();
    expect(await json(api('GET', `/api/sites/${site.id}/coupon-pools/welcome`))).toMatchObject({ used: 1 });
  });
});

describe('a popup that speaks to the visitor', () => {
  const hello = {
    type: 'heading',
    text: 'Hi {{ visitor.traits.first_name | default: "there" }}, {{ cart.value | money }}',
  };
  const heading = (answer: ClaimAnswer) => (answer.show ? answer.content.blocks[0] : answer);

  it('names him, and what is in his cart', async () => {
    const site = await makeSite(NO_LIMITS);
    await publish(site, 'campaigns', campaign('hi', { cap: { perSession: null } }, [hello]));
    const [first] = (await sendBatch(site, [track('v')])).messages;
    expect(heading(await claim(site, first, 'v'))).toMatchObject({ text: 'Hi there, $0.00' });
    const cart = { currency: 'EUR', items: [{ item_id: 'a', price: 12.5 }] };
    const { messages } = await sendBatch(site, [
      identify('v', null, { first_name: '<b>{{ 1 }}' }),
      track('v', 'cart_updated', { properties: cart }),
    ]);
    expect(heading(await claim(site, messages[0], 'v'))).toMatchObject({ text: 'Hi <b>{{ 1 }}, €12.50' });
  });
});

describe('a test visitor', () => {
  it('sees the variant of his choice as often as he likes, and no report counts it', async () => {
    const site = await makeSite({ holdout: { percent: 50 } });
    const [step] = campaign('promo').steps;
    const variants = [
      { key: 'a', weight: 1, content: content() },
      { key: 'b', weight: 0, content: content({ type: 'heading', text: 'B' }) },
    ];
    await publish(
      site,
      'campaigns',
      campaign('promo', { steps: [{ ...step, variants }], holdout: { percent: 90 } }),
    );
    await sendBatch(site, [track('v')]);
    const path = `/api/sites/${site.id}/profiles/anonymous:v/test`;
    expect((await api('PUT', path, { test: true, variants: { promo: 'b' } })).status).toBe(200);
    for (let i = 0; i < 3; i++) {
      const [armed] = (await sendBatch(site, [track('v')])).messages;
      expect(armed).toMatchObject({ variant: 'b' });
      expect(await claim(site, armed, 'v')).toMatchObject({
        show: true,
        content: { blocks: [{ text: 'B' }] },
      });
    }
    expect(await standing(site, 'exposure')).toEqual([]);
    await api('PUT', path, { test: false });
    expect(await explained(site, 'anonymous:v', 'campaign=promo')).toMatchObject({ gate: 'holdout' });
  });
});

describe('a signed link', () => {
  it('makes who opens it a test visitor, and another one ends that; a forged one does nothing', async () => {
    const site = await makeSite();
    await publish(site, 'campaigns', campaign('promo', { holdout: { percent: 90 } }));
    const link = async (more: object = {}) => {
      const body = { url: 'https://shop.example/sale?a=1', ...more };
      return String((await json(api('POST', `/api/sites/${site.id}/test-links`, body))).url);
    };
    const visit = (url: string) => track('v', 'page_view', { context: { page: { url, path: '/sale' } } });
    const shown = async (url: string) => {
      const [armed] = (await sendBatch(site, [visit(url)])).messages;
      return armed ? (await claim(site, armed, 'v')).show : null;
    };
    const opened = await link();
    expect(await shown(opened)).toBe(true);
    expect(await shown('https://shop.example/sale')).toBe(true);
    expect(await shown(await link({ test: false }))).toBe(false);
    expect(await shown(`${opened}x`)).toBe(null);
    expect(await standing(site, 'exposure')).toMatchObject([{ control: 'campaign' }]);
  });
});

describe('who asks why', () => {
  it('is told of a draft, of what is live, and of the last decisions', async () => {
    const site = await makeSite();
    const rule = { '<': [{ var: 'visitor.traits.age' }, 30] };
    await publish(site, 'campaigns', campaign('young', { audience: { rule } }));
    const path = `/api/sites/${site.id}`;
    await sendBatch(site, [track('v')]);
    expect(await explained(site, 'anonymous:v', 'campaign=young')).toMatchObject({
      matched: false,
      gate: 'audience',
      reason: 'missing: visitor.traits.age',
    });
    await sendBatch(site, [identify('v', null, { age: 20 })]);
    const [armed] = (await sendBatch(site, [track('v')])).messages;
    await claim(site, armed, 'v');
    await claim(site, armed, 'v');
    const { items } = await json(api('GET', `${path}/profiles/anonymous:v/decisions`));
    expect(items).toMatchObject([
      { outcome: 'refused', campaign: 'young', version: 1, gate: 'caps', reason: 'per_session' },
      {
        outcome: 'shown',
        campaign: 'young',
        trace: { gates: expect.any(Array), audience: expect.any(Object) },
      },
      { outcome: 'armed' },
    ]);
    await api(
      'PUT',
      `${path}/campaigns/young`,
      campaign('young', { page: { include: [{ path: '/never' }] } }),
    );
    expect(await json(api('POST', `${path}/campaigns/young/test`, { profile: 'anonymous:v' }))).toMatchObject(
      {
        matched: false,
        gate: 'page',
      },
    );
    expect((await api('POST', `${path}/campaigns/young/test`, { profile: 'anonymous:nobody' })).status).toBe(
      404,
    );
    expect((await api('GET', `${path}/profiles/anonymous:v/explain?campaign=none`)).status).toBe(404);
  });
});

it('an audience that looks at the event knows it still when the popup is about to be painted', async () => {
  const site = await makeSite();
  const rule = { '>=': [{ var: 'event.properties.price' }, 50] };
  await publish(site, 'campaigns', campaign('promo', { audience: { rule } }));
  const [armed] = (await sendBatch(site, [track('v', 'view_item', { properties: { price: 60 } })])).messages;
  await sendBatch(site, [track('v', 'search')]);
  expect(await claim(site, armed, 'v')).toMatchObject({ show: true });
});

it('a purchase between arming and painting ends the wish, where the campaign says so', async () => {
  const site = await makeSite();
  await publish(site, 'campaigns', campaign('promo', { exits: [{ event: 'purchase' }] }));
  const [armed] = (await sendBatch(site, [track('v')])).messages;
  await sendBatch(site, [track('v', 'purchase', { properties: { value: 1 }, ...at(Date.now() + 1) })]);
  expect(await claim(site, armed, 'v')).toEqual({ show: false, reason: 'suppression' });
});

it('a campaign that is edited while a visitor is inside shows him nothing of the old version', async () => {
  const site = await makeSite();
  await publish(site, 'campaigns', campaign('promo'));
  const [armed] = (await sendBatch(site, [track('v')])).messages;
  await publish(site, 'campaigns', campaign('promo', { name: 'New' }));
  expect(await claim(site, armed, 'v')).toEqual({ show: false, reason: 'status' });
  const [again] = (await sendBatch(site, [track('v')])).messages;
  expect(await claim(site, again, 'v')).toMatchObject({ show: true });
});

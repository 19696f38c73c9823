import { describe, expect, it } from 'vitest';
import type { ArmedMessage, ClaimAnswer } from '../../../sdk/src/message.ts';
import {
  api,
  arrived,
  at,
  DAY,
  identify,
  MINUTE,
  makeSite,
  personOf,
  post,
  profileOf,
  sendBatch,
  standing,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';

const NO_LIMITS = { popups: { minGapMs: 0, perSession: null, perDay: null } };

const content = (...blocks: object[]) => ({
  en: { kind: 'modal', blocks: blocks.length > 0 ? blocks : [{ type: 'heading', text: 'Hi' }] },
});

/** A campaign for everybody, unless `change` says otherwise. */
const campaign = (id: string, change: object = {}, blocks: object[] = []) => ({
  id,
  name: id,
  steps: [
    {
      id: 'm',
      type: 'message',
      channel: 'popup',
      variants: [{ key: 'a', content: content(...blocks) }],
    },
  ],
  ...change,
});

async function publish(site: TestSite, kind: 'campaigns' | 'segments', draft: { id: string }) {
  const path = `/api/sites/${site.id}/${kind}/${draft.id}`;
  for (const [method, url, body] of [
    ['PUT', path, draft],
    ['POST', `${path}/publish`, undefined],
  ] as const) {
    const response = await api(method, url, body);
    if (!response.ok) throw new Error(await response.text());
  }
}

async function claim(
  site: TestSite,
  armed: ArmedMessage | undefined,
  anonymousId: string,
  claimId = crypto.randomUUID(),
): Promise<ClaimAnswer> {
  const response = await post(site, `/v1/messages/${armed?.id}/claim`, {
    writeKey: site.browserKey,
    anonymousId,
    claimId,
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

const json = async (response: Response | Promise<Response>) =>
  (await (await response).json()) as Record<string, never>;

const explained = (site: TestSite, ref: string, query: string) =>
  json(api('GET', `/api/sites/${site.id}/profiles/${ref}/explain?${query}`));

const armedIn = async (site: TestSite, messages: object[]) =>
  (await sendBatch(site, messages)).messages.map((armed) => armed.campaign);

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
    expect(messages).toEqual([expect.objectContaining({ campaign: 'welcome', cause: purchase.messageId })]);
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

describe('an experiment', () => {
  const GOAL = { event: 'purchase', within: 'P1D' };

  it('leaves its control visitors alone, and counts them where they would have been shown something', async () => {
    const site = await makeSite(NO_LIMITS);
    await publish(site, 'campaigns', campaign('promo', { holdout: { percent: 50 }, goal: GOAL }));
    const arms: Record<string, number> = { shown: 0, control: 0 };
    for (let i = 0; i < 24; i++) {
      const [armed] = (await sendBatch(site, [track(`v${i}`)])).messages;
      const answer = await claim(site, armed, `v${i}`, 'c');
      if (answer.show) arms.shown = (arms.shown ?? 0) + 1;
      else {
        expect(answer).toEqual({ show: false, reason: 'holdout' });
        arms.control = (arms.control ?? 0) + 1;
      }
      expect(await claim(site, armed, `v${i}`, 'c')).toEqual(answer);
      // A control visitor is capped like any.
      expect(await armedIn(site, [track(`v${i}`)])).toEqual([]);
    }
    const rows = await standing(site, 'exposure');
    expect(rows.filter(({ control }) => control === 'campaign')).toHaveLength(arms.control ?? 0);
    expect(rows.filter(({ control }) => control === null)).toHaveLength(arms.shown ?? 0);
    expect(arms.control).toBeGreaterThan(2);
    expect(arms.shown).toBeGreaterThan(2);
  });

  it('says what was bought after it, once, in time, with what it was worth', async () => {
    const site = await makeSite(NO_LIMITS);
    await publish(site, 'campaigns', campaign('promo', { goal: GOAL }));
    const [armed] = (await sendBatch(site, [track('v')])).messages;
    await claim(site, armed, 'v');
    const buy = (transaction_id: string, value: number, time: number) =>
      track('v', 'purchase', { properties: { transaction_id, value, currency: 'EUR' }, ...at(time) });
    await sendBatch(site, [buy('before', 5, Date.now() - MINUTE), track('v', 'search')]);
    expect(await standing(site, 'goal')).toEqual([]);
    const order = buy('T', 40, Date.now() + 1_000);
    await sendBatch(site, [order, buy('U', 7, Date.now() + 2_000)]);
    await sendBatch(site, [order]);
    expect(await standing(site, 'goal')).toEqual([
      expect.objectContaining({ campaign: 'promo', variant: 'a', control: null, value: 40, currency: 'EUR' }),
    ]);
  });

  const promo = async (goal: object, settings: object = NO_LIMITS, more: object = {}) => {
    const site = await makeSite(settings);
    await publish(site, 'campaigns', campaign('promo', { goal, ...more }));
    return site;
  };
  const order = (transaction_id: string, time: number, properties: object = {}) =>
    track('v', 'purchase', { properties: { transaction_id, value: 9, ...properties }, ...at(time) });

  it('says once what happens often, and the earliest when that comes late', async () => {
    const site = await promo({ event: 'view_item', within: 'P1D' });
    const [armed] = (await sendBatch(site, [track('v', 'search')])).messages;
    await claim(site, armed, 'v');
    const now = Date.now();
    for (let batch = 1; batch <= 3; batch++) {
      const looks = Array.from({ length: 30 }, (_, i) =>
        track('v', 'view_item', at(now + batch * 1_000 + i)),
      );
      await sendBatch(site, looks);
    }
    expect(await standing(site, 'goal')).toHaveLength(1);
    const early = track('v', 'view_item', at(now + 500));
    await sendBatch(site, [early]);
    expect(await standing(site, 'goal')).toEqual([expect.objectContaining({ id: early.messageId })]);
  });

  it('counts an order once, however often its page is loaded, and reads a nested value', async () => {
    const site = await promo({ event: 'purchase', within: 'P1D', count: 'every', value: 'totals.net' });
    const [armed] = (await sendBatch(site, [track('v')])).messages;
    await claim(site, armed, 'v');
    const totals = { totals: { net: '7.50' } };
    await sendBatch(site, [order('T', Date.now() + 10, totals), order('U', Date.now() + 20, totals)]);
    await sendBatch(site, [order('T', Date.now() + 30, totals)]);
    const goals = await standing(site, 'goal');
    expect(goals.map(({ id, value }) => [id, value])).toEqual([
      ['T', 7.5],
      ['U', 7.5],
    ]);
  });

  it('says no more of the old goal when a new version has another one', async () => {
    const site = await promo(GOAL);
    const [armed] = (await sendBatch(site, [track('v')])).messages;
    await claim(site, armed, 'v');
    await sendBatch(site, [order('T', Date.now() + 10)]);
    expect(await standing(site, 'goal')).toHaveLength(1);
    await publish(site, 'campaigns', campaign('promo', { goal: { event: 'login', within: 'P1D' } }));
    const login = track('v', 'login', at(Date.now() + 20));
    await sendBatch(site, [login]);
    expect(await standing(site, 'goal')).toEqual([expect.objectContaining({ id: login.messageId })]);
  });

  it('knows whom it has convinced, also after fifty more of the same', async () => {
    const goal = { event: 'view_item', within: 'PT1H' };
    const site = await promo(goal, NO_LIMITS, { cap: { perSession: null, afterConvert: 'never' } });
    const [armed] = (await sendBatch(site, [track('v', 'search')])).messages;
    await claim(site, armed, 'v');
    const later = Date.now() + 1_000;
    await sendBatch(site, [track('v', 'view_item', at(later))]);
    const more = Array.from({ length: 60 }, (_, i) => track('v', 'view_item', at(later + 7_200_000 + i)));
    await sendBatch(site, more.slice(0, 30));
    await sendBatch(site, more.slice(30));
    expect(await armedIn(site, [track('v', 'search')])).toEqual([]);
    expect(await explained(site, 'anonymous:v', 'campaign=promo')).toMatchObject({ reason: 'after_convert' });
  });

  it.each([-40_000, 50_000])('is not deceived by a clock that is %i ms away from ours', async (skew) => {
    const site = await promo(GOAL, { popups: { minGapMs: 0 } });
    const then = () => Date.now() + skew;
    const [armed] = (await sendBatch(site, [track('v', 'search', at(then()))])).messages;
    expect(await claim(site, armed, 'v')).toMatchObject({ show: true });
    expect(await armedIn(site, [track('v', 'search', at(then()))])).toEqual([]);
    await sendBatch(site, [order('T', then() + 10)]);
    expect(await standing(site, 'goal')).toHaveLength(1);
  });

  it('keeps a person in one arm, whatever the devices were shown before they were his', async () => {
    const site = await promo(GOAL, NO_LIMITS, { holdout: { percent: 50 } });
    const shown: Record<string, boolean> = {};
    for (let i = 0; i < 40 && new Set(Object.values(shown)).size < 2; i++) {
      const [armed] = (await sendBatch(site, [track(`d${i}`)])).messages;
      shown[`d${i}`] = (await claim(site, armed, `d${i}`)).show;
    }
    const [yes, no] = [true, false].map((value) => Object.keys(shown).find((id) => shown[id] === value));
    for (const device of [yes, no]) await sendBatch(site, [identify(device ?? '', 'mira')]);
    const rows = (await standing(site, 'exposure')).filter(({ anonymousId }) =>
      [yes, no].includes(anonymousId),
    );
    expect(rows).toHaveLength(2);
    expect(new Set(rows.map(({ arm }) => arm)).size).toBe(1);
    expect(rows.filter(({ first }) => first)).toHaveLength(1);
  });

  it('is told of the person, not of the devices, after log-in', async () => {
    const site = await makeSite(NO_LIMITS);
    await publish(site, 'campaigns', campaign('promo', { goal: GOAL, cap: { perVisitor: 1 } }));
    const [armed] = (await sendBatch(site, [track('phone')])).messages;
    await claim(site, armed, 'phone');
    await sendBatch(site, [identify('phone', 'mira')]);
    await sendBatch(site, [identify('laptop', 'mira')]);
    expect(await armedIn(site, [track('laptop')])).toEqual([]);
    const order = { properties: { transaction_id: 'T', value: 40 } };
    await sendBatch(site, [track('laptop', 'purchase', { ...order, ...at(Date.now() + 1_000) })]);
    expect(await standing(site, 'exposure')).toHaveLength(1);
    expect(await standing(site, 'goal')).toEqual([expect.objectContaining({ campaign: 'promo', value: 40 })]);
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

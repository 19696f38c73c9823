import { describe, expect, it } from 'vitest';
import type { ArmedMessage } from '../../../sdk/src/message.ts';
import {
  api,
  at,
  identify,
  MINUTE,
  makeSite,
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

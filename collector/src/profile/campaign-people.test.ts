import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  api,
  arrived,
  at,
  DAY,
  deviceObject,
  forgetVisitor,
  identify,
  MINUTE,
  makeSite,
  personObject,
  personOf,
  proof,
  SECRET,
  sendBatch,
  standing,
  stateIn,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import {
  AGAIN,
  armedBy,
  claimPopup,
  codesGiven,
  NO_LIMITS,
  poolOf,
  popup,
  publish,
} from '../../../test/support/workerd/popups.ts';

afterEach(() => {
  vi.useRealTimers();
});

const COUPON = { type: 'coupon', pool: 'welcome' };
const on = (event: string) => ({ on: 'event', event });

const viewers = (agg: object = {}) => ({
  id: 'viewers',
  name: 'Viewers',
  audience: {
    rule: { '>=': [{ var: 'facts.views' }, 2] },
    facts: { views: { agg: 'count', event: 'view_item', ...agg } },
  },
});

it('who enters a segment by a message that comes late is in it from now on, not since then', async () => {
  const site = await makeSite();
  await publish(site, 'segments', viewers());
  await sendBatch(site, [track('v')]);
  await sendBatch(site, [track('v', 'view_item', at(Date.now() - 20 * DAY))]);
  const [{ since }] = await standing(site, 'segment');
  expect(Date.now() - Date.parse(since)).toBeLessThan(DAY);
});

it('a test link makes nobody else whose messages come with it a test visitor', async () => {
  const site = await makeSite();
  const made = await api('POST', `/api/sites/${site.id}/test-links`, { url: 'https://shop.example/' });
  const { url } = await made.json<{ url: string }>();
  await sendBatch(site, [track('me', 'page_view', { context: { page: { url } } }), track('other')]);
  expect((await stateIn(deviceObject(site, 'me'))).test).toEqual({ variants: {} });
  expect((await stateIn(deviceObject(site, 'other')))?.test ?? null).toBeNull();
});

it.each(['optional', 'required'])(
  'where identity is %s, who knows no more of a device than its id is told nothing of its person',
  async (identity) => {
    const site = await makeSite({ ...NO_LIMITS, identity, identitySecrets: [SECRET] });
    await poolOf(site, ['A']);
    const hello = { type: 'heading', text: 'Hi {{ visitor.traits.first_name }}' };
    await publish(site, 'campaigns', popup('name', { ...AGAIN, entry: on('view_item') }, [hello]));
    await publish(site, 'campaigns', popup('code', { ...AGAIN, entry: on('search') }, [COUPON]));
    await publish(site, 'campaigns', popup('all', { ...AGAIN, entry: on('login') }));
    const token = await proof(site, 'mira');
    const { visitor } = await sendBatch(site, [identify('d', 'mira', { first_name: 'Mira' }, { token })]);
    const arm = async (event: string) => (await sendBatch(site, [track('d', event)])).messages[0];
    for (const event of ['view_item', 'search']) {
      const armed = await arm(event);
      expect(await claimPopup(site, armed, 'd')).toEqual({ show: false, reason: 'identity' });
      expect(await claimPopup(site, armed, 'd', { token: `${visitor.token}x` })).toMatchObject({
        show: false,
      });
      expect(await codesGiven(site)).toEqual([]);
    }
    expect(await claimPopup(site, await arm('login'), 'd')).toMatchObject({ show: true });
    const { token: own } = visitor;
    expect(await claimPopup(site, await arm('view_item'), 'd', { token: own })).toMatchObject({
      content: { blocks: [{ text: 'Hi Mira' }] },
    });
    expect(await claimPopup(site, await arm('search'), 'd', { token: own })).toMatchObject({
      content: { blocks: [{ code: 'A' }] },
    });
  },
);

describe('a campaign for who enters a segment', () => {
  const waiting = (segment: string) => popup('c', { ...AGAIN, entry: { on: 'segment', segment } });

  it.each([
    ['a log-in', (): object[] => [identify('v', 'mira'), track('v')]],
    ['an event that names the user', () => [track('v', 'search', { userId: 'mira' })]],
  ])('does not meet him again with %s', async (_, batch) => {
    const site = await makeSite(NO_LIMITS);
    await publish(site, 'segments', viewers());
    await publish(site, 'campaigns', waiting('viewers'));
    expect(await armedBy(site, [track('v'), track('v')])).toEqual(['c']);
    const since = await standing(site, 'segment');
    expect(await armedBy(site, batch())).toEqual([]);
    expect(await standing(site, 'segment')).toEqual(since);
    await arrived();
    const { events } = await (await api('GET', `/api/sites/${site.id}/events?source=all`)).json<{
      events: { event?: string }[];
    }>();
    expect(events.filter(({ event }) => event === 'segment_entered')).toHaveLength(1);
  });

  it('meets who enters it by what he tells of himself', async () => {
    const site = await makeSite(NO_LIMITS);
    const rule = { '===': [{ var: 'visitor.traits.tier' }, 'gold'] };
    await publish(site, 'segments', { ...viewers(), audience: { rule } } as never);
    await publish(site, 'campaigns', waiting('viewers'));
    await sendBatch(site, [track('v')]);
    const told = identify('v', null, { tier: 'gold' });
    const { messages } = await sendBatch(site, [told]);
    expect(messages).toMatchObject([{ campaign: 'c@1', cause: told.messageId }]);
    expect(await claimPopup(site, messages[0], 'v')).toMatchObject({ show: true });
    expect(await armedBy(site, [track('v')])).toEqual([]);
  });
});

it('what campaigns know of long ago outlives that a second device proves whose it is', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const site = await makeSite({ ...NO_LIMITS, identity: 'optional', identitySecrets: [SECRET] });
  const rule = { '===': [{ var: 'facts.wishes' }, 4] };
  const facts = { wishes: { agg: 'count', event: 'add_to_wishlist' } };
  await publish(site, 'campaigns', popup('c', { ...AGAIN, audience: { rule, facts } }));
  const proven = async (device: string) => identify(device, 'mira', {}, { token: await proof(site, 'mira') });
  const wish = (device: string) => track(device, 'add_to_wishlist');
  await sendBatch(site, [await proven('v'), wish('v'), wish('v'), wish('v')]);
  for (let i = 0; i < 60; i++) await sendBatch(site, [track('v', 'view_cart')]);
  await arrived();
  vi.setSystemTime(Date.now() + 50 * DAY);
  await runDurableObjectAlarm(await personObject(site, 'mira'));
  await sendBatch(site, [identify('d', 'mira'), wish('d')]);
  expect(await armedBy(site, [track('v')])).toEqual(['c']);
  await sendBatch(site, [await proven('d')]);
  expect(await armedBy(site, [track('v')])).toEqual(['c']);
});

const ONCE = { cap: { perSession: null, perVisitor: 1 } };

/** A site whose popup, once for each visitor, has a code in it. */
async function siteWithCodes(settings: object = {}) {
  const site = await makeSite({ ...NO_LIMITS, ...settings });
  await poolOf(site, ['A', 'B', 'C', 'D']);
  await publish(site, 'campaigns', popup('c', ONCE, [COUPON]));
  return site;
}

/** Arms the popup on a device and claims it, by the token of the answer. */
async function show(site: TestSite, ...messages: object[]) {
  const { messages: armed, visitor } = await sendBatch(site, messages);
  return claimPopup(site, armed[0], visitor.anonymousId ?? '', { token: visitor.token });
}

const exported = async (site: TestSite, ref: string) =>
  (await api('GET', `/api/sites/${site.id}/profiles/${ref}/export`)).json<Record<string, unknown[]>>();

it('who logs in after somebody unproven inherits nothing that was shown or given to him', async () => {
  const site = await siteWithCodes({ identity: 'optional', identitySecrets: [SECRET] });
  await publish(site, 'segments', viewers());
  expect(await show(site, identify('d', 'mira'), track('d'), track('d'))).toMatchObject({ show: true });
  const proven = { token: await proof(site, 'noor') };
  await sendBatch(site, [identify('d', 'noor', {}, proven), track('d', 'search')]);
  expect(await exported(site, 'user:noor')).toMatchObject({
    exposures: [],
    refusals: [],
    coupons: {},
    segments: {},
    decisions: [{ outcome: 'armed' }],
  });
  expect(await codesGiven(site)).toEqual([{ code: expect.any(String), holder: null }]);
  expect(await standing(site, 'exposure')).toHaveLength(1);
  const [first] = await codesGiven(site);
  const answer = await show(site, track('d'));
  expect(answer).toMatchObject({ show: true });
  expect(JSON.stringify(answer)).not.toContain(`"code":"${first?.code}"`);
});

it('a device that is given back takes along what it was shown, but for the code', async () => {
  const site = await siteWithCodes();
  await sendBatch(site, [track('w'), identify('w', 'mira')]);
  expect(await show(site, track('w'))).toMatchObject({ show: true });
  const shown = await standing(site, 'exposure');
  await api('POST', `/api/sites/${site.id}/profiles/user:mira/disown`, { anonymousId: 'w' });
  expect(await standing(site, 'exposure')).toEqual(shown);
  expect(await armedBy(site, [track('w')])).toEqual([]);
  const nothing = { exposures: [], decisions: [], coupons: {} };
  expect((await stateIn(deviceObject(site, 'w'))).decisions).toContainEqual(
    expect.objectContaining({ outcome: 'shown' }),
  );
  expect(await stateIn(await personObject(site, 'mira'))).toMatchObject(nothing);
  expect(await codesGiven(site)).toEqual([{ code: expect.any(String), holder: null }]);
  await sendBatch(site, [identify('w', 'noor')]);
  expect(await stateIn(await personObject(site, 'noor'))).toMatchObject(nothing);
});

it('a person forgets with a device what was decided for it, and its code', async () => {
  const site = await siteWithCodes();
  await sendBatch(site, [identify('x', 'mira'), track('x', 'search')]);
  await sendBatch(site, [identify('w', 'mira')]);
  expect(await show(site, track('w'))).toMatchObject({ show: true });
  await forgetVisitor(site, 'w');
  const { decisions, exposures, coupons } = await stateIn(await personObject(site, 'mira'));
  expect([exposures, coupons]).toEqual([[], {}]);
  expect(decisions.filter(({ anonymousId }) => anonymousId !== 'x')).toEqual([]);
  expect(await codesGiven(site)).toEqual([{ code: expect.any(String), holder: null }]);
});

it('a claim and a log-in at once cost one code, and nobody keeps it when the person goes', async () => {
  const site = await siteWithCodes();
  const [armed] = (await sendBatch(site, [track('v')])).messages;
  const claims = await Promise.all([
    claimPopup(site, armed, 'v'),
    sendBatch(site, [identify('v', 'mira')]),
    claimPopup(site, armed, 'v'),
  ]);
  expect(claims.filter((answer) => 'show' in answer && answer.show)).toHaveLength(1);
  const person = await personObject(site, 'mira');
  expect(await codesGiven(site)).toEqual([{ code: expect.any(String), holder: person.name }]);
  await api('DELETE', `/api/sites/${site.id}/profiles/user:mira`);
  expect(await codesGiven(site)).toEqual([{ code: expect.any(String), holder: null }]);
});

it('who does not come back leaves a segment when its time is over, and lives no longer for it', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const site = await makeSite();
  await publish(site, 'segments', viewers({ within: 'P3D' }));
  await publish(site, 'segments', { ...viewers(), id: 'ever' });
  await sendBatch(site, [identify('v', 'mira'), track('v'), track('v')]);
  const person = await personObject(site, 'mira');
  const wake = async (wait: number) => {
    vi.setSystemTime(Date.now() + wait);
    await runDurableObjectAlarm(person);
    return runInDurableObject(
      person,
      async (_, { storage }) => ((await storage.getAlarm()) ?? 0) - Date.now(),
    );
  };
  const segments = async () => (await standing(site, 'segment')).map(({ segment }) => segment).sort();
  expect(await wake(40 * MINUTE)).toBe(DAY);
  expect(await wake(DAY)).toBe(DAY);
  expect(await segments()).toEqual(['ever', 'viewers']);
  await wake(2 * DAY);
  expect(await segments()).toEqual(['ever']);
  expect(await personOf(site, 'mira')).toMatchObject({ segments: ['ever'] });
  expect(await wake(DAY)).toBeGreaterThan(30 * DAY);
  await sendBatch(site, [track('v'), track('v')]);
  expect(await segments()).toEqual(['ever', 'viewers']);
});

import { describe, expect, it } from 'vitest';
import {
  api,
  DAY,
  deviceObject,
  MINUTE,
  makeSite,
  profileOf,
  rowsIn,
  sendBatch,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { beginAtNoon, NOON, pass } from '../../../test/support/workerd/noon.ts';
import { NO_LIMITS, publish } from '../../../test/support/workerd/popups.ts';
import { alarm, pushService, subscribe } from '../../../test/support/workerd/push-service.ts';
import type { Explained, JourneyStanding } from './journey-explained.ts';
import type { TimelineItem } from './timeline.ts';

const HOUR = 60 * MINUTE;
const at = (ms: number) => new Date(NOON + ms).toISOString();

beginAtNoon();

const push = (id: string) => ({
  id,
  type: 'message',
  channel: 'push',
  variants: [{ key: 'a', content: { en: { title: 'Hi', url: '/' } } }],
});
const NUDGE = {
  id: 'left',
  name: 'Left',
  entry: { on: 'fact', fact: 'cart.updatedAt' },
  exits: [{ event: 'refund' }],
  steps: [
    { id: 'w', type: 'wait', for: 'PT1H' },
    push('m'),
    { id: 'v', type: 'wait', for: 'P1D' },
    push('n'),
  ],
};
const FILLED = {
  properties: { currency: 'EUR', items: [{ item_id: 'mug', item_name: 'Mug', price: 12, quantity: 1 }] },
  context: { timezone: 'Europe/Vienna' },
};
const filled = (anonymousId = 'v') => track(anonymousId, 'cart_updated', FILLED);

async function shop(change: object = {}): Promise<TestSite> {
  const site = await makeSite({ ...NO_LIMITS, timeZone: 'Europe/Vienna' });
  await publish(site, 'campaigns', { ...NUDGE, ...change });
  return site;
}

async function explain(site: TestSite, anonymousId = 'v'): Promise<Explained> {
  const response = await api(
    'GET',
    `/api/sites/${site.id}/profiles/anonymous:${anonymousId}/explain?campaign=left`,
  );
  expect(response.status).toBe(200);
  return response.json();
}
const standing = async (site: TestSite) => (await explain(site)).journey as JourneyStanding;

describe('why a journey says nothing', () => {
  it('is told from its beginning to its end, and nothing comes of asking', async () => {
    const site = await shop({ quietHours: null });
    pushService();
    await sendBatch(site, [track('v')]);
    expect(await explain(site)).toMatchObject({
      matched: false,
      gate: 'journey',
      reason: 'not_entered',
      journey: { entered: null, passed: [], waiting: null, ended: null, because: 'the cart is empty' },
    });
    await sendBatch(site, [filled()]);
    await subscribe(site, 'v');
    const before = await rowsIn(deviceObject(site, 'v'));
    expect(await explain(site)).toMatchObject({
      gate: 'journey',
      reason: 'wait',
      trace: { arm: { variant: 'a' } },
      journey: {
        entered: at(0),
        passed: [],
        waiting: { step: 'm', until: at(HOUR), reason: 'wait' },
        because: 'waits until 13:00',
      },
    });
    pass(HOUR);
    expect(await explain(site)).toMatchObject({
      matched: true,
      gate: null,
      journey: { passed: [{ step: 'm', at: at(HOUR), outcome: 'sent', reason: null }] },
    });
    expect(await rowsIn(deviceObject(site, 'v'))).toEqual(before);
    await alarm(deviceObject(site, 'v'));
    expect(await standing(site)).toMatchObject({
      passed: [{ step: 'm', outcome: 'sent' }],
      waiting: { step: 'n', reason: 'wait' },
      because: 'waits until 13:00 on 2026-11-19',
    });
    await sendBatch(site, [
      track('v', 'purchase', { properties: { ...FILLED.properties, transaction_id: 't', value: 12 } }),
    ]);
    expect(await explain(site)).toMatchObject({
      reason: 'converted',
      journey: { waiting: null, ended: { at: at(HOUR), reason: 'converted' }, because: 'bought at 13:00' },
    });
  });

  it.each<[string, object, (site: TestSite) => Promise<unknown>, string, string]>([
    [
      'no browser takes it',
      { quietHours: null },
      async () => pass(HOUR),
      'no_subscription',
      'no browser takes push messages',
    ],
    [
      'it is night',
      { quietHours: ['12:30', '15:00'] },
      async (site) => {
        await subscribe(site, 'v');
        pass(HOUR);
      },
      'quiet_hours',
      'quiet hours until 15:00',
    ],
    [
      'the visitor is there',
      { quietHours: null },
      async (site) => {
        await subscribe(site, 'v');
        pass(HOUR - MINUTE);
        await sendBatch(site, [track('v')]);
        pass(MINUTE);
      },
      'on_site',
      'the visitor is on the site, where it comes as a popup',
    ],
    [
      'the cart was emptied',
      { goal: null },
      async (site) => {
        pass(MINUTE);
        await sendBatch(site, [track('v', 'cart_updated', { properties: { currency: 'EUR', items: [] } })]);
      },
      'not_entered',
      'the cart is empty',
    ],
    [
      'what ends it has happened',
      {},
      async (site) => {
        pass(MINUTE);
        await sendBatch(site, [track('v', 'refund')]);
      },
      'exit',
      'ended by “refund” at 12:01',
    ],
    [
      'it is paused',
      {},
      (site) => api('POST', `/api/sites/${site.id}/campaigns/left/pause`),
      'paused',
      'is paused, not live',
    ],
  ])('is told when %s', async (_, change, happen, reason, because) => {
    const steps = NUDGE.steps.slice(0, 2);
    const site = await shop({ steps, ...change });
    await sendBatch(site, [filled()]);
    await happen(site);
    const { journey, trace } = await explain(site);
    expect(journey?.because).toBe(because);
    expect(trace.gates.find(({ gate }) => gate === 'journey')).toMatchObject({ open: false, reason });
  });

  it('is told of drafts, by what has happened before they were written', async () => {
    const site = await makeSite(NO_LIMITS);
    await sendBatch(site, [track('v', 'view_item')]);
    pass(30 * MINUTE);
    const draft = { ...NUDGE, entry: { on: 'event', event: 'view_item' } };
    await api('PUT', `/api/sites/${site.id}/campaigns/left`, draft);
    const response = await api('POST', `/api/sites/${site.id}/campaigns/left/test`, {
      profile: 'anonymous:v',
    });
    expect(await response.json()).toMatchObject({
      journey: { entered: at(0), waiting: { step: 'm', until: at(HOUR) } },
    });
    await api('PUT', `/api/sites/${site.id}/campaigns/left`, {
      ...draft,
      entry: { on: 'event', event: 'search' },
    });
    const other = await api('POST', `/api/sites/${site.id}/campaigns/left/test`, { profile: 'anonymous:v' });
    expect(await other.json()).toMatchObject({ journey: { because: 'waits for: search' } });
  });

  it('does not touch how its first popup is explained', async () => {
    const first = {
      id: 'p',
      type: 'message',
      channel: 'popup',
      variants: [{ key: 'a', content: { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }] } } }],
    };
    const site = await shop({ steps: [first, ...NUDGE.steps], page: { include: [{ path: '/cart' }] } });
    await sendBatch(site, [filled()]);
    expect(await explain(site)).toMatchObject({
      gate: 'page',
      trace: { arm: { variant: 'a' } },
      journey: { passed: [{ step: 'p', outcome: 'offered' }], waiting: { step: 'm' } },
    });
  });
});

it('sends a nudge to a phone that a search had brought, whose popup would have covered the page', async () => {
  const first = {
    id: 'p',
    type: 'message',
    channel: 'popup',
    variants: [{ key: 'a', content: { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }] } } }],
  };
  const site = await shop({ steps: [first, ...NUDGE.steps], quietHours: null });
  const service = pushService();
  const context = {
    ...FILLED.context,
    page: { url: 'https://shop.example/mug', referrer: 'https://www.google.com/' },
    device: { type: 'mobile' },
  };
  await sendBatch(site, [track('v', 'cart_updated', { ...FILLED, context })]);
  await subscribe(site, 'v');
  pass(HOUR);
  await alarm(deviceObject(site, 'v'));
  expect(service.posted).toHaveLength(1);
});

describe('who looks somebody up', () => {
  it('sees what was sent, what was answered, and by which browsers somebody is reached', async () => {
    const site = await shop({ quietHours: null });
    pushService(() => new Response('no such subscriber', { status: 400 }));
    await sendBatch(site, [filled()]);
    const endpoint = await subscribe(site, 'v');
    pass(HOUR);
    await alarm(deviceObject(site, 'v'));
    expect((await profileOf(site, 'v'))?.push).toEqual({
      subscriptions: [{ anonymousId: 'v', service: 'fcm.googleapis.com', at: at(0), seenAt: at(0) }],
    });
    const path = `/api/sites/${site.id}/profiles/anonymous:v`;
    const { items } = (await (await api('GET', `${path}/timeline`)).json()) as { items: TimelineItem[] };
    expect(items.map(({ kind }) => kind)).toEqual(['delivery', 'message']);
    expect(items[0]).toMatchObject({
      at: at(HOUR),
      delivery: { campaign: 'left', step: 'm', status: 'failed', answered: { status: 400 } },
    });
    const decisions = (await (await api('GET', `${path}/decisions`)).json()) as { items: object[] };
    expect(decisions.items[0]).toMatchObject({ outcome: 'sent', campaign: 'left', gate: null });
    const held = (await (await api('GET', `${path}/export`)).json()) as Record<string, unknown>;
    expect(held).toMatchObject({
      journeys: { left: { passed: [{ step: 'm' }] } },
      deliveries: [{ step: 'm', status: 'failed' }],
      subscriptions: [{ endpoint }],
    });
    pass(DAY);
    pass(DAY);
    await alarm(deviceObject(site, 'v'));
    const later = (await (await api('GET', `${path}/timeline?limit=1`)).json()) as { items: TimelineItem[] };
    expect(later.items).toMatchObject([{ kind: 'delivery', delivery: { step: 'n' } }]);
  });
});

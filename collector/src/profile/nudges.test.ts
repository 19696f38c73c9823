import { evictDurableObject } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import {
  at,
  DAY,
  deviceObject,
  identify,
  MINUTE,
  makeSite,
  personObject,
  sendBatch,
  standing,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { beginAtNoon, pass } from '../../../test/support/workerd/noon.ts';
import { armedBy, claimPopup, NO_LIMITS, publish } from '../../../test/support/workerd/popups.ts';
import { alarm, pushService, subscribe } from '../../../test/support/workerd/push-service.ts';

const HOUR = 60 * MINUTE;

beginAtNoon();

const says = (title: string) => [{ key: 'a', content: { en: { title, url: '{{ cart.restore_url }}' } } }];
const NUDGE = {
  id: 'left',
  name: 'Left in the cart',
  entry: { on: 'fact', fact: 'cart.updatedAt', reentry: 'P3D' },
  exits: [{ event: 'purchase' }],
  steps: [
    { id: 'w1', type: 'wait', for: 'PT1H' },
    {
      id: 'm1',
      type: 'message',
      channel: 'push',
      variants: says('Still yours: {{ cart.items[0].item_name }}'),
    },
    { id: 'w2', type: 'wait', for: 'P1D' },
    { id: 'm2', type: 'message', channel: 'push', variants: says('Last call') },
  ],
  quietHours: null,
  cap: null,
};
const MUG = { item_id: 'mug', item_name: 'Mug', price: 12, quantity: 1 };
const cart = (anonymousId: string, items: object[] = [MUG], more: object = {}) =>
  track(anonymousId, 'cart_updated', { properties: { currency: 'EUR', items }, ...more });
const bought = (anonymousId: string, more: object = {}) =>
  track(anonymousId, 'purchase', {
    properties: { transaction_id: crypto.randomUUID(), currency: 'EUR', value: 12, items: [MUG] },
    ...more,
  });

async function shop(change: object = {}, settings: object = {}): Promise<TestSite> {
  const site = await makeSite({ ...NO_LIMITS, timeZone: 'Europe/Vienna', ...settings });
  await publish(site, 'campaigns', { ...NUDGE, ...change } as typeof NUDGE);
  return site;
}

describe('a cart that was left', () => {
  it('is spoken of after an hour and after another day, and then no more', async () => {
    const site = await shop();
    const service = pushService();
    await sendBatch(site, [cart('v')]);
    await subscribe(site, 'v');
    const object = deviceObject(site, 'v');
    pass(59 * MINUTE);
    await alarm(object);
    expect(service.posted).toHaveLength(0);
    pass(MINUTE);
    await alarm(object);
    expect(service.posted).toHaveLength(1);
    pass(DAY - MINUTE);
    await alarm(object);
    expect(service.posted).toHaveLength(1);
    pass(MINUTE);
    await alarm(object);
    expect(service.posted).toHaveLength(2);
    const [first, second] = service.posted.map(({ headers }) => headers.get('Topic'));
    expect(first).toBe(second);
    pass(3 * DAY);
    await alarm(object);
    expect(service.posted).toHaveLength(2);
    expect((await standing(site, 'delivery')).map(({ step, status }) => [step, status])).toEqual([
      ['m1', 'sent'],
      ['m2', 'sent'],
    ]);
  });

  it('is not spoken of when it was bought, be it on the phone', async () => {
    const site = await shop();
    const service = pushService();
    await sendBatch(site, [cart('laptop'), identify('laptop', 'mira')]);
    await subscribe(site, 'laptop');
    await sendBatch(site, [identify('phone', 'mira')]);
    pass(30 * MINUTE);
    await sendBatch(site, [bought('phone')]);
    pass(HOUR);
    await alarm(await personObject(site, 'mira'));
    expect(service.posted).toHaveLength(0);
  });

  it('waits anew when it was changed', async () => {
    const site = await shop();
    const service = pushService();
    await sendBatch(site, [cart('v')]);
    await subscribe(site, 'v');
    pass(50 * MINUTE);
    await sendBatch(site, [cart('v', [MUG, { ...MUG, item_id: 'cup' }])]);
    pass(50 * MINUTE);
    await alarm(deviceObject(site, 'v'));
    expect(service.posted).toHaveLength(0);
    pass(10 * MINUTE);
    await alarm(deviceObject(site, 'v'));
    expect(service.posted).toHaveLength(1);
  });

  it('is shown as a popup to who is on the site, and not sent', async () => {
    const site = await shop();
    const service = pushService();
    await sendBatch(site, [cart('v')]);
    await subscribe(site, 'v');
    pass(HOUR);
    const page = { type: 'page', anonymousId: 'v', messageId: crypto.randomUUID(), ...at(Date.now()) };
    const { messages } = await sendBatch(site, [page]);
    expect(messages.map(({ campaign }) => campaign)).toEqual(['left@1']);
    const answer = await claimPopup(site, messages[0], 'v');
    expect(JSON.stringify(answer)).toContain('Still yours: Mug');
    pass(10 * MINUTE);
    await alarm(deviceObject(site, 'v'));
    expect(service.posted).toHaveLength(0);
    expect(await armedBy(site, [track('v')])).toEqual([]);
  });

  it('is not spoken of at night', async () => {
    const site = await shop({ quietHours: ['21:00', '09:00'] });
    const service = pushService();
    vi.setSystemTime(Date.parse('2026-11-18T19:30:00Z'));
    await sendBatch(site, [cart('v')]);
    await subscribe(site, 'v');
    pass(HOUR);
    await alarm(deviceObject(site, 'v'));
    expect(service.posted).toHaveLength(0);
    vi.setSystemTime(Date.parse('2026-11-19T08:00:00Z'));
    await alarm(deviceObject(site, 'v'));
    expect(service.posted).toHaveLength(1);
  });

  it('is spoken of under one name, however often the service has to be asked', async () => {
    const site = await shop();
    let busy = true;
    const service = pushService(() =>
      busy
        ? new Response(null, { status: 429, headers: { 'Retry-After': '120' } })
        : new Response(null, { status: 201 }),
    );
    await sendBatch(site, [cart('v')]);
    await subscribe(site, 'v');
    pass(HOUR);
    await alarm(deviceObject(site, 'v'));
    await evictDurableObject(deviceObject(site, 'v'));
    busy = false;
    pass(119_000);
    await alarm(deviceObject(site, 'v'));
    expect(service.posted).toHaveLength(1);
    pass(1_000);
    await alarm(deviceObject(site, 'v'));
    expect(service.posted).toHaveLength(2);
    expect((await standing(site, 'delivery')).map(({ status }) => status)).toEqual(['sent']);
  });

  it('is spoken of although the popup with which it begins could not be shown', async () => {
    const broken = [
      { key: 'a', content: { en: { kind: 'modal', blocks: [{ type: 'heading', text: '{{ visitor }}' }] } } },
    ];
    const popup = {
      id: 'p',
      type: 'message',
      channel: 'popup',
      triggers: [{ on: 'exit' }],
      variants: broken,
    };
    const site = await shop({ steps: [popup, ...NUDGE.steps] });
    const service = pushService();
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { messages } = await sendBatch(site, [cart('v')]);
    expect(await claimPopup(site, messages[0], 'v')).toEqual({ show: false, reason: 'content' });
    await subscribe(site, 'v');
    pass(HOUR);
    await alarm(deviceObject(site, 'v'));
    expect(service.posted).toHaveLength(1);
  });

  it('says why when no browser takes messages', async () => {
    const site = await shop();
    await sendBatch(site, [cart('v')]);
    pass(HOUR);
    await alarm(deviceObject(site, 'v'));
    expect((await standing(site, 'delivery')).map(({ status, reason }) => [status, reason])).toEqual([
      ['skipped', 'no_subscription'],
    ]);
  });

  it('is sent to the next browser when the last one is gone', async () => {
    const site = await shop();
    const gone = new Set<string>();
    const service = pushService(
      ({ endpoint }) => new Response(null, { status: gone.has(endpoint) ? 410 : 201 }),
    );
    await sendBatch(site, [cart('v')]);
    const kept = await subscribe(site, 'v');
    pass(MINUTE);
    gone.add(await subscribe(site, 'v'));
    pass(HOUR);
    await alarm(deviceObject(site, 'v'));
    await alarm(deviceObject(site, 'v'));
    expect(service.posted.map(({ endpoint }) => endpoint).at(-1)).toBe(kept);
    expect(service.posted).toHaveLength(2);
    expect((await standing(site, 'subscription')).map(({ endpoint }) => endpoint)).toEqual([kept]);
  });

  it('reaches a program of the shop with the link that opens it again', async () => {
    const webhook = { url: 'https://hooks.example/nudge' };
    const site = await shop({
      steps: [
        { id: 'w1', type: 'wait', for: 'PT1H' },
        { id: 'm1', type: 'message', channel: 'webhook', webhook },
      ],
    });
    const told: { data: { cart: { restore_url: string } } }[] = [];
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      told.push(await new Request(input, init).json());
      return Response.json({});
    });
    await sendBatch(site, [cart('v')]);
    pass(HOUR);
    await alarm(deviceObject(site, 'v'));
    const token = new URL(told[0]?.data.cart.restore_url ?? '').searchParams.get('beckon_cart');
    const opened = await exports.default.fetch(
      `http://collector.test/v1/carts/${token}?key=${site.browserKey}`,
      { headers: { Origin: site.origin } },
    );
    expect(await opened.json()).toMatchObject({ items: [MUG] });
  });
});

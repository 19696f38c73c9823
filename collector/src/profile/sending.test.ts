import { describe, expect, it, vi } from 'vitest';
import {
  api,
  deviceObject,
  facts,
  forgetVisitor,
  identify,
  MINUTE,
  makeSite,
  personObject,
  proof,
  rowsIn,
  SECRET,
  sendBatch,
  standing,
  stateIn,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { beginAtNoon, pass } from '../../../test/support/workerd/noon.ts';
import { NO_LIMITS, publish } from '../../../test/support/workerd/popups.ts';
import { alarm, pushService, subscribe } from '../../../test/support/workerd/push-service.ts';

const HOUR = 60 * MINUTE;

beginAtNoon();

const push = (id: string) => ({
  ...{ id, type: 'message', channel: 'push' },
  variants: [{ key: 'a', content: { en: { title: 'Your cart', url: '{{ cart.restore_url }}' } } }],
});
const MUG = { item_id: 'mug', item_name: 'Mug', price: 12, quantity: 1 };
const cart = (anonymousId: string) =>
  track(anonymousId, 'cart_updated', { properties: { currency: 'EUR', items: [MUG] } });
const bought = (anonymousId: string) =>
  track(anonymousId, 'purchase', {
    properties: { transaction_id: crypto.randomUUID(), currency: 'EUR', value: 12, items: [MUG] },
  });

async function shop(settings: object = {}, change: object = {}): Promise<TestSite> {
  const site = await makeSite({ ...NO_LIMITS, ...settings });
  await publish(site, 'campaigns', {
    ...{ id: 'left', name: 'Left', quietHours: null, cap: null, exits: [{ event: 'purchase' }] },
    ...{ entry: { on: 'fact', fact: 'cart.updatedAt' } },
    steps: [{ id: 'w1', type: 'wait', for: 'PT1H' }, push('m1')],
    ...change,
  } as { id: string });
  return site;
}

/** Somebody who left a cart an hour ago. */
async function left(site: TestSite, anonymousId = 'v') {
  await sendBatch(site, [cart(anonymousId)]);
  await subscribe(site, anonymousId);
  pass(HOUR);
  return deviceObject(site, anonymousId);
}

describe('a message on its way', () => {
  it('is held back by a purchase that comes while it is being encrypted', async () => {
    const site = await shop();
    const service = pushService();
    const object = await left(site);
    const { encrypt } = crypto.subtle;
    vi.spyOn(crypto.subtle, 'encrypt').mockImplementationOnce(async (...all) => {
      await sendBatch(site, [bought('v')]);
      return encrypt.apply(crypto.subtle, all);
    });
    await alarm(object);
    expect(service.posted).toHaveLength(0);
    expect(await standing(site, 'delivery')).toMatchObject([{ status: 'cancelled', reason: 'exit' }]);
  });

  it('is not sent once more by the person whom its visitor turns out to be meanwhile', async () => {
    const site = await shop();
    const service = pushService(async () => {
      if (service.posted.length === 1) await sendBatch(site, [identify('v', 'mira')]);
      return new Response(null, { status: 201 });
    });
    await alarm(await left(site));
    const person = await personObject(site, 'mira');
    for (let wakes = 0; wakes < 3; wakes++) {
      pass(2 * MINUTE);
      await alarm(person);
    }
    expect(service.posted).toHaveLength(1);
    expect(await standing(site, 'delivery')).toMatchObject([{ status: 'sent' }]);
    expect((await stateIn(person)).exposures).toHaveLength(1);
  });

  it('leaves nothing behind of a visitor who is forgotten meanwhile', async () => {
    const site = await shop();
    const object = await left(site);
    const service = pushService(async () => {
      expect((await forgetVisitor(site, 'v')).status).toBe(200);
      return new Response(null, { status: 201 });
    });
    await alarm(object);
    pass(10 * MINUTE);
    await alarm(object);
    expect(service.posted).toHaveLength(1);
    expect(await rowsIn(object)).toEqual({});
    expect(await facts(site, 'delivery')).toEqual([]);
  });

  it('is not sent to a visitor who is forgotten while it is prepared', async () => {
    const site = await shop();
    const service = pushService();
    const object = await left(site);
    const { digest } = crypto.subtle;
    let isForgotten = false;
    vi.spyOn(crypto.subtle, 'digest').mockImplementation(async (...all) => {
      if (!isForgotten) {
        isForgotten = true;
        await forgetVisitor(site, 'v');
      }
      return digest.apply(crypto.subtle, all);
    });
    await alarm(object);
    expect(isForgotten).toBe(true);
    expect(service.posted).toHaveLength(0);
    expect(await rowsIn(object)).toEqual({});
  });

  it('is worth nothing when its time has passed while the collector was down', async () => {
    const site = await shop();
    const service = pushService(() => new Response(null, { status: 503 }));
    const object = await left(site);
    await alarm(object);
    pass(25 * HOUR);
    await alarm(object);
    expect(service.posted).toHaveLength(1);
    expect(await standing(site, 'delivery')).toMatchObject([{ status: 'cancelled', reason: 'deadline' }]);
  });
});

describe('somebody who is told nothing, so that it can be said what telling brings', () => {
  it('is compared with the others, however many steps he is held out of', async () => {
    const site = await shop({ holdout: { percent: 50 } }, { holdout: { percent: 90 } });
    const service = pushService();
    for (let n = 0; n < 4; n++) {
      const object = await left(site, `v${n}`);
      await alarm(object);
    }
    const exposures = await standing(site, 'exposure');
    expect(exposures).toHaveLength(4);
    expect(exposures.filter(({ control }) => control === null)).toHaveLength(service.posted.length);
    expect(exposures.filter(({ control }) => control !== null).length).toBeGreaterThan(0);
    await sendBatch(site, [bought('v0'), bought('v1'), bought('v2'), bought('v3')]);
    expect(await standing(site, 'goal')).toHaveLength(4);
  });

  it('is not in any report when he only tries campaigns out', async () => {
    const site = await shop();
    const service = pushService();
    const object = await left(site);
    await object.setTest({ variants: {} });
    await alarm(object);
    expect(service.posted).toHaveLength(1);
    expect(await standing(site, 'exposure')).toEqual([]);
  });
});

describe('a device that turns out to be somebody else’s', () => {
  it('is not told again what it was told before', async () => {
    const site = await shop();
    const service = pushService();
    await sendBatch(site, [cart('v'), identify('v', 'mira')]);
    await subscribe(site, 'v');
    pass(HOUR);
    await alarm(await personObject(site, 'mira'));
    expect(service.posted).toHaveLength(1);
    pass(HOUR);
    await api('POST', `/api/sites/${site.id}/profiles/user:mira/disown`, { anonymousId: 'v' });
    await subscribe(site, 'v');
    pass(HOUR);
    await alarm(deviceObject(site, 'v'));
    expect(service.posted).toHaveLength(1);
  });
});

describe('a device whose user is not proven', () => {
  const settings = { identity: 'optional', identitySecrets: [SECRET] };

  it('says nothing of a cart after its person has bought on another device', async () => {
    const site = await shop(settings);
    const service = pushService();
    await sendBatch(site, [identify('laptop', 'mira', {}, { token: await proof(site, 'mira') })]);
    await sendBatch(site, [cart('phone'), identify('phone', 'mira')]);
    await subscribe(site, 'phone');
    expect((await stateIn(deviceObject(site, 'phone'))).link?.phase).toBe('lending');
    pass(30 * MINUTE);
    await sendBatch(site, [bought('laptop')]);
    pass(30 * MINUTE);
    await alarm(deviceObject(site, 'phone'));
    expect(service.posted).toHaveLength(0);
    expect(await standing(site, 'delivery')).toMatchObject([{ status: 'cancelled', reason: 'exit' }]);
  });

  it('speaks of it when he has not', async () => {
    const site = await shop(settings);
    const service = pushService();
    await sendBatch(site, [cart('phone'), identify('phone', 'mira')]);
    await subscribe(site, 'phone');
    pass(HOUR);
    await alarm(deviceObject(site, 'phone'));
    expect(service.posted).toHaveLength(1);
  });
});

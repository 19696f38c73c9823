import { describe, expect, it, vi } from 'vitest';
import {
  api,
  deviceObject,
  env,
  fromServer,
  identify,
  MINUTE,
  makeSite,
  personObject,
  proof,
  SECRET,
  sendBatch,
  standing,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { beginAtNoon, NOON, pass } from '../../../test/support/workerd/noon.ts';
import { publish } from '../../../test/support/workerd/popups.ts';
import { alarm, pushService, subscribe } from '../../../test/support/workerd/push-service.ts';

/*
 * What somebody can do to others who has nothing but the browser key, browsers of his own, and other people's names.
 */

const HOUR = 60 * MINUTE;
const RECEIVER = 'https://hooks.example.com/';

beginAtNoon();

const MUG = { item_id: 'mug', item_name: 'Mug', price: 12, quantity: 1 };
const cart = (anonymousId: string, more: object = {}) =>
  track(anonymousId, 'cart_updated', { properties: { currency: 'EUR', items: [MUG] }, ...more });
const consent = (anonymousId: string, properties: object, more: object = {}) =>
  track(anonymousId, 'consent_updated', { properties, ...more });

/** Bodies of the webhooks that were sent. */
function webhooks(): { to: string }[] {
  const bodies: { to: string }[] = [];
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.startsWith(RECEIVER)) return real(input, init);
    bodies.push(await request.json());
    return new Response(null, { status: 200 });
  });
  return bodies;
}

async function shop(step: object, settings: object = {}): Promise<TestSite> {
  const site = await makeSite({ identitySecrets: [SECRET], ...settings });
  await publish(site, 'campaigns', {
    id: 'left',
    name: 'Left in the cart',
    entry: { on: 'fact', fact: 'cart.updatedAt', reentry: 'P3D' },
    exits: [{ event: 'purchase' }],
    steps: [
      { id: 'w1', type: 'wait', for: 'PT1H' },
      { id: 'm1', type: 'message', ...step },
    ],
    quietHours: null,
    cap: null,
  } as never);
  return site;
}
const writing = (address: string) => ({
  channel: 'webhook',
  webhook: { url: RECEIVER, body: { to: '{{ address }}', what: '{{ cart.items[0].item_name }}' }, address },
});
const PUSH = {
  channel: 'push',
  variants: [{ key: 'a', content: { en: { title: 'Still yours', url: '/' } } }],
};

async function later(site: TestSite, devices: string[], people: string[] = []): Promise<void> {
  pass(HOUR);
  for (const device of devices) await alarm(deviceObject(site, device));
  for (const person of people) await alarm(await personObject(site, person));
}
const reasons = async (site: TestSite) =>
  (await standing(site, 'delivery')).map(({ status, reason }) => [status, reason]);

describe('who names another person without a proof', () => {
  it('has no mail about the cart of that person sent to himself', async () => {
    const site = await shop(writing('email'), { identity: 'optional' });
    const sent = webhooks();
    await sendBatch(site, [
      cart('laptop'),
      identify('laptop', 'mira', {}, { token: await proof(site, 'mira') }),
    ]);
    await sendBatch(site, [
      identify('mine', 'mira', { email: 'eve@evil.example' }),
      consent('mine', { channel: 'email', state: 'granted', address: 'eve@evil.example' }),
    ]);
    await later(site, ['mine'], ['mira']);
    expect(sent).toEqual([]);
    expect(await reasons(site)).toEqual([['skipped', 'no_address']]);
  });

  it('has no mail sent to himself that the person has agreed to', async () => {
    const site = await shop(writing('email'), { identity: 'optional' });
    const sent = webhooks();
    await sendBatch(site, [
      cart('laptop'),
      identify('laptop', 'mira', {}, { token: await proof(site, 'mira') }),
      consent('laptop', { channel: 'email', state: 'granted' }),
    ]);
    await sendBatch(site, [identify('mine', 'mira', { email: 'eve@evil.example' })]);
    await later(site, ['mine'], ['mira']);
    expect(sent).toEqual([]);
  });

  it('does not write the message that the person is sent', async () => {
    const body = {
      to: '{{ visitor.traits.first_name | default: "somebody" }}',
      what: '{% for item in cart.items %}{{ item.item_name }} {% endfor %}',
    };
    const site = await shop(
      { channel: 'webhook', webhook: { url: RECEIVER, body } },
      { identity: 'optional' },
    );
    const sent = webhooks();
    await sendBatch(site, [
      cart('laptop'),
      identify('laptop', 'mira', {}, { token: await proof(site, 'mira') }),
    ]);
    const lure = { ...MUG, item_id: 'lure', item_name: 'Your account is locked: evil.example' };
    await sendBatch(site, [
      identify('mine', 'mira', { first_name: 'Your account is locked' }),
      track('mine', 'cart_updated', { properties: { currency: 'EUR', items: [lure] } }),
    ]);
    await later(site, [], ['mira']);
    expect(sent).toEqual([{ to: 'somebody', what: 'Mug ' }]);
  });

  it('does not keep the person from being told', async () => {
    const site = await shop(PUSH, { identity: 'optional' });
    const service = pushService();
    const { visitor } = await sendBatch(site, [
      cart('laptop'),
      identify('laptop', 'mira', {}, { token: await proof(site, 'mira') }),
    ]);
    await subscribe(site, 'laptop', { token: visitor.token });
    await sendBatch(site, [
      identify('mine', 'mira'),
      consent('mine', { channel: 'push', state: 'withdrawn' }),
    ]);
    await later(site, ['mine'], ['mira']);
    expect(service.posted).toHaveLength(1);
  });
});

describe('who has ended the mails', () => {
  it.each(['off', 'optional', 'required'])(
    'gets none because a stranger types the address into a form (identity: %s)',
    async (identity) => {
      const site = await shop(writing('email'), { identity });
      const sent = webhooks();
      const named = { userId: 'mira', traits: { email: 'mira@shop.example' } };
      await fromServer(site, [
        { type: 'identify', ...named },
        ...['granted', 'withdrawn'].map((state, i) => ({
          type: 'track',
          event: 'consent_updated',
          userId: 'mira',
          properties: { channel: 'email', state, address: 'mira@shop.example' },
          timestamp: new Date(NOON - 1_000 + i).toISOString(),
        })),
      ]);
      await sendBatch(site, [
        cart('mine'),
        track('mine', 'form_submitted', {
          properties: {
            campaign: 'sign-up@1',
            email: 'mira@shop.example',
            consents: [{ channel: 'email', text: 'Yes' }],
          },
        }),
        consent('mine', { channel: 'email', state: 'granted', email: 'mira@shop.example' }),
      ]);
      await later(site, ['mine'], ['mira']);
      expect(sent).toEqual([]);
    },
  );
});

describe('a message that costs money', () => {
  it.each(['phone', 'whatsapp'])(
    'is not sent to a number that only a browser has named (%s)',
    async (kind) => {
      const site = await shop(writing(kind));
      const sent = webhooks();
      const channel = kind === 'phone' ? 'sms' : kind;
      await sendBatch(site, [
        cart('mine'),
        consent('mine', { channel, state: 'granted', address: '+491701234567', phone: '+491701234567' }),
      ]);
      await later(site, ['mine']);
      expect(sent).toEqual([]);
      expect(await reasons(site)).toEqual([['skipped', 'unconfirmed']]);
    },
  );
});

describe('who speaks for himself', () => {
  const said = [
    cart('mine'),
    consent('mine', { channel: 'email', state: 'granted', email: 'eve@mail.example' }),
  ];

  it.each(['off', 'optional', 'required'])('is written to (identity: %s)', async (identity) => {
    const site = await shop(writing('email'), { identity });
    const sent = webhooks();
    await sendBatch(site, said);
    await later(site, ['mine']);
    expect(sent.map(({ to }) => to)).toEqual(['eve@mail.example']);
  });

  it('is sent an SMS when the server has confirmed the number', async () => {
    const site = await shop(writing('phone'));
    const sent = webhooks();
    const granted = { channel: 'sms', state: 'granted', address: '+491701234567' };
    await sendBatch(site, [cart('mine'), consent('mine', granted)]);
    await fromServer(site, [consent('mine', granted)]);
    await later(site, ['mine']);
    expect(sent.map(({ to }) => to)).toEqual(['+491701234567']);
  });
});

describe('who is erased', () => {
  it.each(['user:mira', 'anonymous:laptop'])('leaves no cart behind a link (%s)', async (ref) => {
    const site = await shop({
      ...PUSH,
      variants: [{ key: 'a', content: { en: { title: 'Still yours', url: '{{ cart.restore_url }}' } } }],
    });
    pushService();
    const links = async () =>
      (await env.DB.prepare('SELECT id FROM cart_links WHERE site = ?').bind(site.id).all()).results;
    await sendBatch(site, [cart('laptop')]);
    await subscribe(site, 'laptop');
    await later(site, ['laptop']);
    expect(await links()).toHaveLength(1);
    // The link was made while the device was nobody's.
    await sendBatch(site, [identify('laptop', 'mira')]);
    await later(site, ['laptop'], ['mira']);
    const answer = await api('DELETE', `/api/sites/${site.id}/profiles/${ref}`);
    expect(answer.status).toBeLessThan(300);
    await later(site, ['laptop'], ['mira']);
    expect(await links()).toEqual([]);
    expect(await standing(site, 'subscription')).toEqual([]);
    expect(await standing(site, 'delivery')).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import {
  api,
  arrived,
  env,
  fromServer,
  identify,
  makeSite,
  personOf,
  profileOf,
  proof,
  publishPopup,
  readProfile,
  SECRET,
  sendBatch,
  storedEvents,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';

const EMAIL = 'mira@example.com';

const cart = (anonymousId: string, itemId: string, more: object = {}) =>
  track(anonymousId, 'cart_updated', { properties: { items: [{ item_id: itemId, price: 10 }] }, ...more });

describe('a newsletter lead', () => {
  it('is one person with the guest who orders and the customer who logs in, in whatever order they come', async () => {
    const steps = [
      (site: TestSite) =>
        sendBatch(site, [
          cart('phone', 'kettle'),
          identify('phone', null, { email: ` ${EMAIL.toUpperCase()}` }),
        ]),
      (site: TestSite) =>
        sendBatch(site, [
          track('tablet', 'purchase', { properties: { transaction_id: 'T', value: 5, email: EMAIL } }),
        ]),
      (site: TestSite) => sendBatch(site, [identify('laptop', 'mira', { email: EMAIL, name: 'Mira' })]),
    ];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [2, 0, 1],
    ]) {
      const site = await makeSite();
      for (const step of order) await steps[step]?.(site);
      const person = await personOf(site, 'mira');
      expect(person).toMatchObject({
        ids: { anonymousIds: expect.arrayContaining(['phone', 'tablet', 'laptop']), userId: 'mira' },
        identifiers: { email: EMAIL },
        traits: { name: 'Mira' },
        orders: [{ transactionId: 'T' }],
        cart: { value: 10 },
      });
      expect(await readProfile(site, `email:${EMAIL}`)).toEqual(person);
      for (const device of ['phone', 'tablet', 'laptop'])
        expect(await profileOf(site, device)).toEqual(person);
      expect(await storedEvents(site)).toHaveLength(4);
    }
  });

  it('gives his history to whom the e-mail belongs, and is shown nothing of theirs', async () => {
    const site = await makeSite();
    await publishPopup(site, { '>=': [{ var: 'visitor.orders' }, 1] });
    const buys = track('laptop', 'purchase', { properties: { transaction_id: 'T', value: 5 } });
    const { messages } = await sendBatch(site, [identify('laptop', 'mira', { email: EMAIL }), buys]);
    expect(messages).toHaveLength(1);

    const answer = await sendBatch(site, [
      identify('stranger', null, { email: EMAIL, name: 'Eve' }),
      cart('stranger', 'knife'),
    ]);
    expect(answer.messages).toEqual([]);
    expect(answer.visitor.token).toBeNull();
    expect(await personOf(site, 'mira')).toMatchObject({
      counters: { purchase: 1, cart_updated: 1 },
      traits: { name: 'Eve' },
    });
    await sendBatch(site, [identify('laptop', 'mira', { name: 'Mira' })]);
    await sendBatch(site, [identify('stranger', null, { email: EMAIL, name: 'Eve again' })]);
    expect(await personOf(site, 'mira')).toMatchObject({ traits: { name: 'Mira' } });
  });

  it('who then logs in takes along what he did before, on this device', async () => {
    const site = await makeSite();
    await sendBatch(site, [cart('phone', 'kettle'), identify('phone', null, { email: EMAIL })]);
    await sendBatch(site, [identify('phone', 'mira')]);
    expect(await personOf(site, 'mira')).toMatchObject({
      cart: { value: 10 },
      counters: { cart_updated: 1 },
    });
    expect(await storedEvents(site)).toHaveLength(3);
  });

  it('who gives another e-mail does not hand over what he did under the first', async () => {
    const site = await makeSite();
    await sendBatch(site, [cart('phone', 'kettle'), identify('phone', null, { email: EMAIL })]);
    await sendBatch(site, [identify('phone', null, { email: 'noor@example.com' }), track('phone', 'search')]);
    expect(await readProfile(site, 'email:noor@example.com')).toMatchObject({
      counters: { search: 1 },
      cart: { items: [] },
    });
    expect(await readProfile(site, `email:${EMAIL}`)).toMatchObject({ counters: { cart_updated: 1 } });
  });

  it('who gives another e-mail than that of a customer is not taken for her any more', async () => {
    const site = await makeSite();
    await sendBatch(site, [identify('laptop', 'mira', { email: EMAIL })]);
    await sendBatch(site, [identify('phone', null, { email: EMAIL }), cart('phone', 'kettle')]);
    const other = { email: 'noor@example.com' };
    await sendBatch(site, [identify('phone', null, other), track('phone', 'search')]);
    expect(await personOf(site, 'mira')).toMatchObject({ counters: { cart_updated: 1 } });
    expect((await personOf(site, 'mira'))?.counters).not.toHaveProperty('search');
    expect(await readProfile(site, 'email:noor@example.com')).toMatchObject({ counters: { search: 1 } });
  });

  it('is known again after any part of the way has failed', async () => {
    const site = await makeSite();
    await sendBatch(site, [identify('laptop', 'mira', { email: EMAIL })]);
    await sendBatch(site, [identify('phone', null, { email: EMAIL })]);
    await sendBatch(site, [track('phone')]);
    await sendBatch(site, [track('phone')]);
    expect(await personOf(site, 'mira')).toMatchObject({ counters: { view_item: 2 } });
  });
});

describe('what a server says', () => {
  it('reaches the person by user id, e-mail, phone or card, however old it is', async () => {
    const site = await makeSite();
    await sendBatch(site, [identify('phone', 'mira')]);
    const old = { timestamp: '2019-05-01T10:00:00.000Z' };
    const order = (transaction_id: string, more: object) => ({
      type: 'track',
      event: 'Order Completed',
      messageId: transaction_id,
      properties: { order_id: transaction_id, total: 10, ...more },
      ...old,
    });
    await fromServer(site, [
      { ...order('A', {}), context: { externalIds: [{ type: 'loyalty_card', id: 'C-100 200' }] } },
      { ...order('B', { email: EMAIL }) },
      { ...order('C', { phone: '+49 30 123456' }) },
    ]);
    await fromServer(site, [
      {
        type: 'identify',
        messageId: 'i',
        userId: 'mira',
        traits: { email: EMAIL, phone: '+4930123456', loyalty_card: 'C100200' },
        ...old,
      },
      { ...order('D', {}), userId: 'mira' },
    ]);
    const person = await personOf(site, 'mira');
    const orders = ['A', 'B', 'C', 'D'].map((transactionId) => ({ transactionId }));
    expect(person).toMatchObject({ firstSeen: old.timestamp, counters: { purchase: 4 }, orders });
  });

  it('of an order that the browser has told makes no second one', async () => {
    const site = await makeSite();
    await sendBatch(site, [
      identify('phone', 'mira'),
      track('phone', 'purchase', { properties: { transaction_id: 'T', value: 10 } }),
    ]);
    await fromServer(site, [
      {
        type: 'track',
        messageId: 's',
        userId: 'mira',
        event: 'Order Completed',
        properties: { order_id: 'T', total: 10 },
      },
      {
        type: 'track',
        messageId: 't',
        userId: 'mira',
        event: 'Order Cancelled',
        properties: { order_id: 'T' },
      },
    ]);
    expect(await personOf(site, 'mira')).toMatchObject({
      orders: [{ transactionId: 'T', value: 10, state: 'cancelled' }],
      totals: { revenue: {} },
    });
    await arrived();
    const { results } = await env.DB.prepare('SELECT * FROM orders WHERE site = ?').bind(site.id).all();
    expect(results).toMatchObject([{ transaction_id: 'T', state: 'cancelled', revenue: 0 }]);
  });

  it('about a phone and an e-mail makes them one person, whoever asks first', async () => {
    const site = await makeSite();
    await fromServer(site, [
      {
        type: 'track',
        messageId: 'a',
        event: 'purchase',
        properties: { transaction_id: 'A', value: 1, phone: '+4930123456' },
      },
      { type: 'identify', messageId: 'b', traits: { email: EMAIL, phone: '+4930123456' } },
      {
        type: 'track',
        messageId: 'c',
        event: 'purchase',
        properties: { transaction_id: 'C', value: 1, phone: '+4930123456' },
      },
    ]);
    expect(await readProfile(site, `email:${EMAIL}`)).toMatchObject({ counters: { purchase: 2 } });
  });
});

describe('alias and group', () => {
  it('alias makes a device the person’s, as identify does', async () => {
    const site = await makeSite();
    await sendBatch(site, [cart('old', 'kettle')]);
    await fromServer(site, [{ type: 'alias', messageId: 'x', userId: 'mira', previousId: 'old' }]);
    expect(await personOf(site, 'mira')).toMatchObject({ cart: { value: 10 } });
    expect(await profileOf(site, 'old')).toMatchObject({ ids: { userId: 'mira' } });
  });

  it('alias makes a lead the person', async () => {
    const site = await makeSite();
    await sendBatch(site, [cart('phone', 'kettle'), identify('phone', null, { email: EMAIL })]);
    await fromServer(site, [{ type: 'alias', messageId: 'x', userId: 'mira', previousId: EMAIL }]);
    expect(await personOf(site, 'mira')).toMatchObject({ cart: { value: 10 } });
  });
});

describe('a site that wants proof of a user id', () => {
  const cases = async (site: TestSite) => {
    const other = await makeSite({ identity: 'required', identitySecrets: [SECRET] });
    return [
      ['none', undefined],
      ['expired', await proof(site, 'mira', {}, '-1h')],
      ['of another site', await proof(other, 'mira')],
      ['of another user', await proof(site, 'noor')],
      ['forged', `${(await proof(site, 'mira')).slice(0, -3)}abc`],
    ] as const;
  };

  it('required: gets the person only with it; without, what is said stays with the device', async () => {
    const site = await makeSite({ identity: 'required', identitySecrets: [SECRET] });
    for (const [, token] of await cases(site)) {
      const device = crypto.randomUUID();
      await sendBatch(site, [
        identify(device, 'mira', { size: 'M' }, { token }),
        cart(device, 'kettle', { userId: 'mira' }),
      ]);
      expect(await personOf(site, 'mira')).toBeNull();
      expect(await profileOf(site, device)).toMatchObject({
        ids: { userId: null },
        traits: { size: 'M' },
        cart: { value: 10 },
      });
    }
    const token = await proof(site, 'mira');
    await sendBatch(site, [cart('phone', 'kettle'), identify('phone', 'mira', {}, { token })]);
    await sendBatch(site, [track('phone', 'search', { userId: 'mira' })]);
    expect(await personOf(site, 'mira')).toMatchObject({
      ids: { anonymousIds: ['phone'], userId: 'mira' },
      counters: { cart_updated: 1, search: 1 },
    });
  });

  it('required: whoever claims to be another on the same device is nobody', async () => {
    const site = await makeSite({ identity: 'required', identitySecrets: [SECRET] });
    const token = await proof(site, 'mira');
    const first = await sendBatch(site, [identify('phone', 'mira', {}, { token }), cart('phone', 'kettle')]);
    const second = await sendBatch(site, [identify('phone', 'noor'), track('phone', 'search')], {
      token: first.visitor.token,
    });
    expect(second.visitor.token).toBeNull();
    expect(await personOf(site, 'noor')).toBeNull();
    expect(await personOf(site, 'mira')).toMatchObject({ counters: { cart_updated: 1 } });
    expect(await profileOf(site, 'phone')).toMatchObject({
      ids: { userId: null },
      counters: { search: 1 },
      cart: { items: [] },
    });
    await sendBatch(site, [identify('phone', 'mira', {}, { token }), track('phone', 'login')]);
    expect(await personOf(site, 'mira')).toMatchObject({
      counters: { cart_updated: 1, login: 1, search: 1 },
    });
  });

  it('optional: an unproven visitor gives what he does, is shown nothing, and becomes the person with the proof', async () => {
    const site = await makeSite({ identity: 'optional', identitySecrets: [SECRET] });
    const token = await proof(site, 'mira');
    await sendBatch(site, [identify('laptop', 'mira', { size: 'M' }, { token }), cart('laptop', 'kettle')]);
    const answer = await sendBatch(site, [
      identify('phone', 'mira', { size: 'XL', city: 'Graz' }),
      track('phone', 'search'),
    ]);
    expect(answer.visitor.token).toBeNull();
    expect(await personOf(site, 'mira')).toMatchObject({
      traits: { size: 'M', city: 'Graz' },
      counters: { search: 1, cart_updated: 1 },
    });
    const proven = await sendBatch(site, [identify('phone', 'mira', {}, { token }), track('phone', 'login')]);
    expect(proven.visitor.token).not.toBeNull();
    expect(await personOf(site, 'mira')).toMatchObject({
      traits: { size: 'XL', city: 'Graz' },
      counters: { search: 1, cart_updated: 1, login: 1 },
    });
    expect(await storedEvents(site)).toHaveLength(6);
  });
});

describe('people who are too many', () => {
  it('of 60 devices, those used last are a person’s; the others come back when they are used', async () => {
    const site = await makeSite();
    const at = (i: number) => ({ timestamp: new Date(Date.now() - 3_600_000 + i * 1_000).toISOString() });
    for (let i = 0; i < 60; i++) {
      await sendBatch(site, [
        track(`d${i}`, 'search', at(2 * i)),
        identify(`d${i}`, 'mira', {}, at(2 * i + 1)),
      ]);
    }
    const all = await (await api('GET', `/api/sites/${site.id}/profiles/user:mira/export`)).json<{
      devices: { anonymousId: string; left: boolean }[];
    }>();
    const mine = all.devices.filter(({ left }) => !left).map(({ anonymousId }) => anonymousId);
    expect(mine).toHaveLength(50);
    expect(mine).not.toContain('d0');
    await sendBatch(site, [track('d0', 'login')]);
    expect(await personOf(site, 'mira')).toMatchObject({ counters: { search: 60, login: 1 } });
  }, 60_000);

  it('two users who take turns on one device each keep what is theirs', async () => {
    const site = await makeSite();
    for (let turn = 0; turn < 10; turn++) {
      await sendBatch(site, [
        identify('shared', 'mira'),
        track('shared', 'search'),
        identify('shared', 'noor'),
        track('shared', 'login'),
      ]);
    }
    expect(await personOf(site, 'mira')).toMatchObject({ counters: { search: 10 } });
    expect(await personOf(site, 'noor')).toMatchObject({ counters: { login: 10 } });
    expect(await storedEvents(site)).toHaveLength(40);
  });
});

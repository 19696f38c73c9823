import { runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  api,
  at,
  DAY,
  deviceObject,
  env,
  facts,
  forgetVisitor,
  fromServer,
  identify,
  MINUTE,
  makeSite,
  personObject,
  personOf,
  proof,
  SECRET,
  sendBatch,
  track,
} from '../../../test/support/workerd/collector.ts';
import { personName } from './profile-name.ts';

const EMAIL = 'mira@example.com';
const OPTIONAL = { identity: 'optional', identitySecrets: [SECRET] };
const REQUIRED = { identity: 'required', identitySecrets: [SECRET] };

afterEach(() => {
  vi.useRealTimers();
});

/** What the shop's server says of Mira, a minute ago. */
const mira = (messageId: string, more: object) => ({
  type: 'identify',
  userId: 'mira',
  messageId,
  ...at(Date.now() - MINUTE),
  ...more,
});

describe('a stranger who says that he is a customer', () => {
  it('does not give her his name by way of her e-mail', async () => {
    const site = await makeSite(OPTIONAL);
    await fromServer(site, [mira('a', { traits: { name: 'Mira' } })]);
    await sendBatch(site, [identify('evil', null, { email: EMAIL, name: 'Eve' })]);
    await sendBatch(site, [identify('evil', 'mira')]);
    expect(await personOf(site, 'mira')).toMatchObject({ traits: { name: 'Mira' } });
    await fromServer(site, [mira('b', { traits: { email: EMAIL }, ...at(Date.now()) })]);
    expect(await personOf(site, 'mira')).toMatchObject({ traits: { name: 'Mira' } });
  });

  it('changes neither her e-mail nor her account', async () => {
    const site = await makeSite(OPTIONAL);
    await fromServer(site, [
      mira('a', { traits: { email: EMAIL } }),
      mira('b', { type: 'group', groupId: 'acme' }),
    ]);
    await sendBatch(site, [
      identify('evil', 'mira', { email: 'eve@example.com' }),
      { type: 'group', anonymousId: 'evil', userId: 'mira', groupId: 'evilcorp' },
    ]);
    expect(await personOf(site, 'mira')).toMatchObject({
      identifiers: { email: EMAIL },
      account: { id: 'acme' },
    });
  });

  it('neither empties her cart nor adds an order where the site wants proof, though he knows her e-mail', async () => {
    const site = await makeSite(REQUIRED);
    const ring = [{ item_id: 'ring', price: 900 }];
    await fromServer(site, [
      mira('a', { traits: { email: EMAIL } }),
      mira('b', { type: 'track', event: 'cart_updated', properties: { cart_id: 'c', items: ring } }),
    ]);
    const purchase = { items: [{ item_id: 'ring' }], transaction_id: 'F', value: 1 };
    await sendBatch(site, [
      identify('evil', null, { email: EMAIL }),
      track('evil', 'purchase', { properties: purchase }),
    ]);
    expect(await personOf(site, 'mira')).toMatchObject({ cart: { value: 900 }, orders: [] });
  });

  it('does not keep her orders by giving her e-mail as his before the shop tells whose it is', async () => {
    const site = await makeSite();
    await sendBatch(site, [identify('evil', 'eve', { email: EMAIL })]);
    const order = { transaction_id: 'V', value: 9, email: EMAIL };
    await fromServer(site, [mira('a', { traits: { email: EMAIL } })]);
    await fromServer(site, [{ type: 'track', event: 'purchase', messageId: 'b', properties: order }]);
    expect(await personOf(site, 'mira')).toMatchObject({ orders: [{ transactionId: 'V' }] });
  });

  it('does not take her along when his device is deleted', async () => {
    const site = await makeSite(OPTIONAL);
    await fromServer(site, [mira('a', { traits: { name: 'Mira' } })]);
    await sendBatch(site, [identify('evil', 'mira')]);
    await api('DELETE', `/api/sites/${site.id}/profiles/anonymous:evil`);
    expect(await personOf(site, 'mira')).toMatchObject({ traits: { name: 'Mira' } });
  });
});

describe('a customer whose device somebody else uses now', () => {
  it('is not told what the next one does by the token that it had, though her e-mail led to her', async () => {
    const site = await makeSite();
    const email = { traits: { email: EMAIL } };
    await fromServer(site, [{ type: 'identify', anonymousId: 'd', messageId: 'a', ...email }]);
    await fromServer(site, [mira('b', email)]);
    const { token } = (await sendBatch(site, [track('d')])).visitor;
    expect(token).toMatch(/^u:/);
    await sendBatch(site, [identify('d', 'wim')]);
    await sendBatch(site, [track('d', 'search')], { token });
    expect((await personOf(site, 'mira'))?.counters).toEqual({ view_item: 1 });
    expect((await personOf(site, 'wim'))?.counters).toEqual({ search: 1 });
  });

  it('is reported without it', async () => {
    const site = await makeSite();
    await sendBatch(site, [identify('d', 'mira')]);
    await sendBatch(site, [identify('d', 'noor')]);
    await runDurableObjectAlarm(await personObject(site, 'mira'));
    const rows = await facts(site, 'identity');
    const nameOf = (userId: string) => personName(site.id, userId, env.SIGNING_KEY);
    expect(Object.fromEntries(rows.map(({ profile, row }) => [profile, row.left]))).toEqual({
      [await nameOf('mira')]: true,
      [await nameOf('noor')]: false,
    });
  });

  it('loses what it has told her when it is forgotten, also long after it left', async () => {
    const site = await makeSite(REQUIRED);
    vi.useFakeTimers({ toFake: ['Date'] });
    const token = await proof(site, 'mira');
    await sendBatch(site, [track('d', 'view_item'), identify('d', 'mira', {}, { token })]);
    await sendBatch(site, [identify('laptop', 'mira', {}, { token }), track('laptop', 'login')]);
    await sendBatch(site, [track('d', 'search', { userId: 'noor' })]);
    vi.setSystemTime(Date.now() + 33 * DAY);
    await runDurableObjectAlarm(deviceObject(site, 'd'));
    expect((await forgetVisitor(site, 'd')).status).toBe(200);
    expect((await personOf(site, 'mira'))?.counters).toEqual({ login: 1 });
  });
});

import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  api,
  makeSite,
  post,
  profileOf,
  sendBatch,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';

const SECRET = 'a secret that the shop keeps to itself';
const EMAIL = 'mira@example.com';

const proof = (site: TestSite, userId: string, claims: object = {}) =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setAudience(site.id)
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(new TextEncoder().encode(SECRET));
const proving = () => makeSite({ identity: 'required', identitySecrets: [SECRET] });
const alias = (userId: string, previousId: string, more: object = {}) => ({
  type: 'alias',
  messageId: crypto.randomUUID(),
  userId,
  previousId,
  ...more,
});
const bought = (transaction_id: string) => ({ properties: { transaction_id, value: 3 } });

async function fromServer(site: TestSite, batch: object[]) {
  const response = await post(site, '/v1/batch', { writeKey: site.serverKey, batch }, { Origin: '' });
  expect(response.status).toBe(200);
}
async function userOf(site: TestSite, userId: string) {
  const response = await api('GET', `/api/sites/${site.id}/profiles/user:${userId}`);
  return response.status === 404 ? null : response.json();
}

describe('an alias with an e-mail', () => {
  const order = { type: 'track', event: 'purchase', messageId: 'p' };
  const withOrder = async () => {
    const site = await proving();
    await fromServer(site, [{ ...order, properties: { ...bought('T').properties, email: EMAIL } }]);
    return site;
  };

  it('that is not proven to be his gives nobody the orders of another', async () => {
    const site = await withOrder();
    const token = await proof(site, 'eve', { email: 'eve@example.com' });
    await sendBatch(site, [alias('eve', EMAIL, { anonymousId: 'evil', token })]);
    await sendBatch(site, [
      alias('eve', EMAIL, { anonymousId: 'evil', token: await proof(site, 'eve') }),
      alias('eve', EMAIL, { anonymousId: 'evil' }),
    ]);
    expect(await userOf(site, 'eve')).toMatchObject({ orders: [] });
  });

  it('gives it to whose it is: with the proof, or by word of the server, however it is written', async () => {
    const proven = await withOrder();
    const token = await proof(proven, 'mira', { email: EMAIL });
    await sendBatch(proven, [alias('mira', ` ${EMAIL.toUpperCase()}`, { anonymousId: 'phone', token })]);
    const told = await withOrder();
    await fromServer(told, [alias('mira', EMAIL)]);
    for (const site of [proven, told]) {
      expect(await userOf(site, 'mira')).toMatchObject({ orders: [{ transactionId: 'T' }] });
    }
  });

  it('that is no one’s makes one person of nobody', async () => {
    const site = await makeSite();
    const [first, second] = ['mira', 'noor'];
    for (const userId of [first, second]) {
      await sendBatch(site, [alias(userId, 'none@example.com', { anonymousId: `of-${userId}` })]);
    }
    expect(await profileOf(site, 'of-noor')).toMatchObject({ ids: { userId: 'noor' } });
    expect(await profileOf(site, 'none@example.com')).toBeNull();
  });
});

describe('an alias with a device', () => {
  it('takes no device from whom has proven that it is his', async () => {
    const site = await proving();
    await sendBatch(site, [
      track('phone', 'purchase', bought('T')),
      { ...track('phone'), type: 'identify', userId: 'mira', token: await proof(site, 'mira') },
    ]);
    const token = await proof(site, 'eve');
    await sendBatch(site, [alias('eve', 'phone', { anonymousId: 'evil', token })]);
    await sendBatch(site, [track('phone', 'search')]);
    expect(await userOf(site, 'eve')).toMatchObject({ counters: {}, ids: { anonymousIds: ['evil'] } });
    expect(await userOf(site, 'mira')).toMatchObject({ counters: { purchase: 1, search: 1 } });
  });

  it('brings its own to the person, and any other by word of the server', async () => {
    const site = await proving();
    await sendBatch(site, [track('phone', 'search'), track('laptop', 'login')]);
    const token = await proof(site, 'mira');
    await sendBatch(site, [alias('mira', 'phone', { anonymousId: 'phone', token })]);
    await fromServer(site, [alias('mira', 'laptop')]);
    expect(await userOf(site, 'mira')).toMatchObject({ counters: { search: 1, login: 1 } });
  });
});

describe('an e-mail whose owner was erased', () => {
  it('leads to him again when he comes back at once', async () => {
    const site = await makeSite();
    const identify = { type: 'identify', userId: 'mira', traits: { email: EMAIL } };
    await fromServer(site, [{ ...identify, messageId: '1' }]);
    expect((await api('DELETE', `/api/sites/${site.id}/profiles/user:mira`)).status).toBe(200);
    await fromServer(site, [{ ...identify, messageId: '2' }]);
    await sendBatch(site, [{ ...track('phone'), type: 'identify', traits: { email: EMAIL } }]);
    expect(await profileOf(site, 'phone')).toMatchObject({ ids: { userId: 'mira' } });
  });
});

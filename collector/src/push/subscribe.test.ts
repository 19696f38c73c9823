import { describe, expect, it } from 'vitest';
import {
  arrived,
  deviceObject,
  identify,
  makeSite,
  personObject,
  proof,
  SECRET,
  sendBatch,
  standing,
  stateIn,
  type TestSite,
} from '../../../test/support/workerd/collector.ts';
import { subscribe } from '../../../test/support/workerd/push-service.ts';

const endpointsOf = async (object: Parameters<typeof stateIn>[0]) =>
  (await stateIn(object)).subscriptions.map(({ endpoint }) => endpoint);
const proving = (identity: string) => makeSite({ identity, identitySecrets: [SECRET] });
/** Somebody who has proven who he is, on one device. */
async function mira(site: TestSite) {
  const token = await proof(site, 'mira');
  const { visitor } = await sendBatch(site, [identify('laptop', 'mira', {}, { token })]);
  return { object: await personObject(site, 'mira'), token: visitor.token };
}

describe.each(['optional', 'required'])('where identity is %s, what is sent to somebody', (identity) => {
  it('cannot be turned to the browser of a stranger who knows an id of his', async () => {
    const site = await proving(identity);
    const { object, token } = await mira(site);
    const own = await subscribe(site, 'laptop', { token });
    await expect(subscribe(site, 'laptop')).rejects.toThrow('Somebody is known on this device');
    await expect(subscribe(site, 'laptop', { token: `${token}x` })).rejects.toThrow('Somebody');
    const { visitor } = await sendBatch(site, [
      identify('other', 'eve', {}, { token: await proof(site, 'eve') }),
    ]);
    await expect(subscribe(site, 'laptop', { token: visitor.token })).rejects.toThrow('Somebody');
    expect(await endpointsOf(object)).toEqual([own]);
  });

  it('still reaches a browser that renews its subscription while nobody is there', async () => {
    const site = await proving(identity);
    const { object, token } = await mira(site);
    const before = await subscribe(site, 'laptop', { token });
    const after = await subscribe(site, 'laptop', { replaces: before });
    expect(await endpointsOf(object)).toEqual([after]);
  });
});

it('a visitor of whom nothing is known needs no token', async () => {
  const site = await proving('required');
  const endpoint = await subscribe(site, 'v');
  expect(await endpointsOf(deviceObject(site, 'v'))).toEqual([endpoint]);
});

it('browsers that cannot tell who they are do not become one visitor', async () => {
  const site = await makeSite();
  await expect(subscribe(site, 'undefined')).rejects.toThrow('names nobody');
});

it('a browser is sent what its present visitor is told, and nothing of the one before', async () => {
  const site = await makeSite();
  const endpoint = 'https://fcm.googleapis.com/fcm/send/one-browser';
  await subscribe(site, 'before', {}, endpoint);
  await subscribe(site, 'other');
  await arrived();
  await subscribe(site, 'after', {}, endpoint);
  expect(await endpointsOf(deviceObject(site, 'before'))).toEqual([]);
  expect(await endpointsOf(deviceObject(site, 'after'))).toEqual([endpoint]);
  expect(await endpointsOf(deviceObject(site, 'other'))).toHaveLength(1);
  const rows = await standing(site, 'subscription');
  expect(rows.filter((row) => row.endpoint === endpoint).map(({ anonymousId }) => anonymousId)).toEqual([
    'after',
  ]);
});

it('a visitor who subscribes over and over again does not fill the database', async () => {
  const site = await makeSite();
  for (let n = 0; n < 25; n++) await subscribe(site, 'v');
  expect(await standing(site, 'subscription')).toHaveLength(20);
});

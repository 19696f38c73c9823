import { runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  api,
  arrived,
  at,
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
  post,
  profileOf,
  proof,
  rowsIn,
  SECRET,
  sendBatch,
  storedEvents,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { Profile } from './profile.ts';
import { contactNames, deviceName } from './profile-name.ts';

const OPTIONAL = { identity: 'optional', identitySecrets: [SECRET] };

afterEach(() => {
  vi.restoreAllMocks();
});

/** Does something when a method of an object is called next: before it, or after. */
function meanwhile(
  method: 'forgetDevice' | 'leave' | 'settle' | 'takeBack',
  when: 'before' | 'after',
  act: () => Promise<unknown>,
) {
  // Whatever it takes and returns is passed through.
  const name = method as 'forgetDevice';
  const original = Profile.prototype[name];
  return vi.spyOn(Profile.prototype, name).mockImplementationOnce(async function (this: Profile, ...args) {
    if (when === 'before') await act();
    const result = await original.apply(this, args);
    if (when === 'after') await act();
    return result;
  });
}

const disown = async (site: TestSite, anonymousId: string) => {
  const path = `/api/sites/${site.id}/profiles/user:mira/disown`;
  expect((await api('POST', path, { anonymousId })).status).toBe(200);
};

describe('a device that is given back by the person to whom it did not belong', () => {
  it('keeps what it says meanwhile', async () => {
    const site = await makeSite();
    await sendBatch(site, [track('shared', 'add_to_cart'), identify('shared', 'mira')]);
    const { token } = (await sendBatch(site, [track('shared')])).visitor;
    const late = track('shared', 'search');
    meanwhile('takeBack', 'before', () => sendBatch(site, [late], { token }));
    await disown(site, 'shared');
    expect(await storedEvents(site)).toContain(late.messageId);
    expect((await profileOf(site, 'shared'))?.counters).toEqual({ add_to_cart: 1, view_item: 1, search: 1 });
  });

  it.each([
    ['leave', 'before'],
    ['leave', 'after'],
    ['takeBack', 'before'],
    ['takeBack', 'after'],
    ['settle', 'before'],
  ] as const)(
    'stays with somebody who logs in meanwhile, who gets nothing of the past: %s, %s',
    async (method, when) => {
      const site = await makeSite();
      await sendBatch(site, [track('shared', 'add_to_cart'), identify('shared', 'mira')]);
      const spy = meanwhile(method, when, () => sendBatch(site, [identify('shared', 'noor')]));
      await disown(site, 'shared');
      expect(spy).toHaveBeenCalled();
      await sendBatch(site, [track('shared', 'search')]);
      expect((await personOf(site, 'noor'))?.counters).toEqual({ search: 1 });
    },
  );

  it('has its sessions and orders to itself in reports', async () => {
    const site = await makeSite();
    const purchase = { properties: { transaction_id: 'T', value: 5 } };
    const long = Date.now() - 3 * 60 * MINUTE;
    await sendBatch(site, [
      track('shared', 'purchase', { ...at(long), ...purchase }),
      identify('shared', 'mira'),
    ]);
    await sendBatch(site, [identify('phone', 'mira')]);
    await disown(site, 'shared');
    await runDurableObjectAlarm(deviceObject(site, 'shared'));
    await runDurableObjectAlarm(await personObject(site, 'mira'));
    for (const kind of ['session', 'order']) {
      const rows = (await facts(site, kind)).filter(({ row }) => row !== null);
      expect(rows.map(({ profile }) => profile)).toEqual([deviceName(site.id, 'shared')]);
    }
  });
});

describe('a person who is erased', () => {
  it('leaves nothing on a device that is somebody else’s by now', async () => {
    const site = await makeSite(OPTIONAL);
    await sendBatch(site, [identify('d', 'mira', { secret: 'of mira' })]);
    await sendBatch(site, [identify('d', 'noor', {}, { token: await proof(site, 'noor') })]);
    expect(JSON.stringify(await rowsIn(deviceObject(site, 'd')))).toContain('of mira');
    await api('DELETE', `/api/sites/${site.id}/profiles/user:mira`);
    expect(JSON.stringify(await rowsIn(deviceObject(site, 'd')))).not.toContain('of mira');
    expect(JSON.stringify(await rowsIn(await personObject(site, 'mira')))).not.toContain('of mira');
  });

  it('leaves nothing at the phone that led to the e-mail that led to her', async () => {
    const site = await makeSite();
    const phone = '+4930123456';
    const email = 'mira@example.com';
    await fromServer(site, [{ type: 'identify', traits: { email, phone }, messageId: 'a' }]);
    await fromServer(site, [
      { type: 'track', event: 'purchase', messageId: 'b', properties: { phone, value: 3 } },
    ]);
    await fromServer(site, [{ type: 'identify', userId: 'mira', traits: { email }, messageId: 'c' }]);
    const [name = ''] = await contactNames(site.id, { phone }, env.SIGNING_KEY);
    expect(await rowsIn(env.PROFILES.getByName(name))).not.toEqual({});
    await api('DELETE', `/api/sites/${site.id}/profiles/user:mira`);
    expect(await rowsIn(env.PROFILES.getByName(name))).toEqual({});
  });

  it('is not brought back by a device that leaves her', async () => {
    const site = await makeSite();
    const mira = await personObject(site, 'mira');
    await mira.detach({ anonymousId: 'd', epoch: 5 });
    expect(await rowsIn(mira)).toEqual({});
  });
});

describe('a device that speaks while it is being forgotten', () => {
  const speak = async (site: TestSite, batch: object[]) => {
    const response = await post(site, '/v1/batch', { writeKey: site.browserKey, batch });
    // It sends this again, and is a new visitor then.
    expect(response.status).toBe(503);
  };

  it('is not taken for somebody else’s, who would keep what it said', async () => {
    const site = await makeSite();
    vi.spyOn(console, 'error').mockImplementation(() => {});
    await sendBatch(site, [track('d'), identify('d', 'mira')]);
    const spy = meanwhile('forgetDevice', 'after', () =>
      speak(site, [identify('d', 'noor'), track('d', 'search')]),
    );
    expect((await forgetVisitor(site, 'd')).status).toBe(200);
    expect(spy).toHaveBeenCalled();
    expect(await personOf(site, 'noor')).toBeNull();
    expect(await storedEvents(site)).toEqual([]);
  });

  it('leaves nothing with the person whom it claims to be', async () => {
    const site = await makeSite(OPTIONAL);
    vi.spyOn(console, 'error').mockImplementation(() => {});
    await fromServer(site, [{ type: 'identify', userId: 'mira', traits: { name: 'Mira' }, messageId: 'a' }]);
    await sendBatch(site, [identify('d', 'mira')]);
    const spy = meanwhile('forgetDevice', 'after', () => speak(site, [track('d', 'search')]));
    expect((await forgetVisitor(site, 'd')).status).toBe(200);
    expect(spy).toHaveBeenCalled();
    expect(await personOf(site, 'mira')).toMatchObject({ traits: { name: 'Mira' } });
    expect((await personOf(site, 'mira'))?.counters).toEqual({});
    expect(await storedEvents(site)).toEqual(['a']);
  });

  it('leaves no session in reports, also where its person has more than his profile shows', async () => {
    const site = await makeSite();
    const visits = (device: string, count: number, from: number) =>
      Array.from({ length: count }, (_, i) =>
        track(device, 'search', at(Date.now() - (from + i) * 60 * MINUTE)),
      );
    await sendBatch(site, [identify('gone', 'mira'), ...visits('gone', 50, 400)]);
    await sendBatch(site, [identify('phone', 'mira')]);
    for (const from of [1, 101, 201]) await sendBatch(site, visits('phone', 100, from));
    expect((await forgetVisitor(site, 'gone')).status).toBe(200);
    await arrived();
    await runDurableObjectAlarm(await personObject(site, 'mira'));
    const left = env.DB.prepare(
      "SELECT count(*) AS n FROM sessions WHERE site = ? AND anonymous_id = 'gone'",
    );
    expect(await left.bind(site.id).first('n')).toBe(0);
  });
});

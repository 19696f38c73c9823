import { describe, expect, it } from 'vitest';
import {
  DAY,
  env,
  eventsOf,
  fromServer,
  identify,
  makeSite,
  personOf,
  profileOf,
  proof,
  readProfile,
  SECRET,
  sendBatch,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { contactNames, deviceName, personName } from '../profile/profile-name.ts';
import { visitorReference, withReference } from './visitor-reference.ts';

const EMAIL = 'mira@example.com';
const bought = () => ({
  type: 'track',
  messageId: crypto.randomUUID(),
  event: 'purchase',
  properties: { transaction_id: crypto.randomUUID(), value: 5, currency: 'USD', email: EMAIL },
});
const view = (device: string, url: string, more: object = {}) => ({
  ...{ type: 'page', messageId: crypto.randomUUID(), anonymousId: device },
  ...{
    timestamp: new Date().toISOString(),
    context: { page: { url, path: '/', referrer: url, search: new URL(url).search } },
  },
  ...more,
});

async function leadsName(site: TestSite): Promise<string> {
  const [name = ''] = await contactNames(site.id, { email: EMAIL }, env.SIGNING_KEY);
  return name;
}
async function link(site: TestSite, name?: string, now = Date.now()): Promise<string> {
  const token = await visitorReference(site.id, name ?? (await leadsName(site)), now, env.SIGNING_KEY);
  return withReference('https://shop.example/cart?a=1#top', token ?? '');
}

describe('who opens the link in a message', () => {
  it('is known on that device as whom it was sent to, and no address keeps the reference', async () => {
    const site = await makeSite();
    await fromServer(site, [bought()]);
    await sendBatch(site, [view('phone', await link(site)), track('phone', 'add_to_wishlist')]);
    const lead = await readProfile(site, `email:${EMAIL}`);
    expect(lead).toMatchObject({ counters: { page_view: 1, add_to_wishlist: 1, purchase: 1 } });
    expect(await profileOf(site, 'phone')).toEqual(lead);
    const stored = await eventsOf(site);
    expect(JSON.stringify(stored)).not.toContain('beckon_ref');
    expect(stored).toContainEqual(
      expect.objectContaining({
        context: expect.objectContaining({
          page: expect.objectContaining({ url: 'https://shop.example/cart?a=1#top', search: '?a=1' }),
        }),
      }),
    );
  });

  it('is known by the user id, too', async () => {
    const site = await makeSite();
    await sendBatch(site, [identify('laptop', 'mira')]);
    const url = await link(site, await personName(site.id, 'mira', env.SIGNING_KEY));
    await sendBatch(site, [view('phone', url)]);
    expect(await personOf(site, 'mira')).toMatchObject({ counters: { page_view: 1 } });
  });

  it('and is somebody else on that device already stays so', async () => {
    const site = await makeSite();
    await fromServer(site, [bought()]);
    await sendBatch(site, [identify('phone', 'noor')]);
    await sendBatch(site, [view('phone', await link(site)), track('phone')]);
    expect(await readProfile(site, `email:${EMAIL}`)).not.toHaveProperty('counters.page_view');
    expect(await personOf(site, 'noor')).toMatchObject({ counters: { page_view: 1, view_item: 1 } });
    const lent = identify('tablet', null, { email: 'noor@example.com' });
    await sendBatch(site, [lent]);
    await sendBatch(site, [view('tablet', await link(site)), track('tablet')]);
    expect(await readProfile(site, `email:${EMAIL}`)).not.toHaveProperty('counters.page_view');
    expect(await readProfile(site, 'email:noor@example.com')).toMatchObject({ counters: { page_view: 1 } });
  });

  it('and says who he is becomes that, and leaves the other', async () => {
    const site = await makeSite();
    await fromServer(site, [bought()]);
    await sendBatch(site, [
      view('phone', await link(site)),
      identify('phone', 'noor'),
      track('phone', 'search'),
    ]);
    expect(await personOf(site, 'noor')).toMatchObject({ counters: { search: 1 } });
    expect(await readProfile(site, `email:${EMAIL}`)).not.toHaveProperty('counters.search');
  });

  it('is nobody where the site wants proof', async () => {
    const site = await makeSite({ identity: 'required', identitySecrets: [SECRET] });
    const token = await proof(site, 'mira');
    await sendBatch(site, [identify('laptop', 'mira', {}, { token })]);
    const url = await link(site, await personName(site.id, 'mira', env.SIGNING_KEY));
    await sendBatch(site, [view('phone', url)]);
    expect(await personOf(site, 'mira')).not.toHaveProperty('counters.page_view');
    expect(await profileOf(site, 'phone')).toMatchObject({ counters: { page_view: 1 } });
  });
});

describe('a reference counts for nothing', () => {
  it.each<[string, (site: TestSite) => Promise<object>]>([
    [
      'when it is forged',
      async (site) =>
        view(
          'phone',
          (await link(site)).replace(/.(?=#)/, (last) => (last === 'A' ? 'B' : 'A')),
        ),
    ],
    ['when it is too old', async (site) => view('phone', await link(site, undefined, Date.now() - 62 * DAY))],
    ['of another site', async (site) => view('phone', await link(await makeSite(), await leadsName(site)))],
    ['when it is cut', async (site) => view('phone', (await link(site)).replace(/.{5}(?=#)/, ''))],
    ['when it is nonsense', async () => view('phone', 'https://shop.example/?beckon_ref=u.1.x')],
    [
      'in another event',
      async (site) => track('phone', 'search', { context: { page: { url: await link(site) } } }),
    ],
  ])('%s', async (_, message) => {
    const site = await makeSite();
    await fromServer(site, [bought()]);
    await sendBatch(site, [await message(site)]);
    expect(Object.keys((await readProfile(site, `email:${EMAIL}`))?.counters ?? {})).toEqual(['purchase']);
    expect(JSON.stringify(await eventsOf(site))).not.toContain('beckon_ref');
  });

  it('of a device, which names nobody', async () => {
    expect(await visitorReference('s', deviceName('s', 'v'), 0, env.SIGNING_KEY)).toBeNull();
  });
});

import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  api,
  DAY,
  env,
  fromServer,
  identify,
  makeSite,
  personOf,
  readProfile,
  sendBatch,
  type TestSite,
} from '../../../test/support/workerd/collector.ts';
import { contactNames, deviceName } from '../profile/profile-name.ts';
import { loadSite } from '../sites.ts';
import { preferencesLink, unsubscribeLink } from './link.ts';
import { languageFor } from './texts.ts';

const EMAIL = 'mira@example.com';
let ticks = 0;
const consent = (state: string, more: object = {}) => ({
  ...{ type: 'track', messageId: crypto.randomUUID(), event: 'consent_updated' },
  timestamp: new Date(Date.now() - 60_000 + ticks++).toISOString(),
  properties: { channel: 'email', state, email: EMAIL, ...more },
});
const topics = [
  { id: 'offers', name: { en: 'Offers & <deals>', de: 'Angebote' } },
  { id: 'news', name: { en: 'News' } },
];

async function subscribed(settings: object = {}) {
  const site = await makeSite({ name: 'Tea & Co', topics, ...settings });
  await fromServer(site, [consent('granted', { text: 'Yes' })]);
  const [name = ''] = await contactNames(site.id, { email: EMAIL }, env.SIGNING_KEY);
  return { site, name, link: await linkTo(site, name) };
}
async function linkTo(site: TestSite, name: string, now = Date.now()): Promise<string> {
  const loaded = await loadSite(env, site.id, Date.now());
  const link = loaded && (await preferencesLink(loaded, name, now, env.SIGNING_KEY));
  if (!link) throw new Error('There is no link.');
  return link;
}
const get = (link: string, language = 'en') =>
  exports.default.fetch(link, { headers: { 'Accept-Language': language } });
const post = (link: string, form: Record<string, string> | [string, string][]) =>
  exports.default.fetch(link, { method: 'POST', body: new URLSearchParams(form) });
const consentsOf = async (site: TestSite) => {
  const profile = await readProfile(site, `email:${EMAIL}`);
  return { ...(profile?.consents as object | undefined), topics: profile?.topicConsents };
};

describe('the preference page', () => {
  it('shows what holds, with nothing that a mail or a neighbour should not read, and no script', async () => {
    const { link } = await subscribed();
    const response = await get(link);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain('<html lang="en" dir="ltr">');
    expect(html).toContain('Tea &amp; Co');
    expect(html).toContain('Offers &amp; &lt;deals&gt;');
    expect(html).toContain('m•••@example.com');
    expect(html).not.toContain(EMAIL);
    expect(html).toMatch(/name="channel" value="email" checked/);
    expect(html).not.toContain('<script');
    const policy = response.headers.get('Content-Security-Policy');
    expect(policy).toMatch(/^default-src 'none'; style-src 'nonce-[\w-]{22}'; form-action 'self'/);
    expect(html).toContain(`<style nonce="${/nonce-([\w-]+)/.exec(policy ?? '')?.[1]}"`);
    expect(response.headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
    expect(decodeURIComponent(link)).not.toContain('mira');
  });

  it('speaks the language of its reader', async () => {
    const { link } = await subscribed({ language: 'pl' });
    expect(await (await get(link, 'de-AT,de;q=0.9')).text()).toContain('Angebote');
    expect(await (await get(link, 'ar')).text()).toContain('<html lang="ar" dir="rtl">');
    expect(await (await get(link, 'fr, ja;q=0.5')).text()).toContain('<html lang="pl"');
    expect(languageFor('fr;q=1, uk;q=0.2, hr;q=0.8', 'en')).toBe('hr');
    expect(languageFor('en;q=0, xx', 'zz')).toBe('en');
  });

  it('changes nothing when it is opened, also by the link of one click', async () => {
    const { site, link } = await subscribed();
    const before = await readProfile(site, `email:${EMAIL}`);
    await get(unsubscribeLink(link, 'email', null));
    await exports.default.fetch(link, { method: 'HEAD' });
    expect(await readProfile(site, `email:${EMAIL}`)).toEqual(before);
  });

  it('saves what is chosen, says what holds now, and is in the history', async () => {
    const { site, link } = await subscribed();
    const off = await (
      await post(link, [
        ['shown', 'email'],
        ['channel', 'email'],
        ['topic', 'email/news'],
      ])
    ).text();
    expect(off).toContain('role="status"');
    expect(off).not.toMatch(/value="email\/offers" checked/);
    expect(await consentsOf(site)).toMatchObject({
      email: { state: 'granted' },
      topics: {
        email: { offers: { state: 'withdrawn', by: 'server', source: 'preferences', address: EMAIL } },
      },
    });
    await post(link, { shown: 'email' });
    expect(await consentsOf(site)).toMatchObject({ email: { state: 'withdrawn', source: 'preferences' } });
    const timeline = await api('GET', `/api/sites/${site.id}/profiles/email:${EMAIL}/timeline`);
    const { items } = await timeline.json<{ items: { message: { event: string } }[] }>();
    expect(items.filter(({ message }) => message.event === 'consent_updated')).toHaveLength(3);
  });

  it('ends what no import begins again, and begins it again itself', async () => {
    const { site, link } = await subscribed();
    await post(link, { end: 'all' });
    const later = { timestamp: new Date(Date.now() + 1_000).toISOString() };
    await fromServer(site, [{ ...consent('granted'), ...later }]);
    expect(await consentsOf(site)).toMatchObject({ email: { state: 'withdrawn' } });
    await post(link, [
      ['shown', 'email'],
      ['channel', 'email'],
      ['topic', 'email/news'],
      ['topic', 'email/offers'],
    ]);
    expect(await consentsOf(site)).toMatchObject({ email: { state: 'granted' } });
  });

  it('ends one subscription by one click in a mail program, and once only', async () => {
    const { site, link } = await subscribed();
    const oneClick = { 'List-Unsubscribe': 'One-Click' };
    expect((await post(unsubscribeLink(link, 'email', 'offers'), oneClick)).status).toBe(200);
    expect(await consentsOf(site)).toMatchObject({
      email: { state: 'granted' },
      topics: { email: { offers: { state: 'withdrawn' } } },
    });
    const multipart = new FormData();
    multipart.set('List-Unsubscribe', 'One-Click');
    const url = unsubscribeLink(link, 'email', null);
    const response = await exports.default.fetch(url, { method: 'POST', body: multipart });
    expect(await response.text()).toContain('You are unsubscribed');
    expect(await consentsOf(site)).toMatchObject({ email: { state: 'withdrawn' } });
  });

  it('of an address speaks for the person that it turned out to be', async () => {
    const { site, link } = await subscribed();
    await sendBatch(site, [identify('phone', 'mira', { email: EMAIL })]);
    await post(link, { end: 'all' });
    expect(await personOf(site, 'mira')).toMatchObject({ consents: { email: { state: 'withdrawn' } } });
  });

  it('of a device works, too', async () => {
    const site = await makeSite();
    const update = {
      ...consent('granted'),
      anonymousId: 'v',
      properties: { channel: 'push', state: 'granted' },
    };
    await sendBatch(site, [update]);
    const link = await linkTo(site, deviceName(site.id, 'v'));
    expect(await (await post(link, { end: 'all' })).text()).toContain('role="status"');
    expect(await readProfile(site, 'anonymous:v')).toMatchObject({
      consents: { push: { state: 'withdrawn' } },
    });
  });
});

describe('a link that does not work', () => {
  it('is answered by a page that says so', async () => {
    const { name, site, link } = await subscribed();
    const other = link.slice(0, -1) + (link.endsWith('A') ? 'B' : 'A');
    for (const forged of [other, 'http://collector.test/v1/preferences/x', `${link}.x`, link.slice(0, -9)]) {
      for (const response of [await get(forged), await post(forged, { end: 'all' })]) {
        expect(response.status).toBe(404);
        expect(await response.text()).toContain('<h1>This link does not work</h1>');
      }
    }
    const old = await get(await linkTo(site, name, Date.now() - 366 * DAY), 'de');
    expect(old.status).toBe(410);
    expect(await old.text()).toContain('Dieser Link ist zu alt');
    expect(await consentsOf(site)).toMatchObject({ email: { state: 'granted' } });
  });

  it('is that of somebody who was erased, and brings nothing back', async () => {
    const { site, link } = await subscribed();
    await api('DELETE', `/api/sites/${site.id}/profiles/email:${EMAIL}`);
    expect((await get(link)).status).toBe(404);
    expect((await post(link, { end: 'all' })).status).toBe(404);
    expect(await readProfile(site, `email:${EMAIL}`)).toBeNull();
  });

  it('takes no form that is far too large', async () => {
    const { link } = await subscribed();
    expect((await post(link, { x: 'x'.repeat(520_000) })).status).toBe(413);
  });
});

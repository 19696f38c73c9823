import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  api,
  arrived,
  DAY,
  deviceObject,
  env,
  forgetVisitor,
  fromServer,
  identify,
  makeSite,
  personObject,
  personOf,
  profileOf,
  proof,
  readProfile,
  SECRET,
  sendBatch,
  standing,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { armedBy, claimPopup, NO_LIMITS, popup, publish } from '../../../test/support/workerd/popups.ts';
import { countRows } from '../../../test/support/workerd/rows-written.ts';

const EMAIL = 'mira@example.com';
const TEXT = 'Yes, send me the newsletter.';
const WELCOME = [
  { type: 'field', name: 'mail', input: 'email', label: 'E-mail', required: true },
  { type: 'field', name: 'news', input: 'checkbox', label: TEXT, consent: 'email', doubleOptIn: true },
  { type: 'button', text: 'Send', action: 'submit' },
];

afterEach(() => {
  vi.useRealTimers();
});

async function shop(settings: object = {}): Promise<TestSite> {
  const site = await makeSite({ ...NO_LIMITS, ...settings });
  await publish(site, 'campaigns', popup('welcome', {}, WELCOME));
  return site;
}
const proving = (identity: string) => ({ identity, identitySecrets: [SECRET] });

let ticks = 0;
/** Later than the one before. */
const stamp = () => ({ timestamp: new Date(Date.now() + ticks++).toISOString() });

function form(device: string, fields: object = {}, more: object = {}) {
  const properties = {
    ...{ campaign: 'welcome@1', variant: 'a', message_id: 'm', step: '', locale: 'en' },
    fields: { mail: EMAIL, news: true, ...fields },
    inputs: { mail: 'email', news: 'checkbox' },
    consents: [{ channel: 'email', field: 'news', text: TEXT }],
  };
  return { ...track(device, 'form_submitted', { ...stamp(), ...more }), properties };
}
const update = (device: string, state: string, more: object = {}) =>
  track(device, 'consent_updated', { properties: { channel: 'email', state }, ...stamp(), ...more });
/** By the shop's server, when the link in the mail was clicked. */
const confirmed = (email = EMAIL) => ({
  type: 'track',
  messageId: crypto.randomUUID(),
  event: 'consent_updated',
  properties: { channel: 'email', state: 'granted', email },
  ...stamp(),
});
const byEmail = (site: TestSite) => readProfile(site, `email:${EMAIL}`);

describe('the newsletter form', () => {
  it('makes a lead of a visitor by the e-mail in it, whatever the field is called, and keeps the text', async () => {
    const site = await shop();
    const sent = form('phone', { mail: ` ${EMAIL.toUpperCase()}`, hidden: 'x' });
    const answer = await sendBatch(site, [sent]);
    expect(answer).toMatchObject({ rejected: [], warnings: [expect.stringContaining('"hidden"')] });
    const lead = await byEmail(site);
    expect(lead).toMatchObject({
      identifiers: { email: EMAIL },
      traits: {},
      consents: {
        email: {
          state: 'pending',
          at: sent.timestamp,
          by: 'browser',
          source: 'welcome@1',
          text: TEXT,
          reported: false,
          address: EMAIL,
          claimed: true,
        },
      },
    });
    expect(await profileOf(site, 'phone')).toEqual(lead);
    await fromServer(site, [confirmed()]);
    expect(await byEmail(site)).toMatchObject({
      consents: { email: { state: 'granted', by: 'server', text: null, claimed: false } },
    });
  });

  it('with an address that is corrected in the same popup makes nobody else of its visitor, who loses nothing', async () => {
    const site = await shop();
    const typo = 'mira@exmaple.com';
    const cart = { items: [{ item_id: 'tea', price: 5, quantity: 1 }] };
    await sendBatch(site, [track('phone', 'cart_updated', { properties: cart, ...stamp() })]);
    const [armed] = (await sendBatch(site, [track('phone')])).messages;
    expect(await claimPopup(site, armed, 'phone')).toMatchObject({ show: true });
    await sendBatch(site, [form('phone', { mail: typo })]);
    await sendBatch(site, [form('phone')]);
    const lead = await byEmail(site);
    expect(lead).toMatchObject({
      identifiers: { email: EMAIL },
      cart: { items: [{ item_id: 'tea' }] },
      counters: { form_submitted: 2 },
      consents: { email: { state: 'pending', address: EMAIL } },
    });
    expect(await profileOf(site, 'phone')).toEqual(lead);
    // The cap is the visitor's still.
    expect(await armedBy(site, [track('phone')])).toEqual([]);
    await sendBatch(site, [track('phone', 'search')]);
    expect(await byEmail(site)).toMatchObject({ counters: { search: 1 } });
    const mistaken = await readProfile(site, `email:${typo}`);
    expect(mistaken).toMatchObject({ counters: { form_submitted: 1 } });
    expect(mistaken).not.toHaveProperty('counters.search');
  });

  it('in another popup, with the address of another, is somebody else’s', async () => {
    const site = await shop();
    await sendBatch(site, [form('phone')]);
    const other = form('phone', { mail: 'noor@example.com' });
    await sendBatch(site, [{ ...other, properties: { ...other.properties, message_id: 'n' } }]);
    expect(await byEmail(site)).toMatchObject({ counters: { form_submitted: 1 } });
    expect(await readProfile(site, 'email:noor@example.com')).toMatchObject({
      counters: { form_submitted: 1 },
    });
  });

  it('of a draft that is tried out makes nobody, and no consent', async () => {
    const site = await shop();
    const tried = form('phone');
    await sendBatch(site, [{ ...tried, properties: { ...tried.properties, campaign: 'welcome@draft' } }]);
    expect(await byEmail(site)).toBeNull();
    expect(await profileOf(site, 'phone')).toMatchObject({ identifiers: {}, consents: {} });
  });

  it('of a customer is his when he logs in, and the confirmed e-mail with it', async () => {
    const site = await shop();
    await sendBatch(site, [form('phone')]);
    await sendBatch(site, [identify('phone', 'mira', { email: EMAIL })]);
    expect(await personOf(site, 'mira')).toMatchObject({
      consents: { email: { state: 'pending', claimed: false } },
    });
    await sendBatch(site, [update('phone', 'granted')]);
    expect(await personOf(site, 'mira')).toMatchObject({ consents: { email: { state: 'pending' } } });
    await fromServer(site, [confirmed()]);
    expect(await personOf(site, 'mira')).toMatchObject({
      consents: { email: { state: 'granted', text: TEXT, claimed: false } },
    });
    await sendBatch(site, [update('phone', 'withdrawn')]);
    expect(await personOf(site, 'mira')).toMatchObject({ consents: { email: { state: 'withdrawn' } } });
  });

  it('off: filled in with the address of a customer is the customer’s, behind what is known of her', async () => {
    const site = await shop();
    await sendBatch(site, [identify('laptop', 'mira', { email: EMAIL }), update('laptop', 'withdrawn')]);
    await sendBatch(site, [form('stranger')]);
    expect(await personOf(site, 'mira')).toMatchObject({
      counters: { form_submitted: 1 },
      consents: { email: { state: 'withdrawn', claimed: false } },
    });
  });

  it('optional: grants nothing in the name of a customer who is proven, and stops only what goes to an address that is named', async () => {
    const site = await shop(proving('optional'));
    const token = await proof(site, 'mira', { email: EMAIL });
    await sendBatch(site, [identify('laptop', 'mira', { email: EMAIL }, { token }), form('laptop')]);
    for (const forged of [
      form('thief', {}, { userId: 'mira' }),
      update('thief', 'granted', { userId: 'mira' }),
    ])
      await sendBatch(site, [forged]);
    expect(await personOf(site, 'mira')).toMatchObject({
      consents: { email: { state: 'pending', claimed: false } },
    });
    await sendBatch(site, [update('thief', 'withdrawn', { userId: 'mira' })]);
    expect(await personOf(site, 'mira')).toMatchObject({
      consents: { email: { state: 'pending', claimed: false } },
    });
    const properties = { channel: 'email', state: 'withdrawn', email: EMAIL };
    await sendBatch(site, [track('thief', 'consent_updated', { properties, ...stamp() })]);
    expect(await personOf(site, 'mira')).toMatchObject({
      consents: { email: { state: 'withdrawn', claimed: true } },
    });
    const again = confirmed();
    await fromServer(site, [confirmed(), { ...again, properties: { ...again.properties, opt_in: true } }]);
    expect(await personOf(site, 'mira')).toMatchObject({
      consents: { email: { state: 'granted', claimed: false } },
    });
  });

  it('required: stays with the device that filled it in, until it proves whose it is', async () => {
    const site = await shop(proving('required'));
    const token = await proof(site, 'mira', { email: EMAIL });
    await sendBatch(site, [identify('laptop', 'mira', { email: EMAIL }, { token })]);
    await sendBatch(site, [form('phone'), update('phone', 'withdrawn', { userId: 'mira' })]);
    expect(await personOf(site, 'mira')).toMatchObject({ consents: {}, counters: {} });
    expect(await profileOf(site, 'phone')).toMatchObject({ consents: { email: { state: 'withdrawn' } } });
    await sendBatch(site, [form('phone')]);
    await sendBatch(site, [identify('phone', 'mira', {}, { token })]);
    expect(await personOf(site, 'mira')).toMatchObject({
      consents: { email: { state: 'pending', claimed: false } },
    });
  });

  it('that a shop sends by itself is stored letter by letter, and agrees to nothing', async () => {
    const site = await shop();
    const properties = { email: EMAIL, fields: { x: [1] }, consents: [{ channel: 'email' }] };
    const own = { ...confirmed(), event: 'form_submitted', properties };
    await fromServer(site, [own]);
    expect(await byEmail(site)).toMatchObject({ identifiers: { email: EMAIL }, consents: {} });
    const { events } = await (await api('GET', `/api/sites/${site.id}/events`)).json<{ events: object[] }>();
    await arrived();
    expect(events).toEqual([expect.objectContaining({ properties })]);
  });

  it('costs no more than any event', async () => {
    const site = await shop();
    const rows = await runInDurableObject(env.PROFILES.getByName('meter'), (_, { storage }) =>
      countRows(storage, env.DB),
    );
    await sendBatch(site, [track('v')]);
    const before = { ...rows };
    await sendBatch(site, [form('v', { mail: '' }), update('v', 'withdrawn')]);
    expect([rows.object - before.object, rows.d1 - before.d1]).toEqual([1, 1]);
  });
});

describe('what somebody agreed to', () => {
  it('is still known when its details are folded away, the object has slept, and something comes late', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const site = await shop();
    await sendBatch(site, [identify('phone', 'mira', { email: EMAIL }), form('phone')]);
    await fromServer(site, [confirmed()]);
    for (let i = 0; i < 60; i++) await sendBatch(site, [track('phone')]);
    await arrived();
    const before = (await personOf(site, 'mira'))?.consents;
    expect(before).toMatchObject({ email: { state: 'granted', text: TEXT } });
    const mira = await personObject(site, 'mira');
    for (let i = 0; i < 3; i++) {
      vi.setSystemTime(Date.now() + 45 * DAY);
      await runDurableObjectAlarm(mira);
    }
    expect(
      await runInDurableObject(
        mira,
        (_, { storage: { sql } }) => sql.exec("SELECT 1 FROM profile WHERE k = 'base'").toArray().length,
      ),
    ).toBe(1);
    await evictDurableObject(mira);
    expect((await personOf(site, 'mira'))?.consents).toEqual(before);
    const old = { timestamp: '2026-01-01T00:00:00.000Z' };
    await fromServer(site, [
      { ...confirmed(), properties: { channel: 'email', state: 'withdrawn', email: EMAIL }, ...old },
    ]);
    expect((await personOf(site, 'mira'))?.consents).toEqual(before);
    await sendBatch(site, [update('phone', 'withdrawn')]);
    expect(await personOf(site, 'mira')).toMatchObject({ consents: { email: { state: 'withdrawn' } } });
  });

  it('is the same in whatever order it comes, from whatever device, before or after he logs in', async () => {
    const time = Date.now() - 60_000;
    const at = (seconds: number) => ({
      messageId: `m${seconds}`,
      timestamp: new Date(time + seconds * 1_000).toISOString(),
    });
    const fromDevices = [
      form('phone', {}, at(0)),
      identify('phone', 'mira', {}, at(1)),
      update('laptop', 'withdrawn', at(2)),
      form('laptop', {}, at(3)),
      identify('laptop', 'mira', {}, at(5)),
      form('phone', {}, at(6)),
      update('phone', 'granted', at(7)),
    ];
    const properties = { channel: 'email', state: 'granted' };
    const word = { ...confirmed(), userId: 'mira', properties, ...at(4) };
    const known = async (order: readonly object[]) => {
      const site = await shop();
      for (const message of order) {
        if (message === word) await fromServer(site, [message]);
        else await sendBatch(site, [message]);
      }
      const held = await api('GET', `/api/sites/${site.id}/profiles/user:mira/export`);
      const { profile, consents } = await held.json<{ profile: { consents: object }; consents: object }>();
      return { now: profile.consents, consents };
    };
    const all = [...fromDevices, word];
    const inOrder = await known(all.toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1)));
    expect(inOrder.now).toMatchObject({
      email: { state: 'granted', address: EMAIL, claimed: false },
    });
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(all, { minLength: all.length }), async (order) => {
        expect(await known(order)).toEqual(inOrder);
      }),
      { numRuns: 12 },
    );
  });

  it('can be proven by the export, and is in the timeline', async () => {
    const site = await shop();
    const ago = (ms: number) => ({ timestamp: new Date(Date.now() - ms).toISOString() });
    await sendBatch(site, [
      identify('phone', 'mira', { email: EMAIL }, ago(2_000)),
      form('phone', {}, ago(1_000)),
    ]);
    await fromServer(site, [confirmed()]);
    const path = `/api/sites/${site.id}/profiles/user:mira`;
    const held = await (await api('GET', `${path}/export`)).json();
    expect(held).toMatchObject({
      profile: { consents: { email: { state: 'granted' } } },
      consents: {
        email: [
          { said: 'pending', by: 'browser', source: 'welcome@1', text: TEXT, address: EMAIL, claimed: false },
          { said: 'granted', by: 'server', source: 'server', text: null, address: EMAIL, claimed: false },
        ],
      },
    });
    const { items } = await (await api('GET', `${path}/timeline`)).json<{ items: { message: object }[] }>();
    expect(items.map(({ message }) => message)).toMatchObject([
      { event: 'consent_updated' },
      { event: 'form_submitted', properties: { consents: [{ text: TEXT, doubleOptIn: true }] } },
      { type: 'identify' },
    ]);
  });

  it('goes when he is erased, or takes back that he may be known', async () => {
    const site = await shop();
    await sendBatch(site, [identify('phone', 'mira', { email: EMAIL }), form('phone')]);
    expect((await forgetVisitor(site, 'phone')).status).toBe(200);
    expect((await personOf(site, 'mira'))?.consents ?? {}).toEqual({});
    await sendBatch(site, [form('tablet')]);
    await api('DELETE', `/api/sites/${site.id}/profiles/email:${EMAIL}`);
    await sendBatch(site, [identify('new', null, { email: EMAIL })]);
    expect(await byEmail(site)).toMatchObject({ consents: {} });
  });

  it('is kept as long as the shop keeps anything, though he did nothing else', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const site = await shop();
    await sendBatch(site, [form('v', { mail: '' })]);
    vi.setSystemTime(Date.now() + 60 * DAY);
    await runDurableObjectAlarm(deviceObject(site, 'v'));
    expect(await profileOf(site, 'v')).toMatchObject({
      consents: { email: { state: 'pending', address: null } },
    });
  });

  it('spares him the popup that asks for it', async () => {
    const site = await makeSite(NO_LIMITS);
    const audience = { rule: { '!': { var: 'visitor.consents.email' } } };
    await publish(site, 'campaigns', popup('welcome', { audience }, WELCOME));
    expect(await armedBy(site, [track('v')])).toEqual([expect.stringContaining('welcome')]);
    await sendBatch(site, [form('v', { mail: '' })]);
    expect(await armedBy(site, [track('v')])).toEqual([]);
    await publish(
      site,
      'campaigns',
      popup('thanks', { audience: { rule: { '==': [{ var: 'visitor.consents.email' }, 'pending'] } } }),
    );
    expect(await armedBy(site, [track('v')])).toEqual([expect.stringContaining('thanks')]);
  });
});

describe('for reports', () => {
  it('a survey is counted in plain SQL: once per popup, with the comment that came later', async () => {
    const site = await makeSite(NO_LIMITS);
    const rating = { type: 'rating', name: 'nps', scale: 'nps', label: 'Would you recommend us?' };
    const send = { type: 'button', text: 'Send', action: 'submit' };
    await publish(site, 'campaigns', popup('nps', {}, [rating, send]));
    const score = (id: string, value: unknown, seconds: number, more: object = {}) =>
      track('v', 'survey_answered', {
        timestamp: new Date(Date.now() - 60_000 + seconds * 1_000).toISOString(),
        properties: {
          ...{ campaign: 'nps@1', variant: 'a', message_id: id, step: '', locale: 'en' },
          ...{ name: 'nps', scale: 'nps', score: value, question: 'Would you recommend us?', ...more },
        },
      });
    await sendBatch(site, [
      score('m1', 10, 1),
      score('m1', 10, 2, { comment: 'Lovely tea' }),
      score('m2', '9', 3),
      score('m3', 3, 4),
      score('m4', 8, 5),
      score('m5', 99, 6),
    ]);
    await arrived();
    const nps = await env.DB.prepare(
      `WITH answers AS (
         SELECT properties, row_number() OVER (
           PARTITION BY properties ->> 'message_id', properties ->> 'name' ORDER BY timestamp DESC, message_id DESC
         ) AS place
         FROM events WHERE site = ? AND event = 'survey_answered' AND properties ->> 'score' IS NOT NULL
       )
       SELECT json_extract(properties, '$.campaign') AS campaign, count(*) AS answers,
         100.0 * (sum(json_extract(properties, '$.score') >= 9) - sum(json_extract(properties, '$.score') <= 6)) / count(*) AS nps,
         group_concat(json_extract(properties, '$.comment')) AS comments
       FROM answers WHERE place = 1 GROUP BY campaign`,
    )
      .bind(site.id)
      .all();
    expect(nps.results).toEqual([{ campaign: 'nps@1', answers: 4, nps: 25, comments: 'Lovely tea' }]);
  });

  it('forms are counted by campaign, and their answers are columns', async () => {
    const site = await shop();
    await sendBatch(site, [form('v'), form('w', { mail: 'no' }), form('x', { mail: 'noor@example.com' })]);
    await arrived();
    const { results } = await env.DB.prepare(
      `SELECT properties ->> '$.campaign' AS campaign, count(*) AS forms, count(properties ->> '$.fields.mail') AS mails
       FROM events WHERE site = ? AND event = 'form_submitted' GROUP BY 1`,
    )
      .bind(site.id)
      .all();
    expect(results).toEqual([{ campaign: 'welcome@1', forms: 3, mails: 2 }]);
  });

  it('a campaign whose goal is its own form reaches it by that form, and by no other', async () => {
    const site = await makeSite(NO_LIMITS);
    const where = { '==': [{ var: 'campaign_id' }, 'welcome'] };
    const goal = { event: 'form_submitted', where, within: 'P1D' };
    const content = { en: { kind: 'modal', closeLabel: 'Close', blocks: WELCOME } };
    const step = { id: 'm', type: 'message', channel: 'popup', variants: [{ key: 'a', content }] };
    await publish(site, 'campaigns', popup('welcome', { goal, steps: [step] }));
    const [armed] = (await sendBatch(site, [track('v')])).messages;
    expect(await claimPopup(site, armed, 'v')).toMatchObject({ show: true });
    const later = (seconds: number) => ({ timestamp: new Date(Date.now() + seconds * 1_000).toISOString() });
    const other = form('v', {}, later(1));
    await sendBatch(site, [{ ...other, properties: { ...other.properties, campaign: 'not-welcome@1' } }]);
    expect(await standing(site, 'goal')).toEqual([]);
    await sendBatch(site, [form('v', {}, later(2))]);
    expect(await standing(site, 'goal')).toEqual([
      expect.objectContaining({ campaign: 'welcome', variant: 'a' }),
    ]);
  });
});

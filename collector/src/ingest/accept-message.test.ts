import { exports } from 'cloudflare:workers';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { BatchAnswer } from '../../../sdk/src/message.ts';
import { api, eventsOf, makeSite, type TestSite, track } from '../../../test/support/workerd/collector.ts';
import { programOf } from '../campaigns/program.ts';
import { siteSettings } from '../sites.ts';
import { type Arrival, acceptMessage } from './accept-message.ts';
import { proverFor } from './proof.ts';

const NOW = Date.now();
const SECRET = 'the-secret-that-the-shop-signs-with';
const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/137.0.0.0 Safari/537.36';

function arrival(keyKind: 'browser' | 'server', more: Partial<Arrival> = {}): Arrival {
  const settings = siteSettings.parse({ name: 'Shop', identity: 'optional', identitySecrets: [SECRET] });
  return {
    receivedAt: NOW,
    sentAt: Number.NaN,
    keyKind,
    context: undefined,
    surroundings: keyKind === 'browser' ? { bot: false, context: {} } : null,
    prove: proverFor({ id: 'shop', settings }, keyKind, NOW),
    program: programOf('shop', settings, [], []),
    ...more,
  };
}

async function accepted(raw: object, from: Arrival) {
  const result = await acceptMessage(raw, from);
  if (!result.ok) throw new Error(result.reason);
  return result;
}

async function refusal(raw: object, from: Arrival) {
  const result = await acceptMessage(raw, from);
  return result.ok ? null : { code: result.code, reason: result.reason };
}

/** Sends one message as a visitor of the site would, who is in Berlin. */
async function visit(
  site: TestSite,
  message: object,
  { key = site.browserKey, ...headers }: Record<string, string> = {},
) {
  const response = await exports.default.fetch('https://collector.test/v1/batch', {
    method: 'POST',
    headers: { Origin: site.origin, 'User-Agent': CHROME, 'CF-Ray': '8a1b2c3d4e5f6071-TXL', ...headers },
    body: JSON.stringify({ writeKey: key, batch: [message], context: { ip: '203.0.113.7' } }),
    cf: { country: 'DE', region: 'Berlin', city: 'Berlin', timezone: 'Europe/Berlin' } as never,
  });
  const answer = (await response.json()) as BatchAnswer;
  const [event] = await eventsOf(site);
  return { answer, event };
}

describe('the proof of a name', () => {
  const token = (sub: string) =>
    new SignJWT({ sub, aud: 'shop' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(NOW / 1_000 + 60)
      .sign(new TextEncoder().encode(SECRET));
  const identify = { type: 'identify', messageId: 'm', anonymousId: 'v', userId: 'u1' };

  it('is read with the message, and stored with none', async () => {
    const result = await accepted({ ...identify, token: await token('u1') }, arrival('browser'));
    expect(result).toMatchObject({ proof: { kind: 'proven' }, warnings: [] });
    expect(JSON.stringify(result.message)).not.toContain('eyJ');
  });

  it('that fails costs the message nothing, and is told to the developer', async () => {
    const site = await makeSite();
    const { id, origin, browserKey, serverKey } = site;
    const settings = { name: id, origins: [origin], identity: 'optional', identitySecrets: [SECRET] };
    await api('PUT', `/api/sites/${id}`, { ...settings, browserKey, serverKey });
    const { answer, event } = await visit(site, { ...identify, token: await token('u1') });
    expect(answer).toMatchObject({ success: true, rejected: [] });
    expect(answer.warnings).toEqual([expect.stringMatching(/^Message 0: The token is for another site/)]);
    expect(event).toMatchObject({ messageId: 'm', userId: 'u1' });
    expect(JSON.stringify(event)).not.toContain('eyJ');
  });

  it('does not make a message without an id another one', async () => {
    const { messageId: _, ...nameless } = identify;
    const ids = await Promise.all(
      [undefined, await token('u1'), await token('u2')].map(
        async (token) => (await accepted({ ...nameless, token }, arrival('browser'))).message.messageId,
      ),
    );
    expect(new Set(ids).size).toBe(1);
  });
});

describe('who somebody is', () => {
  const order = {
    type: 'track',
    event: 'Order Completed',
    messageId: 'm',
    properties: { order_id: '1', email: 'Mira@Shop.Example' },
  };

  it('may be told by the back end with an e-mail alone', async () => {
    const { message } = await accepted(order, arrival('server'));
    expect(message).toMatchObject({ event: 'purchase', identifiers: { email: 'mira@shop.example' } });
    expect(await refusal({ ...order, properties: { email: 'none' } }, arrival('server'))).toMatchObject({
      code: 'no_id',
      reason: expect.stringContaining('e-mail'),
    });
  });

  it('is never told by a browser with an e-mail alone', async () => {
    expect(await refusal(order, arrival('browser'))).toMatchObject({ code: 'no_id' });
    const { message } = await accepted({ ...order, anonymousId: 'v' }, arrival('browser'));
    expect(message.identifiers).toEqual({ email: 'mira@shop.example' });
  });

  it("is told by Yespo's customer too", async () => {
    const customer = { externalCustomerId: 7, user_email: 'mira@shop.example', user_phone: '+380441234567' };
    const sent = {
      type: 'track',
      event: 'CustomerData',
      messageId: 'm',
      properties: { CustomerData: customer },
    };
    expect((await accepted(sent, arrival('server'))).message).toMatchObject({
      userId: '7',
      identifiers: { email: 'mira@shop.example', phone: '+380441234567' },
    });
  });

  it('is not told by the id of a device that a broken page sends for everybody', async () => {
    for (const anonymousId of ['undefined', 'null', '0', '00000000-0000-0000-0000-000000000000', 'NaN']) {
      const message = { type: 'track', event: 'x', messageId: 'm', anonymousId };
      const fault = `The anonymousId "${anonymousId}" names nobody and is ignored.`;
      expect(await refusal(message, arrival('browser'))).toEqual({
        code: 'no_id',
        reason: `${fault} The message has neither anonymousId nor userId.`,
      });
      const named = await accepted({ ...message, userId: 'mira' }, arrival('browser'));
      expect(named.message).not.toHaveProperty('anonymousId');
      expect(named.warnings).toEqual([fault]);
    }
  });

  it('is not told by an alias of nobody', async () => {
    const alias = { type: 'alias', messageId: 'm' };
    const from = arrival('browser');
    expect(await refusal({ ...alias, anonymousId: 'v' }, from)).toMatchObject({ code: 'invalid' });
    expect(await refusal({ ...alias, anonymousId: 'v', userId: 'null' }, from)).toMatchObject({
      reason: expect.stringContaining('userId'),
    });
    expect(await refusal({ ...alias, userId: 'u', previousId: 'undefined' }, from)).toMatchObject({
      code: 'invalid',
    });
    const junk = await accepted({ ...alias, userId: 'u', anonymousId: 'v', previousId: '0' }, from);
    expect(junk.message).toMatchObject({ userId: 'u', previousId: 'v' });
    expect(junk.warnings).toEqual(['The previousId "0" names nobody and is ignored.']);
  });

  it('is not told by a group of nobody', async () => {
    for (const groupId of ['', 'null', '0']) {
      const group = { type: 'group', messageId: 'm', userId: 'u', groupId };
      expect(await refusal(group, arrival('browser'))).toMatchObject({ code: 'invalid' });
    }
  });
});

describe('what the request shows', () => {
  it('is known of every message: where the visitor is and on what device, never the address', async () => {
    const site = await makeSite();
    const { event } = await visit(site, track('v', 'x', { context: { ip: '203.0.113.8', locale: 'de' } }));
    expect(event?.context).toEqual({
      location: { country: 'DE', region: 'Berlin', city: 'Berlin', timezone: 'Europe/Berlin' },
      device: { type: 'desktop', os: 'Windows', browser: 'Chrome' },
      locale: 'de',
    });
    expect(event).not.toHaveProperty('bot');
  });

  it('gives way to what the sender knows better', async () => {
    const site = await makeSite();
    const context = { location: { country: 'FR' }, device: { type: 'ios', id: 'd' } };
    expect((await visit(site, track('v', 'x', { context }))).event?.context).toEqual(context);
  });

  it('is not taken for the visitor when a server speaks', async () => {
    const site = await makeSite();
    const { event } = await visit(site, track('v', 'x', { context: { webdriver: true } }), {
      key: site.serverKey,
      'User-Agent': 'curl/8.5.0',
    });
    expect(event?.context).toEqual({ webdriver: true });
    expect(event).not.toHaveProperty('bot');
  });

  it('marks crawlers and driven browsers, and stores what they did', async () => {
    const site = await makeSite();
    const crawler = {
      'User-Agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    };
    expect((await visit(site, track('v'), crawler)).event).toMatchObject({ bot: true });
    const driven = track('v', 'x', { context: { webdriver: true } });
    expect((await visit(site, driven)).event).toMatchObject({ event: 'x', bot: true });
  });
});

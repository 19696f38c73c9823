import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { api, makeSite, type TestSite } from '../../../test/support/workerd/collector.ts';
import { DELIVERY, NOW, receiver, send } from '../../../test/support/workerd/webhooks.ts';
import { webhookContent } from './content.ts';
import { webhookFaults } from './webhook-faults.ts';

const URL_ = 'https://hooks.example.com/in';
const ok = () => receiver(() => new Response('{"ok":true}'));
const put = async (site: TestSite, name: string, value: string) => {
  const stored = await api('PUT', `/api/sites/${site.id}/secrets/${name}`, { value });
  expect(stored.status).toBe(200);
};
const PERSON = { visitor: { traits: { first_name: 'Mira "M" O’Neil & Co' } } };

describe('a webhook brings', () => {
  it('what its templates say, with what visitors write kept in its place', async () => {
    const site = await makeSite();
    await put(site, 'api_key', 'k-12345');
    const content = {
      url: `${URL_}/{{ visitor.traits.first_name }}?q={{ visitor.traits.first_name }}`,
      method: 'PUT',
      headers: { Authorization: 'Bearer {{ secrets.api_key }}' },
      body: { text: 'Hi {{ visitor.traits.first_name }}', list: ['{{ address }}', 7, null], flag: true },
      address: 'email',
    };
    const { result, url, headers, body, init } = await send(site, content, ok(), {
      data: PERSON,
      address: 'mira@example.com',
    });
    expect(result).toEqual({
      ...{ outcome: 'sent', status: 200, retryAfterMs: null, reason: null },
      answer: '{"ok":true}',
    });
    const name = 'Mira%20%22M%22%20O%E2%80%99Neil%20%26%20Co';
    expect(url).toBe(`${URL_}/${name}?q=${name}`);
    expect(init).toMatchObject({ method: 'PUT', redirect: 'manual' });
    expect(headers?.get('Authorization')).toBe('Bearer k-12345');
    expect(headers?.get('Content-Type')).toBe('application/json');
    expect(headers?.get('webhook-signature')).toBeNull();
    expect(JSON.parse(body ?? '')).toEqual({
      text: 'Hi Mira "M" O’Neil & Co',
      list: ['mira@example.com', 7, null],
      flag: true,
    });
  });

  it('our own event where it says nothing, which the receiver can verify, also while the secret is changed', async () => {
    const site = await makeSite({ origins: ['https://shop.example'] });
    const rotate = async () => {
      const response = await api('POST', `/api/sites/${site.id}/webhook-signing-secret`);
      return (await response.json<{ secret: string }>()).secret;
    };
    const before = await rotate();
    const after = await rotate();
    const data = { cart: { restore_url: 'https://shop.example/?beckon_cart=t', items: [] } };
    const { result, headers, body } = await send(site, { url: URL_ }, ok(), { data });
    expect(result.outcome).toBe('sent');
    const given = Object.fromEntries(headers ?? []);
    expect(given['webhook-id']).toBe(DELIVERY);
    expect(given['webhook-timestamp']).toBe(String(NOW / 1_000));
    const signatures = given['webhook-signature']?.split(' ');
    expect(signatures).toHaveLength(2);
    for (const [i, secret] of [after, before].entries()) {
      expect(new Webhook(secret).sign(DELIVERY, new Date(NOW), body ?? '')).toBe(signatures?.[i]);
    }
    const event = JSON.parse(body ?? '');
    expect(event).toMatchObject({
      type: 'message.due',
      timestamp: new Date(NOW).toISOString(),
      data: {
        delivery_id: DELIVERY,
        to: null,
        links: { preferences: expect.stringContaining('/v1/preferences/') },
      },
    });
    const link = new URL(event.data.cart.restore_url);
    expect(link.searchParams.get('beckon_push')).toBe(DELIVERY);
    expect(link.searchParams.get('beckon_ref')).toMatch(/^ce/);
  });

  it('a signature without that anybody has asked for a secret before', async () => {
    const { headers } = await send(await makeSite(), { url: URL_ }, ok());
    expect(headers?.get('webhook-signature')).toMatch(/^v1,/);
  });

  it('the address that a tool has handed out, which is a secret as a whole', async () => {
    const site = await makeSite();
    await put(site, 'slack', 'https://hooks.slack.com/services/T0/B0/x%2Fy');
    const { url } = await send(site, { url: '{{ secrets.slack }}', body: { text: 'Hi' } }, ok());
    expect(url).toBe('https://hooks.slack.com/services/T0/B0/x%2Fy');
  });
});

describe('nothing is sent, and it is said why', () => {
  it.each<[string, object, object, string]>([
    ['a value is not known', { body: { t: 'Hi {{ visitor.traits.name }}' } }, {}, 'skipped'],
    [
      'a value is null',
      { body: { t: '{{ cart.restore_url }}' } },
      { cart: { restore_url: null } },
      'skipped',
    ],
    ['a secret is not stored', { headers: { 'X-Key': '{{ secrets.nothing }}' } }, {}, 'skipped'],
    ['the address is not known', { address: 'telegram' }, {}, 'skipped'],
    [
      'a value would add a header',
      { headers: { 'X-Name': '{{ visitor.name }}' } },
      { visitor: { name: 'a\r\nX-Evil: 1' } },
      'skipped',
    ],
    ['a value would climb', { url: `${URL_}/{{ visitor.id }}/x` }, { visitor: { id: '..' } }, 'skipped'],
    [
      'the body grows too long',
      { body: { t: '{{ visitor.x }}' } },
      { visitor: { x: 'x'.repeat(70_000) } },
      'skipped',
    ],
    [
      'a template loops for ever',
      { body: { t: '{% for i in (1..100000) %}{{ i }}{% endfor %}' } },
      {},
      'skipped',
    ],
    ['a template is none', { body: { t: '{{ oops' } }, {}, 'dropped'],
    [
      'the host is not the author’s',
      { url: 'https://{{ visitor.host }}/' },
      { visitor: { host: 'a.example' } },
      'dropped',
    ],
    [
      'the host is continued',
      { url: 'https://a.example{{ visitor.x }}' },
      { visitor: { x: '.evil.example' } },
      'dropped',
    ],
    ['the address is private', { url: 'https://10.0.0.1/' }, {}, 'dropped'],
  ])('%s', async (_, content, data, outcome) => {
    const { asked, sending } = ok();
    const { result } = await send(await makeSite(), { url: URL_, ...content }, { asked, sending }, { data });
    expect(result).toMatchObject({ outcome, status: null, reason: expect.stringMatching(/.{5,}/) });
    expect(asked).toEqual([]);
  });

  it('a secret leads to a private address', async () => {
    const site = await makeSite();
    await put(site, 'where', 'https://169.254.169.254/latest');
    const { result } = await send(site, { url: '{{ secrets.where }}' }, ok());
    expect(result).toMatchObject({ outcome: 'dropped', reason: expect.stringContaining('IP address') });
  });

  it('a missing value has its name', async () => {
    const content = { url: URL_, body: { a: { 't/x': 'Hi {{ visitor.traits.first_name }}' } } };
    const { result } = await send(await makeSite(), content, ok(), { data: { visitor: { traits: {} } } });
    expect(result.reason).toBe('/body/a/t~1x: there is no visitor.traits.first_name');
    const kept = {
      url: URL_,
      body: { t: 'Hi{{ visitor.traits.first_name | default: "" }}{% if cart.value > 1 %}!{% endif %}' },
    };
    expect((await send(await makeSite(), kept, ok())).result.outcome).toBe('sent');
  });
});

describe('what is answered', () => {
  it.each<[number, string, Record<string, string>, number | null]>([
    [200, 'sent', {}, null],
    [204, 'sent', {}, null],
    [301, 'dropped', { Location: 'https://127.0.0.1/' }, null],
    [307, 'dropped', { Location: 'https://hooks.example.com/other' }, null],
    [400, 'dropped', {}, null],
    [401, 'dropped', {}, null],
    [404, 'dropped', {}, null],
    [410, 'dropped', {}, null],
    [429, 'retry', { 'Retry-After': '30' }, 30_000],
    [500, 'retry', {}, null],
    [503, 'retry', { 'Retry-After': 'Sun, 22 Nov 2026 12:01:00 GMT' }, 60_000],
    [503, 'retry', { 'Retry-After': 'soon' }, null],
  ])('%i: %s', async (status, outcome, headers, retryAfterMs) => {
    const to = receiver(() => new Response(status === 204 ? null : 'words', { status, headers }));
    const { result } = await send(await makeSite(), { url: URL_ }, to);
    expect(result).toMatchObject({ outcome, status, retryAfterMs });
    expect(result.reason === null).toBe(outcome === 'sent');
    expect(to.asked).toHaveLength(1);
  });

  it('with 1 MB is read no further than needed, and the connection is released', async () => {
    let sent = 0;
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 10_000;
        controller.enqueue(new TextEncoder().encode('é'.repeat(5_000)));
        if (sent >= 1_000_000) controller.close();
      },
      cancel() {
        cancelled = true;
      },
    });
    const { result } = await send(
      await makeSite(),
      { url: URL_ },
      receiver(() => new Response(body)),
    );
    expect(result.outcome).toBe('sent');
    expect(result.answer).toBe('é'.repeat(1_000));
    expect(sent).toBeLessThan(120_000);
    expect(cancelled).toBe(true);
  });

  it('without an end counts as far as it came', async () => {
    for (const status of [200, 500]) {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode('begun')),
      });
      const to = receiver(() => new Response(body, { status }));
      const asked = send(await makeSite(), { url: URL_ }, to);
      while (to.asked.length === 0) await scheduler.wait(1);
      to.timeIsOver();
      const { result } = await asked;
      expect(result).toMatchObject({ outcome: status === 200 ? 'sent' : 'retry', status });
    }
  });

  it('by nothing is tried again', async () => {
    const silent = receiver(() => new Promise<Response>(() => {}));
    const asked = send(await makeSite(), { url: URL_ }, silent);
    while (silent.asked.length === 0) await scheduler.wait(1);
    silent.timeIsOver();
    expect((await asked).result).toMatchObject({
      outcome: 'retry',
      status: null,
      reason: 'no answer within 10 s',
    });
    const broken = receiver(() => Promise.reject(new Error('Network connection lost.')));
    expect((await send(await makeSite(), { url: URL_ }, broken)).result).toMatchObject({
      outcome: 'retry',
      reason: 'Network connection lost.',
    });
  });

  it('does not show the secrets that it repeats', async () => {
    const site = await makeSite();
    await put(site, 'key', 'sk "12345"/x');
    const headers = { 'X-Key': '{{ secrets.key }}' };
    const echo = receiver(
      () =>
        new Response('bad key sk "12345"/x, {"k":"sk \\"12345\\"/x"}, sk%20%2212345%22%2Fx', { status: 401 }),
    );
    const { result } = await send(site, { url: URL_, headers }, echo);
    expect(result.answer).toBe('bad key •••, {"k":"•••"}, •••');
  });
});

describe('who writes a webhook', () => {
  const faults = (content: object) => webhookFaults(webhookContent.parse({ url: URL_, ...content }), []);
  it('is told before it is published what cannot work', () => {
    expect(
      faults({ body: { a: 'Hi {{ visitor.traits.x }} {{ links.preferences }} {{ delivery.id }}' } }),
    ).toEqual([]);
    expect(faults({ url: '{{ secrets.hook }}' })).toEqual([]);
    for (const [content, pointer] of [
      [{ url: 'http://api.example.com/' }, '/url'],
      [{ url: 'https://{{ visitor.x }}/' }, '/url'],
      [{ url: 'https://a.example{{ visitor.x }}/' }, '/url'],
      [{ url: '{{ visitor.traits.url }}' }, '/url'],
      [{ url: 'https://localhost/{{ visitor.x }}' }, '/url'],
      [{ headers: { 'X-A': '{{ visitors.x }}' } }, '/headers/X-A'],
      [{ body: ['{{ secrets[visitor.x] }}'] }, '/body/0'],
      [{ body: { a: [{ b: '{% include "x" %}' }] } }, '/body/a/0/b'],
    ] as const) {
      expect(faults(content).map((fault) => fault.pointer)).toEqual([pointer]);
    }
  });

  it.each([
    [{ url: '' }],
    [{ headers: { Host: 'a.example' } }],
    [{ headers: { 'Content-Length': '1' } }],
    [{ headers: { 'webhook-id': 'x' } }],
    [{ headers: { 'X A': '1' } }],
    [{ method: 'DELETE' }],
    [{ method: 'GET', body: {} }],
    [{ body: 'text' }],
    [{ body: { a: 'x'.repeat(20_001) } }],
    [{ address: 'fax' }],
    [{ topic: 'No Topic' }],
    [{ other: 1 }],
  ])('is refused %j', (content) => {
    expect(webhookContent.safeParse({ url: URL_, ...content }).success).toBe(false);
  });
});

describe('a secret', () => {
  it('is never answered, and lies in no table as it is', async () => {
    const site = await makeSite();
    await put(site, 'api_key', 'very-secret');
    await api('POST', `/api/sites/${site.id}/webhook-signing-secret`);
    const listed = await (await api('GET', `/api/sites/${site.id}/secrets`)).json();
    const time = expect.stringMatching(/Z$/);
    expect(listed).toEqual({ items: [{ name: 'api_key', createdAt: time, updatedAt: time }], cursor: null });
    const { results } = await env.DB.prepare('SELECT * FROM secrets WHERE site = ?').bind(site.id).all();
    expect(results).toHaveLength(2);
    expect(JSON.stringify(results)).not.toMatch(/very-secret|whsec_/);
  });

  it('that was moved to another name or site opens nothing there', async () => {
    const [one, other] = [await makeSite(), await makeSite()];
    await put(one, 'a', 'first');
    await env.DB.prepare(
      "INSERT INTO secrets SELECT ?, 'a', sealed, created_at, updated_at FROM secrets WHERE site = ?",
    )
      .bind(other.id, one.id)
      .run();
    const { result } = await send(other, { url: URL_, headers: { 'X-A': '{{ secrets.a }}' } }, ok());
    expect(result).toMatchObject({ outcome: 'retry', status: null });
  });

  it('too many is refused, which keeps nobody from signing', async () => {
    const site = await makeSite();
    for (let i = 0; i < 100; i++) await put(site, `s${i}`, 'x');
    await put(site, 's7', 'y');
    const one = await api('PUT', `/api/sites/${site.id}/secrets/more`, { value: 'x' });
    expect(one.status).toBe(409);
    const signed = await api('POST', `/api/sites/${site.id}/webhook-signing-secret`);
    expect(signed.status).toBe(201);
    expect((await api('POST', `/api/sites/${site.id}/webhook-signing-secret`)).status).toBe(201);
    const { headers } = await send(site, { url: URL_ }, ok());
    expect(headers?.get('webhook-signature')?.split(' ')).toHaveLength(2);
  });
});

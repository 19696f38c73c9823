import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { api } from '../../../test/support/workerd/collector.ts';
import { aMessage, FCM, newSubscription, sendingSite } from '../../../test/support/workerd/push.ts';
import { sendPush } from './send.ts';

describe('a message that is sent', () => {
  it('carries what the push service needs, and never follows a redirect', async () => {
    const { send, got } = await sendingSite();
    const result = await send({}, { ttlS: 90.7, urgency: 'high' });
    expect(result).toEqual({ outcome: 'sent', status: 201, retryAfterMs: null, detail: null });
    expect(Object.fromEntries(got[0]?.headers ?? [])).toEqual({
      authorization: expect.stringMatching(/^vapid t=[\w.-]+, k=[\w-]{87}$/),
      'content-encoding': 'aes128gcm',
      'content-type': 'application/octet-stream',
      topic: 'T'.repeat(32),
      ttl: '90',
      urgency: 'high',
    });
    expect(got[0]).toMatchObject({ redirect: 'manual' });
    expect(got[0]?.body.subarray(16, 21)).toEqual(new Uint8Array([0, 0, 16, 0, 65]));
  });

  it('is signed once for all subscriptions of a push service', async () => {
    const { send, got } = await sendingSite();
    const apple = { endpoint: 'https://web.push.apple.com/x' };
    for (const to of [{}, {}, apple, {}]) await send(to);
    expect(new Set(got.map(({ headers }) => headers.get('Authorization'))).size).toBe(2);
  });

  it('tells Windows whether to keep it, which it wants to be told', async () => {
    const { send, got } = await sendingSite();
    const windows = { endpoint: 'https://wns2-x.notify.windows.com/w/?token=1' };
    await send(windows, { ttlS: 60 });
    await send(windows, { ttlS: 0 });
    await send({}, { ttlS: 1e9 });
    const policies = got.map(({ headers }) => [headers.get('X-WNS-Cache-Policy'), headers.get('TTL')]);
    expect(policies).toEqual([
      ['cache', '60'],
      ['no-cache', '0'],
      [null, '2419200'],
    ]);
  });
});

describe('what a push service answers', () => {
  it.each([
    [200, 'sent'],
    [201, 'sent'],
    [202, 'sent'],
    [204, 'sent'],
    [301, 'gone'],
    [302, 'gone'],
    [307, 'gone'],
    [308, 'gone'],
    [304, 'dropped'],
    [400, 'dropped'],
    [401, 'key'],
    [403, 'key'],
    [404, 'gone'],
    [406, 'retry'],
    [408, 'retry'],
    [410, 'gone'],
    [413, 'dropped'],
    [418, 'dropped'],
    [429, 'retry'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
  ])('with %d means: %s', async (status, outcome) => {
    const { send, answers } = await sendingSite();
    answers(status);
    expect(await send()).toMatchObject({ outcome, status, retryAfterMs: null });
  });

  it('is waited for as long as it says', async () => {
    const { send, answers } = await sendingSite();
    const now = Date.parse('2026-11-20T12:00:00Z');
    const later = (value: string) =>
      answers(() => new Response('busy', { status: 429, headers: { 'Retry-After': value } }));
    later('30');
    expect(await send({}, { now })).toMatchObject({ outcome: 'retry', retryAfterMs: 30_000 });
    later('Fri, 20 Nov 2026 12:01:00 GMT');
    expect(await send({}, { now })).toMatchObject({ outcome: 'retry', retryAfterMs: 60_000 });
  });

  it('is kept in its own words where it refuses, those of Windows too', async () => {
    const { send, answers, site } = await sendingSite();
    const headers = { 'X-WNS-Error-Description': 'Ttl value conflicts', 'X-WNS-Status': 'dropped' };
    answers(() => new Response(`BadWebPushTopic ${'x'.repeat(900)}`, { status: 400, headers }));
    const { detail } = await send();
    expect(detail).toMatch(/^BadWebPushTopic x{284}; x-wns-error-description: Ttl value/);
    expect(detail).toContain('x-wns-status: dropped');
    const status = await (await api('GET', `/api/sites/${site.id}/push`)).json();
    expect(status).toMatchObject({
      refusals: [{ service: FCM, status: 400, subscriptions: 0, detail: expect.stringMatching(/^BadWeb/) }],
    });
  });

  it.each([201, 404, 400, 403, 503])('with %d and a megabyte is not read to its end', async (status) => {
    const { send, answers } = await sendingSite();
    let [pulled, isReleased] = [0, false];
    const body = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled += 500;
          controller.enqueue(new Uint8Array(500).fill(65));
          if (pulled > 1_000_000) controller.close();
        },
        cancel() {
          isReleased = true;
        },
      });
    answers(() => new Response(body(), { status }));
    const { detail } = await send();
    expect(detail?.length ?? 0).toBeLessThanOrEqual(300);
    await vi.waitFor(() => expect(isReleased).toBe(true));
    expect(pulled).toBeLessThan(5_000);
  });

  it('with 400 and no end is given up when the time is over, with what has come', async () => {
    const { send, answers } = await sendingSite();
    const time = new AbortController();
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('So far')),
      pull: () => {
        time.abort();
        return new Promise(() => {});
      },
    });
    answers(() => new Response(body, { status: 400 }));
    const result = await send({}, {}, { timeout: () => time.signal });
    expect(result).toMatchObject({ outcome: 'dropped', detail: 'So far' });
  });

  it('may be nothing at all: it is tried again later', async () => {
    const { send } = await sendingSite();
    const time = new AbortController();
    const asked: number[] = [];
    const silent = {
      fetch: () => {
        queueMicrotask(() => time.abort());
        return new Promise<Response>(() => {});
      },
      timeout: (ms: number) => {
        asked.push(ms);
        return time.signal;
      },
    };
    const nothing = { outcome: 'retry', status: null, retryAfterMs: null };
    expect(await send({}, {}, silent)).toEqual({
      ...nothing,
      detail: expect.stringContaining('within 10 s'),
    });
    expect(asked).toEqual([10_000]);
    const broken = { fetch: () => Promise.reject(new Error('Network connection lost.')) };
    expect(await send({}, {}, broken)).toEqual({ ...nothing, detail: expect.stringContaining('lost') });
  });
});

describe('nothing is asked of anybody', () => {
  it.each(['https://evil.test/', 'http://127.0.0.1:9/', 'https://169.254.169.254/', 'nope'])(
    'for an endpoint that got into the database: %s',
    async (endpoint) => {
      const { send, got } = await sendingSite();
      expect(await send({ endpoint })).toMatchObject({ outcome: 'gone', status: null });
      expect(got).toEqual([]);
    },
  );

  it('at a test service that is named no more, or in production', async () => {
    const { site, sending, got } = await sendingSite();
    const to = { ...(await newSubscription(site)), endpoint: 'http://127.0.0.1:9000/x' };
    const sent = async (PUSH_TEST_ORIGINS: string, more = {}) =>
      (await sendPush({ ...env, PUSH_TEST_ORIGINS, ...more }, site, to, aMessage(), Date.now(), sending))
        .outcome;
    expect(await sent('http://127.0.0.1:9000')).toBe('sent');
    expect(await sent('http://127.0.0.1:9001')).toBe('gone');
    expect(await sent('http://127.0.0.1:9000', { EVENTS: {} })).toBe('gone');
    expect(got).toHaveLength(1);
  });

  it('for a subscription that can never be reached: keys that are none, a key of another site', async () => {
    const { send, got } = await sendingSite();
    const other = await newSubscription((await sendingSite()).site);
    expect(await send({ auth: 'AAAA' })).toMatchObject({ outcome: 'gone', status: null });
    expect(await send({ p256dh: 'AAAA' })).toMatchObject({ outcome: 'gone', status: null });
    expect(await send({ key: other.key })).toMatchObject({ outcome: 'gone', status: null });
    expect(got).toEqual([]);
  });

  it('for a message that no push service takes', async () => {
    const { send, got } = await sendingSite();
    const { payload } = aMessage();
    const { notification } = payload;
    const long = { ...payload, notification: { ...notification, body: 'x'.repeat(2_800) } };
    for (const wrong of [
      { payload: long },
      { topic: '' },
      { topic: 'five5' },
      { topic: 'a'.repeat(33) },
      { topic: 'ä' },
      { ttlS: -1 },
      { ttlS: Number.NaN },
    ]) {
      expect(await send({}, wrong), JSON.stringify(wrong).slice(0, 40)).toMatchObject({
        outcome: 'dropped',
        status: null,
      });
    }
    expect(got).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import {
  arrived,
  env,
  eventsOf,
  makeSite,
  post,
  profileOf,
  sendBatch,
  storedEvents,
  track,
} from '../../../test/support/workerd/collector.ts';

const DAY_MS = 86_400_000;

describe('a batch', () => {
  it('is counted once, however often and in whatever order it is sent', async () => {
    const site = await makeSite();
    const messages = [track('v'), track('v', 'search'), track('v', 'view_cart')];
    await sendBatch(site, messages);
    await sendBatch(site, messages.toReversed());
    await sendBatch(site, messages.slice(1));
    expect(await storedEvents(site)).toEqual(messages.map((message) => message.messageId).sort());
    const profile = await profileOf(site, 'v');
    expect(profile).toMatchObject({ counters: { view_item: 1, search: 1, view_cart: 1 } });
    expect(profile?.sessions).toMatchObject([{ anonymousId: 'v', events: 3 }]);
  });

  it('is complete in the store when its answer arrives', async () => {
    const site = await makeSite();
    const batch = Array.from({ length: 500 }, (_, i) => track('v', 'view_item', { properties: { i } }));
    const answer = await sendBatch(site, batch);
    expect(answer).toEqual({
      success: true,
      rejected: [],
      messages: [],
      visitor: { anonymousId: 'v', token: null },
    });
    expect(await storedEvents(site)).toHaveLength(500);
  });

  it('keeps visitors of one batch apart', async () => {
    const site = await makeSite();
    await sendBatch(site, [
      track('a'),
      track('b'),
      track('a'),
      ...Array.from({ length: 20 }, (_, i) => track(`v${i}`)),
    ]);
    expect((await profileOf(site, 'a'))?.sessions).toMatchObject([{ events: 2 }]);
    expect((await profileOf(site, 'b'))?.sessions).toMatchObject([{ events: 1 }]);
    expect(await storedEvents(site)).toHaveLength(23);
  });

  it('is answered 204 without a body when the page is going away', async () => {
    const site = await makeSite();
    const response = await post(site, '/v1/batch?beacon=1', {
      writeKey: site.browserKey,
      batch: [track('v')],
    });
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(await storedEvents(site)).toHaveLength(1);
  });

  it('is accepted beneath a path prefix of the shop', async () => {
    const site = await makeSite();
    const response = await post(site, '/shop/api/x/v1/batch', {
      writeKey: site.browserKey,
      batch: [track('v')],
    });
    expect(response.status).toBe(200);
  });
});

describe('a request that cannot be served', () => {
  const expectStatus = async (response: Promise<Response>, status: number) => {
    expect((await response).status).toBe(status);
  };

  it.each([
    ['not JSON', 'hello', 400, 'bad_request'],
    ['a literal NaN', '{"batch":[{"x":NaN}]}', 400, 'bad_request'],
    ['an empty body', '', 400, 'bad_request'],
    ['an array', '[]', 400, 'bad_request'],
    ['no key', { batch: [] }, 401, 'unauthorized'],
    ['a wrong key', { writeKey: 'nobody', batch: [] }, 401, 'unauthorized'],
    ['a key that is no text', { writeKey: { $ne: 1 }, batch: [] }, 401, 'unauthorized'],
    ['more than 512 kB', { batch: ['x'.repeat(512_000)] }, 413, 'too_large'],
  ])('%s', async (_, body, status, code) => {
    const site = await makeSite();
    const response = await post(site, '/v1/batch', body);
    expect(response.status).toBe(status);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(site.origin);
    expect(await response.json()).toEqual({ success: false, error: { code, message: expect.any(String) } });
  });

  it('a batch that is no list, or holds 501 messages', async () => {
    const site = await makeSite();
    await expectStatus(post(site, '/v1/batch', { writeKey: site.browserKey, batch: {} }), 400);
    const batch = Array.from({ length: 501 }, () => track('v'));
    await expectStatus(post(site, '/v1/batch', { writeKey: site.browserKey, batch }), 413);
    expect(await storedEvents(site)).toEqual([]);
  });

  it('a browser key from a foreign page, or from no page', async () => {
    const site = await makeSite();
    const body = { writeKey: site.browserKey, batch: [track('v')] };
    await expectStatus(post(site, '/v1/batch', body, { Origin: 'https://evil.example' }), 403);
    await expectStatus(post(site, '/v1/batch', body, { Origin: 'null' }), 403);
    await expectStatus(post(site, '/v1/batch', body, { Origin: `${site.origin}.evil.example` }), 403);
    await expectStatus(post(site, '/v1/batch', body, { Origin: '' }), 403);
    expect(await storedEvents(site)).toEqual([]);
  });

  it('never a server key, which needs no page', async () => {
    const site = await makeSite();
    const body = { writeKey: site.serverKey, batch: [track('v')] };
    await expectStatus(post(site, '/v1/batch', body, { Origin: '' }), 200);
    const basic = { Authorization: `Basic ${btoa(`${site.serverKey}:`)}`, Origin: '' };
    await expectStatus(post(site, '/v1/batch', { batch: [track('v')] }, basic), 200);
  });
});

describe('one bad message costs the others nothing', () => {
  const nested = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);

  it.each([
    ['is no object', 'text', 'invalid'],
    ['is null', null, 'invalid'],
    ['is a list', [], 'invalid'],
    ['has no type', { event: 'x', anonymousId: 'v' }, 'invalid'],
    ['has an unknown type', { type: 'trace', anonymousId: 'v' }, 'invalid'],
    ['has no event', { type: 'track', anonymousId: 'v' }, 'invalid'],
    ['has an event that is no text', { type: 'track', event: 7, anonymousId: 'v' }, 'invalid'],
    [
      'has properties that are no object',
      { type: 'track', event: 'x', anonymousId: 'v', properties: [1] },
      'invalid',
    ],
    ['is an alias of nothing', { type: 'alias', userId: 'u' }, 'invalid'],
    ['has nobody', { type: 'track', event: 'x' }, 'no_id'],
    ['has an empty id', { type: 'track', event: 'x', anonymousId: '' }, 'no_id'],
    ['has 40 kB', track('v', 'x', { properties: { text: 'x'.repeat(40_000) } }), 'too_large'],
    [
      'has 32 kB of letters that take three bytes',
      track('v', 'x', { properties: { text: '漢'.repeat(11_000) } }),
      'too_large',
    ],
    ['is 1,010 levels deep', track('v', 'x', { properties: nested(1_010) }), 'too_deep'],
    ['is 33 levels deep', track('v', 'x', { properties: nested(32) }), 'too_deep'],
    [
      'is 31 days old',
      track('v', 'x', { timestamp: new Date(Date.now() - 31 * DAY_MS).toISOString() }),
      'too_old',
    ],
  ])('%s', async (_, bad, code) => {
    const site = await makeSite();
    const good = [track('v'), track('v')];
    const answer = await sendBatch(site, [good[0], bad, good[1]]);
    const messageId = (bad as { messageId?: string } | null)?.messageId ?? null;
    expect(answer.rejected).toEqual([{ index: 1, messageId, code, message: expect.any(String) }]);
    expect(await storedEvents(site)).toEqual(good.map((message) => message.messageId).sort());
  });

  it('takes what is odd but whole: 1e400, lone surrogates, keys of prototypes', async () => {
    const site = await makeSite();
    const body = `{"writeKey":"${site.browserKey}","batch":[
      {"type":"track","event":"odd","messageId":"odd-1","anonymousId":"v",
       "properties":{"big":1e400,"list":[-1e400],"half":"a\\ud800b","\\udc00":1,"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}},
      {"type":"track","event":"__proto__","messageId":"odd-2","anonymousId":"v"},
      {"type":"identify","messageId":"odd-3","anonymousId":"v","traits":{"__proto__":{"admin":true},"name":"Ann\\udfff"}},
      {"type":"track","event":"fine","messageId":"odd-4","anonymousId":"\\ud800","__proto__":{"type":"page"}}]}`;
    const response = await post(site, '/v1/batch', body);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      rejected: [],
      warnings: [expect.stringContaining('out of range')],
    });
    const [odd] = (await eventsOf(site)).filter((event) => event.messageId === 'odd-1');
    expect(JSON.stringify(odd?.properties)).toBe(
      '{"big":null,"list":[null],"half":"a\ufffdb","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"\ufffd":1}',
    );
    expect(await storedEvents(site)).toHaveLength(4);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    const profile = await profileOf(site, 'v');
    expect(JSON.stringify(profile?.traits)).toBe('{"__proto__":{"admin":true},"name":"Ann\ufffd"}');
    expect(JSON.stringify(profile?.counters)).toBe('{"odd":1,"__proto__":1}');
    expect(await profileOf(site, '\ufffd')).toMatchObject({ counters: { fine: 1 } });
  });

  it('does not let the context of a batch poison the store', async () => {
    const site = await makeSite();
    const deep = JSON.parse(`${'{"a":'.repeat(1_200)}1${'}'.repeat(1_200)}`);
    for (const context of [deep, { text: 'x'.repeat(400_000) }, { 'a\ud800': '\ud800' }]) {
      const answer = await sendBatch(site, [track('v'), track('v')], { context });
      expect(answer.rejected).toEqual([]);
    }
    expect(await storedEvents(site)).toHaveLength(6);
    await arrived();
    const { results } = await env.DB.prepare('SELECT count(*) AS n FROM events WHERE site = ?')
      .bind(site.id)
      .all();
    expect(results).toEqual([{ n: 6 }]);
  });

  it('keeps sums finite and not negative', async () => {
    const site = await makeSite();
    const items = [
      { item_id: 'a', price: 1e308, quantity: 1e308 },
      { item_id: 'b', price: -5, quantity: -1 },
    ];
    const order = { transaction_id: 'T', value: 1e308, items };
    await sendBatch(site, [
      { ...track('v', 'cart_updated', { properties: { items } }), messageId: '1' },
      { ...track('v', 'purchase', { properties: { ...order, cart_id: 'other' } }), messageId: '2' },
      { ...track('v', 'refund', { properties: { transaction_id: 'T', value: -1e9 } }), messageId: '3' },
    ]);
    const profile = JSON.stringify(await profileOf(site, 'v'));
    expect(profile).toContain('"refunded":0');
    expect(profile).not.toContain('"value":null');
  });

  it('gives a message without an id the same one each time it is sent', async () => {
    const site = await makeSite();
    const { messageId: _, ...anonymous } = track('v');
    await sendBatch(site, [{ ...anonymous, sentAt: new Date().toISOString() }]);
    await sendBatch(site, [{ ...anonymous, sentAt: new Date(Date.now() + 1_000).toISOString() }]);
    expect(await storedEvents(site)).toHaveLength(1);
  });
});

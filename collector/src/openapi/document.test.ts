import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  api,
  env,
  makeSite,
  post,
  publishPopup,
  sendBatch,
  type TestSite,
  track,
} from '../../../test/support/workerd/collector.ts';
import { PICTURES } from '../../../test/support/workerd/pictures.ts';
import { newSubscription } from '../../../test/support/workerd/push.ts';
import { app } from '../app.ts';
import { makeCartLink } from '../carts/make-cart-link.ts';
import { ERROR_CODES, STATUS } from '../errors.ts';
import { deviceName } from '../profile/profile-name.ts';
import { loadSite, type Site } from '../sites.ts';
import { openapi } from './document.ts';

interface Answered {
  description: string;
  content?: Record<string, { schema: object }>;
}
interface Described {
  operationId: string;
  summary: string;
  parameters: { name: string; in: string; required?: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, Answered>;
}

const document = openapi();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods as Record<string, Described>).map(([method, described]) => ({
    method,
    path,
    described,
  })),
);
const nameOf = (method: string, path: string) =>
  `${method.toUpperCase()} ${path.replaceAll(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`;

/** Whether a real answer is what the description promises. */
async function keepsPromise(method: string, path: string, response: Response): Promise<unknown> {
  const { responses } = (document.paths[path] as Record<string, Described>)[method] as Described;
  const described = responses[response.status]?.content?.['application/json']?.schema;
  expect(described, `${method} ${path} answers ${response.status}`).toBeDefined();
  const text = JSON.stringify({ ...described, $defs: document.components.schemas });
  const schema = z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')));
  const body = await response.json();
  const { error } = schema.safeParse(body);
  expect(error && `${method} ${path}: ${z.prettifyError(error)}`).toBeUndefined();
  return body;
}

async function keptBy(
  site: TestSite,
  method: 'get' | 'post' | 'put' | 'delete',
  path: string,
  body?: unknown,
  values: Record<string, string> = {},
): Promise<unknown> {
  const [address = '', query] = path.split('?');
  const real = address.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent({ site: site.id, ...values }[name] ?? ''),
  );
  const response = await api(method.toUpperCase(), query ? `${real}?${query}` : real, body);
  return keepsPromise(method, address, response);
}

describe('the description of the API', () => {
  it('has every route, and no other', () => {
    const routed = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => nameOf(method, path));
    expect(operations.map(({ method, path }) => nameOf(method, path)).sort()).toEqual(
      [...new Set(routed)].sort(),
    );
  });

  it('leads nowhere that is not described', () => {
    const { schemas } = document.components;
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, to]) => to);
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((to) => !to?.startsWith('#/components/schemas/'))).toEqual([]);
    expect(references.filter((to) => !Object.hasOwn(schemas, to?.split('/')[3] ?? ''))).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  it('says of each route what it is called, what it does, what it takes and how it fails', () => {
    expect(new Set(operations.map(({ described }) => described.operationId)).size).toBe(operations.length);
    for (const { method, path, described } of operations) {
      const name = nameOf(method, path);
      expect(described.summary, name).toMatch(/^[A-Z].{5,}[^.]$/);
      const inPath = described.parameters.filter((parameter) => parameter.in === 'path');
      expect(
        inPath.map((parameter) => `{${parameter.name}}`),
        name,
      ).toEqual(path.match(/\{\w+\}/g) ?? []);
      const errors = Object.entries(described.responses).filter(([status]) => Number(status) >= 400);
      expect(errors.length, name).toBeGreaterThan(0);
      for (const [status, { content }] of errors) {
        // What people open by a link is answered by a page.
        if (path.includes('/preferences/') && !content) continue;
        const { schema } = content?.['application/json'] ?? {};
        const isDraft = status === '422' && !path.includes('/pictures');
        const id = isDraft ? 'RefusedDraft' : 'Error';
        expect(schema, `${name} ${status}`).toEqual({ $ref: `#/components/schemas/${id}` });
      }
    }
    expect(document.components.schemas.Error).toMatchObject({
      properties: {
        success: { const: false },
        error: {
          properties: { code: { enum: ERROR_CODES }, message: { type: 'string' } },
          required: ['code', 'message'],
        },
      },
    });
    expect(Object.values(STATUS).every((status) => status >= 400)).toBe(true);
  });

  it('takes what the routes take: defaults may be left out, limits are named', () => {
    const { Campaign, CampaignDraft } = document.components.schemas as Record<
      string,
      { required: string[]; properties: Record<string, object>; additionalProperties: boolean }
    >;
    expect(CampaignDraft?.required).toEqual(['id', 'name', 'steps']);
    expect(CampaignDraft?.additionalProperties).toBe(false);
    expect(Campaign?.required).toEqual(expect.arrayContaining(['priority', 'revision', 'problems']));
    const events = operations.find(({ described }) => described.operationId === 'listEvents');
    expect(events?.described.parameters).toContainEqual(
      expect.objectContaining({
        name: 'limit',
        in: 'query',
        required: false,
        schema: expect.objectContaining({ minimum: 1, maximum: 1000, default: 100 }),
      }),
    );
    const message = document.components.schemas.Message as { oneOf: object[] };
    expect(message.oneOf).toHaveLength(6);
  });

  it('is served to everybody', async () => {
    const response = await exports.default.fetch('http://collector.test/api/openapi.json');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
  });
});

describe('what is answered', () => {
  it('is what the description promises to pages', async () => {
    const site = await makeSite({ popups: { minGapMs: 0, perSession: null, perDay: null } });
    await publishPopup(site, true);
    const anonymousId = crypto.randomUUID();
    const { messages } = await sendBatch(site, [track(anonymousId)]);
    const armed = await post(site, '/v1/batch', {
      writeKey: site.browserKey,
      batch: [track(anonymousId), { type: 'track' }],
      context: 7,
    });
    await keepsPromise('post', '/v1/batch', armed);
    const { type: _, ...event } = track(anonymousId);
    const one = await post(site, '/v1/t', { writeKey: site.browserKey, ...event });
    await keepsPromise('post', '/v1/t', one);
    for (const claimId of ['1', '1', '2']) {
      const path = `/v1/messages/${messages[0]?.id}/claim`;
      const claimed = await post(site, path, { writeKey: site.browserKey, anonymousId, claimId });
      await keepsPromise('post', '/v1/messages/{id}/claim', claimed);
    }
    await keepsPromise('post', '/v1/batch', await post(site, '/v1/batch', { writeKey: 'nobodys' }));
    await keepsPromise('post', '/v1/batch', await post(site, '/v1/batch', '{'));
    for (const key of [site.browserKey, site.serverKey]) {
      const config = await exports.default.fetch(`http://collector.test/v1/sites/${key}/config`);
      await keepsPromise('get', '/v1/sites/{key}/config', config);
    }
    const cart = { items: [{ item_id: 'a', price: 5, quantity: 2 }], currency: 'USD' };
    const link = { profile: deviceName(site.id, anonymousId), cart, seed: 'd' };
    const token = await makeCartLink(env, site, link, Date.now());
    const old = await makeCartLink(env, site, { ...link, seed: 'old' }, 0);
    for (const [one, status] of [
      [token, 200],
      [old, 410],
      ['forged', 404],
    ] as const) {
      const restored = await exports.default.fetch(
        `http://collector.test/v1/carts/${one}?key=${site.browserKey}`,
        { headers: { Origin: site.origin } },
      );
      expect(restored.status).toBe(status);
      await keepsPromise('get', '/v1/carts/{token}', restored);
    }
    const health = await exports.default.fetch('http://collector.test/healthz');
    await keepsPromise('get', '/healthz', health);
  });

  it('is what the description promises of profiles', async () => {
    const site = await makeSite({ popups: { minGapMs: 0, perSession: null, perDay: null } });
    await publishPopup(site, { '==': [{ var: 'visitor.traits.plan' }, 'gold'] });
    const anonymousId = crypto.randomUUID();
    let time = Date.now() - 60_000;
    const next = () => {
      const timestamp = new Date(time++).toISOString();
      return { messageId: crypto.randomUUID(), anonymousId, userId: 'u1', timestamp };
    };
    const items = [{ item_id: 's', price: 5, quantity: 2, size: ['a', null] }];
    const context = { page: { url: 'https://shop.example/a?utm_source=n&utm_medium=email' } };
    const { messages } = await sendBatch(site, [
      { type: 'identify', ...next(), traits: { plan: 'gold', email: 'a@b.example' } },
      { type: 'group', ...next(), groupId: 'acme', traits: { name: 'Acme' } },
      { type: 'page', ...next(), context },
      { type: 'track', ...next(), event: 'Product Added', properties: items[0] },
      {
        type: 'track',
        ...next(),
        event: 'push_clicked',
        properties: { delivery_id: `saver@1.a.s.${'x'.repeat(22)}` },
      },
      {
        type: 'track',
        ...next(),
        event: 'purchase',
        properties: { transaction_id: 't1', value: 10, currency: 'USD', items, coupon: 'X' },
      },
      { type: 'track', ...next(), event: 'add_to_cart', properties: { items } },
      {
        type: 'track',
        ...next(),
        event: 'form_submitted',
        properties: { campaign: 'vip@9', fields: { x: [1] }, consents: [{ channel: 'sms', text: 'Yes' }] },
      },
    ]);
    const claim = { writeKey: site.browserKey, anonymousId, claimId: 'c' };
    await post(site, `/v1/messages/${messages[0]?.id}/claim`, claim);
    const profiles = '/api/sites/{site}/profiles';
    const ref = { ref: 'user:u1' };
    expect(await keptBy(site, 'get', `${profiles}/{ref}`, undefined, ref)).toMatchObject({
      orders: [{ transactionId: 't1' }],
      cart: { value: 10 },
      consents: { sms: { state: 'granted', text: 'Yes', reported: true } },
    });
    await keptBy(site, 'get', profiles);
    for (const part of ['timeline', 'decisions', 'export', 'explain?campaign=vip', 'explain?campaign=none']) {
      await keptBy(site, 'get', `${profiles}/{ref}/${part}`, undefined, ref);
    }
    await keptBy(site, 'get', `${profiles}/{ref}`, undefined, { ref: 'nonsense' });
    await keptBy(site, 'get', '/api/sites/{site}/events?source=all');
    await keptBy(site, 'get', '/api/sites/{site}/accounts');
    await keptBy(site, 'get', '/api/sites/{site}/accounts/{id}', undefined, { id: 'acme' });
    await keptBy(site, 'put', `${profiles}/{ref}/test`, { test: true }, ref);
    await keptBy(site, 'delete', `${profiles}/{ref}`, undefined, ref);
  });

  it('is what the description promises of push messages and journeys', async () => {
    const site = await makeSite({ popups: { minGapMs: 0, perSession: null, perDay: null } });
    const said = { title: 'Hi', url: '/' };
    const campaigns = '/api/sites/{site}/campaigns';
    const nudge = {
      ...{ id: 'nudge', name: 'Nudge', entry: { on: 'event', event: 'search' }, quietHours: null },
      steps: [{ id: 'm', type: 'message', channel: 'push', variants: [{ key: 'a', content: { en: said } }] }],
    };
    await keptBy(site, 'post', campaigns, nudge);
    await keptBy(site, 'post', `${campaigns}/{id}/publish`, undefined, { id: 'nudge' });
    for (const template of ['abandoned-cart', 'win-back']) {
      await keptBy(site, 'post', `${campaigns}/from-template`, { template });
    }
    const { publicKey: key } = (await keptBy(site, 'get', '/api/sites/{site}/push')) as { publicKey: string };
    const { endpoint, p256dh, auth } = await newSubscription(
      (await loadSite(env, site.id, Date.now())) as Site,
    );
    const path = '/v1/push/subscription';
    const ask = (method: string, body: object) =>
      exports.default.fetch(`http://collector.test${path}`, {
        method,
        headers: { Origin: site.origin },
        body: JSON.stringify({ writeKey: site.browserKey, anonymousId: 'v', ...body }),
      });
    const subscription = { endpoint, keys: { p256dh, auth } };
    await keepsPromise('put', path, await ask('PUT', { key, subscription }));
    await keepsPromise('put', path, await ask('PUT', { key, subscription: {} }));
    await keepsPromise('delete', path, await ask('DELETE', { endpoint: 7 }));
    const search = { ...track('v', 'search'), timestamp: new Date(Date.now() - 3_600_000).toISOString() };
    await sendBatch(site, [search]);
    await sendBatch(site, [track('v', 'page_view')]);
    const ref = { ref: 'anonymous:v' };
    const profile = '/api/sites/{site}/profiles/{ref}';
    await keptBy(site, 'get', profile, undefined, ref);
    for (const part of ['timeline', 'decisions', 'export']) {
      const answer = await keptBy(site, 'get', `${profile}/${part}`, undefined, ref);
      expect(JSON.stringify(answer), part).toContain('nudge');
    }
    expect(await keptBy(site, 'get', `${profile}/explain?campaign=nudge`, undefined, ref)).toMatchObject({
      journey: { passed: [{ step: 'm' }] },
    });
    const subscribers = '/api/sites/{site}/push/subscribers';
    const { items } = (await keptBy(site, 'get', subscribers)) as { items: object[] };
    await keptBy(site, 'post', subscribers, [...items, {}]);
    await keptBy(site, 'post', subscribers, {});
    await keepsPromise('delete', path, await ask('DELETE', { endpoint }));
  });

  it('is what the description promises of sites, campaigns and segments', async () => {
    const site = await makeSite();
    await publishPopup(site, true);
    await keptBy(site, 'get', '/api/sites/{site}');
    await keptBy(site, 'get', '/api/sites/{site}/keys');
    await keptBy(site, 'post', '/api/sites/{site}/keys', { kind: 'browser' });
    await keptBy(site, 'post', '/api/sites/{site}/keys', { kind: 'other' });
    await keptBy(site, 'get', '/api/fields');
    const campaigns = '/api/sites/{site}/campaigns';
    const vip = { id: 'vip' };
    await keptBy(site, 'get', campaigns);
    await keptBy(site, 'get', `${campaigns}/{id}`, undefined, vip);
    await keptBy(site, 'get', `${campaigns}/{id}/versions`, undefined, vip);
    await keptBy(site, 'post', `${campaigns}/{id}/duplicate`, { id: 'vip2' }, vip);
    await keptBy(site, 'post', `${campaigns}/{id}/rollback`, { version: 9 }, vip);
    await keptBy(site, 'post', `${campaigns}/{id}/pause`, undefined, vip);
    await keptBy(site, 'delete', `${campaigns}/{id}`, undefined, vip);
    const fromTemplate = `${campaigns}/from-template`;
    expect(await keptBy(site, 'get', '/api/templates')).toMatchObject({ cursor: null });
    await keptBy(site, 'post', fromTemplate, { template: 'nps', id: 'nps-2' });
    await keptBy(site, 'post', fromTemplate, { template: 'nps', id: 'nps-2' });
    await keptBy(site, 'post', fromTemplate, { template: 'none' });
    const segments = '/api/sites/{site}/segments';
    await keptBy(site, 'post', segments, { id: 'all', name: 'All' });
    await keptBy(site, 'post', `${segments}/{id}/publish`, undefined, { id: 'all' });
    await keptBy(site, 'get', `${segments}/{id}/size`, undefined, { id: 'all' });
    await sendBatch(site, [track('v')]);
    const explain = '/api/sites/{site}/profiles/{ref}/explain?segment=all';
    await keptBy(site, 'get', explain, undefined, { ref: 'anonymous:v' });
    await keptBy(site, 'post', `${segments}/{id}/test`, { profile: 'anonymous:v' }, { id: 'all' });
    for (const [path, id] of [
      [segments, 'all'],
      [campaigns, 'vip2'],
    ]) {
      await keptBy(site, 'post', `${path}/{id}/replay`, { days: 1 }, { id: id ?? '' });
    }
    const pools = '/api/sites/{site}/coupon-pools';
    await keptBy(site, 'put', `${pools}/{pool}`, { name: 'Spring' }, { pool: 'spring' });
    await keptBy(site, 'post', `${pools}/{pool}/codes`, { codes: ['A', 'a', ''] }, { pool: 'spring' });
    await keptBy(site, 'get', pools);
    const url = 'https://shop.example/';
    const link = await keptBy(site, 'post', '/api/sites/{site}/test-links', { url, inspect: true });
    const opened = new URL((link as { url: string }).url).searchParams.get('beckon_inspect');
    for (const inspect of [opened, 'forged']) {
      const body = { writeKey: site.browserKey, anonymousId: 'v', inspect };
      await keepsPromise('post', '/v1/inspect', await post(site, '/v1/inspect', body));
    }
  });

  it('is what the description promises of broadcasts', async () => {
    const site = await makeSite();
    const push = { variants: [{ key: 'a', content: { de: { title: 'Hallo', url: '/' } } }] };
    const draft = { id: 'sale', name: 'Sale', push };
    const one = '/api/sites/{site}/broadcasts/{id}';
    const id = { id: 'sale' };
    await keptBy(site, 'post', '/api/sites/{site}/broadcasts', draft);
    await keptBy(site, 'post', '/api/sites/{site}/broadcasts', draft);
    await keptBy(site, 'post', '/api/sites/{site}/broadcasts', { ...draft, segment: 'none' });
    await keptBy(site, 'put', one, draft, id);
    await keptBy(site, 'get', one, undefined, id);
    for (const verb of ['start', 'pause', 'resume', 'cancel']) {
      await keptBy(site, 'post', `${one}/${verb}`, undefined, id);
    }
    await keptBy(site, 'get', '/api/sites/{site}/broadcasts?limit=1');
  });

  it('is what the description promises of push messages', async () => {
    const site = await makeSite();
    const push = '/api/sites/{site}/push';
    const { faults } = (await keptBy(site, 'get', push)) as { faults: unknown[] };
    expect(faults).toEqual([]);
    const address = `${site.origin}/push/beckon/sw.js`;
    const properties = { reason: 'worker_status', address, status: 404 };
    await sendBatch(site, [{ ...track('v'), event: 'push_unavailable', properties }]);
    await keptBy(site, 'post', `${push}/keys/rotate`);
    const { publicKey, privateKey } = (await keptBy(site, 'get', `${push}/keys/export`)) as Record<
      string,
      string
    >;
    await keptBy(site, 'put', `${push}/keys`, { publicKey, privateKey });
    await keptBy(site, 'put', `${push}/keys`, { publicKey, privateKey: publicKey });
    await keptBy(await makeSite(), 'put', `${push}/keys`, { publicKey, privateKey });
    await keptBy(site, 'post', `${push}/resume`);
    expect(await keptBy(site, 'get', push)).toMatchObject({
      publicKey,
      former: [expect.anything()],
      faults: [{ address, reason: 'worker_status', status: 404 }],
    });
    await keptBy({ ...site, id: 'none' }, 'get', push);
  });

  it('is what the description promises of webhooks', async () => {
    const site = await makeSite();
    const secrets = '/api/sites/{site}/secrets';
    const name = { name: 'token' };
    await keptBy(site, 'put', `${secrets}/{name}`, { value: 'x' }, name);
    await keptBy(site, 'put', `${secrets}/{name}`, { value: '' }, name);
    await keptBy(site, 'put', `${secrets}/{name}`, { value: 'x' }, { name: 'No-Name' });
    expect(await keptBy(site, 'get', secrets)).toMatchObject({ items: [{ name: 'token' }] });
    await keptBy(site, 'delete', `${secrets}/{name}`, undefined, name);
    await keptBy(site, 'delete', `${secrets}/{name}`, undefined, name);
    await keptBy(site, 'delete', `${secrets}/{name}`, undefined, { name: '-' });
    await keptBy(site, 'post', '/api/sites/{site}/webhook-signing-secret');
    await keptBy(site, 'get', '/api/webhook-templates');
  });

  it('is what the description promises of pictures', async () => {
    const site = await makeSite();
    const pictures = '/api/sites/{site}/pictures';
    const upload = (file: Uint8Array<ArrayBuffer>) =>
      exports.default.fetch(`http://collector.test/api/sites/${site.id}/pictures`, {
        method: 'POST',
        headers: { Authorization: 'Bearer test-admin-token' },
        body: file,
      });
    const { id, src } = (await keepsPromise('post', pictures, await upload(PICTURES.png))) as {
      id: string;
      src: string;
    };
    await keepsPromise('post', pictures, await upload(PICTURES.png));
    await keepsPromise('post', pictures, await upload(PICTURES.png.subarray(0, 50)));
    await keepsPromise('post', pictures, await upload(new Uint8Array(2_000_001)));
    await keptBy(site, 'get', `${pictures}?limit=1`);
    await keptBy(site, 'put', `${pictures}/{id}`, { alt: 'A shoe' }, { id });
    await keptBy(site, 'put', `${pictures}/{id}`, { alt: 7 }, { id });
    const served = await exports.default.fetch(`http://collector.test${src}`);
    expect(served.status).toBe(200);
    await served.body?.cancel();
    await keptBy(site, 'delete', `${pictures}/{id}`, undefined, { id });
    await keptBy(site, 'delete', `${pictures}/{id}`, undefined, { id });
    const gone = await exports.default.fetch(`http://collector.test${src}`);
    await keepsPromise('get', '/v1/pictures/{site}/{file}', gone);
  });
});

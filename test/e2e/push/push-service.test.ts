import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { authorization, newVapidPair, signerOf } from '../../../collector/src/push/vapid.ts';
import { type PushMessage, type PushService, startPushService } from '../../support/push/push-service.ts';

const KEYS = await newVapidPair();
const SIGNER = await signerOf(KEYS);
const SUBJECT = 'mailto:ops@shop.example';

let service: PushService;
let delivered: PushMessage[];
let reachable: boolean;
beforeAll(async () => {
  service = await startPushService();
});
afterAll(() => service.close());
beforeEach(() => {
  delivered = [];
  reachable = true;
  service.fault(null);
  service.subscribe('t', {
    origins: [service.base],
    key: KEYS.publicKey,
    deliver(message) {
      if (reachable) delivered.push(message);
      return reachable;
    },
  });
});

async function post(headers: Record<string, string> = {}, { body = 'x', token = 't', ...rest } = {}) {
  const Authorization = await authorization(SIGNER, service.base, SUBJECT, Date.now());
  return fetch(`${service.base}/wpush/v2/${token}`, {
    method: 'POST',
    headers: { Authorization, TTL: '60', 'Content-Encoding': 'aes128gcm', ...headers },
    body,
    redirect: 'manual',
    ...rest,
  });
}
const signed = (subject: string, { origin = service.base, signer = SIGNER, now = Date.now() } = {}) =>
  authorization({ ...signer, signed: new Map() }, origin, subject, now);

it('refuses what real services refuse', async () => {
  const stranger = await signerOf(await newVapidPair());
  const swapped = (await signed(SUBJECT, { signer: stranger })).replace(stranger.publicKey, KEYS.publicKey);
  const day = 86_400_000;
  const answers: [number, string, Promise<Response>][] = [
    [404, 'unknown', post({}, { token: 'never' })],
    [400, 'TTL', post({ TTL: '' })],
    [400, 'Topic', post({ Topic: 'a' })],
    [400, 'Encoding', post({ 'Content-Encoding': 'aesgcm' })],
    [413, 'large', post({}, { body: 'x'.repeat(4_097) })],
    [401, 'vapid', post({ Authorization: '' })],
    [401, 'aud', post({ Authorization: await signed(SUBJECT, { origin: 'https://other.example' }) })],
    [401, 'exp', post({ Authorization: await signed(SUBJECT, { now: Date.now() - 2 * day }) })],
    [401, 'exp', post({ Authorization: await signed(SUBJECT, { now: Date.now() + 2 * day }) })],
    [401, 'signature', post({ Authorization: swapped })],
    [403, 'key', post({ Authorization: await signed(SUBJECT, { signer: stranger }) })],
    [403, 'sub', post({ Authorization: await signed('mailto:ops@localhost') })],
  ];
  for (const [status, reason, answer] of answers) {
    const response = await answer;
    expect(await response.text(), `${status} ${reason}`).toContain(reason);
    expect(response.status, reason).toBe(status);
  }
  expect(delivered).toEqual([]);
  expect((await post({}, { body: 'x'.repeat(4_096) })).status).toBe(201);
  service.unsubscribe('t');
  expect((await post()).status).toBe(410);
});

it('keeps a message for its time, and the newest of a topic', async () => {
  reachable = false;
  await post({ TTL: '0' }, { body: 'now or never' });
  await post({ Topic: 'cart' }, { body: 'first' });
  await post({ Topic: 'cart' }, { body: 'second' });
  await post({}, { body: 'third' });
  expect(service.waiting('t')).toBe(2);
  reachable = true;
  service.flush();
  expect(delivered.map(({ body }) => String(body))).toEqual(['second', 'third']);
  expect(service.waiting('t')).toBe(0);
});

it('has bad days: busy, slow, silent, lying, talking without end', async () => {
  service.fault({ kind: 'answer', status: 429, retryAfter: 7, times: 1 });
  const busy = await post();
  expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '7']);
  expect((await post()).status).toBe(201);

  service.fault({ kind: 'answer', status: 503, token: 'another' });
  expect((await post()).status).toBe(201);

  service.fault({ kind: 'slow', ms: 60 });
  const before = performance.now();
  expect((await post()).status).toBe(201);
  expect(performance.now() - before).toBeGreaterThan(55);

  service.fault({ kind: 'silent' });
  const since = service.events.length;
  const patience = new AbortController();
  const unanswered = post({}, { signal: patience.signal } as object);
  await service.waitFor('post', { since, is: ({ status }) => status === null });
  patience.abort();
  await expect(unanswered).rejects.toThrow();

  const count = delivered.length;
  service.fault({ kind: 'lie' });
  expect((await post()).status).toBe(201);
  expect(delivered).toHaveLength(count);

  service.fault({ kind: 'flood', status: 400 });
  expect((await (await post()).text()).length).toBe(1_000_000);
  service.fault({ kind: 'flood', status: 400, endless: true });
  const reader = (await post()).body?.getReader();
  let read = 0;
  while (read < 3_000_000) read += (await reader?.read())?.value?.length ?? Number.NaN;
  await reader?.cancel();
});

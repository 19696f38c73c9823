import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { SignJWT } from 'jose';
import { uuidv7 } from 'uuidv7';
import { expect, vi } from 'vitest';
import type { Profile } from '../../../collector/src/profile/profile.ts';
import { deviceName, personName } from '../../../collector/src/profile/profile-name.ts';
import type { State } from '../../../collector/src/profile/state.ts';
import { D1EventStore } from '../../../collector/src/store/d1.ts';
import { QueueEventStore } from '../../../collector/src/store/queue.ts';
import { chunkLine } from '../../../collector/src/store/record.ts';
import type { BatchAnswer } from '../../../sdk/src/message.ts';

/** A site of a test's own, in the collector under test. */
export interface TestSite {
  id: string;
  browserKey: string;
  serverKey: string;
  origin: string;
}

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** With this, a site can prove who its users are; see {@link proof}. */
export const SECRET = 'a secret that the shop keeps to itself';

const ADMIN = { Authorization: 'Bearer test-admin-token', 'Content-Type': 'application/json' };

export async function makeSite(settings: object = {}): Promise<TestSite> {
  const id = `site-${crypto.randomUUID().slice(0, 8)}`;
  const site = { id, browserKey: `${id}_browser`, serverKey: `${id}_server`, origin: 'https://shop.example' };
  const { browserKey, serverKey, origin } = site;
  const response = await api('PUT', `/api/sites/${id}`, {
    name: id,
    origins: [origin],
    browserKey,
    serverKey,
    // By the default, every twentieth visitor would be left alone.
    holdout: { percent: 0 },
    ...settings,
  });
  if (!response.ok) throw new Error(await response.text());
  return site;
}

export function api(method: string, path: string, body?: unknown, headers = {}): Promise<Response> {
  return exports.default.fetch(`http://collector.test${path}`, {
    method,
    headers: { ...ADMIN, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Sends a body as a page of the site would. */
export function post(site: TestSite, path: string, body: unknown, headers = {}): Promise<Response> {
  const all = new Headers({ Origin: site.origin, 'Content-Type': 'text/plain', ...headers });
  if (all.get('Origin') === '') all.delete('Origin');
  return exports.default.fetch(`http://collector.test${path}`, {
    method: 'POST',
    headers: all,
    body: typeof body === 'string' || body instanceof ArrayBuffer ? body : JSON.stringify(body),
  });
}

export async function sendBatch(site: TestSite, batch: unknown[], extra = {}): Promise<BatchAnswer> {
  const response = await post(site, '/v1/batch', {
    writeKey: site.browserKey,
    batch,
    sentAt: new Date().toISOString(),
    ...extra,
  });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}

/** Sends messages as a shop's server would. */
export async function fromServer(site: TestSite, batch: object[]): Promise<void> {
  const response = await post(site, '/v1/batch', { writeKey: site.serverKey, batch }, { Origin: '' });
  expect(response.status).toBe(200);
}

/** Withdraws the consent that was given on a device. */
export function forgetVisitor(site: TestSite, anonymousId: string): Promise<Response> {
  return exports.default.fetch('http://collector.test/v1/visitor', {
    method: 'DELETE',
    headers: { Origin: site.origin },
    body: JSON.stringify({ writeKey: site.browserKey, anonymousId }),
  });
}

/** A popup for those of whom `rule` is true. */
export async function publishPopup(site: TestSite, rule: unknown, facts = {}): Promise<void> {
  const content = { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }] } };
  const step = { id: 'm', type: 'message', channel: 'popup', variants: [{ key: 'a', content }] };
  await api('PUT', `/api/sites/${site.id}/campaigns/vip`, {
    id: 'vip',
    name: 'VIP',
    audience: { rule, facts },
    steps: [step],
  });
  await api('POST', `/api/sites/${site.id}/campaigns/vip/publish`);
}

/** The token by which a site proves who a user is. It must have been made with {@link SECRET}. */
export function proof(site: TestSite, userId: string, claims: object = {}, expires = '10m'): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setAudience(site.id)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(SECRET));
}

export function profileOf(site: TestSite, anonymousId: string) {
  return readProfile(site, `anonymous:${anonymousId}`);
}

export function personOf(site: TestSite, userId: string) {
  return readProfile(site, `user:${userId}`);
}

/** @param ref `user:`, `email:` or `anonymous:` and the id */
export async function readProfile(site: TestSite, ref: string) {
  const response = await api('GET', `/api/sites/${site.id}/profiles/${encodeURIComponent(ref)}`);
  return response.status === 404 ? null : ((await response.json()) as Record<string, never>);
}

export function deviceObject(site: TestSite, anonymousId: string): DurableObjectStub<Profile> {
  return env.PROFILES.getByName(deviceName(site.id, anonymousId));
}

export async function personObject(site: TestSite, userId: string): Promise<DurableObjectStub<Profile>> {
  return env.PROFILES.getByName(await personName(site.id, userId, env.SIGNING_KEY));
}

/** All that an object holds, by the keys of its rows. */
export function rowsIn(object: DurableObjectStub<Profile>): Promise<Record<string, string>> {
  return runInDurableObject(object, (_, { storage: { sql } }) => {
    if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'profile'").toArray().length === 0) return {};
    const rows = sql.exec<{ k: string; v: string }>('SELECT k, v FROM profile').toArray();
    return Object.fromEntries(rows.map(({ k, v }) => [k, v]));
  });
}

export async function stateIn(object: DurableObjectStub<Profile>): Promise<State> {
  return JSON.parse((await rowsIn(object)).state ?? 'null');
}

/** What the store has been told for reports; `row` is `null` of what was taken back. */
export async function facts(site: TestSite, kind: string) {
  await arrived();
  const { results } = await env.DB.prepare(
    'SELECT profile, key, row FROM facts WHERE site = ? AND kind = ? ORDER BY key',
  )
    .bind(site.id, kind)
    .all<{ profile: string; key: string; row: string | null }>();
  return results.map(({ profile, key, row }) => ({ profile, key, row: JSON.parse(row ?? 'null') }));
}

/** The facts that still are so. */
export async function standing(site: TestSite, kind: string) {
  return (await facts(site, kind)).flatMap(({ row }) => (row ? [row] : []));
}

/**
 * Resolves when all that was accepted until now can be read from the store: at once, or when the queue has brought
 * something that was sent after it.
 */
export async function arrived(): Promise<void> {
  if (!env.EVENTS) return;
  const id = uuidv7();
  const at = new Date().toISOString();
  const last = { site: 'last', id, profile: 'a:last:v', epoch: 0, firstAt: at, lastAt: at, messages: '[{}]' };
  await env.EVENTS.send(chunkLine(last), { contentType: 'text' });
  const stored = env.DB.prepare("SELECT 1 FROM chunks WHERE site = 'last' AND id = ?").bind(id);
  // Not `vi.waitFor`: it would move the clock of a test that has stopped it.
  for (let polls = 0; (await stored.first()) === null; polls++) {
    if (polls > 2_000) throw new Error('The queue does not bring what was sent.');
    await scheduler.wait(10);
  }
}

/** Makes the store refuse everything until `mockRestore()` is called on what is returned. */
export function storeIsDown() {
  const Store = env.EVENTS ? QueueEventStore : D1EventStore;
  return vi.spyOn(Store.prototype, 'append').mockRejectedValue(new Error('The store is down'));
}

export async function eventsOf(site: TestSite, limit = 1000) {
  await arrived();
  const response = await api('GET', `/api/sites/${site.id}/events?limit=${limit}`);
  return ((await response.json()) as { events: { messageId: string; [key: string]: unknown }[] }).events;
}

/** The ids of all that the store holds of a site, sorted. */
export async function storedEvents(site: TestSite): Promise<string[]> {
  return (await eventsOf(site)).map((event) => event.messageId).sort();
}

export function track(anonymousId: string, event = 'view_item', more: object = {}) {
  return {
    type: 'track',
    messageId: crypto.randomUUID(),
    anonymousId,
    event,
    timestamp: new Date().toISOString(),
    ...more,
  };
}

export function identify(anonymousId: string, userId: string | null, traits: object = {}, more: object = {}) {
  return {
    type: 'identify',
    messageId: crypto.randomUUID(),
    anonymousId,
    ...(userId === null ? {} : { userId }),
    traits,
    timestamp: new Date().toISOString(),
    ...more,
  };
}

/** When a message happened. */
export function at(time: number): { timestamp: string } {
  return { timestamp: new Date(time).toISOString() };
}

export { env };

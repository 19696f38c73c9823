import { env, exports } from 'cloudflare:workers';
import { uuidv7 } from 'uuidv7';
import { vi } from 'vitest';
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

export function profileOf(site: TestSite, anonymousId: string) {
  return readProfile(site, `anonymous:${anonymousId}`);
}

export function personOf(site: TestSite, userId: string) {
  return readProfile(site, `user:${userId}`);
}

async function readProfile(site: TestSite, ref: string) {
  const response = await api('GET', `/api/sites/${site.id}/profiles/${encodeURIComponent(ref)}`);
  return response.status === 404 ? null : ((await response.json()) as Record<string, never>);
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

export { env };

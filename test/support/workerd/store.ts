import { env } from 'cloudflare:workers';
import { D1EventStore } from '../../../collector/src/store/d1.ts';
import type { Chunk, Fact, FactKind } from '../../../collector/src/store/event-store.ts';

/** An id of a chunk that arrived at this time, ms since the epoch. */
export function idAt(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

/** A chunk of one message whose id is that of the chunk. */
export function chunkOf(site: string, change: Partial<Chunk> & { at?: number } = {}): Chunk {
  const { at = Date.now(), ...rest } = change;
  const id = rest.id ?? idAt(at);
  const time = new Date(at).toISOString();
  const messages = JSON.stringify([{ messageId: id, type: 'track', event: 'view_item', timestamp: time }]);
  return { id, site, profile: `a:${site}:v`, epoch: 0, firstAt: time, lastAt: time, messages, ...rest };
}

export function factOf(site: string, kind: FactKind, key: string, row: object | null, change = {}): Fact {
  const text = row === null ? null : JSON.stringify(row);
  return { site, kind, key, profile: `u:${site}:p`, revision: Date.now(), row: text, ...change };
}

/** Puts facts where reports read them, without the queue. */
export function stateFacts(...facts: Fact[]): Promise<void> {
  return new D1EventStore(env.DB).append([], facts);
}

/** What D1 holds of a site: ids of chunks, and `kind:key` of facts that stand, each sorted. */
export async function held(site: string): Promise<{ chunks: string[]; facts: string[] }> {
  const chunks = await env.DB.prepare('SELECT id FROM chunks WHERE site = ? ORDER BY id')
    .bind(site)
    .all<{ id: string }>();
  const facts = await env.DB.prepare(
    "SELECT kind || ':' || key AS name FROM facts WHERE site = ? AND row IS NOT NULL ORDER BY 1",
  )
    .bind(site)
    .all<{ name: string }>();
  return { chunks: chunks.results.map(({ id }) => id), facts: facts.results.map(({ name }) => name) };
}

/** How SQLite would answer this statement: the steps of its plan. */
export async function planOf(sql: string, ...values: unknown[]): Promise<string[]> {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}

import { afterEach, describe, expect, it, vi } from 'vitest';
import { env } from '../../../test/support/workerd/collector.ts';
import { chunkOf, factOf, held } from '../../../test/support/workerd/store.ts';
import { D1EventStore } from './d1.ts';
import { passOverErased } from './pass-over-erased.ts';

const newSite = () => `site-${crypto.randomUUID()}`;
const NOW = Date.now();
const store = new D1EventStore(env.DB, () => NOW);
const waiting = async (site: string) =>
  (await env.DB.prepare('SELECT profile FROM erasures WHERE site = ?').bind(site).all()).results.length;

afterEach(() => {
  vi.restoreAllMocks();
});

describe('who was erased and of whom nobody knew what there was', () => {
  it('is gone after the next pass, with all others; what they say afterwards, and their neighbours, stay', async () => {
    const [site, elsewhere] = [newSite(), newSite()];
    const [a, b, other] = ['a', 'b', 'other'].map((id) => `a:${site}:${id}`) as [string, string, string];
    const old = [a, b, a].map((profile, n) => chunkOf(site, { at: NOW - n - 1, profile }));
    const kept = [chunkOf(site, { at: NOW, profile: a }), chunkOf(site, { at: NOW - 9, profile: other })];
    const same = chunkOf(elsewhere, { at: NOW - 1, profile: a });
    await store.append(
      [...old, ...kept, same],
      [
        factOf(site, 'session', '1', {}, { profile: a, revision: NOW - 1 }),
        factOf(site, 'member', '2', {}, { profile: b, revision: NOW - 1 }),
        factOf(site, 'session', '3', {}, { profile: a, revision: NOW + 1 }),
        factOf(site, 'session', '4', {}, { profile: other, revision: NOW - 1 }),
      ],
    );
    for (const profile of [a, b]) await store.erase({ site, chunks: [], profile });
    await passOverErased(env, NOW + 1);
    expect(await held(site)).toEqual({
      chunks: kept.map(({ id }) => id).sort(),
      facts: ['session:3', 'session:4'],
    });
    expect((await held(elsewhere)).chunks).toEqual([same.id]);
    expect(await waiting(site)).toBe(0);
  });

  it('is gone, though the site has more than one look can take in, and the pass was interrupted', async () => {
    const site = newSite();
    const chunks = Array.from({ length: 20_002 }, (_, n) =>
      chunkOf(site, { at: NOW - 30_000 + n, profile: `a:${site}:${n < 20_000 ? 'other' : 'mine'}` }),
    );
    await store.append(chunks, [factOf(site, 'order', 'T', {}, { profile: `a:${site}:mine`, revision: 1 })]);
    await store.erase({ site, chunks: [], profile: `a:${site}:mine` });
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    let batches = 0;
    const failing = new Proxy(env.DB, {
      get: (db, name) => {
        const value = Reflect.get(db, name);
        if (name !== 'batch') return typeof value === 'function' ? value.bind(db) : value;
        return async (statements: D1PreparedStatement[]) => {
          if (++batches === 2) throw new Error('D1 is down');
          return db.batch(statements);
        };
      },
    });
    await passOverErased({ ...env, DB: failing }, NOW + 1);
    expect(log).toHaveBeenCalled();
    expect((await held(site)).chunks).toHaveLength(20_002);
    await passOverErased(env, NOW + 2);
    expect(await held(site)).toMatchObject({ chunks: { length: 20_000 }, facts: [] });
    expect(await waiting(site)).toBe(0);
  });

  it('who was erased while a pass was under way is left for the next', async () => {
    const site = newSite();
    const profile = `a:${site}:late`;
    await store.append([chunkOf(site, { at: NOW - 1, profile })], []);
    await store.erase({ site, chunks: [], profile });
    await passOverErased(env, NOW);
    expect(await waiting(site)).toBe(1);
    await passOverErased(env, NOW + 1);
    expect(await held(site)).toEqual({ chunks: [], facts: [] });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { api, env, makeSite } from '../../../test/support/workerd/collector.ts';
import { chunkOf, factOf, held } from '../../../test/support/workerd/store.ts';
import { addCodes, putPool } from '../campaigns/coupon-pools.ts';
import { D1EventStore } from './d1.ts';
import type { Fact } from './event-store.ts';

const store = new D1EventStore(env.DB);
const newSite = () => `site-${crypto.randomUUID()}`;

async function standing(site: string) {
  return env.DB.prepare('SELECT profile, revision, row FROM facts WHERE site = ?').bind(site).first();
}

describe('what the store holds', () => {
  it('is, letter by letter, what the profile has accepted', async () => {
    const site = newSite();
    const text = JSON.stringify([
      {
        messageId: 'm',
        properties: { a: 'é"\\\n\u0000\ud83d\ude00', b: 1e21, c: -0.5, d: '\ud800', __proto__: 1 },
      },
    ]);
    const chunk = chunkOf(site, { messages: text });
    await store.append([chunk], []);
    const row = await env.DB.prepare('SELECT * FROM chunks WHERE site = ?').bind(site).first();
    const { id, profile, epoch, firstAt, lastAt } = chunk;
    expect(row).toEqual({ site, id, profile, epoch, first_at: firstAt, last_at: lastAt, messages: text });
  });

  it('costs one row written per chunk, and none when it comes again', async () => {
    const site = newSite();
    const chunk = chunkOf(site);
    const writes: number[] = [];
    const counting = new Proxy(env.DB, {
      get: (db, name) =>
        name === 'prepare'
          ? (sql: string) => ({
              bind: (...values: unknown[]) => ({
                run: async () => {
                  const result = await db
                    .prepare(sql)
                    .bind(...values)
                    .run();
                  writes.push(result.meta.rows_written);
                },
              }),
            })
          : Reflect.get(db, name),
    });
    await new D1EventStore(counting).append([chunk], []);
    await new D1EventStore(counting).append([chunk], []);
    expect(writes).toEqual([1, 0]);
  });
});

describe('the codes that orders name', () => {
  const order = (site: string, transactionId: string, coupons: string[], more: object = {}): Fact =>
    factOf(
      site,
      'order',
      `${transactionId}/a`,
      { transactionId, at: '2026-05-01T00:00:00.000Z', anonymousId: 'v', coupons, ...more },
      { profile: `a:${site}:v` },
    );
  const used = async (site: string) => {
    const { results } = await env.DB.prepare(
      'SELECT code, transaction_id FROM coupons WHERE site = ? AND used_at IS NOT NULL ORDER BY code',
    )
      .bind(site)
      .all<{ code: string; transaction_id: string | null }>();
    return results.map(({ code, transaction_id }) => `${code} ${transaction_id}`);
  };
  async function siteWithCodes(): Promise<string> {
    const site = newSite();
    await putPool(env.DB, site, 'p', { name: null, expiresAfter: null, expiresAt: null });
    await addCodes(env.DB, site, 'p', ['A', 'B', 'C']);
    await env.DB.prepare("UPDATE coupons SET assigned_at = 1, holder = ?2 WHERE site = ?1 AND code = 'A'")
      .bind(site, `u:${site}:mira`)
      .run();
    return site;
  }

  it('are used up when a server has told it, or the profile had been given them', async () => {
    const site = await siteWithCodes();
    await store.append([], [order(site, 'T', ['a', 'B', 'C'])]);
    expect(await used(site)).toEqual([]);
    await store.append([], [order(site, 'T', ['a', 'B', 'C'], { held: ['a'] })]);
    expect(await used(site)).toEqual(['A T']);
    await store.append([], [order(site, 'S', ['a', 'B'], { server: true, anonymousId: null })]);
    expect(await used(site)).toEqual(['A T', 'B null']);
  });

  it('cost an import of 500 orders no more than a few statements', async () => {
    let statements = 0;
    const counting = new Proxy(env.DB, {
      get: (db, name) =>
        name === 'batch'
          ? async (all: D1PreparedStatement[]) => {
              statements += all.length;
              return db.batch(all);
            }
          : name === 'prepare'
            ? db.prepare.bind(db)
            : Reflect.get(db, name),
    });
    const site = await siteWithCodes();
    const codes = Array.from({ length: 17 }, (_, n) => `${n}`.padStart(60, 'x'));
    const orders = Array.from({ length: 500 }, (_, n) =>
      order(site, `T${n}`, [...codes, 'A', 'B', 'C'], { server: true }),
    );
    await new D1EventStore(counting).append([], orders);
    expect(await used(site)).toEqual(['A T0', 'B null', 'C null']);
    expect(statements).toBeLessThan(10);
  });
});

describe('the newest events', () => {
  it('are those of clients, unless all are asked for', async () => {
    const site = await makeSite();
    const born = JSON.stringify([{ messageId: 'shown', source: 'collector' }]);
    const sent = chunkOf(site.id, { at: Date.now() - 1 });
    await store.append([sent, chunkOf(site.id, { messages: born })], []);
    const ids = async (query: string) => {
      const response = await api('GET', `/api/sites/${site.id}/events?${query}`);
      const { events } = (await response.json()) as { events: { messageId: string }[] };
      return events.map(({ messageId }) => messageId);
    };
    expect(await ids('')).toEqual([sent.id]);
    expect(await ids('limit=1')).toEqual([sent.id]);
    expect(await ids('source=client')).toEqual([sent.id]);
    expect(await ids('source=all')).toEqual(['shown', sent.id]);
    expect((await api('GET', `/api/sites/${site.id}/events?source=mine`)).status).toBe(400);
  });

  it('cost what is shown, however much the site has', async () => {
    const site = newSite();
    await store.append(
      Array.from({ length: 500 }, () => chunkOf(site)),
      [],
    );
    const { meta } = await store.newestStatement(site, 3, 'client').all();
    expect(meta.rows_read).toBeLessThan(30);
  });
});

describe('a fact', () => {
  const order = (
    site: string,
    profile: string,
    revision: number,
    row: object | null = { n: revision },
  ): Fact => factOf(site, 'order', 'T-1', row, { profile: `${profile}:${site}:x`, revision });

  it('is what its profile has stated last, in whatever order and batches its statements arrive', async () => {
    const revisions = [1, 2, 3, 4];
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(revisions, { minLength: 4 }),
        fc.array(fc.constantFrom(...revisions), { maxLength: 3 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(...revisions, null),
        async (shuffled, repeated, size, takenBack) => {
          const site = newSite();
          const arriving = [...shuffled, ...repeated];
          for (let start = 0; start < arriving.length; start += size) {
            const batch = arriving.slice(start, start + size);
            await store.append(
              [],
              batch.map((n) => order(site, 'u', n, n === takenBack ? null : { n })),
            );
          }
          const row = takenBack === 4 ? null : '{"n":4}';
          expect(await standing(site)).toMatchObject({ row });
        },
      ),
      { numRuns: 30 * env.RUNS },
    );
  });

  it('of a person counts more than that of a device, also when the device speaks later', async () => {
    const site = newSite();
    await store.append([], [order(site, 'a', 5), order(site, 'u', 3), order(site, 'c', 9)]);
    expect(await standing(site)).toMatchObject({ profile: `u:${site}:x`, revision: 3 });
    await store.append([], [order(site, 'a', 6)]);
    expect(await standing(site)).toMatchObject({ revision: 3 });
  });

  it('is judged in the order in which it was said, when one batch has it all', async () => {
    const site = newSite();
    await store.append([], [order(site, 'a', 5), order(site, 'u', 4, null), order(site, 'u', 3)]);
    expect(await standing(site)).toMatchObject({ profile: `a:${site}:x`, revision: 5 });
  });

  it('that a person took back, and a device stated since, is not lost when the old word comes again', async () => {
    const site = newSite();
    const takenBack = order(site, 'u', 3, null);
    await store.append([], [order(site, 'u', 2), takenBack]);
    expect((await held(site)).facts).toEqual([]);
    await store.append([], [order(site, 'a', 5)]);
    await store.append([], [takenBack]);
    expect(await standing(site)).toMatchObject({ profile: `a:${site}:x`, revision: 5 });
  });
});

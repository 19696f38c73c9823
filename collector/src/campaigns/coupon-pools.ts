import { z } from 'zod';
import { inArrays } from '../store/pack.ts';
import { duration, parseDuration } from './duration.ts';

export const couponPoolId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens');

/** Until when the codes of a pool are worth something; the shop decides, this is what visitors are told. */
export const couponPoolSettings = z
  .strictObject({
    name: z.string().min(1).max(200).nullable().default(null),
    /** ISO 8601 duration: each code, from when it was given; a day is 24 h. A change is for codes given from then on. */
    expiresAfter: duration.nullable().default(null),
    /** ISO 8601: all codes at once; none is given after it. */
    expiresAt: z.iso.datetime({ offset: true }).nullable().default(null),
  })
  .refine(({ expiresAfter, expiresAt }) => expiresAfter === null || expiresAt === null, {
    path: ['expiresAt'],
    message: 'must be null where expiresAfter is set',
  });
export type CouponPoolSettings = z.infer<typeof couponPoolSettings>;

export const couponPool = z.object({
  id: couponPoolId,
  name: z.string().nullable(),
  expiresAfter: z.string().nullable(),
  expiresAt: z.string().nullable(),
  /** Codes in all, those given, those used in an order, those left to give. */
  size: z.number().int(),
  assigned: z.number().int(),
  used: z.number().int(),
  left: z.number().int(),
  /** `low`: at most a tenth is left. */
  warning: z.enum(['low', 'empty']).nullable(),
});
export type CouponPool = z.infer<typeof couponPool>;

interface Row {
  id: string;
  name: string | null;
  expiresAfter: string | null;
  expiresAt: number | null;
  size: number;
  assigned: number;
  used: number;
}

const SELECT = `SELECT p.id, p.name, p.expires_after AS expiresAfter, p.expires_at AS expiresAt,
    count(c.code) AS size, count(c.assigned_at) AS assigned, count(c.used_at) AS used
  FROM coupon_pools AS p LEFT JOIN coupons AS c ON c.site = p.site AND c.pool = p.id`;

export async function listPools(db: D1Database, site: string): Promise<CouponPool[]> {
  const { results } = await db
    .prepare(`${SELECT} WHERE p.site = ?1 GROUP BY p.id ORDER BY p.id`)
    .bind(site)
    .all<Row>();
  return results.map(toPool);
}

export async function readPool(db: D1Database, site: string, id: string): Promise<CouponPool | null> {
  const row = await db
    .prepare(`${SELECT} WHERE p.site = ?1 AND p.id = ?2 GROUP BY p.id`)
    .bind(site, id)
    .first<Row>();
  return row && toPool(row);
}

/** Makes a pool, or replaces the settings of one. */
export async function putPool(
  db: D1Database,
  site: string,
  id: string,
  { name, expiresAfter, expiresAt }: CouponPoolSettings,
): Promise<void> {
  await db
    .prepare(
      `INSERT INTO coupon_pools (site, id, name, expires_after, expires_after_ms, expires_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT DO UPDATE SET name = excluded.name, expires_after = excluded.expires_after,
         expires_after_ms = excluded.expires_after_ms, expires_at = excluded.expires_at`,
    )
    .bind(site, id, name, expiresAfter, lengthOf(expiresAfter), expiresAt && Date.parse(expiresAt))
    .run();
}

/** Adds codes that are valid; `added` are those that the pool did not have, in any case. */
export async function addCodes(
  db: D1Database,
  site: string,
  pool: string,
  codes: readonly string[],
): Promise<{ added: number }> {
  let added = 0;
  for (const part of inArrays(codes.map((code) => JSON.stringify(code)))) {
    const { meta } = await db
      .prepare(
        `INSERT INTO coupons (site, pool, code) SELECT p.site, p.id, value
         FROM json_each(?3) JOIN coupon_pools AS p ON p.site = ?1 AND p.id = ?2 WHERE true
         ON CONFLICT DO NOTHING`,
      )
      .bind(site, pool, part)
      .run();
    added += meta.changes;
  }
  return { added };
}

export type Dropped = 'dropped' | 'assigned' | 'unknown';

/** Takes a code out of a pool, unless somebody was given it. */
export async function dropCode(db: D1Database, site: string, pool: string, code: string): Promise<Dropped> {
  const { meta } = await db
    .prepare('DELETE FROM coupons WHERE site = ?1 AND pool = ?2 AND code = ?3 AND assigned_at IS NULL')
    .bind(site, pool, code)
    .run();
  if (meta.changes > 0) return 'dropped';
  const found = await db
    .prepare('SELECT 1 FROM coupons WHERE site = ?1 AND pool = ?2 AND code = ?3')
    .bind(site, pool, code)
    .first();
  return found ? 'assigned' : 'unknown';
}

/** Codes that one statement deletes. */
const MAX_DELETED = 10_000;

/** Deletes a pool and its codes; who was given one does not see it again. `false` when there is none. */
export async function deletePool(db: D1Database, site: string, id: string): Promise<boolean> {
  const some = db
    .prepare(
      'DELETE FROM coupons WHERE site = ?1 AND pool = ?2 AND code IN (SELECT code FROM coupons WHERE site = ?1 AND pool = ?2 LIMIT ?3)',
    )
    .bind(site, id, MAX_DELETED);
  while ((await some.run()).meta.changes >= MAX_DELETED);
  // Codes that were added meanwhile go in the same transaction: a later pool of this name must not find them.
  const [, pool] = await db.batch([
    db.prepare('DELETE FROM coupons WHERE site = ?1 AND pool = ?2').bind(site, id),
    db.prepare('DELETE FROM coupon_pools WHERE site = ?1 AND id = ?2').bind(site, id),
  ]);
  return (pool?.meta.changes ?? 0) > 0;
}

function toPool({ expiresAt, ...row }: Row): CouponPool {
  const left = row.size - row.assigned;
  return {
    ...row,
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    left,
    warning: left === 0 ? 'empty' : left <= row.size / 10 ? 'low' : null,
  };
}

function lengthOf(text: string | null): number | null {
  const parsed = text === null ? null : parseDuration(text);
  if (!parsed) return null;
  return 'days' in parsed ? parsed.days * 86_400_000 : parsed.ms;
}

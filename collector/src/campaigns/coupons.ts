/** What a visitor gets from a pool. */
export type Taken =
  /** `expiresAt` is ISO 8601; `null`: never. `used`: an order has named it, so it is not worth showing. */
  | { kind: 'code'; code: string; expiresAt: string | null; used: boolean }
  | { kind: 'empty' }
  | { kind: 'no_pool' }
  /** The pool has run out of time, or the code that the visitor was given. There is no second one. */
  | { kind: 'expired' };

/** Gives the holder a free code, unless there is one already; one statement, so that no two get the same. */
const TAKE = `UPDATE coupons SET holder = ?3, assigned_at = ?4,
    expires_at = (SELECT ?4 + expires_after_ms FROM coupon_pools WHERE site = ?1 AND id = ?2)
  WHERE site = ?1 AND pool = ?2
    AND code = (
      SELECT code FROM coupons INDEXED BY free_coupons WHERE site = ?1 AND pool = ?2 AND assigned_at IS NULL LIMIT 1)
    AND EXISTS (SELECT 1 FROM coupon_pools WHERE site = ?1 AND id = ?2 AND (expires_at IS NULL OR expires_at > ?4))
    AND NOT EXISTS (SELECT 1 FROM coupons WHERE site = ?1 AND pool = ?2 AND holder = ?3)`;

const HELD = `SELECT c.code, c.used_at AS usedAt, coalesce(c.expires_at, p.expires_at) AS expiresAt
  FROM coupon_pools AS p LEFT JOIN coupons AS c ON c.site = p.site AND c.pool = p.id AND c.holder = ?3
  WHERE p.site = ?1 AND p.id = ?2`;

interface Held {
  code: string | null;
  usedAt: number | null;
  expiresAt: number | null;
}

/**
 * A code of a pool for a holder: the same one however often it is asked for, and nobody else's. Costs two rows written
 * the first time, none after it.
 *
 * @param holder name of the profile's object
 * @param now ms since the epoch
 */
export async function takeCode(
  db: D1Database,
  site: string,
  pool: string,
  holder: string,
  now: number,
): Promise<Taken> {
  const [, held] = await db.batch<Held>([
    db.prepare(TAKE).bind(site, pool, holder, now),
    db.prepare(HELD).bind(site, pool, holder),
  ]);
  const [row] = held?.results ?? [];
  if (!row) return { kind: 'no_pool' };
  const { code, usedAt, expiresAt } = row;
  if (expiresAt !== null && expiresAt <= now) return { kind: 'expired' };
  if (code === null) return { kind: 'empty' };
  return {
    kind: 'code',
    code,
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    used: usedAt !== null,
  };
}

/**
 * Hands over what a holder has, when a device becomes a person or a person is known by a stronger name. Of two codes of
 * a pool the one given first stays; the other is nobody's, and given to nobody else. May be repeated.
 */
export async function moveCodes(
  db: D1Database,
  site: string,
  fromHolder: string,
  toHolder: string,
): Promise<void> {
  if (fromHolder === toHolder) return;
  await db.batch([
    db
      .prepare(
        `UPDATE coupons SET holder = NULL, transaction_id = NULL
         WHERE site = ?1 AND holder IN (?2, ?3) AND EXISTS (
           SELECT 1 FROM coupons AS other
           WHERE other.site = ?1 AND other.holder IN (?2, ?3) AND other.pool = coupons.pool
             AND (other.assigned_at, other.code) < (coupons.assigned_at, coupons.code))`,
      )
      .bind(site, fromHolder, toHolder),
    db
      .prepare('UPDATE coupons SET holder = ?3 WHERE site = ?1 AND holder = ?2')
      .bind(site, fromHolder, toHolder),
  ]);
}

/** Erases who has which code and in which order it was used; the codes stay used up. May be repeated. */
export async function forgetHolder(db: D1Database, site: string, holder: string): Promise<void> {
  await db
    .prepare('UPDATE coupons SET holder = NULL, transaction_id = NULL WHERE site = ?1 AND holder = ?2')
    .bind(site, holder)
    .run();
}

/** A code that an order names. */
export interface Spent {
  site: string;
  /** In any case (of ASCII letters). */
  code: string;
  transactionId: string;
  /** ms since the epoch. */
  at: number;
  /** Who has ordered: the code is believed to be used when it is his. Names of profiles' objects. */
  profile: string;
  device: string | null;
  /** Whether it is believed whosever the code is; one that was given to nobody is then used up. */
  believed: boolean;
}

/**
 * Notes in which orders codes were used; `?1` is a JSON list of {@link Spent}. The first order that says so counts. A page
 * can name any code in an order, so that it uses up none but its visitor's own.
 *
 * It inserts nothing: only an upsert lets the joins be made in this order, by the keys, however many codes there are.
 */
export const SPEND_CODES = `INSERT INTO coupons (site, pool, code, assigned_at, used_at, transaction_id)
  SELECT c.site, c.pool, c.code, value ->> 'at', value ->> 'at',
    CASE WHEN c.holder IS NULL THEN NULL ELSE value ->> 'transactionId' END
  FROM json_each(?1) CROSS JOIN coupon_pools AS p CROSS JOIN coupons AS c
  WHERE p.site = value ->> 'site' AND c.site = p.site AND c.pool = p.id AND c.code = value ->> 'code'
    AND c.used_at IS NULL
    AND (value ->> 'believed' OR c.holder IN (value ->> 'profile', value ->> 'device'))
  ON CONFLICT (site, pool, code) DO UPDATE
  SET used_at = excluded.used_at, assigned_at = coalesce(coupons.assigned_at, excluded.assigned_at),
    transaction_id = excluded.transaction_id
  WHERE coupons.used_at IS NULL`;

/**
 * What a holder was given before a time (ms since the epoch) is nobody's from now on, and given to nobody else. May be
 * repeated.
 */
export async function leaveCodesBefore(
  db: D1Database,
  site: string,
  holder: string,
  before: number,
): Promise<void> {
  await db
    .prepare(
      `UPDATE coupons SET holder = NULL, transaction_id = NULL
       WHERE site = ?1 AND holder = ?2 AND assigned_at < ?3`,
    )
    .bind(site, holder, before)
    .run();
}

/** Of a holder's codes these are nobody's from now on, and given to nobody else. May be repeated. */
export async function leaveCodes(
  db: D1Database,
  site: string,
  holder: string,
  codes: readonly { pool: string; code: string }[],
): Promise<void> {
  await db
    .prepare(
      `UPDATE coupons SET holder = NULL, transaction_id = NULL
       WHERE site = ?1 AND holder = ?2 AND (pool, code) IN
         (SELECT value ->> 'pool', value ->> 'code' FROM json_each(?3))`,
    )
    .bind(site, holder, JSON.stringify(codes))
    .run();
}

/** Rows that one statement deletes, and statements of one run; the rest follows in the next. */
const BATCH = 5_000;
const MAX_BATCHES = 100;

/** Nothing that a profile has left in a cart can be opened any more. */
export function forgetCartLinks(db: D1Database, site: string, profile: string): D1PreparedStatement {
  return db.prepare('DELETE FROM cart_links WHERE site = ?1 AND profile = ?2').bind(site, profile);
}

/** Deletes links that have run out by `now` (ms since the epoch). */
export async function expireCartLinks(db: D1Database, now: number): Promise<void> {
  const statement = db
    .prepare(
      `DELETE FROM cart_links WHERE (site, id) IN
         (SELECT site, id FROM cart_links WHERE until <= ?1 ORDER BY until LIMIT ?2)`,
    )
    .bind(now, BATCH);
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const { meta } = await statement.run();
    if (meta.changes < BATCH) return;
  }
}

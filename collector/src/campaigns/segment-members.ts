/** How many belong to a segment; none to one that is not live. */
export async function countMembers(db: D1Database, site: string, segment: string): Promise<number> {
  const size = await db
    .prepare(
      `SELECT count(*) AS size FROM facts
       WHERE ${MEMBERS} AND row IS NOT NULL
         AND EXISTS (SELECT 1 FROM segments WHERE site = ?1 AND id = ?4 AND status = 'live')`,
    )
    .bind(site, ...keysOf(segment), segment)
    .first<number>('size');
  return size ?? 0;
}

/** Rows that one statement deletes. */
const MAX_DELETED = 10_000;

/** Deletes who belonged to a segment. May be repeated. */
export async function forgetMembers(db: D1Database, site: string, segment: string): Promise<void> {
  const some = db
    .prepare(
      `DELETE FROM facts WHERE site = ?1 AND kind = 'segment'
         AND key IN (SELECT key FROM facts WHERE ${MEMBERS} LIMIT ?4)`,
    )
    .bind(site, ...keysOf(segment), MAX_DELETED);
  while ((await some.run()).meta.changes >= MAX_DELETED);
}

/** The key of such a fact is `<segment>/<profile>`. */
const MEMBERS = "site = ?1 AND kind = 'segment' AND key > ?2 AND key < ?3";

/** Keys begin between these; `0` follows on `/`. */
function keysOf(segment: string): [string, string] {
  return [`${segment}/`, `${segment}0`];
}

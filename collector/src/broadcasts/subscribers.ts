/**
 * Who takes push messages, by the names of the profiles. In the order of names a device comes before a contact, and that
 * before a person: whoever identifies while a broadcast goes on moves ahead of it, never behind.
 */
const SUBSCRIBED = `FROM facts AS s INDEXED BY subscribers
  WHERE s.site = ?1 AND s.kind = 'subscription' AND s.row IS NOT NULL AND s.profile > ?2
    AND (?3 IS NULL OR EXISTS (
      SELECT 1 FROM facts AS m WHERE m.site = ?1 AND m.kind = 'segment' AND m.key = ?3 || '/' || s.profile
        AND m.row IS NOT NULL))`;

/** @param segment id; `null`: whoever takes them */
export async function countSubscribers(
  db: D1Database,
  site: string,
  segment: string | null,
): Promise<number> {
  const count = await db
    .prepare(`SELECT count(DISTINCT s.profile) AS count ${SUBSCRIBED}`)
    .bind(site, '', segment)
    .first<number>('count');
  return count ?? 0;
}

/** Names of the profiles behind `after`, each once, in order. */
export async function nextSubscribers(
  db: D1Database,
  site: string,
  segment: string | null,
  after: string,
  limit: number,
): Promise<string[]> {
  const { results } = await db
    .prepare(`SELECT DISTINCT s.profile AS profile ${SUBSCRIBED} ORDER BY s.profile LIMIT ?4`)
    .bind(site, after, segment, limit)
    .all<{ profile: string }>();
  return results.map(({ profile }) => profile);
}

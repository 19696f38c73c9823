import type { Chunk, Erasure } from './event-store.ts';
import { inArrays } from './pack.ts';
import { headLine } from './record.ts';

/** How long what was erased may still arrive: the queue keeps it up to 14 days, the dead-letter queue as long again. */
const LIFETIME_MS = 30 * 86_400_000;

/** SQL: whether the chunk in `value` (JSON) was erased, by its id or with all that its profile had said by then. */
export const CHUNK_WAS_ERASED = `EXISTS (
  SELECT 1 FROM tombstones AS t
  WHERE t.site = value ->> 'site' AND t.erased IN (value ->> 'id', value ->> 'profile')
    AND (t.erased = value ->> 'id'
      OR substr(value ->> 'id', 1, 8) || substr(value ->> 'id', 10, 4) <= printf('%012x', t.at)))`;

/** SQL: whether the fact in `value` (JSON) was stated before its profile was erased. */
export const FACT_WAS_ERASED = `EXISTS (
  SELECT 1 FROM tombstones AS t
  WHERE t.site = value ->> 'site' AND t.erased = value ->> 'profile' AND value ->> 'revision' <= t.at)`;

/**
 * What has to be written before what is erased leaves D1, in the same transaction: from then on nothing of it gets in,
 * of a profile nothing that it has said up to `now` (ms since the epoch), and the archive is to be cleaned.
 */
export function tombstoneStatements(
  db: D1Database,
  { site, chunks, profile }: Erasure,
  now: number,
): D1PreparedStatement[] {
  const names = (profile === null ? chunks : [...chunks, profile]).map((name) => JSON.stringify(name));
  const statements = inArrays(names).map((part) =>
    db
      .prepare(
        `INSERT INTO tombstones (site, erased, at) SELECT ?1, value, ?3 FROM json_each(?2) WHERE true
         ON CONFLICT DO UPDATE SET at = max(at, excluded.at)`,
      )
      .bind(site, part, now),
  );
  return [
    ...statements,
    ...markStatements(
      db,
      chunks.map((id) => JSON.stringify({ site, id })),
      now,
    ),
  ];
}

/** Marks those of these chunks that were erased, so that they leave the archive too. */
export async function markErased(db: D1Database, chunks: readonly Chunk[], now: number): Promise<void> {
  await db.batch(markStatements(db, chunks.map(headLine), now));
}

function markStatements(db: D1Database, heads: readonly string[], now: number): D1PreparedStatement[] {
  return inArrays(heads).map((part) =>
    db
      .prepare(
        `INSERT INTO archive_erasures (site, chunk, at)
         SELECT value ->> 'site', value ->> 'id', ?2 FROM json_each(?1) WHERE ${CHUNK_WAS_ERASED}
         ON CONFLICT DO NOTHING`,
      )
      .bind(part, now),
  );
}

/** Removes those that nothing can come after any more. */
export async function expireTombstones(db: D1Database, now: number): Promise<void> {
  await db
    .prepare('DELETE FROM tombstones WHERE at < ?')
    .bind(now - LIFETIME_MS)
    .run();
}

import type { Env } from '../env.ts';
import { folderOf, removeFromArchive } from './archive.ts';
import { passOverErased } from './pass-over-erased.ts';
import { expireTombstones } from './tombstones.ts';

/** The consumer works at most 15 min: what was on its way into the archive when it was erased has arrived by then. */
const SETTLED_MS = 30 * 60_000;
/** In one run; the rest follows in the next. */
const MAX_CHUNKS = 5_000;

/** Deletes what is left of erased profiles, and takes what was erased out of the archive. `now` in ms since the epoch. */
export async function finishErasures(env: Pick<Env, 'DB' | 'ARCHIVE'>, now: number): Promise<void> {
  const { DB, ARCHIVE } = env;
  await expireTombstones(DB, now);
  await passOverErased(env, now);
  const { results } = await DB.prepare(
    'SELECT site, chunk FROM archive_erasures WHERE at <= ? ORDER BY site, chunk LIMIT ?',
  )
    .bind(now - SETTLED_MS, MAX_CHUNKS)
    .all<{ site: string; chunk: string }>();
  const folders = Map.groupBy(results, ({ site, chunk }) => folderOf(site, chunk));
  for (const [folder, erased] of folders) {
    const ids = erased.map(({ chunk }) => chunk);
    try {
      if (ARCHIVE) await removeFromArchive(ARCHIVE, folder, new Set(ids));
    } catch (error) {
      console.error(
        `What was erased is still in ${folder} of the archive; it is tried again in an hour.`,
        error,
      );
      continue;
    }
    await DB.prepare(
      'DELETE FROM archive_erasures WHERE site = ?1 AND chunk IN (SELECT value FROM json_each(?2))',
    )
      .bind(erased[0]?.site ?? '', JSON.stringify(ids))
      .run();
  }
}

import { z } from 'zod';
import { campaignStore, segmentStore } from './campaigns/storage.ts';
import type { Env } from './env.ts';

/**
 * What a site is decided by, as it was last changed. It goes out as it is stored: whoever reads it judges it, since a
 * newer version of the collector may understand what this one does not.
 */
const snapshotSchema = z.object({
  /**
   * Grows with every change of the site; the highest is the newest. ms since the epoch, so that it also grows when the
   * database is restored to what it was before.
   */
  revision: z.number().int(),
  /** When it was composed, ISO 8601. */
  at: z.string(),
  settings: z.unknown(),
  campaigns: z.array(z.unknown()),
  segments: z.array(z.unknown()),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

/** How long one of KV's locations may go on answering with what was there before, s. Its own default; 30 at least. */
const KV_TTL_S = 60;
/** KV takes one write of a key per second; a change that follows another at once has to wait that long, ms. */
const RETRY_MS = 1_100;
/** How often others may get ahead of a writer before it leaves the rest to them. */
const MAX_OVERTAKEN = 5;

/** What D1 says now; `null`: there is no such site. @param isChange whether something was changed, so that it is the newest */
export async function composeSnapshot(
  db: D1Database,
  site: string,
  isChange: boolean,
  now: number,
): Promise<Snapshot | null> {
  // One transaction: a higher revision has seen all that a lower one has.
  const [sites, campaigns, segments] = await db.batch([
    db
      .prepare(
        isChange
          ? 'UPDATE sites SET revision = max(revision + 1, ?2) WHERE id = ?1 RETURNING settings, revision'
          : 'SELECT settings, revision FROM sites WHERE id = ?1 AND ?2 IS NOT NULL',
      )
      .bind(site, now),
    campaignStore.selectPublished(db, site, now),
    segmentStore.selectPublished(db, site, now),
  ]);
  const [row] = (sites?.results ?? []) as { settings: string; revision: number }[];
  if (!row) return null;
  return {
    revision: row.revision,
    at: new Date(now).toISOString(),
    settings: JSON.parse(row.settings),
    campaigns: (campaigns?.results ?? []).map(withJson),
    segments: (segments?.results ?? []).map(withJson),
  };
}

/**
 * What KV holds of a site; `null`: nothing.
 *
 * @throws when KV does not answer, or what it holds is no snapshot
 */
export async function readSnapshot(kv: KVNamespace, site: string): Promise<Snapshot | null> {
  const text = await kv.get(nameOf(site), { type: 'text', cacheTtl: KV_TTL_S });
  return text === null ? null : snapshotSchema.parse(JSON.parse(text));
}

/**
 * Makes a snapshot known everywhere, and tries once more when KV does not take it. Two writers may come to KV in the
 * wrong order; so each looks into D1 afterwards, and writes the newest when it was not its own. A writer that dies
 * before it has looked leaves an older snapshot, until repair-snapshots.ts finds it.
 *
 * @returns what was written in the end
 */
export async function writeSnapshot(
  { DB, SNAPSHOTS }: Pick<Env, 'DB' | 'SNAPSHOTS'>,
  site: string,
  composed: Snapshot,
  now: number,
): Promise<Snapshot> {
  let snapshot = composed;
  for (let overtaken = 0; ; overtaken++) {
    const text = JSON.stringify(snapshot);
    await SNAPSHOTS.put(nameOf(site), text).catch(async () => {
      await scheduler.wait(RETRY_MS);
      await SNAPSHOTS.put(nameOf(site), text);
    });
    const newest = await DB.prepare('SELECT revision FROM sites WHERE id = ?')
      .bind(site)
      .first<number>('revision');
    if (newest === null || newest <= snapshot.revision || overtaken === MAX_OVERTAKEN) return snapshot;
    snapshot = (await composeSnapshot(DB, site, false, now)) ?? snapshot;
  }
}

function nameOf(site: string): string {
  return `site:${site}`;
}

/** A definition that is no JSON is passed on as text, so that its reader can say which one it is. */
function withJson(row: unknown): unknown {
  const { definition, ...rest } = row as { definition: string };
  try {
    return { ...rest, definition: JSON.parse(definition) };
  } catch {
    return { ...rest, definition };
  }
}

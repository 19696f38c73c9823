import type { Env } from '../env.ts';
import { type SiteSettings, siteSettings } from '../sites.ts';
import { removeDaysBefore } from './archive.ts';
import { firstIdAt } from './chunk-id.ts';

const DAY_MS = 86_400_000;
/** Rows that one statement deletes, or looks at. */
const BATCH = 5_000;
const PAGE = 50_000;
/** Deletions for one site in one run; the rest follows the next day. */
const MAX_BATCHES = 200;
const MAX_FILES = 50_000;

/** Kinds of facts whose keys say nothing of their age. Profiles leave with their objects; here only what they took back. */
const UNDATED = ['order', 'member', 'identity', 'profile', 'segment', 'subscription'] as const;
/** Kinds of facts whose keys begin with their time. */
const DATED = ['session', 'exposure', 'goal', 'delivery'] as const;

/**
 * Deletes what is older than its site keeps it, for the sites whose hour it is: every site has one of the day's hours.
 *
 * @param now ms since the epoch
 */
export async function applyRetention(env: Pick<Env, 'DB' | 'ARCHIVE'>, now: number): Promise<void> {
  const { results } = await env.DB.prepare('SELECT id, settings FROM sites').all<{
    id: string;
    settings: string;
  }>();
  const hour = new Date(now).getUTCHours();
  for (const { id, settings } of results) {
    if (hourOf(id) !== hour) continue;
    try {
      await retain(env, id, siteSettings.parse(JSON.parse(settings)).retentionDays, now);
    } catch (error) {
      console.error(`What is too old at ${id} could not all be deleted; it is tried again tomorrow.`, error);
    }
  }
}

/** Deletes what a site has kept for more than `days`. */
export async function retain(
  { DB, ARCHIVE }: Pick<Env, 'DB' | 'ARCHIVE'>,
  site: string,
  days: SiteSettings['retentionDays'],
  now: number,
): Promise<void> {
  const cutoff = now - days * DAY_MS;
  const date = new Date(cutoff).toISOString();
  await inBatches(
    DB.prepare(
      `DELETE FROM chunks WHERE site = ?1 AND id IN
         (SELECT id FROM chunks WHERE site = ?1 AND id < ?2 ORDER BY id LIMIT ?3)`,
    ).bind(site, firstIdAt(cutoff), BATCH),
  );
  for (const kind of DATED) {
    await inBatches(
      DB.prepare(
        `DELETE FROM facts WHERE site = ?1 AND kind = ?4 AND key IN
           (SELECT key FROM facts WHERE site = ?1 AND kind = ?4 AND key < ?2 ORDER BY key LIMIT ?3)`,
      ).bind(site, date, BATCH, kind),
    );
  }
  for (const kind of UNDATED) await retainUndated(DB, site, kind, cutoff, date);
  if (ARCHIVE) await removeDaysBefore(ARCHIVE, site, date.slice(0, 10), MAX_FILES);
}

async function inBatches(statement: D1PreparedStatement): Promise<void> {
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const { meta } = await statement.run();
    if (meta.changes < BATCH) return;
  }
}

/**
 * Looks at facts page by page. The link of a device is of use only for chunks that are older than its statement.
 */
async function retainUndated(
  db: D1Database,
  site: string,
  kind: (typeof UNDATED)[number],
  cutoff: number,
  date: string,
): Promise<void> {
  let after = '';
  for (;;) {
    const end = await db
      .prepare('SELECT key FROM facts WHERE site = ? AND kind = ? AND key > ? ORDER BY key LIMIT 1 OFFSET ?')
      .bind(site, kind, after, PAGE - 1)
      .first<{ key: string }>();
    await db
      .prepare(
        `DELETE FROM facts WHERE site = ?1 AND kind = ?2 AND key > ?3 AND (?4 IS NULL OR key <= ?4)
           AND (row ->> 'at' < ?6 OR ((row IS NULL OR kind = 'identity') AND revision < ?5))`,
      )
      .bind(site, kind, after, end?.key ?? null, cutoff, date)
      .run();
    if (!end) return;
    after = end.key;
  }
}

/** Spreads the sites over the day. */
export function hourOf(site: string): number {
  let sum = 0;
  for (const character of site) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return sum % 24;
}

import type { Env } from '../env.ts';
import { FACT_KINDS } from './event-store.ts';
import { LAST_CHARACTER } from './prefix.ts';

type Bindings = Pick<Env, 'DB' | 'ARCHIVE'>;

/** Rows that one statement looks at, and pages of one run: a full database (10 GB) is passed over within a few hours. */
const PAGE = 20_000;
const MAX_PAGES = 200;

/** What a pass goes through, in this order. */
const PARTS = ['chunks', ...FACT_KINDS] as const;

interface Pass {
  site: string;
  /** ms since the epoch; names that were added since are left for the next pass. */
  started: number;
  part: (typeof PARTS)[number];
  /** Id or key of the last row that was looked at. */
  after: string;
}

/** Where the name of the row's profile waits for this pass; `?1`: site, `?2`: when the pass has started. */
const WAITS = 'e.site = ?1 AND e.until < ?2';
const CHUNK_IS_OLDER = "substr(c.id, 1, 8) || substr(c.id, 10, 4) < printf('%012x', e.until)";

/**
 * Deletes the chunks and facts of profiles that were erased: one pass over a site for all of its names, in pages, going
 * on in the next run where this one has ended.
 *
 * @param now ms since the epoch
 */
export async function passOverErased(env: Bindings, now: number): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO erasure_passes (site, started, part, after)
     SELECT DISTINCT site, ?1, 'chunks', '' FROM erasures WHERE until < ?1 ON CONFLICT DO NOTHING`,
  )
    .bind(now)
    .run();
  const { results } = await env.DB.prepare(
    'SELECT site, started, part, after FROM erasure_passes ORDER BY started, site',
  ).all<Pass>();
  let pages = MAX_PAGES;
  for (const begun of results) {
    try {
      for (let pass: Pass | null = begun; pass && pages > 0; pages--) pass = await onePage(pass, env);
    } catch (error) {
      console.error(`Erased profiles still have rows at ${begun.site}; it is tried again in an hour.`, error);
    }
  }
}

/** @returns what is left of the pass; `null`: nothing */
async function onePage(pass: Pass, { DB, ARCHIVE }: Bindings): Promise<Pass | null> {
  const { site, started, part, after } = pass;
  const end = await lastOfPage(pass, DB);
  const to = end ?? LAST_CHARACTER;
  const next: Pass | null = end === null ? nextPart(pass) : { ...pass, after: end };
  const bound = (sql: string) => DB.prepare(sql).bind(site, started, after, to);
  const statements: D1PreparedStatement[] = [];
  if (part === 'chunks') {
    // Whatever is in D1 is in the archive already: see consume.ts.
    if (ARCHIVE) {
      statements.push(
        bound(
          `INSERT INTO archive_erasures (site, chunk, at)
           SELECT c.site, c.id, e.until FROM chunks AS c CROSS JOIN erasures AS e ON ${WAITS} AND e.profile = c.profile
           WHERE c.site = ?1 AND c.id > ?3 AND c.id <= ?4 AND ${CHUNK_IS_OLDER} ON CONFLICT DO NOTHING`,
        ),
      );
    }
    statements.push(
      bound(
        `DELETE FROM chunks AS c WHERE c.site = ?1 AND c.id > ?3 AND c.id <= ?4
           AND EXISTS (SELECT 1 FROM erasures AS e WHERE ${WAITS} AND e.profile = c.profile AND ${CHUNK_IS_OLDER})`,
      ),
    );
  } else {
    statements.push(
      DB.prepare(
        `DELETE FROM facts AS f WHERE f.site = ?1 AND f.kind = ?5 AND f.key > ?3 AND f.key <= ?4
           AND EXISTS (SELECT 1 FROM erasures AS e WHERE ${WAITS} AND e.profile = f.profile AND f.revision <= e.until)`,
      ).bind(site, started, after, to, part),
    );
  }
  if (next) {
    const { part, after } = next;
    statements.push(
      DB.prepare('UPDATE erasure_passes SET part = ?2, after = ?3 WHERE site = ?1').bind(site, part, after),
    );
  } else {
    statements.push(
      DB.prepare('DELETE FROM erasures WHERE site = ?1 AND until < ?2').bind(site, started),
      DB.prepare('DELETE FROM erasure_passes WHERE site = ?1').bind(site),
    );
  }
  await DB.batch(statements);
  return next;
}

/** `null` when less than a page is left of this part. */
async function lastOfPage({ site, part, after }: Pass, db: D1Database): Promise<string | null> {
  const statement =
    part === 'chunks'
      ? db
          .prepare('SELECT id AS last FROM chunks WHERE site = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ?')
          .bind(site, after, PAGE - 1)
      : db
          .prepare(
            'SELECT key AS last FROM facts WHERE site = ? AND kind = ? AND key > ? ORDER BY key LIMIT 1 OFFSET ?',
          )
          .bind(site, part, after, PAGE - 1);
  return (await statement.first<{ last: string }>())?.last ?? null;
}

function nextPart(pass: Pass): Pass | null {
  const part = PARTS[PARTS.indexOf(pass.part) + 1];
  return part ? { ...pass, part, after: '' } : null;
}

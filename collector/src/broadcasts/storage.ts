import { type BroadcastDraft, type BroadcastState, broadcastDraft, type StoredBroadcast } from './schema.ts';

interface Row extends Omit<StoredBroadcast, 'draft' | 'outcomes'> {
  definition: string;
  outcomes: string | null;
}

const COLUMNS = `definition, state, reason, created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt,
  subscribers, cursor, looked, passed_over AS passedOver, unreached, busy_ms AS busyMs, outcomes`;

/** @returns `null`: there is one of this id already */
export async function addBroadcast(
  db: D1Database,
  site: string,
  draft: BroadcastDraft,
  now: number,
): Promise<StoredBroadcast | null> {
  return first(
    db
      .prepare(
        `INSERT INTO broadcasts (site, id, definition, state, created_at) VALUES (?1, ?2, ?3, 'planned', ?4)
         ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
      )
      .bind(site, draft.id, JSON.stringify(draft), iso(now)),
  );
}

/** Replaces one that was not started; `null`: there is none. */
export function changeBroadcast(
  db: D1Database,
  site: string,
  draft: BroadcastDraft,
): Promise<StoredBroadcast | null> {
  return first(
    db
      .prepare(
        `UPDATE broadcasts SET definition = ?3 WHERE site = ?1 AND id = ?2 AND state = 'planned' RETURNING ${COLUMNS}`,
      )
      .bind(site, draft.id, JSON.stringify(draft)),
  );
}

export function readBroadcast(db: D1Database, site: string, id: string): Promise<StoredBroadcast | null> {
  return first(db.prepare(`SELECT ${COLUMNS} FROM broadcasts WHERE site = ? AND id = ?`).bind(site, id));
}

/** Newest first, those before the last one of the page before. */
export async function listBroadcasts(
  db: D1Database,
  site: string,
  [createdAt, id]: readonly [string, string] | readonly [null, null],
  limit: number,
): Promise<StoredBroadcast[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM broadcasts WHERE site = ?1 AND (?2 IS NULL OR (created_at, id) < (?2, ?3))
       ORDER BY created_at DESC, id DESC LIMIT ?4`,
    )
    .bind(site, createdAt, id, limit)
    .all<Row>();
  return results.map(toBroadcast);
}

/** Those that are to be looked at some time, whatever became of who was to do it. */
export async function broadcastsAhead(
  db: D1Database,
): Promise<{ site: string; id: string; at: string | null }[]> {
  const { results } = await db
    .prepare(
      `SELECT site, id, CASE state WHEN 'planned' THEN definition ->> 'at' END AS at FROM broadcasts
       WHERE state IN ('planned', 'running') AND (state = 'running' OR definition ->> 'at' IS NOT NULL)`,
    )
    .all<{ site: string; id: string; at: string | null }>();
  return results;
}

/** @returns `null` when it was not planned any more */
export function startBroadcast(
  db: D1Database,
  site: string,
  id: string,
  subscribers: number,
  now: number,
): Promise<StoredBroadcast | null> {
  return first(
    db
      .prepare(
        `UPDATE broadcasts SET state = 'running', started_at = ?3, subscribers = ?4
         WHERE site = ?1 AND id = ?2 AND state = 'planned' RETURNING ${COLUMNS}`,
      )
      .bind(site, id, iso(now), subscribers),
  );
}

/**
 * @param from in which it must be
 * @returns `null` when it is in another, or not there
 */
export function setBroadcastState(
  db: D1Database,
  site: string,
  id: string,
  state: Exclude<BroadcastState, 'planned'>,
  from: readonly BroadcastState[],
  reason: string | null,
  now: number,
): Promise<StoredBroadcast | null> {
  const ends = state === 'done' || state === 'cancelled';
  return first(
    db
      .prepare(
        `UPDATE broadcasts SET state = ?3, reason = ?4, finished_at = coalesce(finished_at, ?5)
         WHERE site = ?1 AND id = ?2 AND state IN (SELECT value FROM json_each(?6)) RETURNING ${COLUMNS}`,
      )
      .bind(site, id, state, reason, ends ? iso(now) : null, JSON.stringify(from)),
  );
}

/** How much further a broadcast has come. */
export interface Progress {
  /** The last profile that was asked. */
  cursor: string;
  looked: number;
  passedOver: number;
  unreached: number;
  busyMs: number;
}

/**
 * Notes that people were asked, in whatever state it is by now: they were. Who comes second with the same people notes
 * nothing.
 *
 * @param before the cursor that it stood at
 */
export async function advanceBroadcast(
  db: D1Database,
  site: string,
  id: string,
  before: string,
  { cursor, looked, passedOver, unreached, busyMs }: Progress,
): Promise<void> {
  await db
    .prepare(
      `UPDATE broadcasts SET cursor = ?4, looked = looked + ?5, passed_over = passed_over + ?6,
         unreached = unreached + ?7, busy_ms = busy_ms + ?8
       WHERE site = ?1 AND id = ?2 AND cursor = ?3`,
    )
    .bind(site, id, before, cursor, looked, passedOver, unreached, Math.round(busyMs))
    .run();
}

export async function keepOutcomes(
  db: D1Database,
  site: string,
  id: string,
  outcomes: StoredBroadcast['outcomes'],
): Promise<void> {
  await db
    .prepare('UPDATE broadcasts SET outcomes = ?3 WHERE site = ?1 AND id = ?2')
    .bind(site, id, JSON.stringify(outcomes))
    .run();
}

async function first(statement: D1PreparedStatement): Promise<StoredBroadcast | null> {
  const row = await statement.first<Row>();
  return row && toBroadcast(row);
}

function toBroadcast({ definition, outcomes, ...row }: Row): StoredBroadcast {
  return {
    ...row,
    draft: broadcastDraft.parse(JSON.parse(definition)),
    outcomes: outcomes === null ? null : JSON.parse(outcomes),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

import { z } from 'zod';
import { reasonOf } from './reason.ts';
import {
  type Campaign,
  type CampaignDraft,
  campaignDraft,
  type PublishedStatus,
  type Segment,
  type SegmentDraft,
  segmentDraft,
} from './schema.ts';

export type Status = 'draft' | PublishedStatus;

/** A campaign or segment as the management API shows it: the draft, and what of it is live. */
export interface Definition<Draft> {
  draft: Draft;
  /** Why this version of the collector cannot use the draft, which then is as it was stored; `null`: it can. */
  fault: string | null;
  status: Status;
  /** Counts changes of the draft; the `ETag` of its route. */
  revision: number;
  liveVersion: number | null;
  /** ISO 8601. */
  createdAt: string;
}

/** Which revision may be replaced: this one (0: there is none yet), `*`: any that is there; `null`: also none. */
export type Expected = number | '*' | null;

/** A published version. It never changes. */
export interface Version<Draft> {
  version: number;
  publishedAt: string;
  definition: Draft;
}

interface Row {
  draft: string;
  status: Status;
  revision: number;
  live_version: number | null;
  created_at: string;
}
const publishedRow = z.object({
  version: z.number().int(),
  status: z.enum(['live', 'paused', 'ended']),
  createdAt: z.string(),
  definition: z.unknown(),
});

const COLUMNS = 'draft, status, revision, live_version, created_at';

/** How long a goal may be reached after a campaign has ended, ms: the longest that a goal waits. */
const ENDED_MS = 31 * 86_400_000;

/** Drafts and published versions of one kind of thing, in D1. */
export class DefinitionStore<Draft extends { id: string }, Published> {
  readonly #table: 'campaigns' | 'segments';
  readonly #versions: 'campaign_versions' | 'segment_versions';
  readonly #schema: z.ZodType<Draft>;

  constructor(
    table: 'campaigns' | 'segments',
    versions: 'campaign_versions' | 'segment_versions',
    schema: z.ZodType<Draft>,
  ) {
    this.#table = table;
    this.#versions = versions;
    this.#schema = schema;
  }

  /** By creation. */
  async list(db: D1Database, site: string): Promise<Definition<Draft>[]> {
    const { results } = await db
      .prepare(`SELECT ${COLUMNS} FROM ${this.#table} WHERE site = ? ORDER BY created_at, id`)
      .bind(site)
      .all<Row>();
    return results.map((row) => this.#record(row));
  }

  async get(db: D1Database, site: string, id: string): Promise<Definition<Draft> | null> {
    const row = await db
      .prepare(`SELECT ${COLUMNS} FROM ${this.#table} WHERE site = ? AND id = ?`)
      .bind(site, id)
      .first<Row>();
    return row && this.#record(row);
  }

  /**
   * Creates or replaces a draft.
   *
   * @returns the stored record, or `null` when another revision is stored than was expected
   */
  async put(
    db: D1Database,
    site: string,
    draft: Draft,
    expected: Expected,
    now: number,
  ): Promise<Definition<Draft> | null> {
    const table = this.#table;
    const row = await db
      .prepare(
        `INSERT INTO ${table} (site, id, status, revision, draft, live_version, created_at, changed_at)
         SELECT ?1, ?2, 'draft', 1, ?3, NULL, ?5, ?5
         WHERE ?4 IS NULL OR ?4 = 0 OR EXISTS (SELECT 1 FROM ${table} WHERE site = ?1 AND id = ?2)
         ON CONFLICT (site, id) DO UPDATE SET draft = excluded.draft, revision = revision + 1
           WHERE ?4 IS NULL OR ?4 = '*' OR revision = ?4
         RETURNING ${COLUMNS}`,
      )
      .bind(site, draft.id, JSON.stringify(draft), expected, iso(now))
      .first<Row>();
    return row && this.#record(row);
  }

  /** Makes this revision of the draft the live version. What is unchanged adds none. `null`: the draft was changed meanwhile. */
  async publish(
    db: D1Database,
    site: string,
    { draft, revision }: Definition<Draft>,
    now: number,
  ): Promise<Definition<Draft> | null> {
    const [table, versions] = [this.#table, this.#versions];
    const isCurrent = `EXISTS (SELECT 1 FROM ${table} WHERE site = ?1 AND id = ?2 AND revision = ?5)`;
    const [, live] = await db.batch<Row>([
      db
        .prepare(
          `INSERT INTO ${versions} (site, id, version, definition, published_at)
           SELECT ?1, ?2, 1 + coalesce(max(version), 0), ?3, ?4 FROM ${versions} WHERE site = ?1 AND id = ?2
           HAVING ${isCurrent} AND NOT EXISTS (
             SELECT 1 FROM ${versions} AS v JOIN ${table} AS c ON c.site = v.site AND c.id = v.id AND c.live_version = v.version
             WHERE v.site = ?1 AND v.id = ?2 AND v.definition = ?3)`,
        )
        .bind(site, draft.id, JSON.stringify(draft), iso(now), revision),
      db
        .prepare(
          `UPDATE ${table} SET status = 'live', changed_at = ?3, live_version =
             CASE WHEN EXISTS (SELECT 1 FROM ${versions} AS v
                 WHERE v.site = ?1 AND v.id = ?2 AND v.version = live_version AND v.definition = ?5)
               THEN live_version ELSE (SELECT max(version) FROM ${versions} WHERE site = ?1 AND id = ?2) END
           WHERE site = ?1 AND id = ?2 AND revision = ?4 RETURNING ${COLUMNS}`,
        )
        .bind(site, draft.id, iso(now), revision, JSON.stringify(draft)),
    ]);
    const row = live?.results[0];
    return row ? this.#record(row) : null;
  }

  /**
   * Live, paused or ended from now on; repeating it changes nothing.
   *
   * @param from in which it must stand
   * @returns `null` when it is not there, or stands otherwise
   */
  async setStatus(
    db: D1Database,
    site: string,
    id: string,
    status: PublishedStatus,
    from: readonly PublishedStatus[],
    now: number,
  ): Promise<Definition<Draft> | null> {
    const row = await db
      .prepare(
        `UPDATE ${this.#table} SET changed_at = CASE status WHEN ?3 THEN changed_at ELSE ?4 END, status = ?3
         WHERE site = ?1 AND id = ?2 AND live_version IS NOT NULL
           AND (status = ?3 OR status IN (SELECT value FROM json_each(?5))) RETURNING ${COLUMNS}`,
      )
      .bind(site, id, status, iso(now), JSON.stringify(from))
      .first<Row>();
    return row && this.#record(row);
  }

  /**
   * Makes an earlier version the one that counts, and the draft what it says. What is not live does not become so; what
   * was deleted and is a draft again is paused.
   *
   * @param revision of the draft that is replaced
   * @returns `null` when the draft was changed meanwhile
   */
  async rollback(
    db: D1Database,
    site: string,
    id: string,
    version: number,
    revision: number,
    now: number,
  ): Promise<Definition<Draft> | null> {
    const row = await db
      .prepare(
        `UPDATE ${this.#table} SET status = CASE status WHEN 'draft' THEN 'paused' ELSE status END,
           live_version = ?3, revision = revision + 1, changed_at = ?5,
           draft = (SELECT definition FROM ${this.#versions} WHERE site = ?1 AND id = ?2 AND version = ?3)
         WHERE site = ?1 AND id = ?2 AND revision = ?4
           AND EXISTS (SELECT 1 FROM ${this.#versions} WHERE site = ?1 AND id = ?2 AND version = ?3)
         RETURNING ${COLUMNS}`,
      )
      .bind(site, id, version, revision, iso(now))
      .first<Row>();
    return row && this.#record(row);
  }

  /** What a version says; `null`: there is no such one. */
  async version(
    db: D1Database,
    site: string,
    id: string,
    version: number,
  ): Promise<Pick<Definition<Draft>, 'draft' | 'fault'> | null> {
    const definition = await db
      .prepare(`SELECT definition FROM ${this.#versions} WHERE site = ? AND id = ? AND version = ?`)
      .bind(site, id, version)
      .first<string>('definition');
    return definition === null ? null : this.#read(definition);
  }

  /** Newest first. */
  async versions(db: D1Database, site: string, id: string): Promise<Version<Draft>[]> {
    const { results } = await db
      .prepare(
        `SELECT version, definition, published_at FROM ${this.#versions} WHERE site = ? AND id = ? ORDER BY version DESC`,
      )
      .bind(site, id)
      .all<{ version: number; definition: string; published_at: string }>();
    return results.map(({ version, definition, published_at }) => ({
      version,
      publishedAt: published_at,
      definition: this.#read(definition).draft,
    }));
  }

  /**
   * Its versions stay: one that is made anew under this id goes on counting them, so that what was shown under `id@version`
   * is never mistaken for something else.
   *
   * @param revision of the draft
   * @returns whether it is gone; what is live stays, and what was changed meanwhile
   */
  async remove(db: D1Database, site: string, id: string, revision: number): Promise<boolean> {
    const { meta } = await db
      .prepare(
        `DELETE FROM ${this.#table} WHERE site = ?1 AND id = ?2 AND revision = ?3 AND status <> 'live'`,
      )
      .bind(site, id, revision)
      .run();
    return meta.changes > 0;
  }

  /** Selects the versions that count now: live ones, paused ones, and those that have ended lately. */
  selectPublished(db: D1Database, site: string, now: number): D1PreparedStatement {
    return db
      .prepare(
        `SELECT c.id, v.version, v.definition, c.status, c.created_at AS createdAt
         FROM ${this.#table} AS c JOIN ${this.#versions} AS v ON v.site = c.site AND v.id = c.id AND v.version = c.live_version
         WHERE c.site = ?1 AND (c.status IN ('live', 'paused') OR (c.status = 'ended' AND c.changed_at > ?2))
         ORDER BY c.id`,
      )
      .bind(site, iso(now - ENDED_MS));
  }

  /** Reads what {@link selectPublished} selected, its definition as JSON. @throws when it does not fit */
  readPublished(row: unknown): Published {
    const { version, status, createdAt, definition } = publishedRow.parse(row);
    return { ...this.#schema.parse(definition), version, status, createdAt } as Published;
  }

  #record(row: Row): Definition<Draft> {
    return {
      ...this.#read(row.draft),
      status: row.status,
      revision: row.revision,
      liveVersion: row.live_version,
      createdAt: row.created_at,
    };
  }

  /** What another version of the collector has stored may not fit: it must still be seen, paused, mended and deleted. */
  #read(text: string): Pick<Definition<Draft>, 'draft' | 'fault'> {
    const stored: unknown = JSON.parse(text);
    const parsed = this.#schema.safeParse(stored);
    return parsed.success
      ? { draft: parsed.data, fault: null }
      : { draft: stored as Draft, fault: reasonOf(parsed.error) };
  }
}

export const campaignStore = new DefinitionStore<CampaignDraft, Campaign>(
  'campaigns',
  'campaign_versions',
  campaignDraft as z.ZodType<CampaignDraft>,
);
export const segmentStore = new DefinitionStore<SegmentDraft, Segment>(
  'segments',
  'segment_versions',
  segmentDraft as z.ZodType<SegmentDraft>,
);

function iso(time: number): string {
  return new Date(time).toISOString();
}

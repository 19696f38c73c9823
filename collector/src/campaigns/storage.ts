import { type Campaign, type CampaignDraft, campaignDraft } from './schema.ts';

export type CampaignStatus = 'draft' | 'live' | 'paused' | 'ended';

/** A campaign as the management API shows it: the draft, and what of it is live. */
export interface CampaignRecord {
  draft: CampaignDraft;
  status: CampaignStatus;
  /** Counts changes of the draft; the `ETag` of its route. */
  revision: number;
  liveVersion: number | null;
}

interface Row {
  draft: string;
  status: CampaignStatus;
  revision: number;
  live_version: number | null;
}
const toRecord = (row: Row): CampaignRecord => ({
  draft: JSON.parse(row.draft),
  status: row.status,
  revision: row.revision,
  liveVersion: row.live_version,
});
const COLUMNS = 'draft, status, revision, live_version';

export async function listCampaigns(db: D1Database, site: string): Promise<CampaignRecord[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM campaigns WHERE site = ? ORDER BY created_at, id`)
    .bind(site)
    .all<Row>();
  return results.map(toRecord);
}

export async function getCampaign(db: D1Database, site: string, id: string): Promise<CampaignRecord | null> {
  const row = await db
    .prepare(`SELECT ${COLUMNS} FROM campaigns WHERE site = ? AND id = ?`)
    .bind(site, id)
    .first<Row>();
  return row && toRecord(row);
}

/**
 * Creates or replaces a draft.
 *
 * @param expected the revision that the editor has seen; `null`: whatever is there is replaced
 * @returns the stored record, or `null` when another revision is stored than was expected
 */
export async function putDraft(
  db: D1Database,
  site: string,
  draft: CampaignDraft,
  expected: number | null,
  now: number,
): Promise<CampaignRecord | null> {
  const row = await db
    .prepare(
      `INSERT INTO campaigns (site, id, status, revision, draft, live_version, created_at)
       SELECT ?1, ?2, 'draft', 1, ?3, NULL, ?5 WHERE ?4 IS NULL OR EXISTS (SELECT 1 FROM campaigns WHERE site = ?1 AND id = ?2)
       ON CONFLICT (site, id) DO UPDATE SET draft = excluded.draft, revision = revision + 1
         WHERE ?4 IS NULL OR revision = ?4
       RETURNING ${COLUMNS}`,
    )
    .bind(site, draft.id, JSON.stringify(draft), expected, new Date(now).toISOString())
    .first<Row>();
  return row && toRecord(row);
}

/** Makes the draft the live version. Publishing an unchanged draft again adds no version. `null`: no such campaign. */
export async function publishDraft(
  db: D1Database,
  site: string,
  id: string,
  now: number,
): Promise<CampaignRecord | null> {
  const record = await getCampaign(db, site, id);
  if (!record) return null;
  const definition = JSON.stringify(record.draft);
  const [, live] = await db.batch<Row>([
    db
      .prepare(
        `INSERT INTO campaign_versions (site, id, version, definition, published_at)
         SELECT ?1, ?2, 1 + coalesce(max(version), 0), ?3, ?4 FROM campaign_versions WHERE site = ?1 AND id = ?2
         HAVING NOT EXISTS (
           SELECT 1 FROM campaign_versions AS v JOIN campaigns AS c ON c.site = v.site AND c.id = v.id AND c.live_version = v.version
           WHERE v.site = ?1 AND v.id = ?2 AND v.definition = ?3)`,
      )
      .bind(site, id, definition, new Date(now).toISOString()),
    db
      .prepare(
        `UPDATE campaigns SET status = 'live',
           live_version = (SELECT max(version) FROM campaign_versions WHERE site = ?1 AND id = ?2)
         WHERE site = ?1 AND id = ?2 RETURNING ${COLUMNS}`,
      )
      .bind(site, id),
  ]);
  const row = live?.results[0];
  return row ? toRecord(row) : null;
}

/** @returns `null` when there is no such campaign, or it was never published */
export async function setStatus(
  db: D1Database,
  site: string,
  id: string,
  status: 'live' | 'paused' | 'ended',
): Promise<CampaignRecord | null> {
  const row = await db
    .prepare(
      `UPDATE campaigns SET status = ?3 WHERE site = ?1 AND id = ?2 AND live_version IS NOT NULL RETURNING ${COLUMNS}`,
    )
    .bind(site, id, status)
    .first<Row>();
  return row && toRecord(row);
}

/** The versions that visitors meet now. */
export async function liveCampaigns(db: D1Database, site: string): Promise<Campaign[]> {
  const { results } = await db
    .prepare(
      `SELECT v.version, v.definition, c.created_at
       FROM campaigns AS c JOIN campaign_versions AS v ON v.site = c.site AND v.id = c.id AND v.version = c.live_version
       WHERE c.site = ? AND c.status = 'live'`,
    )
    .bind(site)
    .all<{ version: number; definition: string; created_at: string }>();
  return results.map((row) => ({
    ...campaignDraft.parse(JSON.parse(row.definition)),
    version: row.version,
    createdAt: row.created_at,
  }));
}

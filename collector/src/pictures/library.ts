import { base64url } from 'jose';
import { type Problem, warning } from '../campaigns/problem.ts';
import type { Env } from '../env.ts';
import { EXTENSIONS, PICTURE_TYPES, type PictureType } from './read-picture.ts';

type Stores = Pick<Env, 'DB' | 'PICTURES'>;

/** What its owner says of a picture. */
export interface PictureSettings {
  /** What it shows, for who does not see it; empty: it only adorns; `null`: nobody has said it yet. */
  alt: string | null;
  name: string | null;
}

/** A picture of the library, which popups and push messages show by its `src`. */
export interface Picture extends PictureSettings {
  id: string;
  /** Its address at the collector. */
  src: string;
  type: PictureType;
  /** Pixels, as it is shown. */
  width: number;
  height: number;
  bytes: number;
  /** ISO 8601. */
  createdAt: string;
  /** What its owner should still do. */
  problems: Problem[];
}

/** Of the SHA-256 of its file (132 bits, base64url), so that the same file is there once. */
const ID_LENGTH = 22;
const SRC = /^\/v1\/pictures\/([a-z0-9-]+)\/([\w-]{22})\.(\w+)$/;

/** What the address of a picture names; `null`: it is no such address. */
export function parseSrc(src: string): { site: string; id: string; type: PictureType } | null {
  const [, site, id, extension] = SRC.exec(src) ?? [];
  const type = PICTURE_TYPES.find((known) => EXTENSIONS[known] === extension);
  return site !== undefined && id !== undefined && type ? { site, id, type } : null;
}

/** Where its file is in the bucket. */
export function fileKey(site: string, id: string): string {
  return `${site}/${id}`;
}

type Row = Omit<Picture, 'src' | 'problems'>;
const COLUMNS = 'id, type, width, height, bytes, alt, name, created_at AS createdAt';

/**
 * Stores a picture. One that is there already stays; what is said of it now replaces what was said before.
 *
 * @param now ms since the epoch
 * @returns `isNew`: it was not there before
 */
export async function addPicture(
  { DB, PICTURES }: Stores,
  site: string,
  file: Uint8Array,
  { type, width, height }: Pick<Picture, 'type' | 'width' | 'height'>,
  { alt, name }: PictureSettings,
  now: number,
): Promise<{ picture: Picture; isNew: boolean }> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', file));
  const id = base64url.encode(hash).slice(0, ID_LENGTH);
  // The file first: what the list has can be shown. It is written also when it is there, which mends what was lost.
  await PICTURES.put(fileKey(site, id), file, { httpMetadata: { contentType: type } });
  const [added, read] = await DB.batch<Row>([
    DB.prepare(
      `INSERT INTO pictures (site, id, type, width, height, bytes, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
       ON CONFLICT DO NOTHING`,
    ).bind(site, id, type, width, height, file.byteLength, new Date(now).toISOString()),
    DB.prepare(
      `UPDATE pictures SET alt = coalesce(?3, alt), name = coalesce(?4, name) WHERE site = ?1 AND id = ?2
       RETURNING ${COLUMNS}`,
    ).bind(site, id, alt, name),
  ]);
  const [row] = read?.results ?? [];
  if (!row) throw new Error(`The picture ${site}/${id} was not stored`);
  return { picture: toPicture(site, row), isNew: (added?.meta.changes ?? 0) > 0 };
}

/**
 * A page of the library, newest first.
 *
 * @param after time and id of the last one of the page before
 */
export async function listPictures(
  db: D1Database,
  site: string,
  after: [string, string] | null,
  limit: number,
): Promise<{ items: Picture[]; cursor: [string, string] | null }> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM pictures WHERE site = ?1 AND (?2 IS NULL OR (created_at, id) < (?2, ?3))
       ORDER BY created_at DESC, id DESC LIMIT ?4`,
    )
    .bind(site, after?.[0] ?? null, after?.[1] ?? null, limit + 1)
    .all<Row>();
  const items = results.slice(0, limit).map((row) => toPicture(site, row));
  const last = items.at(-1);
  return { items, cursor: last && results.length > limit ? [last.createdAt, last.id] : null };
}

/** Those of these addresses that lead to pictures of the site. */
export async function findPictures(
  db: D1Database,
  site: string,
  sources: readonly string[],
): Promise<Picture[]> {
  const ids = sources.flatMap((src) => parseSrc(src)?.id ?? []);
  if (ids.length === 0) return [];
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM pictures WHERE site = ?1 AND id IN (SELECT value FROM json_each(?2)) ORDER BY id`,
    )
    .bind(site, JSON.stringify(ids))
    .all<Row>();
  return results.map((row) => toPicture(site, row)).filter(({ src }) => sources.includes(src));
}

/** @returns `null`: there is no such picture */
export async function describePicture(
  db: D1Database,
  site: string,
  id: string,
  { alt, name }: PictureSettings,
): Promise<Picture | null> {
  const row = await db
    .prepare(`UPDATE pictures SET alt = ?3, name = ?4 WHERE site = ?1 AND id = ?2 RETURNING ${COLUMNS}`)
    .bind(site, id, alt, name)
    .first<Row>();
  return row && toPicture(site, row);
}

/** Campaigns that show it, now or when they go on; an address is found wherever they name it. */
const SHOWING = `FROM campaigns AS c
  JOIN campaign_versions AS v ON v.site = c.site AND v.id = c.id AND v.version = c.live_version
  WHERE c.site = ?1 AND c.status IN ('live', 'paused') AND instr(v.definition, '/v1/pictures/' || ?1 || '/' || ?2 || '.')`;

export type Deleted = { picture: Picture } | { shownBy: string[] };

/**
 * Deletes a picture, unless a campaign shows it.
 *
 * @returns the names of such campaigns, or what was deleted; `null`: there is no such picture
 */
export async function deletePicture(
  { DB, PICTURES }: Stores,
  site: string,
  id: string,
): Promise<Deleted | null> {
  const row = await DB.prepare(
    `DELETE FROM pictures WHERE site = ?1 AND id = ?2 AND NOT EXISTS (SELECT 1 ${SHOWING}) RETURNING ${COLUMNS}`,
  )
    .bind(site, id)
    .first<Row>();
  if (!row) {
    const { results } = await DB.prepare(`SELECT v.definition ->> 'name' AS name ${SHOWING} ORDER BY c.id`)
      .bind(site, id)
      .all<{ name: string }>();
    if (results.length > 0) return { shownBy: results.map(({ name }) => name) };
  }
  // Also when the row is gone already: an earlier try may have ended here.
  await PICTURES.delete(fileKey(site, id));
  return row && { picture: toPicture(site, row) };
}

function toPicture(site: string, row: Row): Picture {
  const src = `/v1/pictures/${site}/${row.id}.${EXTENSIONS[row.type]}`;
  return { src, ...row, problems: row.alt === null ? [NO_ALT] : [] };
}

const NO_ALT = warning(
  '/alt',
  'Say in a few words what the picture shows, for visitors who do not see it; leave it empty ("") if it only adorns.',
);

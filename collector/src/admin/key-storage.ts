import { base64url } from '../signing.ts';
import type { KeyKind } from '../sites.ts';

/** A write key, as the management API shows it. Times are ISO 8601. */
export interface Key {
  key: string;
  kind: KeyKind;
  createdAt: string;
  /** `null`: the site's current key of this kind. */
  expiresAt: string | null;
}

const PREFIX = { browser: 'bk_', server: 'sk_' } as const;

/** A key that nobody can guess: 192 random bits. */
export function newKey(kind: KeyKind): string {
  return PREFIX[kind] + base64url(crypto.getRandomValues(new Uint8Array(24)));
}

/** The keys that work at `now`, the current ones first. */
export async function listKeys(db: D1Database, site: string, now: number): Promise<Key[]> {
  const { results } = await db
    .prepare(
      `SELECT key, kind, created_at AS createdAt, expires_at AS expiresAt FROM keys
       WHERE site = ?1 AND (expires_at IS NULL OR expires_at > ?2)
       ORDER BY expires_at IS NOT NULL, kind, expires_at DESC, key`,
    )
    .bind(site, new Date(now).toISOString())
    .all<Key>();
  return results;
}

/** Makes a key the site's current one of its kind; the one before works for `overlapMs` more. */
export async function mintKey(
  db: D1Database,
  site: string,
  kind: KeyKind,
  overlapMs: number,
  now: number,
): Promise<Key> {
  const minted: Key = { key: newKey(kind), kind, createdAt: new Date(now).toISOString(), expiresAt: null };
  await db.batch([
    db.prepare('DELETE FROM keys WHERE site = ?1 AND expires_at <= ?2').bind(site, minted.createdAt),
    db
      .prepare('UPDATE keys SET expires_at = ?3 WHERE site = ?1 AND kind = ?2 AND expires_at IS NULL')
      .bind(site, kind, new Date(now + overlapMs).toISOString()),
    insertKey(db, site, minted),
  ]);
  return minted;
}

/** Statements that make a key named by its owner the current one, at once; keys that are running out are left alone. */
export function setKey(
  db: D1Database,
  site: string,
  kind: KeyKind,
  key: string,
  now: number,
): D1PreparedStatement[] {
  return [
    db
      .prepare('DELETE FROM keys WHERE site = ?1 AND kind = ?2 AND expires_at IS NULL AND key <> ?3')
      .bind(site, kind, key),
    insertKey(db, site, { key, kind, createdAt: new Date(now).toISOString(), expiresAt: null }),
  ];
}

/** Ends a key that is running out. `false` when there is none: a current key can only be replaced. */
export async function endKey(db: D1Database, site: string, key: string): Promise<boolean> {
  const { meta } = await db
    .prepare('DELETE FROM keys WHERE site = ?1 AND key = ?2 AND expires_at IS NOT NULL')
    .bind(site, key)
    .run();
  return meta.changes > 0;
}

function insertKey(db: D1Database, site: string, { key, kind, createdAt }: Key): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO keys (key, site, kind, created_at) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (key) DO UPDATE SET expires_at = NULL`,
    )
    .bind(key, site, kind, createdAt);
}

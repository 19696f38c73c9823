import type { Env } from '../env.ts';
import { seal, unseal } from '../vault.ts';

/** What a webhook may call a secret: `{{ secrets.telegram_token }}`. */
export const SECRET_NAME = /^[a-z][a-z0-9_]{0,63}$/;
/** Characters of a secret. */
export const MAX_SECRET_LENGTH = 4_096;
/** Of one site. */
export const MAX_SECRETS = 100;

/** A secret, as the management API shows it. Times are ISO 8601. */
export interface SecretEntry {
  name: string;
  createdAt: string;
  updatedAt: string;
}

type Vault = Pick<Env, 'DB' | 'SIGNING_KEY'>;

/** Sealed under it, a value opens in no other place. */
function labelOf(site: string, name: string): string {
  return `secret ${site} ${name}`;
}

/** The names of a site's secrets, never their values. */
export async function listSecrets(db: D1Database, site: string): Promise<SecretEntry[]> {
  const { results } = await db
    .prepare(
      `SELECT name, created_at AS createdAt, updated_at AS updatedAt FROM secrets
       WHERE site = ? AND name NOT LIKE ':%' ORDER BY name`,
    )
    .bind(site)
    .all<SecretEntry>();
  return results;
}

/** Stores a secret, in place of what it was. @returns `false` when the site has too many */
export async function putSecret(
  { DB, SIGNING_KEY }: Vault,
  site: string,
  name: string,
  value: string,
  now: number,
): Promise<boolean> {
  const sealed = await seal(value, labelOf(site, name), SIGNING_KEY);
  const { meta } = await DB.prepare(
    `INSERT INTO secrets (site, name, sealed, created_at, updated_at)
     SELECT ?1, ?2, ?3, ?4, ?4
     WHERE ?2 LIKE ':%' OR (SELECT count(*) FROM secrets WHERE site = ?1 AND name <> ?2 AND name NOT LIKE ':%') < ?5
     ON CONFLICT (site, name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at`,
  )
    .bind(site, name, sealed, new Date(now).toISOString(), MAX_SECRETS)
    .run();
  return meta.changes > 0;
}

/** @returns `false` when there is none */
export async function dropSecret(db: D1Database, site: string, name: string): Promise<boolean> {
  const { meta } = await db.prepare('DELETE FROM secrets WHERE site = ? AND name = ?').bind(site, name).run();
  return meta.changes > 0;
}

/**
 * The values of those of `names` that the site has, for one request to be made with them.
 *
 * @throws when one cannot be opened: it was sealed with another SIGNING_KEY, or moved here by hand
 */
export async function readSecrets(
  { DB, SIGNING_KEY }: Vault,
  site: string,
  names: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (names.length === 0) return found;
  const { results } = await DB.prepare(
    'SELECT name, sealed FROM secrets WHERE site = ? AND name IN (SELECT value FROM json_each(?))',
  )
    .bind(site, JSON.stringify(names))
    .all<{ name: string; sealed: string }>();
  for (const { name, sealed } of results) {
    found.set(name, await unseal(sealed, labelOf(site, name), SIGNING_KEY));
  }
  return found;
}

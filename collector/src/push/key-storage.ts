import type { Env } from '../env.ts';
import { seal, unseal } from '../vault.ts';
import { newVapidPair, type VapidPair } from './vapid.ts';

/** Former pairs that are kept; whoever has not come back since the one before is reached no more. */
export const MAX_FORMER = 10;

/** A pair as it is stored. Times are ISO 8601. */
export interface KeyRow {
  publicKey: string;
  /** What unseal() opens. */
  sealed: string;
  createdAt: string;
  /** `null`: it is the current one. */
  retiredAt: string | null;
}

/** What is stored of a site's sending. Times are ISO 8601. */
export interface PushRow {
  subject: string | null;
  acceptedAt: string | null;
  stoppedAt: string | null;
  stoppedWhy: string | null;
}

type Storage = Pick<Env, 'DB' | 'SIGNING_KEY'>;

const label = (site: string, publicKey: string) => `push-key ${site} ${publicKey}`;

/** @throws when `SIGNING_KEY` is not the one that it was sealed with, or the row was changed */
export function openPrivateKey(env: Storage, site: string, row: KeyRow): Promise<string> {
  return unseal(row.sealed, label(site, row.publicKey), env.SIGNING_KEY);
}

/** Every pair of a site, the current one first, and how its sending goes. */
export async function readKeys(
  db: D1Database,
  site: string,
): Promise<{ rows: KeyRow[]; state: PushRow | null }> {
  const [keys, states] = await db.batch([
    db
      .prepare(
        `SELECT public_key AS publicKey, private_key AS sealed, created_at AS createdAt, retired_at AS retiredAt
         FROM push_keys WHERE site = ? ORDER BY retired_at IS NOT NULL, retired_at DESC`,
      )
      .bind(site),
    db
      .prepare(
        `SELECT subject, accepted_at AS acceptedAt, stopped_at AS stoppedAt, stopped_why AS stoppedWhy
         FROM push_state WHERE site = ?`,
      )
      .bind(site),
  ]);
  const [state = null] = (states?.results ?? []) as unknown as PushRow[];
  return { rows: (keys?.results ?? []) as unknown as KeyRow[], state };
}

/** A statement that gives a site its first pair, unless it has one: of two at once, the first holds. */
export async function firstPair(env: Storage, site: string, now: number): Promise<D1PreparedStatement> {
  const pair = await newVapidPair();
  return env.DB.prepare(
    'INSERT INTO push_keys (site, public_key, private_key, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  ).bind(...(await columns(env, site, pair)), new Date(now).toISOString());
}

/**
 * Statements that make a pair the current one, and let sending begin anew; those before are kept for whoever subscribed
 * with them, the last {@link MAX_FORMER}. A former pair may become the current one again.
 */
export async function makeCurrent(
  env: Storage,
  site: string,
  pair: VapidPair,
  subject: string | null,
  now: number,
): Promise<D1PreparedStatement[]> {
  const [, publicKey, sealed] = await columns(env, site, pair);
  const at = new Date(now).toISOString();
  return [
    env.DB.prepare(
      'UPDATE push_keys SET retired_at = ?3 WHERE site = ?1 AND public_key <> ?2 AND retired_at IS NULL',
    ).bind(site, publicKey, at),
    env.DB.prepare(
      `INSERT INTO push_keys (site, public_key, private_key, created_at) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (site, public_key) DO UPDATE SET private_key = excluded.private_key, retired_at = NULL`,
    ).bind(site, publicKey, sealed, at),
    env.DB.prepare(
      `DELETE FROM push_keys WHERE site = ?1 AND public_key IN (
         SELECT public_key FROM push_keys WHERE site = ?1 AND retired_at IS NOT NULL
         ORDER BY retired_at DESC LIMIT -1 OFFSET ?2)`,
    ).bind(site, MAX_FORMER),
    ...startAgain(env.DB, site, subject),
    // Of this pair, nothing was accepted yet.
    env.DB.prepare('UPDATE push_state SET accepted_at = NULL WHERE site = ?').bind(site),
  ];
}

/** Statements that let a site send again, as if nothing had been refused. @param subject `null`: it stays */
export function startAgain(
  db: D1Database,
  site: string,
  subject: string | null = null,
): D1PreparedStatement[] {
  return [
    db
      .prepare(
        `INSERT INTO push_state (site, subject) VALUES (?1, ?2) ON CONFLICT (site) DO UPDATE SET
         subject = coalesce(excluded.subject, subject), stopped_at = NULL, stopped_why = NULL`,
      )
      .bind(site, subject),
    db.prepare('DELETE FROM push_refusals WHERE site = ?').bind(site),
  ];
}

async function columns(env: Storage, site: string, { publicKey, privateKey }: VapidPair) {
  const sealed = await seal(privateKey, label(site, publicKey), env.SIGNING_KEY);
  return [site, publicKey, sealed] as const;
}

import type { Env } from '../env.ts';
import { base64url } from '../signing.ts';
import { forgetPushKeys } from './keys.ts';
import { NowAndThen } from './now-and-then.ts';

/** What push services have refused of a site, for a reason that it or its keys give. */
export interface Refusal {
  /** Origin of the push service. */
  service: string;
  status: number;
  /** The service's own words, and where it came to. */
  detail: string;
  /** How many subscriptions it refused with a 401 or 403, as far as they were noted. */
  subscriptions: number;
  /** ISO 8601; the last time. */
  at: string;
}

/** An answer as refusals and acceptances are noted of it. */
export interface Answer {
  service: string;
  endpoint: string;
  status: number;
  detail: string;
  /** Whether the same subscription was sent something before. */
  reached: boolean;
}

/** Before the hash of a subscription that nothing was ever sent to. */
const UNREACHED = '?';

/** So many different subscriptions must be refused, none being accepted meanwhile, before a site stops sending. */
export const STOP_AFTER = 5;
/** How often an isolate notes the same, ms. Whatever was accepted within this time of what was noted may not be. */
const NOTE_EVERY_MS = 10 * 60_000;
/** Refusals that are kept of a site, and for how long. */
const MAX_REFUSALS = 50;
const KEPT_MS = 30 * 86_400_000;
const noted = new NowAndThen(NOTE_EVERY_MS);

/** A message was accepted, so the site's keys are good. At most one write in 10 min for each site. */
export async function noteAccepted(env: Env, site: string, now: number): Promise<void> {
  if (!noted.passes(`${site} accepted`, now)) return;
  await env.DB.prepare(
    `INSERT INTO push_state (site, accepted_at) VALUES (?, ?)
     ON CONFLICT (site) DO UPDATE SET accepted_at = excluded.accepted_at`,
  )
    .bind(site, new Date(now).toISOString())
    .run();
}

/** A message was refused for what it is (400, 413): said in the site's status. At most one write in 10 min for each kind. */
export async function noteDropped(env: Env, site: string, answer: Answer, now: number): Promise<void> {
  if (!noted.passes(`${site} ${answer.service} ${answer.status}`, now)) return;
  await env.DB.batch(insertion(env.DB, site, answer, '', now));
}

/**
 * A subscription of the current key was refused with 401 or 403. When that happens to several of them, and to nobody
 * otherwise, the key or the contact is at fault, not the subscriptions: the site stops sending. Anybody can hand in
 * subscriptions that were made with other keys: once the site's have been accepted, only those count that were reached with
 * them.
 *
 * @returns whether the site has been stopped by this
 */
export async function noteRefused(env: Env, site: string, answer: Answer, now: number): Promise<boolean> {
  if (!noted.passes(`${site} ${answer.endpoint}`, now)) return false;
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(answer.endpoint));
  const subscription = (answer.reached ? '' : UNREACHED) + base64url(new Uint8Array(hash, 0, 12));
  const at = new Date(now).toISOString();
  const why = `Push services refuse this site's key or contact: ${answer.service} answered ${answer.status} (${answer.detail}). Rotate or import the keys, or check the subject; then POST …/push/resume.`;
  const results = await env.DB.batch([
    ...insertion(env.DB, site, answer, subscription, now),
    env.DB.prepare('INSERT INTO push_state (site) VALUES (?) ON CONFLICT DO NOTHING').bind(site),
    env.DB.prepare(
      `UPDATE push_state SET stopped_at = ?2, stopped_why = ?3
       WHERE site = ?1 AND stopped_at IS NULL AND (
         SELECT count(DISTINCT subscription) FROM push_refusals WHERE site = ?1 AND status IN (401, 403)
         AND (push_state.accepted_at IS NULL OR subscription NOT LIKE ?6)
         AND at > coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', push_state.accepted_at, ?4), '')) >= ?5`,
    ).bind(site, at, why, `+${NOTE_EVERY_MS / 1_000} seconds`, STOP_AFTER, `${UNREACHED}%`),
  ]);
  const isStopped = (results.at(-1)?.meta.changes ?? 0) > 0;
  if (isStopped) {
    console.error(`The site ${site} sends no more push messages. ${why}`);
    forgetPushKeys(site);
  }
  return isStopped;
}

/** What was refused, the last first. */
export async function readRefusals(db: D1Database, site: string, now: number): Promise<Refusal[]> {
  const { results } = await db
    .prepare(
      `SELECT service, status, detail, count(nullif(subscription, '')) AS subscriptions, max(at) AS at
       FROM push_refusals WHERE site = ? AND at > ? GROUP BY service, status ORDER BY at DESC`,
    )
    .bind(site, tooOld(now))
    .all<Refusal>();
  return results;
}

/** Sites that send no more, for `/healthz`: every isolate can say it, not only the one in which it happened. */
export async function stoppedSites(db: D1Database): Promise<{ site: string; since: string; what: string }[]> {
  const { results } = await db
    .prepare(
      `SELECT site, stopped_at AS since, stopped_why AS what FROM push_state
       WHERE stopped_at IS NOT NULL ORDER BY stopped_at DESC LIMIT 100`,
    )
    .all<{ site: string; since: string; what: string }>();
  return results;
}

/** Forgets when something was noted, so that it is noted again at once: after a change of the keys. */
export function forgetNoted(site: string): void {
  noted.forget(`${site} `);
}

function insertion(db: D1Database, site: string, answer: Answer, subscription: string, now: number) {
  return [
    db
      .prepare(
        `INSERT INTO push_refusals (site, service, status, subscription, detail, at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET detail = excluded.detail, at = excluded.at`,
      )
      .bind(site, answer.service, answer.status, subscription, answer.detail, new Date(now).toISOString()),
    db
      .prepare(
        `DELETE FROM push_refusals WHERE site = ?1 AND (at <= ?3 OR (service, status, subscription) IN (
           SELECT service, status, subscription FROM push_refusals WHERE site = ?1
           ORDER BY at DESC LIMIT -1 OFFSET ?2))`,
      )
      .bind(site, MAX_REFUSALS, tooOld(now)),
  ];
}

function tooOld(now: number): string {
  return new Date(now - KEPT_MS).toISOString();
}

import type { WorkerFault } from '../../../sdk/src/push/worker-fault.ts';
import type { Env } from '../env.ts';
import { ownNumber, ownString, type StoredMessage } from '../message.ts';
import type { Site } from '../sites.ts';
import { NowAndThen } from './now-and-then.ts';

/** Why pages of a shop could not ask whether they may push. */
export interface PushFault {
  /** Of the worker file, without a query. */
  address: string;
  reason: string;
  /** Of HTTP, where there was an answer. */
  status: number | null;
  /** ISO 8601; when it was last noted. */
  at: string;
}

const EVENT = 'push_unavailable';
/** What the SDK finds wrong with a worker's file; whatever else keeps a visitor from push is no fault of the shop. */
const REASONS: Record<WorkerFault['reason'], true> = {
  worker_origin: true,
  worker_trusted_types: true,
  worker_unreachable: true,
  worker_redirected: true,
  worker_status: true,
  worker_type: true,
};
/** Addresses of which a site's status tells. */
const MAX_FAULTS = 20;
/** After so long, nobody has seen it any more. */
const KEPT_MS = 30 * 86_400_000;
/** How often an isolate notes the same address, ms: every visitor's page would say it again. */
const NOTE_EVERY_MS = 10 * 60_000;
const noted = new NowAndThen(NOTE_EVERY_MS);

/**
 * Notes what the SDK has found wrong with the shop's worker file, so that the shop's owner learns of it. Anybody can send
 * anything with a browser key: only the worker's address on the site's own origins is kept, with a reason that the SDK has.
 * Never throws.
 *
 * @param now ms since the epoch
 */
export async function noteFaults(
  env: Env,
  site: Site,
  messages: readonly StoredMessage[],
  now: number,
): Promise<void> {
  for (const message of messages) {
    const fault = message.event === EVENT ? faultIn(message, site, now) : null;
    if (!fault || !noted.passes(`${site.id} ${fault.address}`, now)) continue;
    try {
      await store(env.DB, site.id, fault, now);
    } catch (error) {
      console.error(`What is wrong with the push worker of ${site.id} could not be noted.`, error);
    }
  }
}

/** What is wrong, by address; the last seen first. */
export async function readFaults(db: D1Database, site: string, now: number): Promise<PushFault[]> {
  const { results } = await db
    .prepare('SELECT address, reason, status, at FROM push_faults WHERE site = ? AND at > ? ORDER BY at DESC')
    .bind(site, new Date(now - KEPT_MS).toISOString())
    .all<PushFault>();
  return results;
}

function faultIn({ properties }: StoredMessage, { settings }: Site, now: number): PushFault | null {
  const [address, reason] = [ownString(properties, 'address'), ownString(properties, 'reason')];
  if (!address || !reason || !Object.hasOwn(REASONS, reason) || !URL.canParse(address)) return null;
  const { origin, pathname } = new URL(address);
  if (!settings.origins.includes(origin) || pathname !== settings.push.workerPath) return null;
  const status = ownNumber(properties, 'status');
  return {
    address: origin + pathname,
    reason,
    status: Number.isInteger(status) && status !== null && status >= 100 && status < 600 ? status : null,
    at: new Date(now).toISOString(),
  };
}

async function store(db: D1Database, site: string, fault: PushFault, now: number): Promise<void> {
  await db.batch([
    db
      .prepare(
        `INSERT INTO push_faults (site, address, reason, status, at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET reason = excluded.reason, status = excluded.status, at = excluded.at`,
      )
      .bind(site, fault.address, fault.reason, fault.status, fault.at),
    db
      .prepare(
        `DELETE FROM push_faults WHERE site = ?1 AND (at <= ?2 OR address IN (
           SELECT address FROM push_faults WHERE site = ?1 ORDER BY at DESC LIMIT -1 OFFSET ?3))`,
      )
      .bind(site, new Date(now - KEPT_MS).toISOString(), MAX_FAULTS),
  ]);
}

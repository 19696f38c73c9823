import type { Env } from '../env.ts';
import type { Site } from '../sites.ts';
import { firstPair, type KeyRow, openPrivateKey, type PushRow, readKeys } from './key-storage.ts';
import { type Signer, signerOf, subjectFault } from './vapid.ts';

/** What a site is named to push services by. */
export interface PushKeys {
  /** What browsers subscribe with. */
  publicKey: string;
  /** The contact that push services are told: `mailto:` or `https:`. */
  subject: string;
  /** ISO 8601; of the current pair. */
  createdAt: string;
  /** Former pairs, the last first. ISO 8601. */
  former: { publicKey: string; createdAt: string; retiredAt: string }[];
  /** Why nothing is sent; `null`: all is well. */
  stopped: Stopped | null;
  /** When a push service last accepted a message, as far as it was noted, ISO 8601. */
  acceptedAt: string | null;
}

export interface Stopped {
  /** ISO 8601; `null`: it is not known. */
  since: string | null;
  why: string;
}

/** Of a site, what its keys need. */
export type KeyHolder = Pick<Site, 'id' | 'settings'>;

interface Held {
  rows: KeyRow[];
  state: PushRow | null;
  /** By public key; made when first something is signed. */
  signers: Map<string, Signer>;
  until: number;
}

/** As long as an isolate uses what it knows of a site: sites.ts. */
const TTL_MS = 45_000;
const MAX_CACHED = 10_000;
/** For sites that have no address on https yet, such as those in development. */
const NOBODY = 'mailto:push@example.com';
const held = new Map<string, Held>();

/**
 * The keys of a site, which are made where it has none. This isolate reads them again after 45 s.
 *
 * @throws when D1 does not answer, and this isolate has never known them
 */
export async function pushKeys(env: Env, site: KeyHolder, now: number = Date.now()): Promise<PushKeys> {
  const { rows, state } = await hold(env, site.id, now);
  const [current, ...former] = rows;
  if (!current) throw new Error(`The site ${site.id} has no push keys.`);
  return {
    publicKey: current.publicKey,
    subject: state?.subject ?? contactOf(site),
    createdAt: current.createdAt,
    former: former.map(({ publicKey, createdAt, retiredAt }) => ({
      publicKey,
      createdAt,
      retiredAt: retiredAt ?? createdAt,
    })),
    stopped: state?.stoppedAt ? { since: state.stoppedAt, why: state.stoppedWhy ?? '' } : null,
    acceptedAt: state?.acceptedAt ?? null,
  };
}

/**
 * Signs with one of the site's keys; `null`: it has no such key any more.
 *
 * @throws when the private key cannot be opened: `SIGNING_KEY` has been changed, or the row
 */
export async function signerFor(
  env: Env,
  site: KeyHolder,
  publicKey: string,
  now: number,
): Promise<Signer | null> {
  const { rows, signers } = await hold(env, site.id, now);
  const known = signers.get(publicKey);
  if (known) return known;
  const row = rows.find((candidate) => candidate.publicKey === publicKey);
  if (!row) return null;
  const signer = await signerOf({ publicKey, privateKey: await openPrivateKey(env, site.id, row) });
  signers.set(publicKey, signer);
  return signer;
}

/** After a change made here: forgets what this isolate knows. Others learn of it within 45 s. */
export function forgetPushKeys(site: string): void {
  held.delete(site);
}

async function hold(env: Env, site: string, now: number): Promise<Held> {
  const known = held.get(site);
  // Further away than it could ever be, when the clock was set back.
  if (known && known.until > now && known.until <= now + TTL_MS) return known;
  try {
    let { rows, state } = await readKeys(env.DB, site);
    if (rows[0]?.retiredAt !== null) {
      await (await firstPair(env, site, now)).run();
      ({ rows, state } = await readKeys(env.DB, site));
    }
    const signers = new Map(
      rows.flatMap(({ publicKey, sealed }) => {
        const before = known?.rows.find((row) => row.publicKey === publicKey);
        const signer = before?.sealed === sealed ? known?.signers.get(publicKey) : undefined;
        return signer ? [[publicKey, signer] as const] : [];
      }),
    );
    const read = { rows, state, signers, until: now + TTL_MS };
    if (held.size >= MAX_CACHED && !known) held.clear();
    held.set(site, read);
    return read;
  } catch (error) {
    if (!known) throw error;
    console.error(`The push keys of ${site} cannot be read.`, error);
    return known;
  }
}

/** The first of the site's own addresses that push services can take for a contact. */
function contactOf({ settings }: KeyHolder): string {
  return settings.origins.find((origin) => subjectFault(origin) === null) ?? NOBODY;
}

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
  /** ms since the epoch. */
  readAt: number;
}

/** As long as an isolate uses what it knows of a site: sites.ts. */
const TTL_MS = 45_000;
const MAX_CACHED = 10_000;
/** A key that is not known is looked up no more often: anybody can name one, ms. */
const LOOK_AGAIN_MS = 1_000;
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
 * Whether browsers may have subscribed with this key: it is the site's, or was. A key that this isolate has not heard of
 * is looked up, since it may have been made elsewhere just now.
 *
 * @throws when it had to be looked up, and D1 does not answer
 */
export async function isKeyOf(env: Env, site: KeyHolder, publicKey: string, now: number): Promise<boolean> {
  return (await find(env, site.id, publicKey, now)) !== null;
}

/**
 * Signs with one of the site's keys. `unknown`: it has no such key any more; `sealed`: the private key cannot be opened,
 * because `SIGNING_KEY` has been changed, or the row.
 *
 * @throws when D1 does not answer, and this isolate has never known the key
 */
export async function signerFor(
  env: Env,
  site: KeyHolder,
  publicKey: string,
  now: number,
): Promise<Signer | 'unknown' | 'sealed'> {
  const found = await find(env, site.id, publicKey, now);
  if (!found) return 'unknown';
  const { row, signers } = found;
  const known = signers.get(publicKey);
  if (known) return known;
  try {
    const signer = await signerOf({ publicKey, privateKey: await openPrivateKey(env, site.id, row) });
    signers.set(publicKey, signer);
    return signer;
  } catch (error) {
    console.error(`A push key of ${site.id} cannot be opened.`, error);
    return 'sealed';
  }
}

async function find(env: Env, site: string, publicKey: string, now: number) {
  const isIt = (row: KeyRow) => row.publicKey === publicKey;
  let { rows, signers, readAt } = await hold(env, site, now);
  if (!rows.some(isIt) && Math.abs(now - readAt) > LOOK_AGAIN_MS) {
    ({ rows, signers } = await read(env, site, held.get(site), now));
  }
  const row = rows.find(isIt);
  return row ? { row, signers } : null;
}

/** After a change made here: forgets what this isolate knows. Others learn of it within 45 s. */
export function forgetPushKeys(site: string): void {
  held.delete(site);
}

async function hold(env: Env, site: string, now: number): Promise<Held> {
  const known = held.get(site);
  // Read in the future, when the clock was set back since.
  if (known && known.readAt <= now && now < known.readAt + TTL_MS) return known;
  try {
    return await read(env, site, known, now);
  } catch (error) {
    if (!known) throw error;
    console.error(`The push keys of ${site} cannot be read.`, error);
    return known;
  }
}

async function read(env: Env, site: string, known: Held | undefined, now: number): Promise<Held> {
  let { rows, state } = await readKeys(env.DB, site);
  if (rows[0]?.retiredAt !== null) {
    await (await firstPair(env, site, now)).run();
    ({ rows, state } = await readKeys(env.DB, site));
  }
  // What was opened and signed before still holds.
  const signers = new Map(
    rows.flatMap(({ publicKey, sealed }) => {
      const before = known?.rows.find((row) => row.publicKey === publicKey);
      const signer = before?.sealed === sealed ? known?.signers.get(publicKey) : undefined;
      return signer ? [[publicKey, signer] as const] : [];
    }),
  );
  const fresh = { rows, state, signers, readAt: now };
  if (held.size >= MAX_CACHED && !known) held.clear();
  held.set(site, fresh);
  return fresh;
}

/** The first of the site's own addresses that push services can take for a contact. */
function contactOf({ settings }: KeyHolder): string {
  return settings.origins.find((origin) => subjectFault(origin) === null) ?? NOBODY;
}

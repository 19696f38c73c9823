import { z } from 'zod';
import type { Env } from '../env.ts';
import { putSecret, readSecrets } from './secrets.ts';

/** No name of a shop's secret. */
const NAME = ':signing';
/** How long events are signed with the secret before, too, so that receivers can be changed over. */
const OVERLAP_MS = 24 * 3_600_000;
/** Standard Webhooks: 24 to 64. */
const BYTES = 32;

const held = z.object({
  current: z.string(),
  previous: z.string().nullable(),
  /** ms since the epoch. */
  previousUntil: z.number(),
});

/** Secrets (`whsec_…`) with which our own events are signed now, the newest first. The first call makes one. */
export async function signingSecrets(env: Env, site: string, now: number): Promise<string[]> {
  const known = await read(env, site);
  if (!known) return [await rotateSigningSecret(env, site, now)];
  const { current, previous, previousUntil } = known;
  return previous !== null && previousUntil > now ? [current, previous] : [current];
}

/** Makes a new secret, which is shown this once; the one before signs for a day more. */
export async function rotateSigningSecret(env: Env, site: string, now: number): Promise<string> {
  const known = await read(env, site);
  const current = `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(BYTES))))}`;
  const value = { current, previous: known?.current ?? null, previousUntil: now + OVERLAP_MS };
  await putSecret(env, site, NAME, JSON.stringify(value), now);
  return current;
}

async function read(env: Env, site: string): Promise<z.infer<typeof held> | null> {
  const value = (await readSecrets(env, site, [NAME])).get(NAME);
  return value === undefined ? null : held.parse(JSON.parse(value));
}

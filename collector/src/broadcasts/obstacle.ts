import { segmentStore } from '../campaigns/storage.ts';
import type { Env } from '../env.ts';
import { readKeys } from '../push/key-storage.ts';
import { signerFor } from '../push/keys.ts';
import { UNOPENED } from '../push/send.ts';
import type { Site } from '../sites.ts';
import type { BroadcastDraft } from './schema.ts';

/** Why nothing of a broadcast could be sent now, for who can do something about it; `null`: it could. */
export async function obstacleTo(
  env: Env,
  site: Site,
  { segment }: Pick<BroadcastDraft, 'segment'>,
  now: number,
): Promise<string | null> {
  // As D1 has it: what another isolate was answered must stop this one at once.
  const { rows, state } = await readKeys(env.DB, site.id);
  const [current] = rows;
  if (!current) return 'The site has no push keys, so nobody can have subscribed with them.';
  if (state?.stoppedAt) return state.stoppedWhy ?? 'Push services refuse this site.';
  const signer = await signerFor(env, site, current.publicKey, now).catch(() => null);
  if (!signer) return UNOPENED;
  if (segment === null) return null;
  const found = await segmentStore.get(env.DB, site.id, segment);
  return found?.status === 'live'
    ? null
    : `The segment "${segment}" is not live any more, so nobody belongs to it. Publish it again, then resume.`;
}

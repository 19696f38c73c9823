import type { Env } from './env.ts';
import { siteChanged } from './sites.ts';
import { composeSnapshot, readSnapshot, type Snapshot } from './snapshot.ts';

/**
 * Writes the snapshots that are missing, cannot be read or differ from D1: of sites from before there were any, of
 * changes that never reached KV, of campaigns that ended so long ago that they have left. Sites that fail cost the
 * others nothing, and are tried again in an hour.
 */
export async function repairSnapshots(env: Env, now: number): Promise<void> {
  const { results } = await env.DB.prepare('SELECT id FROM sites ORDER BY id').all<{ id: string }>();
  for (const { id } of results) {
    try {
      const [stored, current] = await Promise.all([
        readSnapshot(env.SNAPSHOTS, id).catch(() => null),
        composeSnapshot(env.DB, id, false, now),
      ]);
      if (current && (!stored || textOf(stored) !== textOf(current))) await siteChanged(env, id);
    } catch (error) {
      console.error(`The snapshot of ${id} could not be repaired; it is tried again in an hour.`, error);
    }
  }
}

function textOf({ at: _, ...snapshot }: Snapshot): string {
  return JSON.stringify(snapshot);
}

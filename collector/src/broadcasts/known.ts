import type { CompiledCampaign } from '../campaigns/program.ts';
import type { Env } from '../env.ts';
import type { Site } from '../sites.ts';
import { asCampaign } from './as-campaign.ts';
import type { ToldBroadcast } from './schema.ts';
import { readBroadcast } from './storage.ts';

/**
 * What this isolate knows of broadcasts. The definition is told to each profile that is asked, and kept by none: ten
 * thousand copies of it would be written otherwise. What it is asked for later (a message that was held until morning, or
 * that is tried again) is read from D1 once for all profiles of an isolate.
 */
interface Known {
  text: string;
  compiled: CompiledCampaign;
  until: number;
}

/** As long as an isolate uses what it knows of a site: so long may one that was cancelled go on here, ms. */
const TTL_MS = 45_000;
const MAX_KNOWN = 1_000;
const known = new Map<string, Known>();

/** A broadcast that somebody has just read. @param text a {@link ToldBroadcast} as JSON */
export function toldBroadcast(site: Site, text: string, now: number): CompiledCampaign {
  const told: ToldBroadcast = JSON.parse(text);
  const key = `${site.id}/${told.draft.id}`;
  const before = known.get(key);
  const compiled = before?.text === text ? before.compiled : asCampaign(told, site.settings.timeZone);
  if (known.size >= MAX_KNOWN && !before) known.clear();
  known.set(key, { text, compiled, until: now + TTL_MS });
  return compiled;
}

/** @returns `null`: there is none. @throws when D1 does not answer */
export async function loadBroadcast(
  { DB }: Pick<Env, 'DB'>,
  site: Site,
  id: string,
  now: number,
): Promise<CompiledCampaign | null> {
  const before = known.get(`${site.id}/${id}`);
  // Further away than it could ever be, when the clock was set back.
  if (before && before.until > now && before.until <= now + TTL_MS) return before.compiled;
  const stored = await readBroadcast(DB, site.id, id);
  return stored && toldBroadcast(site, toTell(stored), now);
}

export function toTell({ draft, state, createdAt }: ToldBroadcast): string {
  return JSON.stringify({ draft, state, createdAt } satisfies ToldBroadcast);
}

/** After a change made here. */
export function forgetBroadcast(site: string, id: string): void {
  known.delete(`${site}/${id}`);
}

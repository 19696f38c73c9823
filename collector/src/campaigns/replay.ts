import type { Env } from '../env.ts';
import { MAX_ITEMS, type Replayable, type ReplayItem, type ReplayOfOne } from '../profile/replaying.ts';
import type { ReadResult } from '../profile/rpc.ts';
import { firstIdAt } from '../store/chunk-id.ts';

/** What a campaign or a segment would have done in the last days. */
export interface Replay {
  days: number;
  /** Who had events in that time, and how many of them were looked at: those who came last. */
  visitors: number;
  looked: number;
  truncated: boolean;
  /** Visitors for whom it would have armed, or who would have entered; and how often that was. */
  matched: number;
  times: number;
  /** Of a segment: who of those that were looked at belong to it now. */
  members?: number;
  /** Newest first; not more than {@link MAX_ITEMS}. */
  items: (Omit<ReplayItem, 'at'> & { /** ISO 8601. */ at: string })[];
  cursor: null;
}

const DAY_MS = 86_400_000;
const MAX_PROFILES = 500;
/** Profiles that are asked at the same time. */
const PARALLEL_PROFILES = 6;

/** Tries a draft on what the visitors of the last days have done. */
export async function replay(
  { DB: db, PROFILES }: Env,
  site: string,
  asked: Replayable,
  days: number,
  now: number,
): Promise<Replay> {
  const since = now - days * DAY_MS;
  const { names, count } = await profilesSince(db, site, since);
  const queue = [...names];
  const seen = new Set(queue);
  const results: ReplayOfOne[] = [];
  let visitors = count;
  const ask = async (name: string): Promise<void> => {
    const result = (await PROFILES.getByName(name).replay(asked, since)) as ReadResult;
    if (result.kind === 'read') {
      results.push(JSON.parse(result.json ?? 'null'));
      return;
    }
    // A device that has moved is its person's; he is asked once.
    if (seen.has(result.person)) visitors--;
    else {
      seen.add(result.person);
      await ask(result.person);
    }
  };
  const work = async () => {
    for (let name = queue.shift(); name; name = queue.shift()) await ask(name);
  };
  await Promise.all(Array.from({ length: PARALLEL_PROFILES }, work));

  const looked = results.filter((one) => one.looked);
  return {
    days,
    visitors,
    looked: looked.length,
    truncated: count > names.length,
    matched: looked.filter(({ times }) => times > 0).length,
    times: looked.reduce((sum, { times }) => sum + times, 0),
    ...('segment' in asked ? { members: results.filter(({ belongs }) => belongs).length } : {}),
    items: looked
      .flatMap(({ items }) => items)
      .sort((a, b) => b.at - a.at)
      .slice(0, MAX_ITEMS)
      .map((item) => ({ ...item, at: new Date(item.at).toISOString() })),
    cursor: null,
  };
}

/** Names of the objects that were told something since then, those who came last first; and how many there are. */
async function profilesSince(
  db: D1Database,
  site: string,
  since: number,
): Promise<{ names: string[]; count: number }> {
  const { results } = await db
    .prepare(
      `SELECT profile, count(*) OVER () AS count FROM chunks WHERE site = ?1 AND id >= ?2
       GROUP BY profile ORDER BY max(id) DESC LIMIT ?3`,
    )
    .bind(site, firstIdAt(since), MAX_PROFILES)
    .all<{ profile: string; count: number }>();
  return { names: results.map(({ profile }) => profile), count: results[0]?.count ?? 0 };
}

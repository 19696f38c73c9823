import { BROADCAST_VERSION } from './as-campaign.ts';
import { deadlineOf, type Outcomes, type StoredBroadcast } from './schema.ts';

/** Clocks of those who ask and those who are asked may differ by so much, ms. */
const CLOCK_MS = 60_000;
/** Different reasons that are told; all others are one. Characters of each: what push services say can be long. */
const MAX_REASONS = 50;
const MAX_REASON_LENGTH = 100;

interface Group {
  status: string;
  reason: string;
  count: number;
  clicked: number;
}

/** What came of a broadcast's messages, from the facts that profiles have stated. */
export async function outcomesOf(
  db: D1Database,
  site: string,
  broadcast: StoredBroadcast,
): Promise<Outcomes> {
  if (broadcast.outcomes) return broadcast.outcomes;
  const { startedAt, draft } = broadcast;
  if (startedAt === null) return gathered([]);
  const deadline = deadlineOf(broadcast);
  // The key of a delivery begins with its time.
  const { results } = await db
    .prepare(
      `SELECT row ->> 'status' AS status, substr(coalesce(row ->> 'reason', ''), 1, ?6) AS reason,
         count(*) AS count, count(row ->> 'clickedAt') AS clicked
       FROM facts WHERE site = ?1 AND kind = 'delivery' AND key >= ?2 AND key < ?3
         AND row ->> 'campaign' = ?4 AND row ->> 'version' = ?5
       GROUP BY 1, 2 ORDER BY 3 DESC, 2`,
    )
    .bind(
      site,
      new Date(Date.parse(startedAt) - CLOCK_MS).toISOString(),
      deadline === null ? '~' : new Date(deadline + CLOCK_MS).toISOString(),
      draft.id,
      BROADCAST_VERSION,
      MAX_REASON_LENGTH,
    )
    .all<Group>();
  return gathered(results);
}

function gathered(groups: readonly Group[]): Outcomes {
  const by = (status: string) => {
    const all = groups.filter((group) => group.status === status);
    const [told, others] = [all.slice(0, MAX_REASONS), all.slice(MAX_REASONS)];
    return {
      ...Object.fromEntries(told.map(({ reason, count }) => [reason || 'unknown', count])),
      ...(others.length > 0 ? { others: sum(others, 'count') } : {}),
    };
  };
  const sent = groups.filter(({ status }) => status === 'sent');
  return {
    sent: sum(sent, 'count'),
    clicked: sum(groups, 'clicked'),
    skipped: by('skipped'),
    failed: by('failed'),
    cancelled: by('cancelled'),
  };
}

/** Every profile that was looked at, once: what it has not told is on its way, or (too late for that) unknown. */
export function countsOf(broadcast: StoredBroadcast, outcomes: Outcomes, now: number) {
  const { subscribers, looked, passedOver, unreached } = broadcast;
  const told = [outcomes.skipped, outcomes.failed, outcomes.cancelled].flatMap((by) => Object.values(by));
  const open = Math.max(
    0,
    looked - passedOver - unreached - told.reduce((all, count) => all + count, outcomes.sent),
  );
  const deadline = deadlineOf(broadcast);
  const isOver = deadline !== null && now > deadline;
  const { failed, ...others } = outcomes;
  return {
    ...{ subscribers, looked, passedOver, ...others },
    waiting: isOver ? 0 : open,
    failed: {
      ...failed,
      ...(unreached > 0 ? { unreached } : {}),
      // Somebody who was erased since, for one.
      ...(isOver && open > 0 ? { untold: open } : {}),
    },
  };
}

function sum(groups: readonly Group[], what: 'count' | 'clicked'): number {
  return groups.reduce((all, group) => all + group[what], 0);
}

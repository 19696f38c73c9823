import type { Env } from '../env.ts';
import { loadSite, type Site } from '../sites.ts';
import { askAll } from './ask.ts';
import { toTell } from './known.ts';
import { obstacleTo } from './obstacle.ts';
import { outcomesOf } from './outcomes.ts';
import { pageSize, pauseAfter, type Turn, waitAfter } from './pace.ts';
import { deadlineOf, type StoredBroadcast } from './schema.ts';
import {
  advanceBroadcast,
  keepOutcomes,
  readBroadcast,
  setBroadcastState,
  startBroadcast,
} from './storage.ts';
import { countSubscribers, nextSubscribers } from './subscribers.ts';

/** ms since the epoch; and ms. */
export interface Clock {
  now(): number;
  wait(ms: number): Promise<void>;
}

/** Facts of deliveries, and of clicks on them, stay longer than this after the last one was sent, ms. */
const CLICKS_MS = 7 * 86_400_000;

/**
 * Takes a broadcast some way further. How far it has come is in D1 and is written after each page: whoever calls this
 * again, after a crash too, goes on there. Those who are asked twice by that know the message already.
 *
 * @param failed how often profiles have failed so far, by name
 * @returns when it is to be called again, ms since the epoch; `null`: not until somebody does something
 * @throws when D1 does not answer
 */
export async function runBroadcast(
  env: Env,
  siteId: string,
  id: string,
  failed: Map<string, number>,
  turn: Turn,
  clock: Clock,
): Promise<number | null> {
  const began = clock.now();
  let asked = 0;
  for (;;) {
    const started = clock.now();
    const site = await loadSite(env, siteId, started);
    const stored = site && (await readBroadcast(env.DB, siteId, id));
    if (!stored) return null;
    const broadcast = stored.state === 'planned' ? await begun(env, site, stored, started) : stored;
    if (broadcast.state === 'planned') return broadcast.draft.at ? Date.parse(broadcast.draft.at) : null;
    if (broadcast.state !== 'running') return concluded(env, siteId, broadcast, started);
    const obstacle = await obstacleTo(env, site, broadcast.draft, started);
    if (obstacle !== null) {
      await setBroadcastState(env.DB, siteId, id, 'paused', ['running'], obstacle, started);
      return null;
    }
    const { segment, ratePerSecond } = broadcast.draft;
    if (asked >= turn.people || started - began >= turn.ms) return started;
    const size = pageSize(ratePerSecond, asked, turn);
    const page = await nextSubscribers(env.DB, siteId, segment, broadcast.cursor, size);
    if (page.length === 0) {
      await setBroadcastState(env.DB, siteId, id, 'done', ['running'], null, clock.now());
      continue;
    }
    const { cursor, failures, ...counts } = await askAll(page, toTell(broadcast), env, failed);
    asked += page.length;
    const pause = pauseAfter(page.length, ratePerSecond, clock.now() - started);
    if (cursor !== null) {
      const busyMs = clock.now() - started + pause;
      await advanceBroadcast(env.DB, siteId, id, broadcast.cursor, { cursor, busyMs, ...counts });
    }
    if (failures > 0) return clock.now() + waitAfter(failures);
    await clock.wait(pause);
  }
}

/** One whose time has come is started. */
async function begun(
  env: Env,
  { id: site }: Site,
  broadcast: StoredBroadcast,
  now: number,
): Promise<StoredBroadcast> {
  const { id, at, segment } = broadcast.draft;
  if (at === undefined || Date.parse(at) > now) return broadcast;
  const subscribers = await countSubscribers(env.DB, site, segment);
  return (
    (await startBroadcast(env.DB, site, id, subscribers, now)) ??
    (await readBroadcast(env.DB, site, id)) ??
    broadcast
  );
}

/** When all clicks have come, what came of it is kept: facts go when the site's retention is over. */
async function concluded(
  { DB }: Env,
  site: string,
  broadcast: StoredBroadcast,
  now: number,
): Promise<number | null> {
  const deadline = deadlineOf(broadcast);
  if (deadline === null || broadcast.outcomes) return null;
  if (now < deadline + CLICKS_MS) return deadline + CLICKS_MS;
  await keepOutcomes(DB, site, broadcast.draft.id, await outcomesOf(DB, site, broadcast));
  return null;
}

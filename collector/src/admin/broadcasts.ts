import { zValidator } from '@hono/zod-validator';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { campaignDraftOf } from '../broadcasts/as-campaign.ts';
import { wakeBroadcast } from '../broadcasts/broadcast.ts';
import { forgetBroadcast } from '../broadcasts/known.ts';
import { obstacleTo } from '../broadcasts/obstacle.ts';
import { countsOf, outcomesOf } from '../broadcasts/outcomes.ts';
import { type BroadcastDraft, broadcastDraft, type StoredBroadcast } from '../broadcasts/schema.ts';
import {
  addBroadcast,
  changeBroadcast,
  listBroadcasts,
  readBroadcast,
  setBroadcastState,
  startBroadcast,
} from '../broadcasts/storage.ts';
import { countSubscribers } from '../broadcasts/subscribers.ts';
import { validateBroadcast } from '../broadcasts/validate.ts';
import type { Problem } from '../campaigns/problem.ts';
import { loadContext } from '../campaigns/site-context.ts';
import { namedBy } from '../campaigns/validate.ts';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { currentSite, type Site } from '../sites.ts';
import { cursorOf, toCursor } from './cursor.ts';
import { explainInvalid } from './explain-invalid.ts';

export const broadcastsQuery = z.object({
  cursor: cursorOf(z.tuple([z.string(), z.string()])).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

type C = Context<{ Bindings: Env }>;

/** `/api/sites/:site/broadcasts`: one push message to everybody, or to a segment, and how far it has come. */
export const broadcasts = new Hono<{ Bindings: Env }>()
  .get('/', zValidator('query', broadcastsQuery, explainInvalid), async (c) => {
    const { id } = await siteIn(c);
    const { cursor = [null, null] as const, limit } = c.req.valid('query');
    const items = await listBroadcasts(c.env.DB, id, cursor, limit);
    const last = items.length === limit ? items.at(-1) : undefined;
    return c.json({
      items: items.map(listed),
      cursor: last ? toCursor([last.createdAt, last.draft.id]) : null,
    });
  })
  .post('/', zValidator('json', broadcastDraft, explainInvalid), async (c) => {
    const site = await siteIn(c);
    const draft = c.req.valid('json');
    const problems = await problemsOf(c, site, draft);
    const refused = refusal(c, problems);
    if (refused) return refused;
    await requireFreeId(c, site, draft.id);
    const added = await addBroadcast(c.env.DB, site.id, draft, Date.now());
    if (!added) throw new RequestError('conflict', `There is a broadcast with the id "${draft.id}" already.`);
    return planned(c, site, added, problems, 201);
  })
  .get('/:id', async (c) => {
    const site = await siteIn(c);
    return answer(c, site, await required(c));
  })
  .put('/:id', zValidator('json', broadcastDraft, explainInvalid), async (c) => {
    const site = await siteIn(c);
    const draft = c.req.valid('json');
    if (draft.id !== c.req.param('id')) {
      throw new RequestError('bad_request', '"id" must be the one in the address.');
    }
    await required(c);
    const problems = await problemsOf(c, site, draft);
    const refused = refusal(c, problems);
    if (refused) return refused;
    const changed = await changeBroadcast(c.env.DB, site.id, draft);
    if (changed) return planned(c, site, changed, problems);
    throw new RequestError(
      'conflict',
      'This broadcast has been started: what some people have got, all others get. Cancel it, and make another one.',
    );
  })
  .post('/:id/start', async (c) => {
    const site = await siteIn(c);
    const before = await required(c);
    const { draft } = before;
    // Somebody may have been interrupted between the two.
    if (before.state === 'running') return woken(c, site, before);
    await requireWay(c, site, draft);
    const subscribers = await countSubscribers(c.env.DB, site.id, draft.segment);
    const started = await startBroadcast(c.env.DB, site.id, draft.id, subscribers, Date.now());
    return woken(c, site, started ?? stands(await required(c), ['running']));
  })
  .post('/:id/pause', async (c) => {
    const site = await siteIn(c);
    return woken(c, site, await moved(c, site, 'paused', ['running', 'paused']));
  })
  .post('/:id/resume', async (c) => {
    const site = await siteIn(c);
    const { draft, state } = await required(c);
    if (state === 'paused') await requireWay(c, site, draft);
    return woken(c, site, await moved(c, site, 'running', ['paused', 'running']));
  })
  .post('/:id/cancel', async (c) => {
    const site = await siteIn(c);
    return woken(c, site, await moved(c, site, 'cancelled', ['planned', 'running', 'paused', 'cancelled']));
  });

async function siteIn(c: C): Promise<Site> {
  const site = await currentSite(c.env.DB, c.req.param('site') ?? '', Date.now());
  if (!site) throw new RequestError('not_found', 'There is no such site.');
  return site;
}

async function required(c: C): Promise<StoredBroadcast> {
  const found = await readBroadcast(c.env.DB, c.req.param('site') ?? '', c.req.param('id') ?? '');
  if (!found) throw new RequestError('not_found', 'There is no such broadcast.');
  return found;
}

async function problemsOf(c: C, site: Site, draft: BroadcastDraft): Promise<Problem[]> {
  return validateBroadcast(
    draft,
    await loadContext(c.env, site, namedBy(campaignDraftOf(draft)), Date.now()),
  );
}

/** The answer to who wants one that has errors; `null`: it has none. */
function refusal(c: C, problems: readonly Problem[]) {
  const first = problems.find(({ severity }) => severity === 'error');
  if (!first) return null;
  const message = `"${first.pointer}": ${first.message}`;
  return c.json({ success: false, error: { code: 'invalid', message }, problems }, 422);
}

/** In reports and caps a broadcast has the place of a campaign. */
async function requireFreeId(c: C, { id: site }: Site, id: string): Promise<void> {
  const other = await c.env.DB.prepare(
    'SELECT 1 FROM campaigns WHERE site = ?1 AND id = ?2 UNION SELECT 1 FROM campaign_versions WHERE site = ?1 AND id = ?2',
  )
    .bind(site, id)
    .first();
  if (other) {
    throw new RequestError(
      'conflict',
      `There is a campaign with the id "${id}". Call the broadcast otherwise.`,
    );
  }
}

async function requireWay(c: C, site: Site, draft: BroadcastDraft): Promise<void> {
  const obstacle = await obstacleTo(c.env, site, draft, Date.now());
  if (obstacle !== null) throw new RequestError('conflict', obstacle);
}

const STANDS: Record<StoredBroadcast['state'], string> = {
  planned: 'was not started yet',
  running: 'is running',
  paused: 'is paused: resume it',
  done: 'is done: everybody has been asked',
  cancelled: 'was cancelled',
};

function stands(broadcast: StoredBroadcast, wanted: readonly StoredBroadcast['state'][]): StoredBroadcast {
  if (wanted.includes(broadcast.state)) return broadcast;
  throw new RequestError('conflict', `This broadcast ${STANDS[broadcast.state]}.`);
}

async function moved(
  c: C,
  { id: site }: Site,
  state: 'running' | 'paused' | 'cancelled',
  from: readonly StoredBroadcast['state'][],
): Promise<StoredBroadcast> {
  const { draft } = stands(await required(c), from);
  const changed = await setBroadcastState(c.env.DB, site, draft.id, state, from, null, Date.now());
  return changed ?? stands(await required(c), from);
}

async function planned(
  c: C,
  site: Site,
  broadcast: StoredBroadcast,
  problems: Problem[],
  status: 200 | 201 = 200,
) {
  const { id, at } = broadcast.draft;
  if (at !== undefined) await wakeBroadcast(c.env, site.id, id, Date.parse(at));
  return c.json({ ...(await progressOf(c, site, broadcast)), problems }, status);
}

async function woken(c: C, site: Site, broadcast: StoredBroadcast) {
  forgetBroadcast(site.id, broadcast.draft.id);
  await wakeBroadcast(c.env, site.id, broadcast.draft.id, Date.now());
  return answer(c, site, broadcast);
}

async function answer(c: C, site: Site, broadcast: StoredBroadcast) {
  const isAhead = broadcast.state === 'planned';
  const problems = isAhead ? await problemsOf(c, site, broadcast.draft) : [];
  return c.json({ ...(await progressOf(c, site, broadcast)), problems });
}

async function progressOf(c: C, site: Site, broadcast: StoredBroadcast) {
  const outcomes = await outcomesOf(c.env.DB, site.id, broadcast);
  return { ...listed(broadcast), counts: countsOf(broadcast, outcomes, Date.now()) };
}

function listed(broadcast: StoredBroadcast) {
  const { draft, state, reason, createdAt, startedAt, finishedAt } = broadcast;
  const { subscribers, looked, passedOver, busyMs } = broadcast;
  return {
    ...draft,
    ...{ state, reason, createdAt, startedAt, finishedAt },
    /** People asked in a second, while it was running. */
    rate: busyMs > 0 ? Math.round((looked * 10_000) / busyMs) / 10 : null,
    counts: { subscribers, looked, passedOver },
  };
}

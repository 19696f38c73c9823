import { zValidator } from '@hono/zod-validator';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { faultsOf } from '../campaigns/logic.ts';
import { campaignDraft } from '../campaigns/schema.ts';
import {
  type CampaignRecord,
  getCampaign,
  listCampaigns,
  publishDraft,
  putDraft,
  setStatus,
} from '../campaigns/storage.ts';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { cleanJson } from '../ingest/clean-json.ts';
import { forgetSites } from '../sites.ts';
import { explainInvalid } from './explain-invalid.ts';

const MAX_DRAFT_DEPTH = 64;

type C = Context<{ Bindings: Env }>;

/** Validation descends into the body: what is nested without end must not get there. */
const limitDepth: MiddlewareHandler = async (c, next) => {
  const body: unknown = await c.req.json().catch(() => null);
  if (typeof body === 'object' && body !== null && cleanJson(body, MAX_DRAFT_DEPTH) === null) {
    throw new RequestError('bad_request', `The campaign is nested deeper than ${MAX_DRAFT_DEPTH} levels.`);
  }
  await next();
};

/** `/api/sites/:site/campaigns`: drafts with a revision, and what is live. */
export const campaigns = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => {
    const items = await listCampaigns(c.env.DB, site(c));
    return c.json({ items: items.map(toJson), cursor: null });
  })
  .get('/:id', async (c) => answer(c, await getCampaign(c.env.DB, site(c), id(c))))
  .put('/:id', limitDepth, zValidator('json', campaignDraft, explainInvalid), async (c) => {
    const draft = c.req.valid('json');
    if (draft.id !== id(c)) throw new RequestError('bad_request', '"id" must be the one in the address.');
    const [fault] = faultsOf(draft.audience.rule);
    if (fault)
      throw new RequestError('bad_request', `"audience.rule": ${fault.message} At "${fault.pointer}".`);
    const ifMatch = c.req.header('If-Match');
    const expected = ifMatch === undefined || ifMatch === '*' ? null : Number(ifMatch.replaceAll('"', ''));
    const record = await putDraft(c.env.DB, site(c), draft, expected, Date.now());
    if (!record) return c.json(conflict, 412);
    return answer(c, record);
  })
  .post('/:id/publish', async (c) => changed(c, await publishDraft(c.env.DB, site(c), id(c), Date.now())))
  .post('/:id/pause', async (c) => changed(c, await setStatus(c.env.DB, site(c), id(c), 'paused')))
  .post('/:id/resume', async (c) => changed(c, await setStatus(c.env.DB, site(c), id(c), 'live')))
  .post('/:id/end', async (c) => changed(c, await setStatus(c.env.DB, site(c), id(c), 'ended')));

const conflict = {
  success: false,
  error: { code: 'conflict', message: 'Somebody else changed this draft. Load it again.' },
} as const;

function site(c: C): string {
  return c.req.param('site') ?? '';
}

function id(c: C): string {
  return c.req.param('id') ?? '';
}

function changed(c: C, record: CampaignRecord | null) {
  forgetSites();
  return answer(c, record);
}

function answer(c: C, record: CampaignRecord | null) {
  if (!record) throw new RequestError('not_found', 'There is no such campaign, or it was never published.');
  c.header('ETag', `"${record.revision}"`);
  return c.json(toJson(record));
}

function toJson({ draft, status, revision, liveVersion }: CampaignRecord) {
  return { ...draft, status, revision, liveVersion };
}

import { zValidator } from '@hono/zod-validator';
import { z } from 'zod';
import { replay } from '../campaigns/replay.ts';
import { rulesInCampaign } from '../campaigns/rules-in.ts';
import { type Campaign, campaignDraft } from '../campaigns/schema.ts';
import { campaignStore } from '../campaigns/storage.ts';
import { draftFrom } from '../campaigns/templates/index.ts';
import { namedBy, validateCampaign } from '../campaigns/validate.ts';
import { RequestError } from '../errors.ts';
import { type C, definitions, fitting } from './definitions.ts';
import { explainInvalid } from './explain-invalid.ts';
import { explainTo } from './profiles.ts';

export const testRequest = z.strictObject({ profile: z.string().min(1).max(300) });
export const replayRequest = z.strictObject({ days: z.number().int().min(1).max(30).default(7) });

/** `/api/sites/:site/campaigns`: drafts with a revision, what is live, and what a draft would do. */
export const campaigns = definitions({
  noun: 'campaign',
  store: campaignStore,
  schema: campaignDraft as z.ZodType<z.infer<typeof campaignDraft>>,
  namedBy,
  rulesIn: rulesInCampaign,
  validate: validateCampaign,
  fromTemplate: draftFrom,
})
  .post('/:id/test', zValidator('json', testRequest, explainInvalid), async (c) => {
    const { profile } = c.req.valid('json');
    return explainTo(c, profile, { campaign: JSON.stringify(await draftAsLive(c)) });
  })
  .post('/:id/replay', zValidator('json', replayRequest, explainInvalid), async (c) => {
    const { days } = c.req.valid('json');
    const asked = { campaign: JSON.stringify(await draftAsLive(c)) };
    return c.json(await replay(c.env, c.req.param('site') ?? '', asked, days, Date.now()));
  });

/** The draft, as if it were published now. */
async function draftAsLive(c: C): Promise<Campaign> {
  const record = await campaignStore.get(c.env.DB, c.req.param('site') ?? '', c.req.param('id') ?? '');
  if (!record) throw new RequestError('not_found', 'There is no such campaign.');
  const { draft, liveVersion, createdAt } = fitting(record);
  return { ...draft, version: (liveVersion ?? 0) + 1, status: 'live', createdAt };
}

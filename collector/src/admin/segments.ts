import { zValidator } from '@hono/zod-validator';
import type { z } from 'zod';
import { replay } from '../campaigns/replay.ts';
import { rulesInSegment } from '../campaigns/rules-in.ts';
import { type Segment, segmentDraft } from '../campaigns/schema.ts';
import { countMembers, forgetMembers } from '../campaigns/segment-members.ts';
import { usersOfSegment } from '../campaigns/segment-use.ts';
import { segmentStore } from '../campaigns/storage.ts';
import { validateSegment } from '../campaigns/validate.ts';
import { RequestError } from '../errors.ts';
import { replayRequest, testRequest } from './campaigns.ts';
import { type C, definitions, fitting } from './definitions.ts';
import { explainInvalid } from './explain-invalid.ts';
import { explainTo } from './profiles.ts';

/** `/api/sites/:site/segments`: named audiences, and how many belong to them. */
export const segments = definitions({
  noun: 'segment',
  store: segmentStore,
  schema: segmentDraft as z.ZodType<z.infer<typeof segmentDraft>>,
  rulesIn: rulesInSegment,
  validate: validateSegment,
  usersOf: usersOfSegment,
  forget: forgetMembers,
})
  .post('/:id/test', zValidator('json', testRequest, explainInvalid), async (c) => {
    return explainTo(c, c.req.valid('json').profile, { segment: JSON.stringify(await draftAsLive(c)) });
  })
  .post('/:id/replay', zValidator('json', replayRequest, explainInvalid), async (c) => {
    const { days } = c.req.valid('json');
    const asked = { segment: JSON.stringify(await draftAsLive(c)) };
    return c.json(await replay(c.env, c.req.param('site') ?? '', asked, days, Date.now()));
  })
  .get('/:id/size', async (c) => {
    const size = await countMembers(c.env.DB, c.req.param('site') ?? '', c.req.param('id'));
    return c.json({ size });
  });

/** The draft, as if it were published now. */
async function draftAsLive(c: C): Promise<Segment> {
  const record = await segmentStore.get(c.env.DB, c.req.param('site') ?? '', c.req.param('id') ?? '');
  if (!record) throw new RequestError('not_found', 'There is no such segment.');
  const { draft, liveVersion, createdAt } = fitting(record);
  return { ...draft, version: (liveVersion ?? 0) + 1, status: 'live', createdAt };
}

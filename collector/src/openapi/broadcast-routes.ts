import { z } from 'zod';
import { broadcastsQuery } from '../admin/broadcasts.ts';
import { BROADCAST_STATES, broadcastDraft } from '../broadcasts/schema.ts';
import { problem, refusedDraft } from './campaign-answers.ts';
import { type Described, listOf, SITE } from './operation.ts';

const count = z.number().int().nonnegative();
const time = z.string().nullable().meta({ description: 'ISO 8601.' });
const byReason = z.record(z.string(), count);

const standing = {
  state: z.enum(BROADCAST_STATES),
  reason: z.string().nullable().meta({ description: 'Why it was paused, if nobody asked for it.' }),
  createdAt: z.string(),
  startedAt: time,
  finishedAt: time,
  rate: z.number().nullable().meta({ description: 'People asked in a second, while it was running.' }),
};
const looked = {
  subscribers: count.meta({ description: 'Who took push messages when it was started.' }),
  looked: count.meta({
    description: 'Profiles that were asked: the sum of all that follows, but for clicks.',
  }),
  passedOver: count.meta({ description: 'Devices whose person is asked, and whom nobody knows any more.' }),
};

const listed = z
  .strictObject({ ...broadcastDraft.shape, ...standing, counts: z.strictObject(looked) })
  .meta({ id: 'ListedBroadcast' });
const record = z
  .strictObject({
    ...broadcastDraft.shape,
    ...standing,
    counts: z.strictObject({
      ...looked,
      sent: count,
      waiting: count.meta({ description: 'On their way, or held until morning.' }),
      skipped: byReason,
      failed: byReason,
      cancelled: byReason,
      clicked: count,
    }),
    problems: z.array(problem),
  })
  .meta({ id: 'Broadcast' });

const ALL = `${SITE}/broadcasts`;
const ONE = `${ALL}/:id`;
const draft = broadcastDraft.meta({ id: 'BroadcastDraft' });
const refused = { 422: { description: 'It has errors', schema: refusedDraft } };

const verb = (name: string, summary: string): Described => ({
  method: 'post',
  path: `${ONE}/${name}`,
  id: `${name}Broadcast`,
  summary,
  answer: record,
  errors: ['not_found', 'conflict'],
});

export const BROADCASTS: Described[] = [
  {
    method: 'get',
    path: ALL,
    id: 'listBroadcasts',
    summary: 'All broadcasts, newest first',
    query: broadcastsQuery,
    answer: listOf(listed),
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: ALL,
    id: 'createBroadcast',
    summary: 'Plan a push message to everybody who takes them, or to a segment',
    body: draft,
    status: 201,
    answer: record,
    others: refused,
    errors: ['not_found', 'conflict'],
  },
  {
    method: 'get',
    path: ONE,
    id: 'getBroadcast',
    summary: 'How far a broadcast has come, and what came of it',
    answer: record,
    errors: ['not_found'],
  },
  {
    method: 'put',
    path: ONE,
    id: 'putBroadcast',
    summary: 'Change a broadcast that was not started yet',
    body: draft,
    answer: record,
    others: refused,
    errors: ['not_found', 'conflict'],
  },
  verb('start', 'Start it now; repeating it does no harm'),
  verb('pause', 'Ask nobody for now; what was not sent yet waits'),
  verb('resume', 'Let it go on where it was'),
  verb('cancel', 'End it; what was not sent yet is dropped within a minute'),
];

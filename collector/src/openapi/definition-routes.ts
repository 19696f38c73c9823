import { z } from 'zod';
import { replayRequest, testRequest } from '../admin/campaigns.ts';
import { duplicateRequest, fromTemplateRequest, rollbackRequest } from '../admin/definitions.ts';
import { CAMPAIGN, refusedDraft, replayAnswer, type SEGMENT } from './campaign-answers.ts';
import { type Described, listOf, SITE } from './operation.ts';
import { errorAnswer, success } from './wire.ts';

const CHANGED = ['not_found', 'conflict', 'unavailable'] as const;
const refused = (description: string) => ({ 422: { description, schema: refusedDraft } });

/** The routes of what is edited as a draft and published in versions. */
export function definitionRoutes(
  noun: 'Campaign' | 'Segment',
  { draft, listed, record, version }: typeof CAMPAIGN | typeof SEGMENT,
  explained: z.ZodType,
): Described[] {
  const kind = noun.toLowerCase();
  const all = `${SITE}/${kind}s`;
  const one = `${all}/:id`;
  const changedMeanwhile = {
    412: { description: 'Somebody else changed the draft meanwhile', schema: errorAnswer },
  };
  const verb = (name: string, summary: string, more: Partial<Described> = {}): Described => ({
    method: 'post',
    path: `${one}/${name}`,
    id: `${name}${noun}`,
    summary,
    answer: record,
    errors: ['not_found', 'unavailable'],
    ...more,
  });
  return [
    { method: 'get', path: all, id: `list${noun}s`, summary: `All ${kind}s`, answer: listOf(listed) },
    {
      method: 'post',
      path: all,
      id: `create${noun}`,
      summary: `Make a draft of a ${kind} that is not there yet`,
      body: draft,
      status: 201,
      answer: record,
      errors: ['not_found', 'conflict'],
    },
    {
      method: 'get',
      path: one,
      id: `get${noun}`,
      summary: 'The draft, and what of it is live',
      answer: record,
      errors: ['not_found'],
    },
    {
      method: 'put',
      path: one,
      id: `put${noun}`,
      summary: 'Make or replace a draft; what is live stays',
      ifMatch: true,
      body: draft,
      answer: record,
      others: changedMeanwhile,
      errors: ['not_found'],
    },
    {
      method: 'delete',
      path: one,
      id: `delete${noun}`,
      summary: 'Delete what is not live; its version numbers are not used again',
      ifMatch: true,
      answer: success,
      others: changedMeanwhile,
      errors: ['not_found', 'conflict', 'unavailable'],
    },
    verb('publish', 'Make the draft the live version; it is known world-wide within 2 min', {
      ifMatch: true,
      others: { ...changedMeanwhile, ...refused('The draft has errors') },
    }),
    verb('pause', 'Stop it for now', { errors: CHANGED }),
    verb('resume', 'Let what is paused go on', { errors: CHANGED }),
    verb('end', 'Stop it; goals still count for 31 days', { errors: CHANGED }),
    verb('rollback', 'Make an earlier version the one that counts; what is not live does not become so', {
      ifMatch: true,
      body: rollbackRequest,
      others: { ...changedMeanwhile, ...refused('That version has errors by now') },
    }),
    verb('duplicate', 'Make a draft like this one', {
      body: duplicateRequest,
      status: 201,
      errors: ['not_found', 'conflict'],
    }),
    {
      method: 'get',
      path: `${one}/versions`,
      id: `list${noun}Versions`,
      summary: 'What was published, newest first',
      answer: listOf(version),
      errors: ['not_found'],
    },
    verb('test', 'Try the draft on a visitor, and explain', {
      body: testRequest,
      answer: explained,
      errors: ['not_found', 'conflict'],
    }),
    verb('replay', 'Try the draft on what visitors did in the last days', {
      body: replayRequest,
      answer: replayAnswer,
      errors: ['not_found', 'conflict'],
    }),
  ];
}

export const SEGMENT_SIZE: Described = {
  method: 'get',
  path: `${SITE}/segments/:id/size`,
  id: 'getSegmentSize',
  summary: 'How many belong to it; nobody while it is not live',
  answer: z.strictObject({ size: z.number().int() }),
};

export const FROM_TEMPLATE: Described = {
  method: 'post',
  path: `${SITE}/campaigns/from-template`,
  id: 'createCampaignFromTemplate',
  summary: 'Make a draft of a campaign that is ready to be published',
  body: fromTemplateRequest,
  status: 201,
  answer: CAMPAIGN.record,
  errors: ['not_found', 'conflict'],
};

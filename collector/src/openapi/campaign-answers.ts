import { z } from 'zod';
import { content } from '../campaigns/content-schema.ts';
import type { FIELDS } from '../campaigns/fields.ts';
import { GATES } from '../campaigns/gates.ts';
import { STEP_OUTCOMES } from '../campaigns/journey.ts';
import type { Trace } from '../campaigns/logic.ts';
import type { Replay } from '../campaigns/replay.ts';
import { campaignDraft, segmentDraft } from '../campaigns/schema.ts';
import { popupStep } from '../campaigns/steps.ts';
import type { Template } from '../campaigns/templates/index.ts';
import type { Problem } from '../campaigns/validate.ts';
import type { Explained, JourneyStanding } from '../profile/journey-explained.ts';
import type { LoggedDecision } from '../profile/state.ts';
import { errorAnswer } from './wire.ts';

const int = z.number().int();

export const problem = z
  .strictObject({
    severity: z.enum(['error', 'warning']),
    pointer: z.string().meta({ description: 'JSON pointer (RFC 6901) into the draft.' }),
    message: z.string(),
  })
  .meta({ id: 'Problem' }) satisfies z.ZodType<Problem>;

/** What a draft that must not be published is answered. */
export const refusedDraft = z
  .strictObject({ ...errorAnswer.shape, problems: z.array(problem) })
  .meta({ id: 'RefusedDraft' });

/** Added to a draft: what of it is live. */
const standing = {
  status: z.enum(['draft', 'live', 'paused', 'ended']),
  revision: int.meta({ description: 'Counts changes of the draft; the ETag, to be sent back as If-Match.' }),
  liveVersion: int.nullable(),
  createdAt: z.string(),
};
const problems = { problems: z.array(problem) };

const version = <T extends z.ZodType>(definition: T) =>
  z.strictObject({ version: int, publishedAt: z.string(), definition });

/** What the routes of campaigns take and answer, and those of segments. */
export const CAMPAIGN = {
  draft: campaignDraft.meta({ id: 'CampaignDraft' }),
  listed: z.strictObject({ ...campaignDraft.shape, ...standing }).meta({ id: 'ListedCampaign' }),
  record: z.strictObject({ ...campaignDraft.shape, ...standing, ...problems }).meta({ id: 'Campaign' }),
  version: version(z.strictObject(campaignDraft.shape)).meta({ id: 'CampaignVersion' }),
};

const journeyDraft = z.strictObject(campaignDraft.shape).meta({ id: 'TemplateDraft' });
const described = {
  id: z.string(),
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
};

/** A campaign that is ready to be published. */
export const template = z
  .discriminatedUnion('channel', [
    z.strictObject({
      ...described,
      channel: z.literal('popup'),
      kind: content.shape.kind,
      draft: z
        .strictObject({ ...campaignDraft.shape, steps: z.tuple([popupStep]) })
        .meta({ id: 'PopupDraft' }),
    }),
    z.strictObject({ ...described, channel: z.literal('journey'), draft: journeyDraft }),
  ])
  .meta({ id: 'Template' }) satisfies z.ZodType<Template>;

export const SEGMENT = {
  draft: segmentDraft.meta({ id: 'SegmentDraft' }),
  listed: z.strictObject({ ...segmentDraft.shape, ...standing }).meta({ id: 'ListedSegment' }),
  record: z.strictObject({ ...segmentDraft.shape, ...standing, ...problems }).meta({ id: 'Segment' }),
  version: version(z.strictObject(segmentDraft.shape)).meta({ id: 'SegmentVersion' }),
};

const trace: z.ZodType<Trace> = z
  .strictObject({
    op: z.string(),
    path: z.string().exactOptional(),
    actual: z.json().exactOptional(),
    want: z.json().exactOptional(),
    get children() {
      return z.array(trace).exactOptional();
    },
    result: z.json(),
    unknown: z.string().exactOptional(),
  })
  .meta({ id: 'Trace' });

const anyGate = z.enum([...GATES, 'journey']);
const gateTraces = z.array(
  z.strictObject({ gate: anyGate, open: z.boolean(), reason: z.string().nullable(), seen: z.json() }),
);

const reason = z
  .string()
  .nullable()
  .meta({
    description: [
      'A word of the gate: a `status`; `not_started`, `ended`, `day`, `hours`; `page`; `denied`, `not_asked`; `not_matched`, or what',
      'the audience cannot be sure of; a cap; `bot`, `search_arrival` (a phone that a search has just sent gets no modal), `segment`,',
      '`exit`, `converted`, `coupon`, `content`; `loses`, `min_gap`; `waits_for`; of which experiment somebody is held out;',
      'of a journey `not_entered`, what it waits for (`wait`, `quiet_hours`, `on_site`), why a message was not sent (`no_subscription`,',
      '`unsubscribed`, `consent`, `push_per_day`, `push_per_week`, `late`), or what has ended it (`converted`, `exit`, `entry_gone`,',
      '`audience`, `exit_step`, `completed`).',
    ].join(' '),
  });
const journeyEnd = z.strictObject({ at: z.string(), reason: z.string() }).nullable();
const journey = z
  .strictObject({
    entered: z.string().nullable().meta({ description: 'ISO 8601; null: it was not entered.' }),
    passed: z.array(
      z.strictObject({
        step: z.string(),
        at: z.string(),
        outcome: z.enum(STEP_OUTCOMES),
        reason: z.string().nullable(),
      }),
    ),
    waiting: z.strictObject({ step: z.string(), until: z.string(), reason: z.string() }).nullable(),
    ended: journeyEnd,
    because: z.string().meta({ description: 'In words, with times by the clock of the visitor.' }),
  })
  .meta({
    id: 'JourneyStanding',
    description:
      'Where the visitor is on the way; steps whose time has come just now, as they would come to it.',
  }) satisfies z.ZodType<JourneyStanding>;

const closedBy = { matched: z.boolean(), reason };
export const explanation = z
  .strictObject({
    ...closedBy,
    gate: anyGate.nullable(),
    trace: z.strictObject({
      gates: gateTraces,
      audience: trace,
      arm: z.strictObject({ variant: z.string(), control: z.enum(['site', 'campaign']).nullable() }),
    }),
    journey: journey.nullable(),
  })
  .meta({ id: 'Explanation' }) satisfies z.ZodType<Explained>;

export const membership = z
  .strictObject({
    ...closedBy,
    gate: z.literal('audience').nullable(),
    trace: z.strictObject({
      audience: trace,
      since: int.nullable().meta({ description: 'Since when somebody belongs to it, ms since the epoch.' }),
    }),
  })
  .meta({ id: 'SegmentExplanation' });

export const decision = z
  .strictObject({
    at: int.meta({ description: 'ms since the epoch' }),
    outcome: z.enum(['armed', 'shown', 'control', 'refused', 'sent', 'skipped']),
    campaign: z.string(),
    version: int,
    variant: z.string(),
    gate: z.string().nullable(),
    reason: z.string().nullable(),
    trace: z.strictObject({ gates: gateTraces, audience: trace.exactOptional() }),
    anonymousId: z.string().exactOptional(),
  })
  .meta({ id: 'Decision' }) satisfies z.ZodType<LoggedDecision>;

/** What a draft would have done in the last days; `members` of a segment alone. */
export const replayAnswer = z
  .strictObject({
    days: int,
    visitors: int,
    looked: int,
    truncated: z.boolean(),
    matched: int,
    times: int,
    members: int.exactOptional(),
    items: z.array(
      z.strictObject({
        profile: z.string().nullable(),
        at: z.string(),
        messageId: z.string(),
        event: z.string().nullable(),
        variant: z.string().nullable(),
        control: z.enum(['site', 'campaign']).nullable(),
      }),
    ),
    cursor: z.null(),
  })
  .meta({ id: 'Replay' }) satisfies z.ZodType<Replay>;

export const field = z
  .strictObject({
    path: z.string().meta({ description: 'As in {"var": path}; a last part * stands for any key.' }),
    type: z.enum(['text', 'number', 'boolean', 'list', 'items', 'any']),
    group: z.string(),
    label: z.string(),
    optional: z.boolean(),
    values: z.array(z.json()).readonly().exactOptional(),
  })
  .meta({ id: 'Field' }) satisfies z.ZodType<(typeof FIELDS)[number]>;

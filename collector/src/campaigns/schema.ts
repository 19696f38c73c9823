import { z } from 'zod';
import { duration } from './duration.ts';
import { factDeclarations } from './fact-declaration.ts';
import { scheduleSchema } from './schedule.ts';
import { steps } from './steps.ts';

export type { Content } from './content-schema.ts';

/**
 * The campaign JSON of design §4, as far as this version evaluates it. Objects are strict: a setting that would be
 * ignored is refused with its path, so that nobody believes in a rule that does nothing.
 */
const glob = z.strictObject({
  /** Of the page: `shop.example` or `*.shop.example`; any when absent. */
  host: z.string().min(1).exactOptional(),
  path: z.string().startsWith('/', 'must start with /').max(500),
});

/** The JSON of a rule; its operators are checked when it is compiled. */
const rule = z.json();

const eventName = z.string().min(1).max(200);
/** `where`: over the event's properties; of what is told of a popup, `campaign_id` is that of its campaign. */
const eventFilter = z.strictObject({ event: eventName, where: rule.exactOptional() });

export const definitionId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens');

/** Whom it is for: JsonLogic over the fields of fields.ts, with the behavioural facts that it names. */
const audience = z.strictObject({
  rule: rule.default(true),
  facts: factDeclarations.default({}),
});

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 09:00');

/** Moments by which people enter journeys. */
export const ENTRY_FACTS = ['cart.updatedAt', 'visitor.lastSeen', 'visitor.lastOrderAt'] as const;
export type EntryFact = (typeof ENTRY_FACTS)[number];

const count = z.number().int().min(1).max(1_000);
const days = z.number().int().min(1).max(366);

const cap = z.strictObject({
  /** Times that it is seen in a session; `null`: any. */
  perSession: count.nullable().default(1),
  perVisitor: count.exactOptional(),
  /** At most `n` times in so many calendar days of the visitor's zone, today included. */
  perDays: z.strictObject({ n: count, days }).exactOptional(),
  /** Calendar days for which it stays away from who has closed it; `null`: it does not. */
  afterDismissDays: days.nullable().default(7),
  /** The same after the goal was reached; `never`: for good. */
  afterConvert: z
    .union([z.literal('never'), days])
    .nullable()
    .default('never'),
});

const goal = z.strictObject({
  event: eventName,
  where: rule.exactOptional(),
  /** Path in the event's properties of what it is worth. */
  value: z.string().min(1).max(200).default('value'),
  /** From the first exposure, or the moment at which there would have been one. */
  within: duration,
  count: z.enum(['once', 'every']).default('once'),
});

/** What a marketer edits. */
export const campaignDraft = z.strictObject({
  id: definitionId,
  name: z.string().min(1).max(200),
  tags: z.array(z.string().min(1).max(64)).max(20).default([]),
  /** Higher wins. */
  priority: z.number().int().min(0).max(1000).default(500),
  schedule: scheduleSchema,
  page: z
    .strictObject({
      include: z
        .array(glob)
        .max(50)
        .default([{ path: '/*' }]),
      exclude: z
        .array(glob)
        .max(50)
        .default([{ path: '/checkout*' }]),
    })
    .prefault({}),
  audience: audience.prefault({}),
  entry: z
    .strictObject({
      /**
       * `any`: whatever the visitor does; not what pages report of popups, and of time that has passed. `fact`, of
       * journeys: a moment that is known of the visitor; another moment is another entry.
       */
      on: z.enum(['event', 'segment', 'any', 'fact']).default('any'),
      event: eventName.exactOptional(),
      /** JsonLogic over the event's properties. */
      where: rule.exactOptional(),
      segment: definitionId.exactOptional(),
      /** Of a segment: whether somebody enters or leaves it. */
      change: z.enum(['entered', 'left']).exactOptional(),
      fact: z.enum(ENTRY_FACTS).exactOptional(),
      /** Of journeys: whether what waits counts from the first entry, or from the newest one. */
      anchor: z.enum(['first', 'last']).default('last'),
      /** Of journeys: how long after an entry the next one counts; `null`: never again. */
      reentry: duration.nullable().default('P3D'),
    })
    .refine((entry) => entry.on !== 'event' || entry.event !== undefined, 'must name an event')
    .refine((entry) => entry.on !== 'segment' || entry.segment !== undefined, 'must name a segment')
    .refine((entry) => entry.on !== 'fact' || entry.fact !== undefined, 'must name a fact')
    .prefault({}),
  /** What ends the wish to show it, between the event that armed it and the moment of painting; and a journey. */
  exits: z
    .array(z.union([eventFilter, z.strictObject({ rule })]))
    .max(20)
    .default([]),
  steps,
  /** `null`: none, and of what is sent none of the site either. */
  cap: cap.nullable().prefault({}),
  /** From when until when (by the visitor's clock) nothing is sent to a device; `null`: at any time. */
  quietHours: z.tuple([clockTime, clockTime]).nullable().default(['21:00', '09:00']),
  holdout: z.strictObject({ percent: z.number().min(0).max(90).default(0) }).prefault({}),
  /** What it is for; `null`: nothing that is measured. */
  goal: goal.nullable().prefault({ event: 'purchase', within: 'P1D' }),
  suppress: z
    .strictObject({
      /** Who has reached the goal, by this campaign or without it, so shortly ago. */
      ifConvertedWithin: duration.exactOptional(),
      segments: z.array(definitionId).max(50).default([]),
      /** What the visitor must have consented to. */
      consent: z.enum(['analytics', 'marketing']).nullable().default(null),
    })
    .prefault({}),
});
export type CampaignDraft = z.infer<typeof campaignDraft>;

/** A published version. It never changes; decisions are logged as `id@version`. */
export interface Campaign extends CampaignDraft {
  version: number;
  status: PublishedStatus;
  /** ISO 8601; age decides between equal priorities. */
  createdAt: string;
}
export type PublishedStatus = 'live' | 'paused' | 'ended';

/** A named audience. */
export const segmentDraft = z.strictObject({
  id: definitionId,
  name: z.string().min(1).max(200),
  tags: z.array(z.string().min(1).max(64)).max(20).default([]),
  audience: audience.prefault({}),
});
export type SegmentDraft = z.infer<typeof segmentDraft>;
export type Segment = SegmentDraft & Pick<Campaign, 'version' | 'status' | 'createdAt'>;

export type Audience = z.infer<typeof audience>;
export type Goal = z.infer<typeof goal>;

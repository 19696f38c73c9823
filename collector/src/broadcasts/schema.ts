import { z } from 'zod';
import { duration, exactMs } from '../campaigns/duration.ts';
import { campaignDraft, definitionId } from '../campaigns/schema.ts';
import { pushStep } from '../campaigns/steps.ts';

const { id: _, type: __, channel: ___, ...said } = pushStep.shape;

const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 86_400_000;
/** One object asks six people at a time; more than this it could not promise. */
const MAX_RATE = 500;

/** One push message to everybody who takes them, or to a segment. */
export const broadcastDraft = z.strictObject({
  /** In delivery ids and reports it stands where a campaign's does. */
  id: definitionId,
  name: z.string().min(1).max(200),
  /** Who gets it: members of this segment; `null`: everybody who takes push messages. */
  segment: definitionId.nullable().default(null),
  push: z.strictObject(said),
  /** As of a campaign. */
  quietHours: campaignDraft.shape.quietHours,
  /** `site`: it counts to the push messages that the site allows itself for each visitor; `null`: it does not ask. */
  cap: z.literal('site').nullable().default('site'),
  /** How long it is worth having, from the moment at which somebody's turn comes. */
  ttl: duration
    .refine((text) => exactMs(text) >= MINUTE_MS && exactMs(text) <= WEEK_MS, 'must be PT1M to P7D')
    .default('P1D'),
  /** At most so many people are asked in a second. */
  ratePerSecond: z.number().int().min(1).max(MAX_RATE).default(50),
  /** When it starts by itself, ISO 8601 with a zone. */
  at: z.iso.datetime({ offset: true }).exactOptional(),
});
export type BroadcastDraft = z.infer<typeof broadcastDraft>;

/** `paused`, `cancelled`: nobody is asked any more; what was not sent yet waits, or is dropped. */
export const BROADCAST_STATES = ['planned', 'running', 'paused', 'done', 'cancelled'] as const;
export type BroadcastState = (typeof BROADCAST_STATES)[number];

/** A broadcast, and how far it has come. */
export interface StoredBroadcast {
  draft: BroadcastDraft;
  state: BroadcastState;
  /** Why it was paused, if nobody asked for it. */
  reason: string | null;
  /** ISO 8601, like all times here. */
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  /** When it was started. */
  subscribers: number;
  /** The last profile that was asked. */
  cursor: string;
  /** Profiles that were asked, those included that had nothing to say, and those that could not be reached. */
  looked: number;
  passedOver: number;
  unreached: number;
  /** ms that were spent on asking. */
  busyMs: number;
  /** When nothing of it is on its way any more. */
  outcomes: Outcomes | null;
}

/** What came of its messages, as far as profiles have told. Reasons with how often they were given. */
export interface Outcomes {
  sent: number;
  clicked: number;
  skipped: Record<string, number>;
  failed: Record<string, number>;
  cancelled: Record<string, number>;
}

/** What a profile has to know of a broadcast, as it is told. */
export type ToldBroadcast = Pick<StoredBroadcast, 'draft' | 'state' | 'createdAt'>;

/** Until when messages of it may be on their way, ms since the epoch; `null`: it goes on. */
export function deadlineOf({ finishedAt, draft }: StoredBroadcast): number | null {
  return finishedAt === null ? null : Date.parse(finishedAt) + exactMs(draft.ttl) + MINUTE_MS;
}

import { z } from 'zod';
import { webhookContent } from '../webhooks/content.ts';
import { content } from './content-schema.ts';
import { duration } from './duration.ts';
import { timeZone } from './local-time.ts';
import { pushContent } from './push-content.ts';
import type { CampaignDraft } from './schema.ts';
import { triggers } from './trigger-schema.ts';

/** The steps of a campaign: a popup is a journey of one. */
const stepId = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 letters, digits, _ or -');

const variantKey = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 letters, digits, _ or -');

/** What is said, in variants of which each visitor gets one, by BCP 47 language. */
function variantsOf<T extends z.ZodType>(said: T) {
  return z
    .array(
      z.strictObject({
        key: variantKey,
        /** Its share, beside the others' weights. */
        weight: z.number().nonnegative().max(1_000_000).default(1),
        /** By BCP 47 language. */
        content: z
          .record(z.string(), said)
          .refine((languages) => Object.keys(languages).length > 0, 'must have a language'),
      }),
    )
    .min(1)
    .max(20)
    .refine((all) => new Set(all.map((v) => v.key)).size === all.length, 'must have different keys')
    .refine((all) => all.some(({ weight }) => weight > 0), 'must have one whose weight is not 0');
}

/** BCP 47, of visitors whose language no variant has; its first one when absent. */
const fallbackLocale = z.string().min(2).exactOptional();

export const popupStep = z.strictObject({
  id: stepId,
  type: z.literal('message'),
  channel: z.literal('popup'),
  triggers,
  /** Whether what happens to the popup is pushed to the page's `dataLayer`, for the shop's own analytics. */
  dataLayer: z.boolean().exactOptional(),
  fallbackLocale,
  variants: variantsOf(content),
});

export const pushStep = z.strictObject({
  id: stepId,
  type: z.literal('message'),
  channel: z.literal('push'),
  /** RFC 8030: how much of a sleeping device's battery it is worth. */
  urgency: z.enum(['very-low', 'low', 'normal', 'high']).default('normal'),
  fallbackLocale,
  variants: variantsOf(pushContent),
});

const webhookStep = z.strictObject({
  id: stepId,
  type: z.literal('message'),
  channel: z.literal('webhook'),
  webhook: webhookContent,
});

const waitStep = z.strictObject({ id: stepId, type: z.literal('wait'), for: duration });

const waitUntilStep = z.strictObject({
  id: stepId,
  type: z.literal('wait_until'),
  /** Of the day; the next time that the clock shows it. */
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 09:00'),
  timezone: z.union([z.enum(['visitor', 'site']), timeZone]).default('visitor'),
});

const branchStep = z.strictObject({
  id: stepId,
  type: z.literal('branch'),
  /** JsonLogic over the same fields as the audience. */
  if: z.json(),
  /** Id of the step that follows; `null`: the next one. */
  yes: stepId.nullable().default(null),
  no: stepId.nullable().default(null),
});

const exitStep = z.strictObject({ id: stepId, type: z.literal('exit') });

export const step = z.union([
  popupStep,
  pushStep,
  webhookStep,
  waitStep,
  waitUntilStep,
  branchStep,
  exitStep,
]);
export const steps = z
  .array(step)
  .min(1)
  .max(20)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'must have different ids');

export type Step = z.infer<typeof step>;
export type PopupStep = z.infer<typeof popupStep>;
export type PushStep = z.infer<typeof pushStep>;
export type WebhookStep = z.infer<typeof webhookStep>;
export type MessageStep = Extract<Step, { type: 'message' }>;
/** A message that goes out to where the person is, and is not painted in a page. */
export type SentStep = Exclude<MessageStep, PopupStep>;

/** A draft that is a popup and nothing else. */
export type PopupDraft = Omit<CampaignDraft, 'steps'> & { steps: [PopupStep] };

/** The popup with which a campaign begins; `null` for one that does not begin with one. */
export function popupOf({ steps: [first] }: { steps: readonly Step[] }): PopupStep | null {
  return first?.type === 'message' && first.channel === 'popup' ? first : null;
}

/** Whether anything follows that waits, or goes out: what is not the popup alone. */
export function isJourney({ steps: all }: { steps: readonly Step[] }): boolean {
  return all.length > 1 || popupOf({ steps: all }) === null;
}

/** All popups of a campaign, with where they stand in it. */
export function popupSteps(all: readonly Step[]): { step: PopupStep; pointer: string }[] {
  return all.flatMap((one, index) =>
    one.type === 'message' && one.channel === 'popup' ? [{ step: one, pointer: `/steps/${index}` }] : [],
  );
}

/** The same of all push messages. */
export function pushSteps(all: readonly Step[]): { step: PushStep; pointer: string }[] {
  return all.flatMap((one, index) =>
    one.type === 'message' && one.channel === 'push' ? [{ step: one, pointer: `/steps/${index}` }] : [],
  );
}

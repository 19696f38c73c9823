import { z } from 'zod';

/**
 * The campaign JSON of design §4, as far as this version evaluates it. Objects are strict: a setting that would be
 * ignored is refused with its path, so that nobody believes in a rule that does nothing.
 */
const glob = z.object({ path: z.string().startsWith('/', 'must start with /') });

/** The JSON of a rule; its operators are checked when it is compiled. */
const rule = z.json();

const hexColour = z.string().regex(/^#[0-9a-f]{6}$/i, 'must be a colour such as #1a5f4a');
const href = z
  .string()
  .regex(/^(https?:|mailto:|tel:|\/(?!\/)|#|\?)/i, 'must start with https:, http:, mailto:, tel:, /, # or ?');

const textRun = z.union([
  z.string(),
  z.strictObject({
    text: z.string(),
    bold: z.boolean().exactOptional(),
    italic: z.boolean().exactOptional(),
    href: href.exactOptional(),
  }),
]);

const block = z.union([
  z.strictObject({ type: z.literal('heading'), text: z.string().min(1) }),
  z.strictObject({ type: z.literal('text'), runs: z.array(textRun).min(1) }),
  z.strictObject({
    type: z.literal('coupon'),
    code: z.string().min(1).max(64),
    label: z.string().exactOptional(),
  }),
  z.strictObject({ type: z.literal('button'), text: z.string().min(1), action: z.literal('close') }),
  z.strictObject({ type: z.literal('button'), text: z.string().min(1), action: z.literal('url'), href }),
]);

const content = z.strictObject({
  kind: z.literal('modal'),
  dir: z.enum(['ltr', 'rtl']).exactOptional(),
  closeLabel: z.string().min(1).default('Close'),
  theme: z
    .strictObject({
      accent: hexColour.exactOptional(),
      background: hexColour.exactOptional(),
      text: hexColour.exactOptional(),
    })
    .exactOptional(),
  blocks: z.array(block).min(1).max(30),
});

const messageStep = z.strictObject({
  id: z.string().min(1),
  type: z.literal('message'),
  channel: z.literal('popup'),
  triggers: z
    .array(
      z.strictObject({ on: z.literal('load'), delayMs: z.number().int().min(0).max(3_600_000).optional() }),
    )
    .min(1)
    .default([{ on: 'load' }]),
  variants: z
    .array(
      z.strictObject({
        key: z.string().regex(/^[a-z0-9_-]{1,32}$/i, 'must be 1 to 32 letters, digits, _ or -'),
        weight: z.number().positive().default(1),
        /** By BCP 47 language; the first one is the fallback. */
        content: z
          .record(z.string(), content)
          .refine((languages) => Object.keys(languages).length > 0, 'must have a language'),
      }),
    )
    .min(1)
    .refine((all) => new Set(all.map((v) => v.key)).size === all.length, 'must have different keys'),
});

export const campaignId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens');

/** What a marketer edits. */
export const campaignDraft = z.strictObject({
  id: campaignId,
  name: z.string().min(1).max(200),
  tags: z.array(z.string()).default([]),
  /** Higher wins. */
  priority: z.number().int().min(0).max(1000).default(500),
  schedule: z
    .strictObject({ start: z.iso.datetime().optional(), end: z.iso.datetime().optional() })
    .default({}),
  page: z
    .strictObject({
      include: z.array(glob).default([{ path: '/*' }]),
      exclude: z.array(glob).default([{ path: '/checkout*' }]),
    })
    .prefault({}),
  audience: z.strictObject({ rule: rule.default(true) }).prefault({}),
  entry: z
    .strictObject({ on: z.enum(['event', 'any']).default('any'), event: z.string().min(1).optional() })
    .refine((entry) => entry.on === 'any' || entry.event !== undefined, 'must name an event')
    .prefault({}),
  steps: z.tuple([messageStep]),
  cap: z.strictObject({ perSession: z.number().int().min(1).nullable().default(1) }).prefault({}),
  holdout: z.strictObject({ percent: z.literal(0).default(0) }).prefault({}),
});
export type CampaignDraft = z.infer<typeof campaignDraft>;

/** A published version. It never changes; decisions are logged as `id@version`. */
export interface Campaign extends CampaignDraft {
  version: number;
  /** ISO 8601; age decides between equal priorities. */
  createdAt: string;
}

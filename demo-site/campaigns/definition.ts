import type { z } from 'zod';
import type { campaignDraft, segmentDraft } from '../../collector/src/campaigns/schema.ts';

/** What the management API takes. */
export type CampaignInput = z.input<typeof campaignDraft>;
export type SegmentInput = z.input<typeof segmentDraft>;

/** Liquid: the first part of the name that was given at log-in, or nothing. */
export const FIRST_NAME = '{{ visitor.traits.name | split: " " | first }}';
/** Liquid: a comma and the first name, for those who have one. */
export const COMMA_NAME = `{% if visitor.traits.name %}, ${FIRST_NAME}{% endif %}`;

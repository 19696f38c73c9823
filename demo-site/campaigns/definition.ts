import type { z } from 'zod';
import type { campaignDraft, segmentDraft } from '../../collector/src/campaigns/schema.ts';

/** What the management API takes. */
export type CampaignInput = z.input<typeof campaignDraft>;
export type SegmentInput = z.input<typeof segmentDraft>;

/** The shop's own colours, which its popups wear. */
export const THEME = {
  accent: '#24463f',
  background: '#fffdf8',
  text: '#1d2b27',
  dark: { accent: '#b9dccf', background: '#1d2624', text: '#edf1ec' },
  radius: 18,
};

/** Liquid: the first part of the name that was given at log-in, or nothing. */
export const FIRST_NAME = '{{ visitor.traits.name | split: " " | first }}';
/** Liquid: a comma and the first name, for those who have one. */
export const COMMA_NAME = `{% if visitor.traits.name %}, ${FIRST_NAME}{% endif %}`;

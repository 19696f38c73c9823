import type { Site } from '../sites.ts';
import { faultsOf } from './logic.ts';
import type { Audience, CampaignDraft, SegmentDraft } from './schema.ts';

/** Something about a draft that keeps it from being published (`error`), or that its author may not have meant. */
export interface Problem {
  severity: 'error' | 'warning';
  /** JSON pointer (RFC 6901) into the draft. */
  pointer: string;
  /** A sentence for a marketer. */
  message: string;
}

export function validateCampaign(draft: CampaignDraft, _site: Site): Problem[] {
  return validateAudience(draft.audience);
}

export function validateSegment(draft: SegmentDraft, _site: Site): Problem[] {
  return validateAudience(draft.audience);
}

function validateAudience({ rule }: Audience): Problem[] {
  return faultsOf(rule).map(({ pointer, message }) => ({
    severity: 'error',
    pointer: `/audience/rule${pointer}`,
    message,
  }));
}

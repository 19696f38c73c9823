import type { ClaimAnswer } from '../../../sdk/src/message.ts';
import { contentFor } from '../campaigns/content.ts';
import { closedGate, type Exposure } from '../campaigns/gates.ts';
import type { Campaign } from '../campaigns/schema.ts';
import { audienceData } from './audience-data.ts';
import { NO_PAGE } from './page.ts';
import type { Refusal, State } from './state.ts';

/** What was armed, and the claim that asks to show it now. */
export type Claim = Omit<Exposure, 'at'> & { anonymousId: string };

/** An answer, and what has to be stored for it; nothing when it was given before. */
export interface AnsweredClaim {
  answer: ClaimAnswer;
  exposure: Exposure | null;
  refusal: Refusal | null;
}

/**
 * Whether an armed popup may be painted: every gate is asked again, with what is known now.
 * The same `claimId` gets the same answer.
 */
export function answerClaim(
  state: State,
  claim: Claim,
  campaigns: readonly Campaign[],
  now: number,
): AnsweredClaim {
  const { history, exposures, refusals } = state;
  const { anonymousId, claimId, variant } = claim;
  const campaign = campaigns.find(({ id, version }) => id === claim.campaign && version === claim.version);
  const content = campaign && contentFor(campaign, variant, history.locale);

  const shown = exposures.find((known) => known.claimId === claimId);
  if (shown) {
    const { version } = claim;
    const same = shown.campaign === claim.campaign && shown.version === version && shown.variant === variant;
    return repeated(same && content ? { show: true, content } : { show: false, reason: 'status' });
  }
  const refused = refusals.find((known) => known.claimId === claimId);
  if (refused) return repeated({ show: false, reason: refused.reason });
  if (history.watermark === null) return repeated({ show: false, reason: 'unknown_visitor' });

  const session = history.sessions.findLast((candidate) => candidate.anonymousId === anonymousId);
  const data = audienceData(history, anonymousId, null, session?.page ?? NO_PAGE, now);
  const gate = closedGate(campaign, data, exposures);
  if (gate !== null || !content) {
    const reason = gate ?? 'status';
    return { answer: { show: false, reason }, exposure: null, refusal: { claimId, reason } };
  }
  const { campaign: id, version } = claim;
  return {
    answer: { show: true, content },
    exposure: { campaign: id, version, variant, claimId, at: now },
    refusal: null,
  };
}

function repeated(answer: ClaimAnswer): AnsweredClaim {
  return { answer, exposure: null, refusal: null };
}

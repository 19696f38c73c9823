import type { ClaimAnswer, Json } from '../../../sdk/src/message.ts';
import { popupOf } from '../campaigns/steps.ts';
import { type Asked, type Claim, contentOf } from './answer-claim.ts';
import type { HeldCode, State } from './state.ts';

/** In the place of a code of a pool: none is drawn for a look. */
const SAMPLE = 'SAMPLE';

/**
 * What a draft would show to this visitor, personalised with what is known of him. No gate is asked, and nothing has to be
 * stored: it is no exposure and no decision.
 */
export function previewDraft(state: State, claim: Claim, asked: NonNullable<Asked>): ClaimAnswer {
  if (state.history.watermark === null) return { show: false, reason: 'unknown_visitor' };
  const step = popupOf(asked.compiled.campaign);
  const { at } = asked.situation.shared.now;
  const coupons = samplesFor((step?.variants ?? []) as Json, at);
  const worded = contentOf({ ...state, coupons }, claim, asked, at);
  return typeof worded === 'string' ? { show: false, reason: worded } : { show: true, content: worded };
}

/** For each pool that is named in it, however deep: what is shown when it is empty, else the sample. */
function samplesFor(written: Json, at: number): Record<string, HeldCode> {
  if (typeof written !== 'object' || written === null) return {};
  const samples = Object.assign({}, ...Object.values(written).map((part) => samplesFor(part, at)));
  if (Array.isArray(written) || written.type !== 'coupon' || typeof written.pool !== 'string') return samples;
  const code = typeof written.fallback === 'string' ? written.fallback : SAMPLE;
  return { ...samples, [written.pool]: { code, expiresAt: null, at } };
}

import type { ClaimAnswer, PopupContent } from '../../../sdk/src/message.ts';
import { contentFor, isPersonal, poolsIn, withCodes } from '../campaigns/content.ts';
import { tabOf } from '../campaigns/dismissed-tab.ts';
import type { Exposure } from '../campaigns/exposures.ts';
import { explainDecision, judge, type Situation } from '../campaigns/gates.ts';
import { formattingLocale, PersonaliseError, personalise } from '../campaigns/personalise.ts';
import type { CompiledCampaign } from '../campaigns/program.ts';
import { popupOf } from '../campaigns/steps.ts';
import { unusedCodes } from './coupon-use.ts';
import type { HeldCode, LoggedDecision, Refusal, State } from './state.ts';

/** What was armed, and the claim that asks to show it now. */
export type Claim = Pick<Exposure, 'campaign' | 'version' | 'variant' | 'claimId'> & {
  anonymousId: string;
  /** `messageId` of what armed it, and when that happened, ms since the epoch. */
  cause: string;
  causedAt: number;
  /** Whether who asks may be told what is the person's. */
  known: boolean;
  /** Of a draft that is looked at by way of a signed link: the `Campaign` as JSON. */
  draft?: string;
  /** BCP 47, in the order in which texts are wanted. */
  locales: readonly string[];
  /** It is the tab of a popup that was dismissed. */
  tab?: true;
  /** Of a journey: the step that offers it. */
  step?: string;
};

/** An answer, and what has to be stored for it; nothing when it was given before. */
export interface AnsweredClaim {
  answer: ClaimAnswer;
  exposure: Exposure | null;
  refusal: Refusal | null;
  decision: LoggedDecision | null;
}

/** A campaign, and what it depends on for this visitor now; `null` when this version is not published any more. */
export type Asked = { compiled: CompiledCampaign; situation: Situation } | null;

/** Pools from which the claim needs a code that the visitor does not have yet; none when it is refused anyway. */
export function poolsNeeded(state: State, claim: Claim, asked: Asked): string[] {
  if (!asked || earlier(state, claim.claimId) !== null) return [];
  const verdict = verdictOf(claim, asked);
  if (verdict.closed !== null || verdict.arm.control) return [];
  const written = wordsFor(state, claim, asked);
  if (!written || (!claim.known && isPersonal(written))) return [];
  return poolsIn(written).filter((pool) => !Object.hasOwn(state.coupons, pool));
}

/**
 * Whether an armed popup may be painted: every gate is asked again, with what is known now. A control visitor passes all
 * of them but the last, is shown nothing, and is counted. The same `claimId` gets the same answer.
 */
export function answerClaim(state: State, claim: Claim, asked: Asked, now: number): AnsweredClaim {
  const { history } = state;
  const { anonymousId, claimId, variant, campaign, version } = claim;
  const before = earlier(state, claimId);
  if (before !== null && 'reason' in before) return repeated({ show: false, reason: before.reason });
  if (before !== null) return repeated(answerAgain(state, claim, before, asked));
  if (history.watermark === null) return repeated({ show: false, reason: 'unknown_visitor' });
  if (claim.tab) return repeated(answerTab(state, claim, asked, now));

  const logged = (
    outcome: LoggedDecision['outcome'],
    gate: string | null,
    reason: string | null,
  ): LoggedDecision => {
    const trace = asked ? explainDecision(asked.compiled, asked.situation).trace : { gates: [] };
    const { gates } = trace;
    const audience = 'audience' in trace ? { audience: trace.audience } : {};
    const found = { gate, reason, trace: { gates, ...audience } };
    return { at: now, outcome, campaign, version, variant, ...found, anonymousId };
  };
  const refuse = (reason: string, detail: string | null): AnsweredClaim => ({
    answer: { show: false, reason },
    exposure: null,
    refusal: { claimId, reason, campaign, at: now, anonymousId },
    decision: logged('refused', reason, detail),
  });

  if (!asked) return refuse('status', 'another_version');
  const verdict = judge(asked.compiled, asked.situation);
  if (verdict.closed !== null) return refuse(verdict.closed, verdict.reason);
  const { arm } = verdict;
  const quiet = asked.compiled.place === 'stage' ? {} : { quiet: true as const };
  const moment = { at: now, causedAt: claim.causedAt, anonymousId };
  const exposure: Exposure = { campaign, version, variant, claimId, ...moment, ...quiet };
  if (arm.control) {
    return {
      answer: { show: false, reason: 'holdout' },
      exposure: { ...exposure, control: arm.control },
      refusal: null,
      decision: logged('control', 'holdout', arm.control),
    };
  }
  // The visitor has become somebody who was shown another one.
  if (arm.variant !== variant) return refuse('status', 'another_variant');
  const coupons = unusedCodes(state.coupons, history.orders.list);
  const worded = contentOf({ ...state, coupons }, claim, asked, now);
  if (typeof worded === 'string') return refuse(worded, worded);
  return {
    answer: { show: true, content: worded },
    exposure: asked.situation.test ? { ...exposure, test: true } : exposure,
    refusal: null,
    decision: logged('shown', null, null),
  };
}

function verdictOf({ tab }: Claim, { compiled, situation }: NonNullable<Asked>) {
  return tab ? tabOf(compiled, situation) : judge(compiled, situation);
}

/** A popup comes back as its tab, which is counted nowhere: what it opens was shown before. */
function answerTab(state: State, claim: Claim, asked: Asked, now: number): ClaimAnswer {
  if (!asked) return { show: false, reason: 'status' };
  const found = tabOf(asked.compiled, asked.situation);
  if (found.closed !== null) return { show: false, reason: found.closed };
  const content = found.arm.variant === claim.variant ? contentOf(state, claim, asked, now) : 'status';
  if (typeof content === 'string') return { show: false, reason: content };
  return content.minimised ? { show: true, content } : { show: false, reason: 'content' };
}

/** What was answered to the same claim. */
function earlier({ exposures, refusals }: State, claimId: string): Exposure | Refusal | null {
  return (
    exposures.find((known) => known.claimId === claimId) ??
    refusals.find((known) => known.claimId === claimId) ??
    null
  );
}

function answerAgain(state: State, claim: Claim, shown: Exposure, asked: Asked): ClaimAnswer {
  if (shown.control) return { show: false, reason: 'holdout' };
  const same =
    shown.campaign === claim.campaign && shown.version === claim.version && shown.variant === claim.variant;
  const content = same && asked ? contentOf(state, claim, asked, shown.at) : 'status';
  return typeof content === 'string' ? { show: false, reason: content } : { show: true, content };
}

/** In the language of the page, then the browser's, then the one that the visitor was last known to use. */
function wordsFor({ history }: State, { variant, locales }: Claim, asked: NonNullable<Asked>) {
  return contentFor(asked.compiled.campaign, variant, [...locales, history.locale]);
}

/**
 * What is painted; or why it cannot be: it is not for who asks, no code is left, or the texts do not suit the data.
 *
 * @param shownAt ms since the epoch; what is asked again counts from the same time
 */
export function contentOf(
  state: State,
  claim: Claim,
  asked: NonNullable<Asked>,
  shownAt: number,
): PopupContent | string {
  const { compiled, situation } = asked;
  const { campaign } = compiled;
  const written = wordsFor(state, claim, asked);
  if (!written) return 'status';
  if (!claim.known && isPersonal(written)) return 'identity';
  const codes = (pool: string): HeldCode | null => {
    const held = Object.hasOwn(state.coupons, pool) ? state.coupons[pool] : undefined;
    const over = held?.expiresAt && Date.parse(held.expiresAt) <= situation.data.now.at;
    return held && !over ? held : null;
  };
  const content = withCodes(written, codes);
  if (!content) return 'coupon';
  const [pool] = poolsIn(written);
  const before = situation.exposures.find((exposure) => exposure.campaign === campaign.id);
  const { data, settings } = situation;
  try {
    return personalise(
      content,
      { ...data, coupon: pool === undefined ? null : { ...codes(pool) }, now: data.now.at },
      {
        locale: formattingLocale(content.lang, state.history.locale),
        timeZone: data.now.timezone,
        currency: data.cart.currency ?? settings.currency,
        firstShownAt: before?.at ?? shownAt,
        dataLayer: popupOf(campaign)?.dataLayer ?? false,
        minimised: claim.tab ?? false,
      },
    );
  } catch (error) {
    if (!(error instanceof PersonaliseError)) throw error;
    console.warn(`${campaign.id}@${campaign.version} cannot be worded.`, error.message);
    return 'content';
  }
}

function repeated(answer: ClaimAnswer): AnsweredClaim {
  return { answer, exposure: null, refusal: null, decision: null };
}

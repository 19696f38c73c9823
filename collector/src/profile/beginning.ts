import type { Exposure } from '../campaigns/exposures.ts';
import type { Verdict } from '../campaigns/journey.ts';
import { base64url } from '../signing.ts';
import type { Delivery } from './deliveries.ts';
import type { LoggedDecision } from './state.ts';

/** How a delivery begins: when its time comes, or why it never does. */
type Beginning = Pick<Delivery, 'at' | 'until' | 'status' | 'reason' | 'nextTryAt'>;

/** @param until how long it is worth having, ms since the epoch */
export function standingOf(verdict: Verdict, now: number, until: number): Beginning {
  switch (verdict.kind) {
    case 'send':
      return { at: now, until, status: 'due', reason: null, nextTryAt: now };
    case 'hold': {
      const { until: at, reason } = verdict;
      return at < until ? { at, until, status: 'due', reason, nextTryAt: at } : skipped(reason, now);
    }
    case 'held_out':
      return { ...skipped(verdict.reason, now), status: 'held_out' };
    case 'skip':
    case 'end':
      return skipped(verdict.reason, now);
  }
}

export function skipped(reason: string, now: number): Beginning {
  return { at: now, until: now, status: 'skipped', reason, nextTryAt: now };
}

/** Of somebody who is told nothing: what was said to others is compared with what becomes of him. */
export function heldOut(
  { id, campaign, version, variant, reason, anonymousId }: Delivery,
  isTest: boolean,
  now: number,
): Exposure {
  const control = reason === 'site' ? 'site' : 'campaign';
  const device = anonymousId === null ? {} : { anonymousId };
  const test = isTest ? { test: true as const } : {};
  return { campaign, version, variant, claimId: id, at: now, control, quiet: true, ...device, ...test };
}

export function decisionOn(delivery: Delivery, now: number): LoggedDecision {
  const { campaign, version, variant, reason, anonymousId, status } = delivery;
  return {
    ...{ at: now, outcome: status === 'due' ? 'sent' : 'skipped', campaign, version, variant },
    ...{ gate: gateOf(status), reason, trace: { gates: [] } },
    ...(anonymousId === null ? {} : { anonymousId }),
  };
}

/** What kept a message from going out. */
function gateOf(status: Delivery['status']): string | null {
  if (status === 'held_out') return 'holdout';
  return status === 'due' ? null : 'journey';
}

export function newId({
  campaign,
  version,
  variant,
  step,
}: Pick<Delivery, 'campaign' | 'version' | 'variant' | 'step'>): string {
  const random = base64url(crypto.getRandomValues(new Uint8Array(16)));
  return `${campaign}@${version}.${variant}.${step}.${random}`;
}

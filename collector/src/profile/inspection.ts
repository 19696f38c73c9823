import type { InspectAnswer } from '../../../sdk/src/message.ts';
import type { SharedData } from '../campaigns/fields.ts';
import type { Explanation } from '../campaigns/gates.ts';
import type { CompiledCampaign } from '../campaigns/program.ts';
import { whyOf } from '../campaigns/why.ts';
import { type StoredMessage, setOwn } from '../message.ts';
import { cartJson } from './profile-json.ts';
import type { State } from './state.ts';

/** What the inspector of a page is told of the visitor of its browser. */
export type Inspected = Omit<InspectAnswer, 'site' | 'draft'>;

/** Campaigns that are explained at once; the most important ones. */
export const MAX_INSPECTED = 100;

/** Live ones first, the most important at the top. */
export function inspected(campaigns: readonly CompiledCampaign[]): CompiledCampaign[] {
  const rank = ({ campaign }: CompiledCampaign) => ['live', 'paused', 'ended'].indexOf(campaign.status);
  return campaigns.toSorted((a, b) => rank(a) - rank(b)).slice(0, MAX_INSPECTED);
}

export function explained(
  { campaign }: CompiledCampaign,
  explanation: Explanation,
): InspectAnswer['campaigns'][number] {
  return { ...whyOf(campaign, explanation), status: campaign.status, matched: explanation.matched };
}

/** Nothing was heard of the visitor yet, or it is a person's, and who asks may not be told. */
export function unseen({ history }: State): Inspected {
  const known = history.watermark !== null;
  return {
    visitor: { known, test: false, withheld: known },
    consent: { analytics: null, marketing: null },
    cart: cartJson({ carts: {} }),
    arrived: {},
    campaigns: [],
  };
}

/** @param recent messages of all devices, the oldest first */
export function seen(
  { history, test }: State,
  { consent }: Pick<SharedData, 'consent'>,
  anonymousId: string,
  recent: readonly StoredMessage[],
  campaigns: Inspected['campaigns'],
): Inspected {
  return {
    visitor: { known: true, test: test !== null, withheld: false },
    consent,
    cart: cartJson(history),
    arrived: arrivedOf(recent, anonymousId),
    campaigns,
  };
}

/** When each event of a device happened last. */
function arrivedOf(recent: readonly StoredMessage[], anonymousId: string): Record<string, string> {
  const arrived: Record<string, string> = {};
  for (const { event, timestamp, source, anonymousId: of } of recent) {
    if (event === undefined || of !== anonymousId || source !== undefined) continue;
    const before = Object.hasOwn(arrived, event) ? arrived[event] : undefined;
    if (before === undefined || before < timestamp) setOwn(arrived, event, timestamp);
  }
  return arrived;
}

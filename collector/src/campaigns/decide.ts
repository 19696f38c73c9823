import type { Trigger } from '../../../sdk/src/message.ts';
import { chooseVariant } from './bucketing.ts';
import { type AudienceData, closedGate, type Exposure } from './gates.ts';
import type { Campaign } from './schema.ts';

/** A popup to arm; nothing is counted before its claim. */
export interface Decision {
  campaign: string;
  version: number;
  variant: string;
  /** The `messageId` that caused it: its tab alone arms the popup. */
  cause: string;
  triggers: Trigger[];
}

/** Something that happened just now, and may let campaigns in. */
export interface Cause {
  messageId: string;
  /** Canonical name. */
  event: string;
  /** What campaigns see of the visitor; made when one asks. */
  data(): AudienceData;
}

/**
 * The popups that `causes` (oldest first) arm, the most important first: priority, then age, then id.
 * A campaign is armed once, by the newest cause that enters it.
 */
export function decide(
  campaigns: readonly Campaign[],
  causes: readonly Cause[],
  exposures: readonly Exposure[],
): Decision[] {
  const decisions: Decision[] = [];
  for (const campaign of [...campaigns].sort(byImportance)) {
    const cause = causes.findLast((candidate) => enters(campaign, candidate));
    if (!cause) continue;
    const data = cause.data();
    if (closedGate(campaign, data, exposures) !== null) continue;
    const [step] = campaign.steps;
    const [first, ...others] = step.variants;
    if (!first) continue;
    const variant = chooseVariant([first, ...others], `variant:${campaign.id}`, data.visitor.id);
    decisions.push({
      campaign: campaign.id,
      version: campaign.version,
      variant: variant.key,
      cause: cause.messageId,
      triggers: step.triggers.map(({ on, delayMs }) => (delayMs === undefined ? { on } : { on, delayMs })),
    });
  }
  return decisions;
}

function byImportance(a: Campaign, b: Campaign): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function enters({ entry }: Campaign, cause: Cause): boolean {
  return entry.on === 'any' || cause.event === entry.event;
}

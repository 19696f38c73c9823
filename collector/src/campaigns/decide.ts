import type { JsonObject, Trigger } from '../../../sdk/src/message.ts';
import { entered, judge, type Situation } from './gates.ts';
import { byImportance, type CompiledCampaign, type Program } from './program.ts';
import type { Campaign } from './schema.ts';

/** A popup to arm; nothing is counted before its claim. */
export interface Decision {
  campaign: string;
  version: number;
  variant: string;
  /** The `messageId` that caused it: its tab alone arms the popup. */
  cause: string;
  /** When that happened, ms since the epoch. */
  causedAt: number;
  triggers: Trigger[];
}

/** Something that happened just now, and may let campaigns in. */
export interface Happening {
  messageId: string;
  /** ms since the epoch. */
  at: number;
  /** Canonical name. */
  event: string;
  properties: JsonObject;
  /** What campaigns see of the visitor; made when one asks. */
  situationFor(compiled: CompiledCampaign): Situation;
}

/**
 * The popups that arm, by what has happened (oldest first); the most important first: priority, then age, then id.
 * A campaign is armed once, by the newest event that it waits for. Of those that come with the same trigger, the most
 * important one alone is armed; a control visitor's keeps its place like any.
 */
export function decide(
  { campaigns }: Pick<Program, 'campaigns'>,
  happened: readonly Happening[],
): Decision[] {
  return winners(campaigns, happened).map(({ compiled: { campaign }, cause, variant }) => ({
    campaign: campaign.id,
    version: campaign.version,
    variant,
    cause: cause.messageId,
    causedAt: cause.at,
    triggers: campaign.steps[0].triggers,
  }));
}

/** The campaign to which this one loses, were its other gates open; `null`: none. */
export function rivalFor(
  { campaign }: CompiledCampaign,
  { campaigns }: Pick<Program, 'campaigns'>,
  happened: readonly Happening[],
): string | null {
  const before = campaigns.filter((other) => byImportance(other.campaign, campaign) < 0);
  return rivalOf(campaign, winners(before, happened));
}

interface Winner {
  compiled: CompiledCampaign;
  cause: Happening;
  variant: string;
}

function winners(campaigns: readonly CompiledCampaign[], happened: readonly Happening[]): Winner[] {
  const found: Winner[] = [];
  const byEvent = Map.groupBy(happened, ({ event }) => event);
  for (const compiled of campaigns) {
    const { campaign, awaits } = compiled;
    // Most cannot win any more; that is known sooner than anything else.
    if (campaign.status !== 'live' || rivalOf(campaign, found) !== null) continue;
    const candidates = awaits === null ? happened : byEvent.get(awaits);
    const cause = candidates?.findLast((candidate) => entered(compiled, { cause: candidate, armedAt: null }));
    if (!cause) continue;
    const verdict = judge(compiled, cause.situationFor(compiled));
    if (verdict.closed === null) found.push({ compiled, cause, variant: verdict.arm.variant });
  }
  return found;
}

/** One before which each of its triggers is taken. */
function rivalOf(campaign: Campaign, before: readonly Winner[]): string | null {
  if (before.length === 0) return null;
  const takerOf = (on: string) =>
    before.find(({ compiled }) => compiled.campaign.steps[0].triggers.some((trigger) => trigger.on === on));
  const takers = campaign.steps[0].triggers.map(({ on }) => takerOf(on));
  return takers.every((taker) => taker !== undefined) ? (takers[0]?.compiled.campaign.id ?? null) : null;
}

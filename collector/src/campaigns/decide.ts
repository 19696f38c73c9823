import type { ArmedMessage, JsonObject, Trigger } from '../../../sdk/src/message.ts';
import { contentFor } from './content.ts';
import { tabOf } from './dismissed-tab.ts';
import { entered } from './entering.ts';
import { judge, type Situation } from './gates.ts';
import { byImportance, type CompiledCampaign, type Program } from './program.ts';
import { needsOf } from './push-request.ts';
import { popupOf } from './steps.ts';

/** A popup to arm; nothing is counted before its claim. */
export interface Decision {
  campaign: string;
  version: number;
  variant: string;
  /** The `messageId` that caused it: its tab alone arms the popup. */
  cause: string;
  /** When that happened, ms since the epoch. */
  causedAt: number;
  kind: NonNullable<ArmedMessage['kind']>;
  /** Of an inline one. */
  slot?: string;
  /** Push has to be possible in the browser. */
  needs?: 'push';
  triggers: Trigger[];
  /** It is the tab of a popup that was dismissed, see {@link tabOf}. */
  tab?: true;
  /** Of a popup that a journey offers on its way: its step. */
  step?: string;
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
 * important one alone is armed, unless they stand in different places; of bars, one is armed at all. A control visitor's
 * keeps its place like any.
 *
 * @param offers what journeys that the visitor is in have to show now
 */
export function decide(
  program: Pick<Program, 'campaigns'>,
  happened: readonly Happening[],
  offers: readonly CompiledCampaign[] = [],
): Decision[] {
  const campaigns = withOffers(program.campaigns, offers);
  const armed = winners(campaigns, happened);
  return [
    ...armed.map((winner) => decisionOf(winner, shapeOf(winner))),
    ...dismissedTab(campaigns, armed, happened).map((winner) => ({
      ...decisionOf(winner, { kind: 'launcher' }),
      triggers: [{ on: 'load' as const }],
      tab: true as const,
    })),
  ];
}

/** Of a campaign that offers one popup on its way, the one with which it begins has had its time. */
function withOffers(
  campaigns: readonly CompiledCampaign[],
  offers: readonly CompiledCampaign[],
): readonly CompiledCampaign[] {
  const ids = new Set(offers.map(({ campaign }) => campaign.id));
  const first = campaigns.filter(({ campaign }) => popupOf(campaign) && !ids.has(campaign.id));
  return [...first, ...offers].sort((a, b) => byImportance(a.campaign, b.campaign));
}

function decisionOf(
  { compiled: { campaign, step }, cause, variant }: Winner,
  shape: Pick<Decision, 'kind' | 'slot' | 'needs'>,
): Decision {
  return {
    campaign: campaign.id,
    version: campaign.version,
    variant,
    cause: cause.messageId,
    causedAt: cause.at,
    ...shape,
    triggers: triggersOf(campaign),
    ...(step === null ? {} : { step }),
  };
}

/** What it will be, as far as the visitor's language is known before the claim. */
function shapeOf({ compiled, cause, variant }: Winner): Pick<Decision, 'kind' | 'slot' | 'needs'> {
  const { language } = cause.situationFor(compiled).shared.visitor;
  const content = contentFor(compiled.campaign, variant, [language]);
  const { kind = 'modal', slot } = content ?? {};
  const needs = needsOf(content);
  return kind === 'inline' && slot !== undefined ? { kind, slot, ...needs } : { kind, ...needs };
}

/** On each page: the most important popup that has left its tab; tabs have one place, so that none covers another. */
function dismissedTab(
  campaigns: readonly CompiledCampaign[],
  armed: readonly Winner[],
  happened: readonly Happening[],
): Winner[] {
  const cause = happened.findLast(({ event }) => event === 'page_view');
  if (!cause || armed.some(({ compiled }) => compiled.place === 'tab')) return [];
  for (const compiled of campaigns) {
    if (!compiled.leavesTab || armed.some((winner) => winner.compiled === compiled)) continue;
    const found = tabOf(compiled, cause.situationFor(compiled));
    if (found.closed === null) return [{ compiled, cause, variant: found.arm.variant }];
  }
  return [];
}

/** The campaign to which this one loses, were its other gates open; `null`: none. */
export function rivalFor(
  compiled: CompiledCampaign,
  { campaigns }: Pick<Program, 'campaigns'>,
  happened: readonly Happening[],
): string | null {
  const before = campaigns.filter((other) => byImportance(other.campaign, compiled.campaign) < 0);
  return rivalOf(compiled, winners(before, happened));
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
    if (campaign.status !== 'live' || rivalOf(compiled, found) !== null) continue;
    const candidates = awaits === null ? happened : byEvent.get(awaits);
    const cause = candidates?.findLast((candidate) => entered(compiled, { cause: candidate, armedAt: null }));
    if (!cause) continue;
    const verdict = judge(compiled, cause.situationFor(compiled));
    if (verdict.closed === null) found.push({ compiled, cause, variant: verdict.arm.variant });
  }
  return found;
}

/** One in its place, before which each of its triggers is taken; a bar stays, so that it takes them all. */
function rivalOf({ campaign, place }: CompiledCampaign, before: readonly Winner[]): string | null {
  const rivals = before.filter(({ compiled }) => compiled.place === place);
  const [first] = rivals;
  if (!first) return null;
  if (place === 'bar') return first.compiled.campaign.id;
  const takerOf = (on: string) =>
    rivals.find(({ compiled }) => triggersOf(compiled.campaign).some((trigger) => trigger.on === on));
  const takers = triggersOf(campaign).map(({ on }) => takerOf(on));
  return takers.every((taker) => taker !== undefined) ? (takers[0]?.compiled.campaign.id ?? null) : null;
}

function triggersOf(campaign: CompiledCampaign['campaign']): Trigger[] {
  return popupOf(campaign)?.triggers ?? [];
}

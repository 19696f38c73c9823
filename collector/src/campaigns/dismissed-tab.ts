import type { Arm } from './experiment.ts';
import { firstClosed, type Situation } from './gates.ts';
import type { CompiledCampaign } from './program.ts';

/** What a popup must still fulfil for its tab to stay: caps and priority are of what interrupts, which a tab does not. */
const GATES = ['status', 'schedule', 'page', 'consent', 'audience', 'suppression', 'holdout'] as const;

/**
 * Whether the visitor finds the tab of a popup that he has closed in this session, so that he can open it again; not when
 * he has answered it or reached its goal.
 *
 * @returns a word for why not
 */
export function tabOf(
  compiled: CompiledCampaign,
  situation: Situation,
): { closed: null; arm: Arm } | { closed: string } {
  const { campaign, leavesTab } = compiled;
  const { outcomes, convertedAt, shared } = situation;
  const { dismissed, submitted } = Object.hasOwn(outcomes, campaign.id) ? (outcomes[campaign.id] ?? {}) : {};
  const since = (time: number | null | undefined) =>
    (time ?? Number.NEGATIVE_INFINITY) >= shared.session.start;
  if (!leavesTab || !since(dismissed?.[1])) return { closed: 'not_dismissed' };
  if (since(submitted?.[1]) || since(convertedAt)) return { closed: 'done' };
  const found = firstClosed(GATES, compiled, situation);
  return found.closed === null ? found : { closed: found.closed };
}

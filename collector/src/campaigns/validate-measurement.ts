import { exactMs } from './duration.ts';
import { isCommercial } from './experiment.ts';
import { error, type Problem, warning } from './problem.ts';
import type { CampaignDraft } from './schema.ts';
import type { SiteContext } from './site-context.ts';
import { validateWhere } from './validate-rule.ts';

const MAX_DAYS = 31;

/** A campaign's goal, what hangs on it, and whether its effect can be told. */
export function validateMeasurement(
  draft: CampaignDraft,
  { settings }: Pick<SiteContext, 'settings'>,
): Problem[] {
  const { goal, suppress, cap, holdout } = draft;
  const since = suppress.ifConvertedWithin;
  const problems: Problem[] = [];
  if (goal === null) {
    if (since !== undefined) {
      const message = 'It should stay away from those who have reached the goal, and it has no goal.';
      problems.push(error('/suppress/ifConvertedWithin', message));
    }
    // "never" is what a draft has that says nothing of it.
    if (cap !== null && cap.afterConvert !== null && cap.afterConvert !== 'never') {
      problems.push(warning('/cap/afterConvert', 'This has no effect, as the campaign has no goal.'));
    }
    return problems;
  }
  problems.push(...validateWhere(goal.where, '/goal/where'));
  const within = exactMs(goal.within);
  if (within === 0 || within > MAX_DAYS * 86_400_000) {
    problems.push(
      error(
        '/goal/within',
        `The goal must be reached within more than nothing and at most ${MAX_DAYS} days.`,
      ),
    );
  }
  if (since !== undefined && exactMs(since) === 0) {
    problems.push(warning('/suppress/ifConvertedWithin', 'No time at all: nobody is left out by it.'));
  }
  if (isCommercial(goal) && settings.holdout.percent === 0 && holdout.percent === 0) {
    const message =
      'Everybody gets it, so its effect cannot be measured. Leave a few visitors out, such as 5 %.';
    problems.push(warning('/holdout/percent', message));
  }
  return problems;
}

import { escaped } from '../campaigns/logic-faults.ts';
import { distinct, error, type Problem } from '../campaigns/problem.ts';
import type { SiteContext } from '../campaigns/site-context.ts';
import { noSegment } from '../campaigns/validate-entry.ts';
import { validateLanguages } from '../campaigns/validate-languages.ts';
import { validatePush } from '../campaigns/validate-push.ts';
import { campaignDraftOf } from './as-campaign.ts';
import type { BroadcastDraft } from './schema.ts';

/** What is wrong with a broadcast, or may be; with an error it is not taken. */
export function validateBroadcast(draft: BroadcastDraft, context: SiteContext): Problem[] {
  const { segment, at, push } = draft;
  const campaign = campaignDraftOf(draft);
  return distinct([
    ...(segment !== null && !context.segments.includes(segment)
      ? [error('/segment', noSegment(segment, context.segments))]
      : []),
    ...(at !== undefined && Date.parse(at) <= context.now
      ? [error('/at', `${at} is over. Leave it out, and start the broadcast when it is there.`)]
      : []),
    ...validateLanguages(push, '/push', context),
    ...push.variants.flatMap(({ content }, index) =>
      Object.entries(content).flatMap(([language, said]) =>
        validatePush(said, `/push/variants/${index}/content/${escaped(language)}`, campaign, context),
      ),
    ),
  ]);
}

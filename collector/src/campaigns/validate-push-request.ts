import { pathsIn } from './logic.ts';
import { type Problem, warning } from './problem.ts';
import { asksForPush } from './push-request.ts';
import type { CampaignDraft, Content } from './schema.ts';

/** A question for those who have answered it already. The browser would not ask it; it keeps its place from other popups. */
export function validatePushRequest(
  { audience }: Pick<CampaignDraft, 'audience'>,
  contents: Content[],
): Problem[] {
  if (!contents.some(asksForPush) || pathsIn(audience.rule).some(({ path }) => path === 'push.subscribed'))
    return [];
  const message =
    'It asks for push messages, also those who get them already. Leave them out: {"!": {"var": "push.subscribed"}}.';
  return [warning('/audience/rule', message)];
}

import { webhookFaults } from '../webhooks/webhook-faults.ts';
import { pathsIn } from './logic.ts';
import { escaped } from './logic-faults.ts';
import { splitPath } from './logic-values.ts';
import { placeOf } from './place.ts';
import { distinct, error, listed, type Problem, warning } from './problem.ts';
import type { CampaignDraft, SegmentDraft } from './schema.ts';
import type { Named, SiteContext } from './site-context.ts';
import { type MessageStep, popupOf, popupSteps, pushSteps } from './steps.ts';
import { validateBlocks } from './validate-blocks.ts';
import { validateColours } from './validate-colours.ts';
import { poolsOf, validateCoupons } from './validate-coupons.ts';
import { noSegment, validateEntry, validateExits } from './validate-entry.ts';
import { validateFacts } from './validate-facts.ts';
import { validateJourney } from './validate-journey.ts';
import { validateKind } from './validate-kind.ts';
import { validateLanguages, validatePopupLanguages } from './validate-languages.ts';
import { validateMeasurement } from './validate-measurement.ts';
import { sharePage, validatePage } from './validate-page.ts';
import { picturesOf, validatePictures } from './validate-pictures.ts';
import { validatePush, validateRestoreLink } from './validate-push.ts';
import { validatePushRequest } from './validate-push-request.ts';
import { type Surroundings, validateRule } from './validate-rule.ts';
import { validateSchedule } from './validate-schedule.ts';
import { validateSteps } from './validate-steps.ts';
import { factsInTexts, validateTemplates } from './validate-templates.ts';
import { validateTriggers } from './validate-triggers.ts';

export type { Problem } from './problem.ts';

/** What {@link validateCampaign} has to know of the draft's site. */
export function namedBy(draft: CampaignDraft): Named {
  return { pools: poolsOf(draft), pictures: picturesOf(draft) };
}

/** What is wrong with a campaign, or may be; with an error it is not published. In the order of the editor's pages. */
export function validateCampaign(draft: CampaignDraft, context: SiteContext): Problem[] {
  const { audience, exits, suppress } = draft;
  const around: Surroundings = {
    facts: audience.facts,
    segments: context.segments,
    tags: [...draft.tags, ...context.campaigns.flatMap(({ tags }) => tags)],
    of: 'campaign',
  };
  const rules = [
    audience.rule,
    ...exits.flatMap((exit) => ('rule' in exit ? [exit.rule] : [])),
    ...draft.steps.flatMap((step) => (step.type === 'branch' ? [step.if] : [])),
  ];
  const used = new Set([
    ...rules.flatMap(factsIn),
    ...draft.steps.flatMap((step) =>
      step.type === 'message' ? factsInTexts(step.channel === 'webhook' ? step.webhook : step.variants) : [],
    ),
  ]);
  return distinct([
    ...validateRule(audience.rule, '/audience/rule', around),
    ...validateFacts(audience.facts, used, context),
    ...validateSchedule(draft.schedule, context),
    ...validatePage(draft.page),
    ...validateEntry(draft, around),
    ...validateExits(draft, around),
    ...validateJourney(draft, around, context),
    ...suppress.segments.flatMap((segment, index) =>
      context.segments.includes(segment)
        ? []
        : [error(`/suppress/segments/${index}`, noSegment(segment, context.segments))],
    ),
    ...validateMeasurement(draft, context),
    ...validatePushRequest(
      draft,
      popupSteps(draft.steps).flatMap(({ step, pointer }) =>
        contentsOf(step, pointer).map(({ content }) => content),
      ),
    ),
    ...validateContents(draft, context),
    ...clashes(draft, context),
  ]);
}

/** The same of a segment. */
export function validateSegment({ audience }: SegmentDraft, context: SiteContext): Problem[] {
  const around: Surroundings = {
    facts: audience.facts,
    segments: context.segments,
    tags: context.campaigns.flatMap(({ tags }) => tags),
    of: 'segment',
  };
  return distinct([
    ...validateRule(audience.rule, '/audience/rule', around),
    ...validateFacts(audience.facts, new Set(factsIn(audience.rule)), context),
  ]);
}

function factsIn(rule: CampaignDraft['audience']['rule']): string[] {
  return pathsIn(rule).flatMap(({ path }) => {
    const [first, name = ''] = splitPath(path);
    return first === 'facts' ? [name] : [];
  });
}

/** What a message says, in each variant and language. */
function contentsOf<Said>(
  { variants }: { variants: readonly { content: Record<string, Said> }[] },
  pointer: string,
): { content: Said; pointer: string }[] {
  return variants.flatMap((variant, index) =>
    Object.entries(variant.content).map(([language, content]) => ({
      content,
      pointer: `${pointer}/variants/${index}/content/${escaped(language)}`,
    })),
  );
}

function validateContents(draft: CampaignDraft, context: SiteContext): Problem[] {
  return [
    ...draft.steps.flatMap((step, at) => (step.type === 'message' ? weightless(step, `/steps/${at}`) : [])),
    ...popupSteps(draft.steps).flatMap(({ step, pointer }) => [
      ...validateTriggers(draft, step, pointer),
      ...validatePopupLanguages(step, pointer, context),
      ...contentsOf(step, pointer).flatMap(({ content, pointer: at }) => [
        ...validateKind(content, at),
        ...validateBlocks(content, at, context.now),
        ...validateSteps(content, at),
        ...validateTemplates(content, at, draft.audience.facts),
        ...validateRestoreLink(content, at),
        ...validateColours(content, at),
        ...validatePictures(content, at, context),
      ]),
    ]),
    ...draft.steps.flatMap((step, at) =>
      step.type === 'message' && step.channel === 'webhook'
        ? webhookFaults(step.webhook, context.testOrigins ?? []).map(({ pointer, message }) =>
            error(`/steps/${at}/webhook${pointer}`, message),
          )
        : [],
    ),
    ...pushSteps(draft.steps).flatMap(({ step, pointer }) => [
      ...validateLanguages(step, pointer, context),
      ...contentsOf(step, pointer).flatMap(({ content, pointer: at }) =>
        validatePush(content, at, draft, context),
      ),
    ]),
    ...validateCoupons(draft, context),
  ];
}

function weightless(step: MessageStep, pointer: string): Problem[] {
  if (step.channel === 'webhook') return [];
  return step.variants.flatMap(({ key, weight }, index) =>
    weight === 0
      ? [
          warning(
            `${pointer}/variants/${index}/weight`,
            `Variant "${key}" has the weight 0 and is never shown.`,
          ),
        ]
      : [],
  );
}

/** Live campaigns to which chance, and not the marketer, would prefer this one or not. */
function clashes(draft: CampaignDraft, { campaigns }: SiteContext): Problem[] {
  const { entry, page, priority, id } = draft;
  const popup = popupOf(draft);
  if (!popup) return [];
  const triggers = new Set(popup.triggers.map(({ on }) => on));
  const rivals = campaigns.filter(
    (other) =>
      other.id !== id &&
      other.priority === priority &&
      JSON.stringify(other.entry) === JSON.stringify(entry) &&
      popupOf(other)?.triggers.some(({ on }) => triggers.has(on)) &&
      placeOf(other) === placeOf(draft) &&
      sharePage(other.page, page),
  );
  if (rivals.length === 0) return [];
  const names = listed(rivals.slice(0, 3).map(({ name }) => name));
  const verb = rivals.length === 1 ? 'has' : 'have';
  const message = `${names} ${verb} the same priority and ${rivals.length === 1 ? 'starts' : 'start'} in the same way. Where both fit, the older one is shown.`;
  return [warning('/priority', message)];
}

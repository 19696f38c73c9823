import type { Json } from '../../../sdk/src/message.ts';
import { nearest } from './field-lookup.ts';
import { faultsOf } from './logic.ts';
import { error, type Problem, warning } from './problem.ts';
import { isAlways } from './rule-contradictions.ts';
import { rootOf } from './rule-reading.ts';
import type { CampaignDraft } from './schema.ts';
import { type Surroundings, validateRule, validateWhere } from './validate-rule.ts';

/** What starts a campaign: an event, or a segment that people enter or leave. */
export function validateEntry({ entry }: CampaignDraft, { segments }: Surroundings): Problem[] {
  const { on, event, segment, change, where, fact } = entry;
  const problems = validateWhere(where, '/entry/where');
  if (on === 'segment' && segment !== undefined && !segments.includes(segment)) {
    problems.push(error('/entry/segment', noSegment(segment, segments)));
  }
  const unused = {
    event: on !== 'event' && event,
    segment: on !== 'segment' && segment,
    change: on !== 'segment' && change,
    fact: on !== 'fact' && fact,
  };
  for (const [key, value] of Object.entries(unused)) {
    if (value)
      problems.push(
        warning(`/entry/${key}`, `"${value}" has no effect, as the campaign starts by something else.`),
      );
  }
  return problems;
}

export function noSegment(segment: string, segments: readonly string[]): string {
  const meant = nearest(segment, segments);
  return `There is no published segment "${segment}".${meant === null ? '' : ` Did you mean "${meant}"?`}`;
}

/** What takes the popup back before it appears. */
export function validateExits(draft: CampaignDraft, around: Surroundings): Problem[] {
  const { exits } = draft;
  return exits.flatMap((exit, index) => {
    const pointer = `/exits/${index}`;
    const before = exits.slice(0, index).findIndex((other) => covers(other, exit));
    const repeated =
      before < 0
        ? []
        : [warning(pointer, `Ending ${index + 1} changes nothing: ending ${before + 1} comes first.`)];
    if (!('rule' in exit)) {
      const own = repeated.length > 0 ? repeated : endsItself(exit, draft, pointer);
      return [...validateWhere(exit.where, `${pointer}/where`), ...own];
    }
    // What is wrong with an equal rule is told there.
    if (repeated.length > 0) return repeated;
    return [
      ...validateRule(exit.rule, `${pointer}/rule`, around),
      ...alwaysEnded(exit.rule, draft, `${pointer}/rule`),
    ];
  });
}

type Exit = CampaignDraft['exits'][number];

/** Whether an ending happens whenever the other one does. */
function covers(a: Exit, b: Exit): boolean {
  if ('rule' in a || 'rule' in b) return same(a, b);
  return a.event === b.event && (a.where === undefined || a.where === true || same(a.where, b.where));
}

function alwaysEnded(rule: Json, { audience }: CampaignDraft, pointer: string): Problem[] {
  if (faultsOf(rule).length > 0) return [];
  if (isAlways(rootOf(rule, pointer))) {
    return [error(pointer, 'This ending is always true, so the popup is never shown.')];
  }
  if (!same(rule, audience.rule)) return [];
  return [
    error(pointer, 'Everybody whom the campaign is for fulfils this ending, so the popup is never shown.'),
  ];
}

function endsItself(
  exit: Extract<Exit, { event: string }>,
  { entry }: CampaignDraft,
  pointer: string,
): Problem[] {
  if (entry.on !== 'event' || !covers(exit, { event: entry.event ?? '', where: entry.where ?? true }))
    return [];
  const message = `"${exit.event}" starts the campaign and ends it, so that the next one takes the popup back. End it by something else.`;
  return [warning(`${pointer}/event`, message)];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

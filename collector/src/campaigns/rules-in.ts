import type { Json } from '../../../sdk/src/message.ts';
import { occurrenceOf } from './fact-declaration.ts';
import type { CampaignDraft, SegmentDraft } from './schema.ts';

/** A rule, and the path of its setting. */
export interface PlacedRule {
  path: string;
  rule: Json;
}

/** Every rule of a segment. */
export function rulesInSegment({ audience }: SegmentDraft): PlacedRule[] {
  return inAudience(audience);
}

/** Every rule of a campaign. */
export function rulesInCampaign({ audience, entry, exits, steps, goal }: CampaignDraft): PlacedRule[] {
  return [
    ...inAudience(audience),
    ...written([
      { path: 'entry.where', rule: entry.where },
      ...exits.map((exit, index) =>
        'rule' in exit
          ? { path: `exits.${index}.rule`, rule: exit.rule }
          : { path: `exits.${index}.where`, rule: exit.where },
      ),
      ...steps.map((step, index) => ({
        path: `steps.${index}.if`,
        rule: step.type === 'branch' ? step.if : undefined,
      })),
      { path: 'goal.where', rule: goal?.where },
    ]),
  ];
}

function inAudience(audience: SegmentDraft['audience']): PlacedRule[] {
  const facts = Object.entries(audience.facts).flatMap(([name, declaration]) => {
    const path = `audience.facts.${name}`;
    if (declaration.agg !== 'sequence') return [{ path: `${path}.where`, rule: declaration.where }];
    const { steps, without } = declaration;
    return [
      ...steps.map((step, index) => ({
        path: `${path}.steps.${index}.where`,
        rule: occurrenceOf(step).where,
      })),
      { path: `${path}.without.where`, rule: without && occurrenceOf(without).where },
    ];
  });
  return written([{ path: 'audience.rule', rule: audience.rule }, ...facts]);
}

function written(rules: readonly { path: string; rule: Json | undefined }[]): PlacedRule[] {
  return rules.flatMap(({ path, rule }) => (rule === undefined ? [] : [{ path, rule }]));
}

import { exactMs, parseDuration } from './duration.ts';
import { type FactDeclaration, factKey, occurrenceOf } from './fact-declaration.ts';
import type { Facts } from './field-lookup.ts';
import { type Problem, warning } from './problem.ts';
import type { SiteContext } from './site-context.ts';
import { validateWhere } from './validate-rule.ts';

/** Older events are not counted when a draft is published. */
const BACK_FILL_DAYS = 31;

/** What an audience defines beside its rule: numbers about what visitors have done. */
export function validateFacts(
  facts: Facts,
  used: ReadonlySet<string>,
  { settings, campaigns }: SiteContext,
): Problem[] {
  const kept = new Set(
    campaigns.flatMap(({ audience }) =>
      Object.values(audience.facts).map((declaration) => factKey(declaration, settings.timeZone)),
    ),
  );
  return Object.entries(facts).flatMap(([name, declaration]) => {
    const pointer = `/audience/facts/${name}`;
    return [
      ...wheres(declaration, pointer),
      ...(used.has(name) ? [] : [warning(pointer, `"${name}" is used by no condition.`)]),
      ...(kept.has(factKey(declaration, settings.timeZone)) ? [] : reach(name, declaration, pointer)),
    ];
  });
}

function wheres(declaration: FactDeclaration, pointer: string): Problem[] {
  if (declaration.agg !== 'sequence') return validateWhere(declaration.where, `${pointer}/where`);
  const { steps, without } = declaration;
  return [
    ...steps.flatMap((step, index) =>
      validateWhere(occurrenceOf(step).where, `${pointer}/steps/${index}/where`),
    ),
    ...(without === undefined ? [] : validateWhere(occurrenceOf(without).where, `${pointer}/without/where`)),
  ];
}

function reach(name: string, { within }: FactDeclaration, pointer: string): Problem[] {
  const isShort =
    within !== undefined && parseDuration(within) && exactMs(within) <= BACK_FILL_DAYS * 86_400_000;
  if (isShort) return [];
  const at = within === undefined ? pointer : `${pointer}/within`;
  const message = `At first "${name}" knows the last ${BACK_FILL_DAYS} days before publication; what is older does not count.`;
  return [warning(at, message)];
}

import type { Json } from '../../../sdk/src/message.ts';
import { anyProperty, type Facts, fieldAt, type Lookup, meantBy } from './field-lookup.ts';
import { faultsOf, pathsIn } from './logic.ts';
import { splitPath } from './logic-values.ts';
import { distinct, error, type Problem, warning } from './problem.ts';
import { impossible } from './rule-contradictions.ts';
import { unguarded } from './rule-guards.ts';
import { callOf, type RulePart, rootOf } from './rule-reading.ts';
import { noTruth, wrongTypes } from './rule-types.ts';
import { segmentsNamed } from './segment-use.ts';

/** What a rule of visitors may refer to. */
export interface Surroundings {
  facts: Facts;
  /** Ids of published segments. */
  segments: readonly string[];
  /** Of campaigns. */
  tags: readonly string[];
  /** Whose rule it is. */
  of: 'campaign' | 'segment';
}

/** A rule about visitors: an audience's, or one that ends the wish to show a popup. */
export function validateRule(rule: Json, pointer: string, around: Surroundings): Problem[] {
  const lookup: Lookup = (path) => fieldAt(path, around.facts);
  return validate(rule, pointer, lookup, 'Nobody matches', (root) => [
    ...pathsIn(rule).flatMap(({ path, pointer: at }) => readable(path, `${pointer}${at}`, around)),
    ...unguarded(root, lookup),
    ...unknownSegments(root, around),
  ]);
}

/** A rule about the properties of an event, which may be any. */
export function validateWhere(rule: Json | undefined, pointer: string): Problem[] {
  return rule === undefined ? [] : validate(rule, pointer, anyProperty, 'No event matches', () => []);
}

function validate(
  rule: Json,
  pointer: string,
  lookup: Lookup,
  nothing: string,
  more: (root: RulePart) => Problem[],
): Problem[] {
  const faults = faultsOf(rule);
  // What cannot be carried out, or is too large, cannot be looked into either.
  if (faults.length > 0)
    return distinct(faults.map((fault) => error(`${pointer}${fault.pointer}`, fault.message)));
  const root = rootOf(rule, pointer);
  return distinct([
    ...more(root),
    ...wrongTypes(root, lookup),
    ...noTruth(root, callOf(root), lookup),
    ...impossible(root, lookup, nothing),
  ]);
}

function readable(path: string, pointer: string, { facts, tags, of }: Surroundings): Problem[] {
  const [first = '', second = '', third = ''] = splitPath(path);
  if (of === 'segment') {
    const why = forbiddenInSegments(first, second);
    if (why) return [error(pointer, why)];
  }
  if (fieldAt(path, facts) === null) {
    const meant = meantBy(path, facts);
    const undeclared = `"${second}" is not defined for this audience.`;
    const what = first === 'facts' && second !== '' ? undeclared : `There is no field "${path}".`;
    return [error(pointer, meant === null ? what : `${what} Did you mean "${meant}"?`)];
  }
  if (first === 'exposure' && second === 'tags' && third !== '' && !tags.includes(third)) {
    return [warning(pointer, `No campaign has the tag "${third}".`)];
  }
  return [];
}

function forbiddenInSegments(first: string, second: string): string | null {
  if (first === 'event') return 'A segment cannot look at a single event. Count such events instead.';
  if (first === 'visitor' && second.startsWith('segments')) {
    return 'A segment cannot depend on segments. Repeat their conditions here.';
  }
  if (first === 'exposure' && second === 'campaign') {
    return 'A segment belongs to no campaign. Look at popups with a tag, or at all popups.';
  }
  return null;
}

function unknownSegments(root: RulePart, { segments }: Surroundings): Problem[] {
  return segmentsNamed(root)
    .filter(({ segment }) => !segments.includes(segment))
    .map(({ segment, pointer }) =>
      warning(pointer, `There is no published segment "${segment}", so nobody is in it.`),
    );
}

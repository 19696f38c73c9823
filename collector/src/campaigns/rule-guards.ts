import type { Lookup } from './field-lookup.ts';
import { type Problem, warning } from './problem.ts';
import { callOf, literalOf, partsOf, pathsOf, type RulePart, readOf } from './rule-reading.ts';

const ORDER = new Set(['<', '<=', '>', '>=']);
/** Operators that know nothing when one of their arguments is missing. */
const NEEDY = new Set(['+', '-', '*', '/', '%', 'min', 'max', 'substr', 'length']);
const IN_TEXT = new Set(['in', 'starts_with', 'startsWith', 'ends_with', 'endsWith']);

/**
 * Comparisons with something that is not known of every visitor, where the rule does not ask whether it is: whoever
 * lacks it never matches, by the comparison or by its negation. Each field once; items of lists are left out.
 */
export function unguarded(root: RulePart, lookup: Lookup): Problem[] {
  const found = new Map<string, Problem>();
  for (const { path, pointer } of comparedBlindly(root, lookup, new Set())) {
    const name = lookup(path)?.name;
    if (!name || found.has(path)) continue;
    const message = `${name} is not known of every visitor: those of whom it is not known never match, nor do they match the opposite. If you mean that, add the condition that it is known.`;
    found.set(path, warning(pointer, message));
  }
  return [...found.values()];
}

interface Compared {
  path: string;
  pointer: string;
}

function* comparedBlindly(part: RulePart, lookup: Lookup, known: ReadonlySet<string>): Generator<Compared> {
  const call = callOf(part);
  if (!call) {
    for (const inner of partsOf(part)) yield* comparedBlindly(inner, lookup, known);
    return;
  }
  const { op, args } = call;
  if (ORDER.has(op)) {
    for (const { path, pointer } of args.flatMap((arg) => needed(arg, lookup))) {
      if (!known.has(path) && !path.includes('[]')) yield { path, pointer };
    }
  }
  if (op === 'if' || op === '?:') {
    yield* inBranches(args, lookup, known);
    return;
  }
  const around =
    op === 'and' || op === 'or'
      ? union(
          known,
          args.flatMap((arg) => implied(arg, op === 'and', op === 'or' ? lookup : null)),
        )
      : known;
  for (const arg of args) yield* comparedBlindly(arg, lookup, around);
}

function* inBranches(
  args: readonly RulePart[],
  lookup: Lookup,
  before: ReadonlySet<string>,
): Generator<Compared> {
  let known = before;
  for (let index = 0; index < args.length; index += 2) {
    const [condition, branch] = [args[index], args[index + 1]];
    if (!condition) return;
    yield* comparedBlindly(condition, lookup, known);
    if (branch) yield* comparedBlindly(branch, lookup, union(known, implied(condition, true, lookup)));
    known = union(known, implied(condition, false, lookup));
  }
}

/** Fields without which the value of a part is not known. */
function needed(part: RulePart, lookup: Lookup): Compared[] {
  const read = readOf(part);
  if (read) {
    const field = lookup(read.path);
    const isSafe = !field?.optional || (read.hasDefault && field.leftOut);
    return isSafe ? [] : [{ path: read.path, pointer: part.pointer }];
  }
  const call = callOf(part);
  return call && NEEDY.has(call.op) ? call.args.flatMap((arg) => needed(arg, lookup)) : [];
}

/**
 * Paths that are known whenever the part is true, or false.
 *
 * @param lookup to tell fields that are there and `null`: they are not missing, and yet not known. In an `and` that does
 * no harm, as nobody matches either way; `null` there.
 */
function implied(part: RulePart, truth: boolean, lookup: Lookup | null): string[] {
  const read = readOf(part);
  if (read) return truth ? [read.path] : [];
  const call = callOf(part);
  const [first, second] = call?.args ?? [];
  const isLeftOut = (path: string) => lookup === null || lookup(path)?.leftOut === true;
  if (!call || !first) return [];
  switch (call.op) {
    case '!!':
      return implied(first, truth, lookup);
    case '!':
      return implied(first, !truth, lookup);
    case 'exists':
      return truth ? pathsOf(part).filter(isLeftOut) : [];
    case 'missing':
      return truth ? [] : pathsOf(part).filter(isLeftOut);
    case 'and':
    case 'or':
      return truth === (call.op === 'and') ? call.args.flatMap((arg) => implied(arg, truth, lookup)) : [];
    case '===':
    case '==':
      return second ? byEquality(first, second, truth) : [];
    case '!==':
    case '!=':
      return second ? byEquality(first, second, !truth) : [];
    default:
      return truth && IN_TEXT.has(call.op) ? pathsReadBy(call.args) : [];
  }
}

/** @param equal whether the two are the same */
function byEquality(a: RulePart, b: RulePart, equal: boolean): string[] {
  const literal = literalOf(a) ?? literalOf(b);
  if (!literal) return [];
  return equal === (literal.value !== null) ? pathsReadBy([a, b]) : [];
}

function pathsReadBy(parts: readonly RulePart[]): string[] {
  return parts.flatMap((part) => readOf(part)?.path ?? []);
}

function union(set: ReadonlySet<string>, more: readonly string[]): ReadonlySet<string> {
  return more.length > 0 ? new Set([...set, ...more]) : set;
}

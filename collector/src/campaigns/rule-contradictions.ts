import type { Json } from '../../../sdk/src/message.ts';
import type { Lookup } from './field-lookup.ts';
import { compileAudience } from './logic.ts';
import { type Problem, warning } from './problem.ts';
import { callOf, callsIn, isConstant, literalOf, partsOf, type RulePart, readOf } from './rule-reading.ts';

/**
 * Parts of a rule that nothing can fulfil, as far as can be seen without data: what is always false, and conditions on
 * one field that exclude each other.
 *
 * @param nothing what is said of it: `Nobody matches`
 */
export function impossible(root: RulePart, lookup: Lookup, nothing: string): Problem[] {
  if (isNever(root)) return [warning(root.pointer, `This is always false. ${nothing}.`)];
  const problems: Problem[] = [];
  const inner = new Set<string>();
  for (const { op, part } of callsIn(root)) {
    if (op !== 'and' || inner.has(part.pointer)) continue;
    const together = conditionsOf(part, inner);
    for (const condition of together) {
      if (isNever(condition)) problems.push(warning(condition.pointer, `This is always false. ${nothing}.`));
    }
    for (const path of clashing(together)) {
      const name = lookup(path)?.name ?? `"${path}"`;
      problems.push(warning(part.pointer, `The conditions on ${name} exclude each other. ${nothing}.`));
    }
  }
  return problems;
}

/** The same for everybody, and not true. */
export function isNever(part: RulePart): boolean {
  return isConstant(part) && compileAudience(part.rule)(null) !== true;
}

export function isAlways(part: RulePart): boolean {
  return isConstant(part) && compileAudience(part.rule)(null) === true;
}

/** Of an `and`, with those of the ones inside it, whose pointers are added to `inner`. */
function conditionsOf(part: RulePart, inner: Set<string>): RulePart[] {
  return partsOf(part).flatMap((condition) => {
    if (callOf(condition)?.op !== 'and') return [condition];
    inner.add(condition.pointer);
    return conditionsOf(condition, inner);
  });
}

/** What all conditions on one field leave of it. */
interface Left {
  /** Exclusive when `open`. */
  from: { value: number; open: boolean };
  to: { value: number; open: boolean };
  /** `null`: any. */
  values: Json[] | null;
}

function clashing(conditions: readonly RulePart[]): string[] {
  const fields = new Map<string, Left>();
  for (const condition of conditions) {
    for (const { path, op, value } of limitsOf(condition)) {
      const left = fields.get(path) ?? everything();
      narrow(left, op, value);
      fields.set(path, left);
    }
  }
  return [...fields].filter(([, left]) => isEmpty(left)).map(([path]) => path);
}

function everything(): Left {
  return {
    from: { value: Number.NEGATIVE_INFINITY, open: false },
    to: { value: Number.POSITIVE_INFINITY, open: false },
    values: null,
  };
}

interface Limit {
  path: string;
  op: string;
  value: Json;
}

const MIRRORED: Record<string, string> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '===': '===' };

function limitsOf(condition: RulePart): Limit[] {
  const { op = '', args = [] } = callOf(condition) ?? {};
  const pairs = args.slice(1).map((right, index) => [args[index] as RulePart, right] as const);
  return pairs.flatMap(([a, b]) => {
    const [left, right] = [readOf(a), readOf(b)];
    const [before, behind] = [literalOf(a), literalOf(b)];
    if (op === 'in') return left && behind ? [{ path: left.path, op, value: behind.value }] : [];
    const mirrored = MIRRORED[op];
    if (mirrored === undefined) return [];
    if (left && behind) return [{ path: left.path, op, value: behind.value }];
    return right && before ? [{ path: right.path, op: mirrored, value: before.value }] : [];
  });
}

function narrow(left: Left, op: string, value: Json): void {
  if (op === 'in' || op === '===') {
    if (op === 'in' && !Array.isArray(value)) return;
    const allowed = op === 'in' ? (value as Json[]) : [value];
    left.values = left.values === null ? allowed : left.values.filter((one) => allowed.includes(one));
    return;
  }
  if (typeof value !== 'number') return;
  const limit = { value, open: op === '<' || op === '>' };
  const isTighter = (than: Left['from'], sign: number) =>
    sign * (value - than.value) > 0 || (value === than.value && limit.open);
  if (op === '>' || op === '>=') {
    if (isTighter(left.from, 1)) left.from = limit;
  } else if (isTighter(left.to, -1)) left.to = limit;
}

function isEmpty({ from, to, values }: Left): boolean {
  if (from.value > to.value || (from.value === to.value && (from.open || to.open))) return true;
  return values?.every((value) => typeof value === 'number' && !isWithin(value, from, to)) ?? false;
}

function isWithin(value: number, from: Left['from'], to: Left['to']): boolean {
  const above = from.open ? value > from.value : value >= from.value;
  return above && (to.open ? value < to.value : value <= to.value);
}

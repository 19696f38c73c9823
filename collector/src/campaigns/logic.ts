import type { Json } from '../../../sdk/src/message.ts';
import { build } from './logic-build.ts';
import { assertSize, Budget, DEFAULT_LIMITS, type Limits } from './logic-limits.ts';
import { type Context, type Node, ROOT, Unknown } from './logic-node.ts';
import { truthy } from './logic-values.ts';

export { explain, missingIn, type Trace } from './logic-explain.ts';
export { type Fault, faultsOf, pathsIn } from './logic-faults.ts';
export { DEFAULT_LIMITS, LimitError, type Limits, RuleError } from './logic-limits.ts';

/** A compiled rule. Throws a `RuleError` where an operator cannot be carried out, a `LimitError` beyond a limit. */
export type Compiled = (data: unknown) => unknown;

/** Whether a visitor belongs to an audience; `null` when the data do not tell, or tell nothing that fits. */
export type Audience = (data: unknown) => boolean | null;

/**
 * Compiles JsonLogic as json-logic/compat-tables defines it, to closures: no code is made from text. Reads nothing
 * but own properties. Besides the language: `starts_with`, `ends_with` (also `startsWith`, `endsWith`).
 * @throws LimitError when the rule is too deep or too large; everything else is thrown when it runs
 */
export function compile(rule: Json, limits: Partial<Limits> = {}): Compiled {
  const { node, budget } = prepare(rule, limits, false);
  const { run } = node;
  return (data) => {
    budget.reset();
    return run(data, null);
  };
}

/**
 * Compiles the same rule with three values (Kleene), so that what is not known never shows a popup: somebody of
 * unknown age is neither younger than 30 nor not younger than 30.
 *
 * - `<` `<=` `>` `>=`, arithmetic, `min`, `max`, `substr` and `length` of a missing (or null) value are unknown.
 * - `==`, `!=`, `===`, `!==`, `in`, `starts_with` and `ends_with` take it for null, which equals null only, is in no
 *   list and starts with nothing: somebody without a plan has a plan other than "gold".
 * - `some`, `all`, `none`, `map`, `filter` and `reduce` take a missing list for an empty one.
 * - What a rule would throw is unknown; so is everything beyond a limit.
 *
 * @throws LimitError when the rule is too deep or too large
 */
export function compileAudience(rule: Json, limits: Partial<Limits> = {}): Audience {
  const { node, budget } = prepare(rule, limits, true);
  return (data) => {
    budget.reset();
    return verdict(node, data);
  };
}

function verdict({ run }: Node, data: unknown): boolean | null {
  try {
    const value = run(data, null);
    if (typeof value === 'boolean') return value;
    return value instanceof Unknown ? null : truthy(value);
  } catch {
    return null;
  }
}

function prepare(rule: Json, limits: Partial<Limits>, threeValued: boolean): { node: Node; budget: Budget } {
  const all = { ...DEFAULT_LIMITS, ...limits };
  assertSize(rule, all);
  const budget = new Budget(all);
  const context: Context = { budget, threeValued, scope: ROOT };
  return { node: build(rule, context), budget };
}

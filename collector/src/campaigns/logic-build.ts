import type { Json } from '../../../sdk/src/message.ts';
import { CONTROL } from './logic-control.ts';
import { READERS } from './logic-data.ts';
import { LimitError, RuleError } from './logic-limits.ts';
import { LISTS } from './logic-lists.ts';
import {
  type Context,
  failing,
  type Input,
  literal,
  type Node,
  type Run,
  scopeOf,
  Unknown,
} from './logic-node.ts';
import { EAGER, eager, lengthOf } from './logic-operators.ts';

/** Every operator there is, by name. */
export const OPERATOR_NAMES: ReadonlySet<string> = new Set([
  ...Object.keys({ ...READERS, ...CONTROL, ...LISTS, ...EAGER }),
  'length',
  'preserve',
]);

/** The name of the operator that an object stands for; `null` for an object that stands for itself. */
export function operatorOf(rule: { [key: string]: Json }): string | null {
  const [op, ...others] = Object.keys(rule);
  if (op === undefined) return null;
  return others.length > 0 ? Object.keys(rule).join(', ') : op;
}

/** Compiles a rule that is within its limits of size. Faults of the rule are thrown when it runs. */
export function build(rule: Json, context: Context): Node {
  if (typeof rule !== 'object' || rule === null) return literal(rule);
  if (Array.isArray(rule))
    return listNode(
      rule.map((element) => build(element, context)),
      context,
    );
  const op = operatorOf(rule);
  if (op === null) return literal(rule);
  const written = rule[op];
  if (written === undefined || !OPERATOR_NAMES.has(op)) {
    const error = new RuleError('Unknown Operator', `Unknown operator: ${op}`);
    return { ...literal(null, op), run: failing(context, op, error), literal: null };
  }
  if (op === 'preserve') return literal(written, op);
  return operatorNode(inputOf(op, written, context), context);
}

function listNode(elements: Node[], { budget }: Context): Node {
  const op = 'list';
  if (elements.every((element) => element.literal)) {
    return { ...literal(elements.map((element) => element.literal?.value)), op };
  }
  const run: Run = (data, frame) => {
    budget.build(elements.length);
    const values: unknown[] = [];
    for (const element of elements) {
      const value = element.run(data, frame);
      if (value instanceof Unknown) return value;
      values.push(value);
    }
    return values;
  };
  return { ...literal(null, op), run, args: elements, literal: null, size: sizeOf(elements) };
}

function inputOf(op: string, written: Json, context: Context): Input {
  if (!Array.isArray(written)) return { op, args: [build(written, context)], isList: false };
  const args: Node[] = [];
  for (const [index, argument] of written.entries()) {
    const scope = scopeOf(op, index, args[0]?.absolute ?? null, context.scope);
    args.push(build(argument, scope === context.scope ? context : { ...context, scope }));
  }
  return { op, args, isList: true };
}

function operatorNode(input: Input, context: Context): Node {
  const { op, args } = input;
  const size = sizeOf(args);
  const base = { op, args, literal: null, path: null, absolute: null, keys: null, size };
  const reader = READERS[op];
  if (reader) return { ...base, ...reader(input, context) };
  const iterator = LISTS[op];
  if (iterator) {
    const absolute = op === 'filter' ? (args[0]?.absolute ?? null) : null;
    return { ...base, run: iterator(input, context), absolute };
  }
  const known = EAGER[op];
  const run =
    CONTROL[op]?.(input, context) ?? (known ? eager(known, input, context) : lengthOf(input, context));
  const value = args.every((arg) => arg.literal) && op !== 'throw' ? folded(run) : undefined;
  return value === undefined ? { ...base, run } : literal(value, op);
}

/** The value of what does not depend on the data; `undefined` when it has none. */
function folded(run: Run): unknown {
  try {
    const value = run(null, null);
    return value instanceof Unknown ? undefined : value;
  } catch (error) {
    if (error instanceof RuleError || error instanceof LimitError) return undefined;
    throw error;
  }
}

function sizeOf(args: readonly Node[]): number {
  return args.reduce((size, arg) => size + arg.size, 1);
}

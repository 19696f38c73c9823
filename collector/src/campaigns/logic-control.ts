import { INVALID_ARGUMENTS } from './logic-limits.ts';
import {
  asRuleError,
  type Context,
  failing,
  type Input,
  type Node,
  only,
  type Run,
  Unknown,
} from './logic-node.ts';
import { pairRun, pairTest } from './logic-operators.ts';
import { COMPARISONS, type Comparison, readerOf, truthy } from './logic-values.ts';

/** Operators that run an argument only when they need it. One function serves rules and audiences. */
export const CONTROL: Record<string, (input: Input, context: Context) => Run> = {
  and: written(({ args }) => {
    const runs = args.map(({ run }) => run);
    return (data, frame) => {
      let unknown: Unknown | null = null;
      let last: unknown = false;
      for (let index = 0; index < runs.length; index++) {
        last = (runs[index] as Run)(data, frame);
        if (last === true) continue;
        if (last instanceof Unknown) unknown ??= last;
        else if (!truthy(last)) return last;
      }
      return unknown ?? last;
    };
  }),
  or: written(({ args }) => {
    const runs = args.map(({ run }) => run);
    return (data, frame) => {
      let unknown: Unknown | null = null;
      let last: unknown = false;
      for (let index = 0; index < runs.length; index++) {
        last = (runs[index] as Run)(data, frame);
        if (last === false) continue;
        if (last instanceof Unknown) unknown ??= last;
        else if (truthy(last)) return last;
      }
      return unknown ?? last;
    };
  }),
  if: written(({ args }) => {
    const runs = args.map(({ run }) => run);
    return (data, frame) => {
      for (let index = 0; index < runs.length; index += 2) {
        const value = runs[index]?.(data, frame);
        // What is left over is the answer when no condition holds.
        if (index === runs.length - 1 || value instanceof Unknown) return value;
        if (truthy(value)) return runs[index + 1]?.(data, frame);
      }
      return null;
    };
  }),
  '??': written(({ args }) => {
    return (data, frame) => {
      for (const arg of args) {
        const value = arg.run(data, frame);
        if (value !== null) return value;
      }
      return null;
    };
  }),
  try: ({ args }) => {
    return (data, frame) => {
      let at = data;
      let around = frame;
      for (const [index, arg] of args.entries()) {
        const isLast = index === args.length - 1;
        let type: string;
        try {
          const value = arg.run(at, around);
          if (isLast || !(value instanceof Unknown) || value.error === null) return value;
          type = value.error;
        } catch (error) {
          if (isLast) throw error;
          type = asRuleError(error).type;
        }
        at = { type };
        around = { data, up: frame, list: null, index: 0 };
      }
      return null;
    };
  },
  '!': (input) => {
    const { run } = only(input);
    return (data, frame) => {
      const value = run(data, frame);
      return value instanceof Unknown ? value : !truthy(value);
    };
  },
  '!!': (input) => {
    const { run } = only(input);
    return (data, frame) => {
      const value = run(data, frame);
      return value instanceof Unknown ? value : truthy(value);
    };
  },
  log: (input) => only(input).run,
};
CONTROL['?:'] = CONTROL.if as (typeof CONTROL)[string];
for (const op of Object.keys(COMPARISONS)) CONTROL[op] = comparison(op as Comparison);

/** An operator whose arguments must be written as a list. */
function written(make: (input: Input, context: Context) => Run): (input: Input, context: Context) => Run {
  return (input, context) =>
    input.isList ? make(input, context) : failing(context, input.op, INVALID_ARGUMENTS, input.args[0]);
}

function comparison(op: Comparison): (input: Input, context: Context) => Run {
  const isOrder = !op.includes('=') || op === '<=' || op === '>=';
  return (input, context) => {
    const { args, isList } = input;
    const [left, right] = args;
    if (!isList || !left || !right) return failing(context, op, INVALID_ARGUMENTS, left);
    const plain = COMPARISONS[op];
    // A missing value is no zero: in audiences nothing but null is == to null.
    const strict = COMPARISONS[op === '==' ? '===' : '!=='];
    const isLoose = op === '==' || op === '!=';
    const compare =
      context.threeValued && isLoose
        ? (a: unknown, b: unknown) => (a === null || b === null ? strict(a, b) : plain(a, b))
        : plain;
    if (args.length > 2) return chain(op, compare, isOrder, args, context);
    const slow = pairRun(op, compare, isOrder, left, right, context);
    return withLiteral(op, left, right, slow) ?? slow;
  };
}

/** Reading a place of the data and comparing it with a literal, in one go: most of what audiences do. */
function withLiteral(op: Comparison, { keys }: Node, right: Node, slow: Run): Run | null {
  if (keys === null || !right.literal) return null;
  const { value: want } = right.literal;
  const read = readerOf(keys);
  if (op === '===') return (data) => (read(data, keys) ?? null) === want;
  if (op === '!==') return (data) => (read(data, keys) ?? null) !== want;
  if (typeof want !== 'number') return null;
  switch (op) {
    case '<':
      return (data, frame) => {
        const value = read(data, keys);
        return typeof value === 'number' ? value < want : slow(data, frame);
      };
    case '<=':
      return (data, frame) => {
        const value = read(data, keys);
        return typeof value === 'number' ? value <= want : slow(data, frame);
      };
    case '>':
      return (data, frame) => {
        const value = read(data, keys);
        return typeof value === 'number' ? value > want : slow(data, frame);
      };
    case '>=':
      return (data, frame) => {
        const value = read(data, keys);
        return typeof value === 'number' ? value >= want : slow(data, frame);
      };
    default:
      return null;
  }
}

/** Each value with the next: `{"<": [18, {"var": "age"}, 65]}`. */
function chain(
  op: string,
  compare: (a: unknown, b: unknown) => boolean,
  isOrder: boolean,
  args: readonly Node[],
  context: Context,
): Run {
  const pairs = args
    .slice(1)
    .map((right, index) => pairTest(op, compare, isOrder, args[index] as Node, right, context));
  return (data, frame) => {
    let unknown: Unknown | null = null;
    let previous = args[0]?.run(data, frame);
    for (const [index, test] of pairs.entries()) {
      const current = args[index + 1]?.run(data, frame);
      const result = test(previous, current);
      if (result === false) return false;
      if (result instanceof Unknown) unknown ??= result;
      previous = current;
    }
    return unknown ?? true;
  };
}

import { list } from './logic-data.ts';
import { type Budget, INVALID_ARGUMENTS, NOT_A_NUMBER, RuleError } from './logic-limits.ts';
import {
  asRuleError,
  type Context,
  clashOf,
  type Input,
  lackOf,
  type Node,
  only,
  type Run,
  Unknown,
} from './logic-node.ts';
import { affix, contains, own, readerOf, toNumber, toText } from './logic-values.ts';

/** An operator that needs the values of all its arguments. */
interface Eager {
  apply(values: readonly unknown[], budget: Budget): unknown;
  /** The same for two arguments, without a list. */
  pair?(a: unknown, b: unknown, budget: Budget): unknown;
  /** Whether an audience knows nothing when one of them is missing. */
  needsAll: boolean;
}

const startsWith = affix((text, part) => text.startsWith(part));
const endsWith = affix((text, part) => text.endsWith(part));

export const EAGER: Record<string, Eager> = {
  '+': arithmetic((a, b) => a + b, { none: 0, one: (a) => a }),
  '*': arithmetic((a, b) => a * b, { none: 1, one: (a) => a }),
  '-': arithmetic((a, b) => a - b, { one: (a) => -a }),
  '/': arithmetic((a, b) => a / b, { one: (a) => 1 / a }),
  '%': arithmetic((a, b) => a % b, {}),
  min: extreme((a, b) => a < b),
  max: extreme((a, b) => a > b),
  cat: {
    needsAll: false,
    apply(values, budget) {
      let text = '';
      for (const value of values) {
        const part = toText(value);
        budget.build(part.length);
        text += part;
      }
      return text;
    },
  },
  substr: {
    needsAll: true,
    apply([value, from = 0, length], budget) {
      const text = toText(value);
      const start = toNumber(from);
      const rest = text.slice(start < 0 ? Math.max(text.length + start, 0) : start);
      const part = length === undefined ? rest : rest.slice(0, toNumber(length));
      budget.build(part.length);
      return part;
    },
  },
  in: pair(contains, (item, container, budget) => {
    if (typeof container === 'string' || Array.isArray(container)) budget.step(container.length >> 4);
    return contains(item, container);
  }),
  starts_with: pair(startsWith),
  startsWith: pair(startsWith),
  ends_with: pair(endsWith),
  endsWith: pair(endsWith),
  merge: {
    needsAll: false,
    apply(values, budget) {
      const merged: unknown[] = [];
      for (const value of values) {
        const elements = Array.isArray(value) ? value : [value];
        budget.build(elements.length);
        for (const element of elements) merged.push(element);
      }
      return merged;
    },
  },
  throw: {
    needsAll: false,
    apply([thrown]) {
      throw new RuleError(
        toText(typeof thrown === 'object' ? own(thrown, 'type') : thrown) || 'Unknown Error',
      );
    },
  },
};

/** Results are finite, and zero has no sign: nothing that JSON could not say. */
function arithmetic(
  fold: (a: number, b: number) => number,
  { none, one }: { none?: number; one?: (a: number) => number },
): Eager {
  return {
    needsAll: true,
    apply(values, budget) {
      budget.walk(values);
      if (values.length === 0 && none !== undefined) return none;
      if (values.length === 0 || (values.length === 1 && !one)) throw INVALID_ARGUMENTS;
      const first = toNumber(values[0]);
      if (values.length === 1 && one) return finite(one(first));
      let result = first;
      for (let index = 1; index < values.length; index++)
        result = finite(fold(result, toNumber(values[index])));
      return result;
    },
    pair: (a, b) => finite(fold(toNumber(a), toNumber(b))),
  };
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw NOT_A_NUMBER;
  return value;
}

function extreme(beats: (a: number, b: number) => boolean): Eager {
  return {
    needsAll: true,
    apply(values, budget) {
      let best: number | null = null;
      for (const value of budget.walk(values)) {
        if (typeof value !== 'number') throw INVALID_ARGUMENTS;
        if (best === null || beats(value, best)) best = value;
      }
      if (best === null) throw INVALID_ARGUMENTS;
      return best;
    },
  };
}

function pair(
  test: (a: unknown, b: unknown) => boolean,
  bounded: (a: unknown, b: unknown, budget: Budget) => boolean = test,
): Eager {
  return {
    needsAll: false,
    apply: ([a = null, b = null], budget) => bounded(a, b, budget),
    pair: bounded,
  };
}

export function eager(operator: Eager, input: Input, context: Context): Run {
  const { args, isList } = input;
  const [a, b] = args;
  if (input.op === 'in' && isList && a?.keys && b?.literal) {
    const { keys } = a;
    const { value: among } = b.literal;
    const read = readerOf(keys);
    if (Array.isArray(among)) return (data) => among.includes(read(data, keys) ?? null);
  }
  if (isList && args.length === 2 && a && b && operator.pair) {
    return pairRun(input.op, operator.pair, operator.needsAll, a, b, context);
  }
  const values = list(input);
  const { budget } = context;
  if (!context.threeValued) {
    return (data, frame) => operator.apply(values(data, frame) as unknown[], budget);
  }
  const lacks = args.map((arg) => lackOf(arg, input.op));
  return (data, frame) => {
    const found = values(data, frame);
    if (found instanceof Unknown) return found;
    if (operator.needsAll) {
      for (let index = 0; index < found.length; index++) {
        const lack = found[index] === null ? lacks[isList ? index : 0] : null;
        if (lack) return lack;
      }
    }
    try {
      return operator.apply(found, budget);
    } catch (error) {
      const culprit = isList ? args[found.findIndex(isNoNumber)] : a;
      return clashOf(culprit ?? args.find(({ path }) => path !== null), input.op, asRuleError(error));
    }
  };
}

/** Two arguments, without a list of them. */
export function pairRun(
  op: string,
  apply: (a: unknown, b: unknown, budget: Budget) => unknown,
  needsAll: boolean,
  left: Node,
  right: Node,
  context: Context,
): Run {
  const [runLeft, runRight] = [left.run, right.run];
  const { budget } = context;
  if (!context.threeValued)
    return (data, frame) => apply(runLeft(data, frame), runRight(data, frame), budget);
  const test = pairTest(op, apply, needsAll, left, right, context);
  return (data, frame) => test(runLeft(data, frame), runRight(data, frame));
}

/** The same for values that are known already. */
export function pairTest(
  op: string,
  apply: (a: unknown, b: unknown, budget: Budget) => unknown,
  needsAll: boolean,
  left: Node,
  right: Node,
  { budget, threeValued }: Context,
): (a: unknown, b: unknown) => unknown {
  if (!threeValued) return (a, b) => apply(a, b, budget);
  const lackLeft = needsAll ? lackOf(left, op) : null;
  const lackRight = needsAll ? lackOf(right, op) : null;
  return (a, b) => {
    if (a instanceof Unknown) return a;
    if (b instanceof Unknown) return b;
    if (a === null && lackLeft) return lackLeft;
    if (b === null && lackRight) return lackRight;
    try {
      return apply(a, b, budget);
    } catch (error) {
      const culprit = left.path !== null && (isNoNumber(a) || right.path === null) ? left : right;
      return clashOf(culprit, op, asRuleError(error));
    }
  };
}

function isNoNumber(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || !Number.isFinite(Number(value));
}

/** Operators of one value, be it a list. */
export function lengthOf(input: Input, context: Context): Run {
  const argument = only(input);
  const lack = lackOf(argument, input.op);
  const clash = clashOf(argument, input.op, INVALID_ARGUMENTS);
  return (data, frame) => {
    const value = argument.run(data, frame);
    if (value instanceof Unknown) return value;
    if (typeof value === 'string' || Array.isArray(value)) return value.length;
    if (typeof value === 'object' && value !== null) return Object.keys(value).length;
    if (!context.threeValued) throw INVALID_ARGUMENTS;
    return value === null && lack ? lack : clash;
  };
}

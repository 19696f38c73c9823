import { type Budget, INVALID_ARGUMENTS } from './logic-limits.ts';
import {
  type Context,
  clashOf,
  type Frame,
  failing,
  type Input,
  literal,
  type Node,
  type Run,
  Unknown,
} from './logic-node.ts';
import { truthy } from './logic-values.ts';

type Elements = (data: unknown, frame: Frame | null) => readonly unknown[] | Unknown;

/** An iterator's body. */
interface Body {
  readonly run: Run;
  readonly size: number;
  readonly budget: Budget;
}

export const LISTS: Record<string, (input: Input, context: Context) => Run> = {
  map: iterator({ nullBody: false, nullList: 'empty' }, (elements, body, { budget }) => {
    return (data, frame) => {
      const list = elements(data, frame);
      if (list instanceof Unknown) return list;
      budget.build(list.length);
      const around = { data, up: frame, list, index: 0 };
      const mapped: unknown[] = [];
      for (; around.index < list.length; around.index++) {
        const value = once(body, list[around.index], around);
        if (value instanceof Unknown) return value;
        mapped.push(value);
      }
      return mapped;
    };
  }),
  filter: iterator({ nullBody: false, nullList: 'empty' }, (elements, body, { budget }) => {
    return (data, frame) => {
      const list = elements(data, frame);
      if (list instanceof Unknown) return list;
      budget.build(list.length);
      const around = { data, up: frame, list, index: 0 };
      const kept: unknown[] = [];
      for (; around.index < list.length; around.index++) {
        const value = once(body, list[around.index], around);
        if (value instanceof Unknown) return value;
        if (truthy(value)) kept.push(list[around.index]);
      }
      return kept;
    };
  }),
  some: iterator({ nullBody: true, nullList: 'invalid' }, (elements, body) => {
    return (data, frame) => {
      const list = elements(data, frame);
      return list instanceof Unknown ? list : any(list, body, true, data, frame);
    };
  }),
  all: iterator({ nullBody: true, nullList: 'invalid' }, (elements, body) => {
    return (data, frame) => {
      const list = elements(data, frame);
      if (list instanceof Unknown) return list;
      return list.length > 0 && negated(any(list, body, false, data, frame));
    };
  }),
  none: iterator({ nullBody: true, nullList: 'invalid' }, (elements, body) => {
    return (data, frame) => {
      const list = elements(data, frame);
      return list instanceof Unknown ? list : negated(any(list, body, true, data, frame));
    };
  }),
  reduce: iterator({ nullBody: false, nullList: 'empty' }, (elements, body, _context, { args }) => {
    const initial = args[2];
    return (data, frame) => {
      const list = elements(data, frame);
      if (list instanceof Unknown) return list;
      let accumulator = initial ? initial.run(data, frame) : (list[0] ?? null);
      const around = { data, up: frame, list, index: initial ? 0 : 1 };
      for (; around.index < list.length; around.index++) {
        if (accumulator instanceof Unknown) return accumulator;
        accumulator = once(body, { accumulator, current: list[around.index] }, around);
      }
      return accumulator;
    };
  }),
};

/** Whether an element's body is truthy (or, with `wanted` false, falsy); unknown when one could be. */
function any(
  list: readonly unknown[],
  body: Body,
  wanted: boolean,
  data: unknown,
  up: Frame | null,
): boolean | Unknown {
  const around = { data, up, list, index: 0 };
  let unknown: Unknown | null = null;
  for (; around.index < list.length; around.index++) {
    const value = once(body, list[around.index], around);
    if (value === !wanted) continue;
    if (value instanceof Unknown) unknown ??= value;
    else if (truthy(value) === wanted) return true;
  }
  return unknown ?? false;
}

function negated(value: boolean | Unknown): boolean | Unknown {
  return value instanceof Unknown ? value : !value;
}

/**
 * `[list, body]` with the public suites' rules for null: a list that is missing is an empty one for `map`, `filter`
 * and `reduce`, an error for `some`, `all` and `none`. In audiences it is always empty.
 */
function iterator(
  { nullBody, nullList }: { nullBody: boolean; nullList: 'empty' | 'invalid' },
  make: (elements: Elements, body: Body, context: Context, input: Input) => Run,
): (input: Input, context: Context) => Run {
  return (input, context) => {
    const { op, args, isList } = input;
    const { budget, threeValued } = context;
    const [list, body = literal(null)] = args;
    // Null as it is written, not as the value of an operator.
    const isNull = ({ op, literal }: Node) => op === 'value' && literal?.value === null;
    if (!isList || !list || (!nullBody && isNull(body)) || (isNull(list) && op !== 'reduce')) {
      return failing(context, op, INVALID_ARGUMENTS, list);
    }
    const nullIsEmpty = threeValued || nullList === 'empty';
    const clash = clashOf(list, op, INVALID_ARGUMENTS);
    const elements: Elements = (data, frame) => {
      const value = list.run(data, frame);
      if (Array.isArray(value)) return budget.walk(value);
      if (value instanceof Unknown) return value;
      if (value === null && nullIsEmpty) return EMPTY;
      if (threeValued) return clash;
      throw INVALID_ARGUMENTS;
    };
    return make(elements, { run: body.run, size: Math.max(body.size, 1), budget }, context, input);
  };
}

/** Runs a body for one element; `frame` is the one of its list. */
function once({ run, size, budget }: Body, element: unknown, frame: Frame): unknown {
  budget.step(size);
  return run(element, frame);
}

const EMPTY: readonly unknown[] = [];

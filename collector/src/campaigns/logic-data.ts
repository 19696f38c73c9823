import { INVALID_ARGUMENTS } from './logic-limits.ts';
import {
  absolutePath,
  type Context,
  clashOf,
  type Frame,
  type Input,
  type Node,
  only,
  type Run,
  Unknown,
} from './logic-node.ts';
import { joinPath, read, readerOf, splitPath, toText } from './logic-values.ts';

/** Where to read: keys, `climb` levels up. Each iterator has two levels: `{index}`, then the data around it. */
interface Place {
  readonly keys: readonly string[];
  readonly climb: number;
}

/** The operators that read the data: a run, and what it reads when that is fixed. */
type Reader = (input: Input, context: Context) => Pick<Node, 'run' | 'path' | 'absolute' | 'keys'>;

export const READERS: Record<string, Reader> = {
  var: (input, context) => {
    const [target = only(input), fallback] = input.args;
    if (!target.literal) {
      return {
        run: dynamic(
          input,
          (values) => placeOfVar(values[0]),
          (values) => values[1],
        ),
        ...NOWHERE,
      };
    }
    const place = placeOfVar(target.literal.value);
    if (!fallback) return { run: fetch(place), ...named(place, context), keys: keysOf(place) };
    const run: Run = (data, frame) => reach(place, data, frame) ?? elsewhere(place, data, frame, fallback);
    return { run, ...named(place, context) };
  },
  val: (input, context) => {
    const place = literalPlace(input);
    if (place) return { run: fetch(place), ...named(place, context), keys: keysOf(place) };
    return { run: dynamic(input, placeOfVal, () => null), ...NOWHERE };
  },
  exists: (input, context) => {
    const place = literalPlace(input);
    const exists =
      (at: Place): Run =>
      (data, frame) =>
        reach(at, data, frame) !== undefined;
    if (place) return { run: exists(place), ...named(place, context) };
    const values = list(input);
    const run: Run = (data, frame) => {
      const found = values(data, frame);
      return found instanceof Unknown ? found : exists(placeOfVal(found))(data, frame);
    };
    return { run, ...NOWHERE };
  },
  missing: (input) => {
    const values = list(input);
    const run: Run = (data, frame) => {
      const paths = values(data, frame);
      return paths instanceof Unknown ? paths : absent(paths, data);
    };
    return { run, ...NOWHERE };
  },
  missing_some: (input, context) => {
    const values = list(input);
    const clash = clashOf(undefined, input.op, INVALID_ARGUMENTS);
    const run: Run = (data, frame) => {
      const found = values(data, frame);
      if (found instanceof Unknown) return found;
      const [needed, paths] = found;
      if (Array.isArray(paths)) {
        const gone = absent(paths, data);
        return paths.length - gone.length >= Number(needed) ? [] : gone;
      }
      if (context.threeValued) return clash;
      throw INVALID_ARGUMENTS;
    };
    return { run, ...NOWHERE };
  },
};

const NOWHERE = { path: null, absolute: null, keys: null };

function named({ keys, climb }: Place, { scope }: Context): Pick<Node, 'path' | 'absolute' | 'keys'> {
  const absolute = absolutePath(keys, climb, scope);
  return { path: absolute ?? joinPath(keys), absolute, keys: null };
}

function keysOf({ keys, climb }: Place): readonly string[] | null {
  return climb === 0 ? keys : null;
}

export function placeOfVar(target: unknown): Place {
  if (target === null || target === undefined || target === '') return { keys: [], climb: 0 };
  let path = toText(target);
  let climb = 0;
  for (; path.startsWith('../'); climb++) path = path.slice(3);
  return { keys: path === '' ? [] : splitPath(path), climb };
}

export function placeOfVal(values: readonly unknown[]): Place {
  const [first, ...rest] = values;
  const climbs = Array.isArray(first) && first.length === 1;
  const keys = (climbs ? rest : values).map((key) => toText(key));
  return { keys, climb: climbs ? Math.floor(Math.abs(Number(first[0]))) || 0 : 0 };
}

function literalPlace(input: Input): Place | null {
  if (!input.isList && only(input).literal?.value === null) return placeOfVal([]);
  const values: unknown[] = [];
  for (const arg of input.args) {
    if (!arg.literal) return null;
    values.push(arg.literal.value);
  }
  return placeOfVal(values);
}

/** The value at a place; null where there is none. */
function fetch(place: Place): Run {
  const { keys, climb } = place;
  if (climb === 1 && keys.length === 1 && keys[0] === 'index') return (_, frame) => frame?.index ?? null;
  if (climb > 0) return (data, frame) => reach(place, data, frame) ?? null;
  const read = readerOf(keys);
  return (data) => read(data, keys) ?? null;
}

function reach({ keys, climb }: Place, data: unknown, frame: Frame | null): unknown {
  let from = data;
  let at = frame;
  let levels = climb;
  for (; levels > 1 && at; levels -= 2) {
    from = at.data;
    at = at.up;
  }
  if (levels > 0) from = levels === 1 && at ? { index: at.index, iterator: at.list } : undefined;
  return read(from, keys);
}

/** A null that is there stays null; only what is absent is replaced. */
function elsewhere(place: Place, data: unknown, frame: Frame | null, fallback: Node): unknown {
  return reach(place, data, frame) === null ? null : fallback.run(data, frame);
}

function dynamic(
  input: Input,
  placeOf: (values: readonly unknown[]) => Place,
  fallback: (values: readonly unknown[]) => unknown,
): Run {
  const values = list(input);
  return (data, frame) => {
    const found = values(data, frame);
    if (found instanceof Unknown) return found;
    const value = reach(placeOf(found), data, frame);
    return value === undefined ? (fallback(found) ?? null) : value;
  };
}

function absent(paths: readonly unknown[], data: unknown): unknown[] {
  const all = Array.isArray(paths[0]) ? (paths[0] as unknown[]) : paths;
  return all.filter((path) => read(data, splitPath(toText(path))) === undefined);
}

/** An operator's arguments for this data: a single value that is a list stands for all of them. */
export function list({ args, isList }: Input): (data: unknown, frame: Frame | null) => unknown[] | Unknown {
  const [single] = args;
  if (!isList && single) {
    return (data, frame) => {
      const value = single.run(data, frame);
      return Array.isArray(value) || value instanceof Unknown ? value : [value];
    };
  }
  return (data, frame) => {
    const values: unknown[] = [];
    for (const arg of args) {
      const value = arg.run(data, frame);
      if (value instanceof Unknown) return value;
      values.push(value);
    }
    return values;
  };
}

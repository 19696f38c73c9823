import type { Json } from '../../../sdk/src/message.ts';
import { OPERATOR_NAMES, operatorOf } from './logic-build.ts';
import { placeOfVal, placeOfVar } from './logic-data.ts';
import { assertSize, DEFAULT_LIMITS, LimitError, type Limits } from './logic-limits.ts';
import { absolutePath, ITERATORS, ROOT, type Scope, scopeOf } from './logic-node.ts';

/** Something in a rule, at a JSON pointer (RFC 6901), in words for its author. */
export interface Fault {
  pointer: string;
  message: string;
}

/** What keeps a rule from being published: it is too large, or a part of it can never be evaluated. */
export function faultsOf(rule: Json, limits: Partial<Limits> = {}): Fault[] {
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  try {
    assertSize(rule, bounds);
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    return [{ pointer: '', message: sizeFault(error, bounds) }];
  }
  const faults: Fault[] = [];
  for (const part of parts(rule)) {
    if (!OPERATOR_NAMES.has(part.op)) {
      faults.push({ pointer: part.pointer, message: unknownOperator(part.op) });
    } else if (LISTED.has(part.op) && !Array.isArray(part.written)) {
      faults.push({ pointer: part.pointer, message: `"${part.op}" needs a list of arguments.` });
    }
    for (const { keys, pointer } of placesOf(part)) {
      const name = keys.find((key) => PROTOTYPE_NAMES.has(key));
      if (name) faults.push({ pointer, message: `"${name}" is no name of data.` });
    }
  }
  return faults;
}

/**
 * The places of the data that a rule reads by literal paths, as `list[].key` inside iterators over such a place.
 * Nothing for a rule that is larger than the limits.
 */
export function pathsIn(rule: Json): { path: string; pointer: string }[] {
  try {
    assertSize(rule, DEFAULT_LIMITS);
  } catch {
    return [];
  }
  return [...parts(rule)].flatMap((part) =>
    placesOf(part).flatMap(({ keys, climb, pointer }) => {
      const path = absolutePath(keys, climb, part.scope);
      return path === null ? [] : [{ path, pointer }];
    }),
  );
}

const PROTOTYPE_NAMES = new Set(['__proto__', 'constructor', 'prototype']);
const LISTED = new Set([
  ...['and', 'or', 'if', '?:', '??', '<', '<=', '>', '>=', '==', '!=', '===', '!=='],
  ...ITERATORS,
]);

/** An operator of a rule, with its arguments as they were written. */
interface Part {
  op: string;
  written: Json;
  pointer: string;
  scope: Scope;
}

/** The operators of a rule from the outside in. Only for rules within the limits: it follows their depth. */
function* parts(rule: Json, pointer = '', scope = ROOT): Generator<Part> {
  if (typeof rule !== 'object' || rule === null) return;
  if (Array.isArray(rule)) {
    for (const [index, element] of rule.entries()) yield* parts(element, `${pointer}/${index}`, scope);
    return;
  }
  const op = operatorOf(rule);
  if (op === null) return;
  const written = rule[op];
  const at = written === undefined ? pointer : `${pointer}/${escaped(op)}`;
  yield { op, written: written ?? null, pointer: at, scope };
  if (op === 'preserve' || written === undefined) return;
  if (!Array.isArray(written)) {
    yield* parts(written, at, scope);
    return;
  }
  const list = listPath(written[0], scope);
  for (const [index, argument] of written.entries()) {
    yield* parts(argument, `${at}/${index}`, scopeOf(op, index, list, scope));
  }
}

/** The absolute path of a list that is read by a literal path, or filtered from such a one. */
export function listPath(rule: Json | undefined, scope: Scope): string | null {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) return null;
  const op = operatorOf(rule);
  const written = op === null ? undefined : rule[op];
  if (op === null || written === undefined) return null;
  if (op === 'filter' && Array.isArray(written)) return listPath(written[0], scope);
  if (op !== 'var' && op !== 'val') return null;
  const [place] = placesOf({ op, written, pointer: '', scope });
  return place ? absolutePath(place.keys, place.climb, scope) : null;
}

/** What an operator reads by literal paths. */
export function placesOf({
  op,
  written,
  pointer,
}: Part): { keys: readonly string[]; climb: number; pointer: string }[] {
  const list = Array.isArray(written) ? written : [written];
  switch (op) {
    case 'var':
      return isRule(list[0]) ? [] : [{ ...placeOfVar(list[0]), pointer }];
    case 'val':
    case 'exists': {
      if (list.some((key, index) => isRule(key) && !(index === 0 && Array.isArray(key)))) return [];
      return [{ ...placeOfVal(written === null ? [] : list), pointer }];
    }
    case 'missing':
    case 'missing_some': {
      const isNested = op === 'missing_some' || Array.isArray(list[0]);
      const paths = op === 'missing_some' ? list[1] : isNested ? list[0] : list;
      const at = `${pointer}${isNested ? (op === 'missing_some' ? '/1' : '/0') : ''}`;
      if (!Array.isArray(paths)) return [];
      return paths.flatMap((path, index) => {
        const one = Array.isArray(written) ? `${at}/${index}` : at;
        return isRule(path) ? [] : [{ ...placeOfVar(path), climb: 0, pointer: one }];
      });
    }
    default:
      return [];
  }
}

function isRule(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null;
}

function unknownOperator(op: string): string {
  return op.includes(', ')
    ? `An object holds one operator, this one has several: ${op}.`
    : `Unknown operator: ${op}.`;
}

function sizeFault({ type }: LimitError, { depth, nodes }: Limits): string {
  return type === 'Too Deep'
    ? `The rule is nested deeper than ${depth} levels.`
    : `The rule has more than ${nodes} parts.`;
}

/** A key as a part of a JSON pointer. */
export function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

import type { Json } from '../../../sdk/src/message.ts';
import { type Budget, RuleError } from './logic-limits.ts';
import { joinPath } from './logic-values.ts';

/** What an operator answers in an audience when the data do not tell. */
export class Unknown {
  /** `missing: <path>` or `type: <path>`. */
  readonly reason: string;
  /** The type of error that a plain evaluation would throw; `null` when something is missing. */
  readonly error: string | null;
  constructor(reason: string, error: string | null) {
    this.reason = reason;
    this.error = error;
  }
}

/** What surrounds the data at hand: the iterator that goes through them, or the `try` that caught them. */
export interface Frame {
  readonly data: unknown;
  readonly up: Frame | null;
  readonly list: readonly unknown[] | null;
  index: number;
}

export type Run = (data: unknown, frame: Frame | null) => unknown;

/** An operator, list or literal of a rule, compiled. */
export interface Node {
  readonly op: string;
  readonly run: Run;
  readonly args: readonly Node[];
  /** The value, where it does not depend on the data. */
  readonly literal: { value: unknown } | null;
  /** What is read, as its author would call it. */
  readonly path: string | null;
  /** The same from the root of the data; `list[].key` inside iterators. */
  readonly absolute: string | null;
  /** The keys of what is read, when it is read from the data at hand and nothing stands in for it. */
  readonly keys: readonly string[] | null;
  /** The operators that one run carries out at most, when none of them is an iterator. */
  readonly size: number;
}

/** How an operator's arguments were written: as a list, or as one value, which may turn out to be a list. */
export interface Input {
  readonly op: string;
  readonly args: readonly Node[];
  readonly isList: boolean;
}

/** Where the paths of a part of a rule start. */
export interface Scope {
  readonly kind: 'root' | 'item' | 'reduce' | 'error';
  /** The path of an item, when the list is read by a literal path. */
  readonly base: string | null;
  readonly up: Scope | null;
}

export const ROOT: Scope = { kind: 'root', base: '', up: null };

export interface Context {
  readonly budget: Budget;
  /** Whether what is missing or of a wrong type is unknown (audiences), or as in the public suites. */
  readonly threeValued: boolean;
  readonly scope: Scope;
}

/** The scope of an argument of `op`: items for the body of an iterator, an error for what `try` falls back to. */
export function scopeOf(op: string, index: number, list: string | null, scope: Scope): Scope {
  if (op === 'try' && index > 0) return { kind: 'error', base: null, up: scope };
  if (index !== 1 || !ITERATORS.has(op)) return scope;
  const base = list === null ? null : `${list}[]`;
  return { kind: op === 'reduce' ? 'reduce' : 'item', base, up: scope };
}

export const ITERATORS: ReadonlySet<string> = new Set(['map', 'filter', 'reduce', 'all', 'some', 'none']);

/** The absolute path of `keys`, `climb` levels above `scope`; `null` when it is not a place in the data. */
export function absolutePath(keys: readonly string[], climb: number, scope: Scope): string | null {
  if (climb % 2 === 1) return null;
  let at: Scope | null = scope;
  for (let levels = climb; levels > 0 && at; levels -= 2) at = at.up;
  if (!at || at.base === null) return null;
  if (at.kind === 'root') return joinPath(keys);
  if (at.kind === 'reduce' && keys[0] !== 'current') return null;
  const inner = at.kind === 'reduce' ? keys.slice(1) : keys;
  return inner.length === 0 ? at.base : `${at.base}.${joinPath(inner)}`;
}

export function literal(value: unknown, op = 'value'): Node {
  return {
    op,
    run: () => value,
    args: [],
    literal: { value },
    path: null,
    absolute: null,
    keys: null,
    size: 0,
  };
}

/** The argument of an operator that takes one. */
export function only({ args }: Input): Node {
  return args[0] ?? literal(null);
}

/** What a node's absence is called; nothing for a literal, whose null is meant. */
export function lackOf(node: Node, op: string): Unknown | null {
  return node.literal ? null : new Unknown(`missing: ${node.path ?? op}`, null);
}

export function clashOf(node: Node | undefined, op: string, error: RuleError): Unknown {
  return new Unknown(`type: ${node?.path ?? op}`, error.type);
}

/** Runs that fail: by an error, or, in an audience, as unknown. */
export function failing(context: Context, op: string, error: RuleError, node?: Node): Run {
  if (!context.threeValued) {
    return () => {
      throw error;
    };
  }
  const clash = clashOf(node, op, error);
  return () => clash;
}

/** Rethrows what is no error of the rule, such as a limit. */
export function asRuleError(error: unknown): RuleError {
  if (error instanceof RuleError) return error;
  throw error;
}

export type Rule = Json;

import type { Json } from '../../../sdk/src/message.ts';
import { build } from './logic-build.ts';
import { assertSize, Budget, DEFAULT_LIMITS, LimitError } from './logic-limits.ts';
import { type Frame, ITERATORS, type Node, ROOT, Unknown } from './logic-node.ts';
import { truthy } from './logic-values.ts';

/** What an operator of an audience answered, and from what. Can be written as JSON. */
export interface Trace {
  /** `value` and `list` are literals; `…` stands for parts that were left out. */
  op: string;
  /** What it reads, or compares with a literal. */
  path?: string;
  /** The value at `path`, and the literal it is compared with. */
  actual?: Json;
  want?: Json;
  /** Arguments that depend on the data; after an iterator's list, its body for the first elements. */
  children?: Trace[];
  /** At the root the audience's verdict: true, false, or null for unknown. */
  result: Json;
  /** Why the result is not known: `missing: <path>`, `type: <path>` or `limit: <which>`. */
  unknown?: string;
}

/**
 * The whole of an audience's reasoning about `data`: every argument is evaluated, also those that the audience has
 * no need of. A trace has at most 400 parts; long text, lists and objects in it are cut.
 * @throws LimitError when the rule is too deep or too large
 */
export function explain(rule: Json, data: unknown): Trace {
  assertSize(rule, DEFAULT_LIMITS);
  const budget = new Budget(DEFAULT_LIMITS);
  const node = build(rule, { budget, threeValued: true, scope: ROOT });
  const value = evaluate(node, data, null);
  // What is shown besides the verdict has one evaluation's limits for itself.
  budget.reset();
  const trace = traced(node, data, null, { left: MAX_PARTS });
  trace.result = value instanceof Unknown ? null : truthy(value);
  if (value instanceof Unknown) trace.unknown = value.reason;
  else delete trace.unknown;
  return trace;
}

/** Why an audience does not know: `missing: visitor.traits.age`; `null` when it knows. */
export function missingIn(trace: Trace): string | null {
  return trace.unknown ?? null;
}

const MAX_PARTS = 400;
const MAX_ELEMENTS = 5;
const MAX_LIST = 5;
const MAX_TEXT = 200;
const MAX_DEPTH = 3;

interface Room {
  left: number;
}

function traced(node: Node, data: unknown, frame: Frame | null, room: Room): Trace {
  room.left--;
  const value = evaluate(node, data, frame);
  const trace: Trace = { op: node.op, result: value instanceof Unknown ? null : shown(value) };
  if (value instanceof Unknown) trace.unknown = value.reason;
  const compared = comparedWithLiteral(node);
  if (compared) {
    const actual = evaluate(compared.place, data, frame);
    if (compared.place.path !== null) trace.path = compared.place.path;
    trace.actual = actual instanceof Unknown ? null : shown(actual);
    trace.want = shown(compared.want);
    return trace;
  }
  if (node.path !== null) trace.path = node.path;
  const children = childrenOf(node, data, frame, room);
  if (children.length > 0) trace.children = children;
  return trace;
}

function evaluate(node: Node, data: unknown, frame: Frame | null): unknown {
  try {
    return node.run(data, frame);
  } catch (error) {
    if (error instanceof LimitError) return new Unknown(`limit: ${error.type}`, null);
    throw error;
  }
}

/** A place of the data and a literal: both fit on one line. */
function comparedWithLiteral({ args }: Node): { place: Node; want: unknown } | null {
  const [left, right] = args;
  if (args.length !== 2 || !left || !right) return null;
  if (isPlace(left) && right.literal) return { place: left, want: right.literal.value };
  if (isPlace(right) && left.literal) return { place: right, want: left.literal.value };
  return null;
}

function isPlace({ op, path, args }: Node): boolean {
  return (op === 'var' || op === 'val') && path !== null && args.every((arg) => arg.literal);
}

function childrenOf(node: Node, data: unknown, frame: Frame | null, room: Room): Trace[] {
  const children: Trace[] = [];
  const add = (child: Node, at: unknown, around: Frame | null) => {
    if (room.left > 0) children.push(traced(child, at, around, room));
    else if (room.left === 0) children.push(leftOut(room));
  };
  const isIterator = ITERATORS.has(node.op);
  // The arguments after the first see other data: elements of the list, or the error that was caught.
  const isLocal = isIterator || node.op === 'try';
  for (const arg of isLocal ? node.args.slice(0, 1) : node.args) {
    if (!arg.literal) add(arg, data, frame);
  }
  const [list, body] = node.args;
  if (!isIterator || !list || !body || body.literal || node.op === 'reduce') return children;
  const elements = evaluate(list, data, frame);
  if (!Array.isArray(elements)) return children;
  const around = { data, up: frame, list: elements, index: 0 };
  for (; around.index < Math.min(elements.length, MAX_ELEMENTS); around.index++) {
    add(body, elements[around.index], around);
  }
  if (elements.length > MAX_ELEMENTS) children.push({ op: '…', result: elements.length - MAX_ELEMENTS });
  return children;
}

function leftOut(room: Room): Trace {
  room.left--;
  return { op: '…', result: null };
}

/** A value of the data as JSON, cut to what somebody reads. */
function shown(value: unknown, depth = 0): Json {
  // JSON does not know its sign.
  if (value === 0) return 0;
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null) return null;
  if (depth === MAX_DEPTH) return '…';
  if (Array.isArray(value)) {
    const elements = value.slice(0, MAX_LIST).map((element) => shown(element, depth + 1));
    return value.length > MAX_LIST ? [...elements, '…'] : elements;
  }
  const keys = Object.keys(value);
  const entries = keys
    .slice(0, MAX_LIST)
    .map((key): [string, Json] => [key, shown((value as Record<string, unknown>)[key], depth + 1)]);
  return Object.fromEntries(keys.length > MAX_LIST ? [...entries, ['…', keys.length - MAX_LIST]] : entries);
}

import type { Json } from '../../../sdk/src/message.ts';
import { operatorOf } from './logic-build.ts';
import { escaped, listPath, placesOf } from './logic-faults.ts';
import { absolutePath, ROOT, type Scope, scopeOf } from './logic-node.ts';

/** A part of a rule, and where it stands in the draft. For rules that keep to the limits: reading follows their depth. */
export interface RulePart {
  rule: Json;
  pointer: string;
  scope: Scope;
}

/** An operator with its arguments as they were written. */
export interface Call {
  op: string;
  args: readonly RulePart[];
}

export function rootOf(rule: Json, pointer: string): RulePart {
  return { rule, pointer, scope: ROOT };
}

/** `null` for a literal, and for a list. */
export function callOf({ rule, pointer, scope }: RulePart): Call | null {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) return null;
  const op = operatorOf(rule);
  const written = op === null ? undefined : rule[op];
  if (op === null || written === undefined || op === 'preserve') return null;
  const at = `${pointer}/${escaped(op)}`;
  if (!Array.isArray(written)) return { op, args: [{ rule: written, pointer: at, scope }] };
  const list = listPath(written[0], scope);
  const args = written.map((argument, index) => ({
    rule: argument,
    pointer: `${at}/${index}`,
    scope: scopeOf(op, index, list, scope),
  }));
  return { op, args };
}

/** What a part is made of. */
export function partsOf(part: RulePart): readonly RulePart[] {
  const { rule, pointer, scope } = part;
  if (!Array.isArray(rule)) return callOf(part)?.args ?? [];
  return rule.map((element, index) => ({ rule: element, pointer: `${pointer}/${index}`, scope }));
}

/** All operators of a rule, from the outside in. */
export function* callsIn(part: RulePart): Generator<Call & { part: RulePart }> {
  const call = callOf(part);
  if (call) yield { ...call, part };
  for (const inner of partsOf(part)) yield* callsIn(inner);
}

/** Operators that read the data. */
const READERS = new Set(['var', 'val', 'exists', 'missing', 'missing_some']);

/** Whether its value is the same for everybody. */
export function isConstant(part: RulePart): boolean {
  const call = callOf(part);
  return !(call && READERS.has(call.op)) && partsOf(part).every(isConstant);
}

/** A value that is written in the rule; a list of them is one too. */
export function literalOf(part: RulePart): { value: Json } | null {
  const { rule } = part;
  if (typeof rule !== 'object' || rule === null) return { value: rule };
  return Array.isArray(rule) && partsOf(part).every(literalOf) ? { value: rule } : null;
}

/** What a part reads from the data, by a path from their root. */
export interface Read {
  path: string;
  /** Whether the rule names a value for when there is none. */
  hasDefault: boolean;
}

export function readOf(part: RulePart): Read | null {
  const call = callOf(part);
  if (call?.op !== 'var' && call?.op !== 'val') return null;
  const [path] = pathsOf(part);
  return path === undefined ? null : { path, hasDefault: call.op === 'var' && call.args.length > 1 };
}

/** What an operator that reads names by literal paths. */
export function pathsOf({ rule, scope }: RulePart): string[] {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) return [];
  const op = operatorOf(rule);
  const written = op === null ? undefined : rule[op];
  if (op === null || written === undefined) return [];
  return placesOf({ op, written, pointer: '', scope }).flatMap(({ keys, climb }) => {
    const path = absolutePath(keys, climb, scope);
    return path === null ? [] : [path];
  });
}

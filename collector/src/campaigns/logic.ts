import { LogicEngine } from 'json-logic-engine';
import type { Json } from '../../../sdk/src/message.ts';

/** A compiled rule. Throws when an operation cannot be carried out on the data. */
export type Compiled = (data: unknown) => unknown;

/** Interpreted: Workers forbid code made from strings. */
const engine = new LogicEngine();

/** Compiles standard JsonLogic. */
export function compile(rule: Json): Compiled {
  return (data) => engine.run(rule, data);
}

/**
 * Whether a rule holds. What cannot be decided does not match: a rule that fails on a visitor's data must never
 * show that visitor a popup.
 */
export function matches(rule: Compiled, data: unknown): boolean {
  try {
    const result = rule(data);
    return Array.isArray(result) ? result.length > 0 : Boolean(result);
  } catch {
    return false;
  }
}

/** Why a rule can never be evaluated, in words for its author; `null` when it can. */
export function faultOf(rule: Json): string | null {
  try {
    compile(rule)({});
    return null;
  } catch (error) {
    const { type, key } = error as { type?: string; key?: string };
    return type === 'Unknown Operator' ? `The rule uses an unknown operator: ${key}.` : null;
  }
}

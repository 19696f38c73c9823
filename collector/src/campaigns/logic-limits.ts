import type { Json } from '../../../sdk/src/message.ts';

/** What one rule, and one evaluation of it, may use. */
export interface Limits {
  /** Operators and literal lists inside each other. */
  depth: number;
  /** Operators, lists and literals of the rule together. */
  nodes: number;
  /** Operators carried out by one evaluation. */
  steps: number;
  /** Elements of a list that an operator goes through. */
  listLength: number;
  /** Characters and elements that one evaluation may build. */
  outputLength: number;
}

export const DEFAULT_LIMITS: Limits = {
  depth: 64,
  nodes: 2_000,
  steps: 100_000,
  listLength: 10_000,
  outputLength: 100_000,
};

/** What a rule throws; `type` is the name that JsonLogic's public suites give it. `try` catches it. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
  readonly type: string;
  constructor(type: string, message = type) {
    super(message);
    this.type = type;
  }
}

/** A limit is exceeded. No rule can catch it. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
  readonly type: string;
  constructor(type: 'Too Deep' | 'Too Large' | 'Too Many Steps' | 'List Too Long' | 'Output Too Long') {
    super(type);
    this.type = type;
  }
}

// Made once: an error costs microseconds, and visitors' data of a wrong type are no news.
export const NOT_A_NUMBER = new RuleError('NaN');
export const INVALID_ARGUMENTS = new RuleError('Invalid Arguments');

/** What is left of an evaluation's limits. */
export class Budget {
  private steps = 0;
  private output = 0;
  private readonly limits: Limits;

  constructor(limits: Limits) {
    this.limits = limits;
    this.reset();
  }

  reset(): void {
    this.steps = this.limits.steps;
    this.output = this.limits.outputLength;
  }

  /** @throws LimitError */
  step(count: number): void {
    this.steps -= count;
    if (this.steps < 0) throw new LimitError('Too Many Steps');
  }

  /** @throws LimitError */
  build(length: number): void {
    this.output -= length;
    if (this.output < 0) throw new LimitError('Output Too Long');
  }

  /** `list`, when it is short enough to go through. @throws LimitError */
  walk<T>(list: readonly T[]): readonly T[] {
    if (list.length > this.limits.listLength) throw new LimitError('List Too Long');
    return list;
  }
}

/**
 * Nothing, when `rule` keeps to the limits of depth and nodes. Goes without recursion: the stack would overflow
 * on the very rules that this is to refuse.
 * @throws LimitError
 */
export function assertSize(rule: Json, limits: Limits): void {
  const waiting: { rule: Json; depth: number; isArguments: boolean }[] = [
    { rule, depth: 0, isArguments: false },
  ];
  let nodes = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (++nodes > limits.nodes) throw new LimitError('Too Large');
    if (typeof next.rule !== 'object' || next.rule === null) continue;
    const isList = Array.isArray(next.rule);
    const depth = next.depth + (isList && next.isArguments ? 0 : 1);
    if (depth > limits.depth) throw new LimitError('Too Deep');
    for (const inner of Object.values(next.rule)) {
      if (waiting.length > limits.nodes) throw new LimitError('Too Large');
      waiting.push({ rule: inner, depth, isArguments: !isList });
    }
  }
}

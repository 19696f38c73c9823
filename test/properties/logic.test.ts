import fc from 'fast-check';
import { LogicEngine } from 'json-logic-engine';
import { describe, expect, it } from 'vitest';
import {
  compile,
  compileAudience,
  explain,
  faultsOf,
  missingIn,
  RuleError,
} from '../../collector/src/campaigns/logic.ts';
import type { Json } from '../../sdk/src/message.ts';
import { runs } from './runs.ts';

const COMPARISONS = ['<', '<=', '>', '>=', '==', '!=', '===', '!=='];
const KEYS = ['a', 'b', 'c', 'list', 'items', 'nested.a', 'nested.list', 'gone'];

const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.integer({ min: -3, max: 9 }),
  fc.constantFrom<Json>(0.5, '', '0', '7', 'a', 'shoes', true, false, null),
);
const values: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 4 }) },
);
const fields = { a: values, b: values, c: values, list: fc.array(scalar, { maxLength: 4 }) };
const record = fc.record(fields, { requiredKeys: [] });
const data = fc
  .record({ ...fields, items: fc.array(record, { maxLength: 3 }), nested: record }, { requiredKeys: [] })
  // fast-check's records inherit from nothing, unlike JSON's.
  .map((made): Json => JSON.parse(JSON.stringify(made)));

/** Rules of every operator that both engines have. */
const { rule } = fc.letrec<{ rule: Json; operand: Json; list: Json }>((tie) => {
  const operand = tie('operand');
  const of = (op: string, ...args: fc.Arbitrary<Json>[]) =>
    fc.tuple(...args).map((list): Json => ({ [op]: list }));
  const many = (op: string, minLength: number) =>
    fc.array(operand, { minLength, maxLength: 3 }).map((list): Json => ({ [op]: list }));
  const read = fc.constantFrom(...KEYS).map((path): Json => ({ var: path }));
  const keys = fc.constantFrom(...KEYS).map((path): Json => ({ val: path.split('.') }));
  // The engine takes a missing list for an empty one, the public suites for an error.
  const there = tie('list').map((list): Json => ({ '??': [list, []] }));
  const number = fc.oneof(
    fc.integer({ min: 0, max: 3 }) as fc.Arbitrary<Json>,
    of('+', operand, fc.constant(1)),
  );
  const body = fc.oneof(
    tie('rule'),
    fc.constant<Json>({ var: '' }),
    of('>', fc.constant<Json>({ var: '' }), scalar),
  );
  const sum: fc.Arbitrary<Json> = fc.constant({ '+': [{ var: 'current' }, { var: 'accumulator' }] });
  return {
    list: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<Json>({ var: 'list' }, { var: 'items' }, { val: ['nested', 'list'] }),
      fc.array(scalar, { maxLength: 3 }) as fc.Arbitrary<Json>,
      of('filter', tie('list'), body),
      of('map', tie('list'), body),
      many('merge', 0),
    ),
    operand: fc.oneof({ depthSize: 'small', withCrossShrink: true }, read, scalar, keys, tie('rule')),
    rule: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      ...COMPARISONS.map((op) => of(op, operand, operand)),
      // In chains the engine compares also text as numbers.
      ...COMPARISONS.map((op) => of(op, number, number, number)),
      of('cat', operand, operand),
      ...['and', 'or', 'if', '??'].map((op) => many(op, 1)),
      ...['+', '*', '%', 'min', 'max'].map((op) => many(op, 0)),
      // Of the negative of a text one of the engine's interpreters makes NaN, the other an error.
      many('-', 2),
      of('-', number),
      // The engine gives -Infinity for -1 by zero.
      of('/', operand, fc.constantFrom(2, -3)),
      of('!', operand),
      of('!!', operand),
      of('in', scalar, tie('list')),
      ...['some', 'all', 'none'].map((op) => of(op, there, body)),
      of('reduce', tie('list'), sum, fc.constant(0)),
      of('try', tie('rule'), operand),
      of('missing', fc.constantFrom(...KEYS), fc.constantFrom(...KEYS)),
      of('var', fc.constantFrom(...KEYS), scalar),
    ),
  };
});

type Outcome = { value: unknown } | { error: true };

function outcome(run: () => unknown): Outcome {
  try {
    // As JSON, where zero has no sign.
    return { value: JSON.parse(JSON.stringify(run() ?? null)) };
  } catch {
    return { error: true };
  }
}

/**
 * What json-logic-engine 5 makes of a rule. It has two interpreters, of which the optimising one throws for constant
 * parts that no evaluation would reach. An empty object is made true, as the public suites have it.
 */
function outcomesOfEngine(rule: Json, data: Json): Outcome[] {
  return [false, true].map((disableInterpretedOptimization) => {
    const engine = new LogicEngine(undefined, { disableInterpretedOptimization });
    engine.truthy = (value: unknown) => (Array.isArray(value) ? value.length > 0 : Boolean(value));
    return outcome(() => engine.run(rule, data));
  });
}

describe('a rule', () => {
  it('has the value that json-logic-engine gives it', () => {
    fc.assert(
      fc.property(rule, data, (r, d) => {
        expect(outcomesOfEngine(r, d)).toContainEqual(outcome(() => compile(r)(d)));
      }),
      runs(1_000),
    );
  });

  it('throws nothing but typed errors, and leaves the data alone', () => {
    fc.assert(
      fc.property(rule, data, (r, d) => {
        const before = JSON.stringify(d);
        try {
          compile(r)(d);
        } catch (error) {
          expect(error).toBeInstanceOf(RuleError);
        }
        expect(JSON.stringify(d)).toBe(before);
        expect(faultsOf(r)).toEqual([]);
      }),
      runs(500),
    );
  });
});

describe('an audience', () => {
  it('never holds together with its opposite, and both are unknown together', () => {
    fc.assert(
      fc.property(rule, data, (r, d) => {
        const is = compileAudience(r)(d);
        expect(compileAudience({ '!': [r] })(d)).toBe(is === null ? null : !is);
      }),
      runs(1_000),
    );
  });

  it('is explained as it was decided', () => {
    fc.assert(
      fc.property(rule, data, (r, d) => {
        const trace = explain(r, d);
        expect(trace.result).toBe(compileAudience(r)(d));
        expect(missingIn(trace) === null).toBe(trace.result !== null);
        expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
      }),
      runs(1_000),
    );
  });

  it('that knows everything is the plain rule', () => {
    const full = fc.record({
      ...{ a: fc.integer(), b: fc.integer({ min: -2, max: 2 }), c: fc.integer() },
      list: fc.array(fc.integer(), { minLength: 1, maxLength: 4 }),
    });
    const whole = fc.constantFrom<Json>({ var: 'a' }, { var: 'b' }, { val: ['c'] }, 1, -1);
    const numeric = fc.letrec<{ rule: Json }>((tie) => ({
      rule: fc.oneof(
        { depthSize: 'small' },
        ...['<', '>=', '==', '!==', '+', '-', '*'].map((op) =>
          fc.tuple(whole, whole).map((args): Json => ({ [op]: args })),
        ),
        ...['and', 'or', 'if'].map((op) =>
          fc.array(tie('rule'), { minLength: 3, maxLength: 3 }).map((args): Json => ({ [op]: args })),
        ),
        fc.tuple(tie('rule')).map((args): Json => ({ '!': args })),
      ),
    })).rule;
    fc.assert(
      fc.property(numeric, full, (r, d) => {
        expect(compileAudience(r)(d)).toBe(compileAudience(compile(r)(d) as Json)(null));
      }),
      runs(500),
    );
  });
});

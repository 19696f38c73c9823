import fc from 'fast-check';
import { LogicEngine } from 'json-logic-engine';
import { describe, expect, it } from 'vitest';
import {
  compile,
  compileAudience,
  explain,
  faultsOf,
  missingIn,
} from '../../collector/src/campaigns/logic.ts';
import type { Json } from '../../sdk/src/message.ts';
import { runs } from './runs.ts';

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
const data: fc.Arbitrary<Json> = fc.record(
  { ...fields, items: fc.array(record, { maxLength: 3 }), nested: record },
  { requiredKeys: [] },
) as fc.Arbitrary<Json>;

/** Rules of every operator that both engines have. */
const { rule } = fc.letrec<{ rule: Json; operand: Json; list: Json }>((tie) => {
  const operand = tie('operand');
  const of = (op: string, ...args: fc.Arbitrary<Json>[]) =>
    fc.tuple(...args).map((list): Json => ({ [op]: list }));
  const many = (op: string, minLength: number) =>
    fc.array(operand, { minLength, maxLength: 3 }).map((list): Json => ({ [op]: list }));
  const read = fc.constantFrom(...KEYS).map((path): Json => ({ var: path }));
  const keys = fc.constantFrom(...KEYS).map((path): Json => ({ val: path.split('.') }));
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
      of('==', operand, operand),
      ...['<', '<=', '>', '>=', '==', '!=', '===', '!=='].map((op) => many(op, 2)),
      ...['and', 'or', 'if', '??', 'cat'].map((op) => many(op, 1)),
      ...['+', '*', '-', '%', '/', 'min', 'max'].map((op) => many(op, 0)),
      of('!', operand),
      of('!!', operand),
      of('in', scalar, tie('list')),
      ...['some', 'all', 'none'].map((op) => of(op, tie('list'), body)),
      of('reduce', tie('list'), sum, fc.constant(0)),
      of('try', tie('rule'), operand),
      of('missing', fc.constantFrom(...KEYS), fc.constantFrom(...KEYS)),
      of('exists', fc.constantFrom('a', 'nested', 'gone'), fc.constantFrom('a', 'list')),
      of('var', fc.constantFrom(...KEYS), scalar),
    ),
  };
});

type Outcome = { value: unknown } | { error: unknown };

function outcome(run: () => unknown): Outcome {
  try {
    return { value: run() };
  } catch (error) {
    if (Number.isNaN(error)) return { error: 'NaN' };
    const { type, message } = error as { type?: unknown; message?: unknown };
    return { error: type ?? message };
  }
}

/**
 * json-logic-engine 5 made to agree with the public suites where it does not: an empty object is true. Without its
 * optimiser, which throws for constant parts that no evaluation would reach.
 */
function engine(): LogicEngine {
  const made = new LogicEngine(undefined, { disableInterpretedOptimization: true });
  made.truthy = (value: unknown) => (Array.isArray(value) ? value.length > 0 : Boolean(value));
  return made;
}

/**
 * Not compared:
 * - what the suites define and the engine does not do: null or anything else that is no list for an iterator, null
 *   for its body (`Invalid Arguments`), zero without a sign;
 * - what JavaScript throws from inside the engine, such as `in` of a number.
 */
function comparable(ours: Outcome, theirs: Outcome): boolean {
  if ('error' in ours && ours.error === 'Invalid Arguments') return 'error' in theirs;
  return !('error' in theirs && !['NaN', 'Invalid Arguments'].includes(String(theirs.error)));
}

const unsigned = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

describe('a rule', () => {
  it('has the value that json-logic-engine gives it', () => {
    let compared = 0;
    fc.assert(
      fc.property(rule, data, (r, d) => {
        const ours = outcome(() => compile(r)(d));
        const theirs = outcome(() => engine().run(r, d));
        if (!comparable(ours, theirs)) return;
        compared++;
        expect(unsigned(ours)).toEqual(unsigned(theirs));
      }),
      runs(1_000),
    );
    expect(compared).toBeGreaterThan(700);
  });

  it('throws nothing but typed errors, and leaves the data alone', () => {
    fc.assert(
      fc.property(rule, data, (r, d) => {
        const before = JSON.stringify(d);
        const result = outcome(() => compile(r)(d));
        if ('error' in result) expect(['NaN', 'Invalid Arguments']).toContain(result.error);
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

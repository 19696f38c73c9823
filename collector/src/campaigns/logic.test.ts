import { describe, expect, test } from 'vitest';
import type { Json } from '../../../sdk/src/message.ts';
import { compile, compileAudience, explain, faultsOf, LimitError, missingIn, pathsIn } from './logic.ts';

/** The value of a rule, or the type of its error. */
function run(rule: Json, data: unknown = null): unknown {
  try {
    return compile(rule)(data);
  } catch (error) {
    return { error: (error as { type?: unknown }).type };
  }
}

const item = { var: '' };
const NAN = { error: 'NaN' };
const INVALID = { error: 'Invalid Arguments' };

describe('a rule means here what it means to every JsonLogic engine', () => {
  const cases: [name: string, rule: Json, data: unknown, expected: unknown][] = [
    ['an empty object is true', { '!!': [{}] }, null, true],
    ['an empty list is false', { if: [{ var: 'a' }, 1, 2] }, { a: [] }, 2],
    ['"0" is true', { '!': ['0'] }, null, false],
    ['and of nothing is false', { and: [] }, null, false],
    ['or of nothing is false', { or: [] }, null, false],
    ['and gives the value that decides', { and: [1, 0, { throw: 'late' }] }, null, 0],
    ['or gives the value that decides', { or: [0, 'a', { throw: 'late' }] }, null, 'a'],
    ['and needs a list', { and: true }, null, INVALID],
    ['a condition without a branch is its own value', { if: ['a'] }, null, 'a'],
    ['else if', { if: [0, 'a', '', 'b', 'c'] }, null, 'c'],
    ['no branch at all', { '?:': [false, 'a'] }, null, null],
    ['the first that is not null', { '??': [null, { var: 'a' }, false, 1] }, {}, false],

    ['comparison of three', { '<': [1, { var: 'a' }, 3] }, { a: 2 }, true],
    ['comparison stops early', { '<': [3, 2, { throw: 'late' }] }, null, false],
    ['comparison of one', { '<': [1] }, null, INVALID],
    ['comparison of a computed list', { '<': { preserve: [1, 2] } }, null, INVALID],
    ['text that is a number', { '<': ['5', 30] }, null, true],
    ['text and text', { '<': ['10', '9'] }, null, true],
    ['text that is no number', { '==': [1, 'A'] }, null, NAN],
    ['a list is no number', { '>': [{ var: 'a' }, 5] }, { a: [6] }, NAN],
    ['null is zero', { '==': [null, 0] }, null, true],
    ['null is no text', { '==': [null, ''] }, null, false],
    ['strict equality of kinds', { '===': [1, '1'] }, null, false],

    ['sum of kinds', { '+': [1, '2', true, null, ''] }, null, 4],
    ['sum of a list in the data', { '+': { var: 'a' } }, { a: [1, 2, 3] }, 6],
    ['sum of nothing', { '+': [] }, null, 0],
    ['product of nothing', { '*': [] }, null, 1],
    ['difference of nothing', { '-': [] }, null, INVALID],
    ['negation', { '-': '1' }, null, -1],
    ['reciprocal', { '/': 2 }, null, 0.5],
    ['division by zero', { '/': [8, 2, 0] }, null, NAN],
    ['remainder of one', { '%': 1 }, null, INVALID],
    ['remainder keeps the sign', { '%': [-8, 3] }, null, -2],
    ['beyond what JSON can say', { '*': [1e308, 10] }, null, NAN],
    ['the greatest', { max: [1, { '+': '3' }, 2] }, null, 3],
    ['the greatest of text', { max: [2, '3'] }, null, INVALID],
    ['the least of nothing', { min: [] }, null, INVALID],

    ['text from kinds', { cat: ['a', 1, true, null, [2, [3]], {}] }, null, 'a1true2,3[object Object]'],
    ['text from a list in the data', { cat: { var: 'a' } }, { a: ['b', 'c'] }, 'bc'],
    ['part of a number', { substr: [42, 0, 1] }, null, '4'],
    ['part from the end', { substr: ['jsonlogic', -5, -2] }, null, 'log'],
    ['part from before the start', { substr: ['test', -10, 1] }, null, 't'],
    ['in text', { in: ['Spring', 'Springfield'] }, null, true],
    ['in a list', { in: [2, { var: 'a' }] }, { a: [1, 2] }, true],
    ['in nothing', { in: ['a', null] }, null, false],
    ['in a number', { in: ['a', 5] }, null, INVALID],
    ['starts_with', { starts_with: [{ var: 'a' }, 'ab'] }, { a: 'abc' }, true],
    ['startsWith', { startsWith: ['abc', 'b'] }, null, false],
    ['ends_with', { ends_with: ['abc', 'bc'] }, null, true],
    ['endsWith', { endsWith: ['abc', 'ab'] }, null, false],
    ['nothing starts with anything', { starts_with: [null, ''] }, null, false],
    ['a number starts with nothing', { starts_with: [12, '1'] }, null, INVALID],
    ['length of text', { length: { var: 'a' } }, { a: 'abc' }, 3],
    ['length of a list', { length: { var: 'a' } }, { a: [[1], [2]] }, 2],
    ['length of nothing', { length: { var: 'a' } }, {}, INVALID],

    ['merge keeps null', { merge: [[1], null, 2, [[3]]] }, null, [1, null, 2, [3]]],
    ['map', { map: [{ var: 'a' }, { '*': [item, 2] }] }, { a: [1, 2] }, [2, 4]],
    ['map of a missing list', { map: [{ var: 'a' }, item] }, {}, []],
    ['map of null', { map: [null, item] }, null, INVALID],
    ['map by null', { map: [[1], null] }, null, INVALID],
    ['map of text', { map: ['ab', item] }, null, INVALID],
    ['filter', { filter: [[0, 1, '', 'a', [], {}], item] }, null, [1, 'a', {}]],
    ['reduce', { reduce: [[1, 2], { '+': [{ var: 'current' }, { var: 'accumulator' }] }, 5] }, null, 8],
    [
      'reduce without a start',
      { reduce: [[1, 2], { '-': [{ var: 'current' }, { var: 'accumulator' }] }] },
      null,
      1,
    ],
    ['reduce of a missing list', { reduce: [{ var: 'a' }, 0, 42] }, {}, 42],
    ['some', { some: [[1, 2], { '>': [item, 1] }] }, null, true],
    ['some of a missing list', { some: [{ var: 'a' }, item] }, {}, INVALID],
    ['all of nothing', { all: [[], item] }, null, false],
    ['all by null', { all: [[1], null] }, null, false],
    ['none by null', { none: [[1], null] }, null, true],
    ['none of nothing', { none: [[], item] }, null, true],

    ['a path with dots', { var: 'a.b.0' }, { a: { b: ['c'] } }, 'c'],
    ['a key with a dot', { var: 'a\\.b' }, { 'a.b': 1 }, 1],
    ['a default for what is missing', { var: ['a.b', 7] }, { a: null }, 7],
    ['no default for null', { var: ['a', 7] }, { a: null }, null],
    ['everything', { var: '' }, 5, 5],
    ['a computed path', { var: { cat: ['a', '.b'] } }, { a: { b: 1 } }, 1],
    ['val reads keys as they are', { val: ['a.b', '', 0] }, { 'a.b': { '': [3] } }, 3],
    ['val reads everything', { val: [] }, { a: 1 }, { a: 1 }],
    ['the index', { map: [['a'], { val: [[1], 'index'] }] }, null, [0]],
    ['around a list', { map: [[1], { '+': [item, { val: [[2], 'b'] }] }] }, { b: 4 }, [5]],
    ['around two lists', { map: [[1], { map: [[2], { val: [[-4], 'b'] }] }] }, { b: 4 }, [[4]]],
    ['around a list by var', { map: [[1], { var: '../../b' }] }, { b: 4 }, [4]],
    ['beyond the root', { val: [[2], 'b'] }, { b: 4 }, null],
    ['null exists', { exists: ['a', 'b'] }, { a: { b: null } }, true],
    ['what does not exist', { exists: 'b' }, { a: 1 }, false],
    ['missing', { missing: ['a', 'b.c'] }, { a: 1, b: {} }, ['b.c']],
    ['missing from a computed list', { missing: { merge: ['a', ['b']] } }, { a: 1 }, ['b']],
    ['enough are there', { missing_some: [1, ['a', 'b']] }, { a: 1 }, []],
    ['not enough are there', { missing_some: [2, ['a', 'b', 'c']] }, { a: 1 }, ['b', 'c']],

    ['an error', { throw: 'a' }, null, { error: 'a' }],
    ['an error that is an object', { throw: { var: 'a' } }, { a: { type: 'b' } }, { error: 'b' }],
    ['an error that is caught', { try: [{ throw: 'a' }, { val: 'type' }] }, null, 'a'],
    ['NaN that is caught', { try: [{ '/': [1, 0] }, { var: 'type' }] }, null, 'NaN'],
    ['the data beside a caught error', { try: [{ throw: 'a' }, { val: [[2], 'b'] }] }, { b: 1 }, 1],
    ['errors one after the other', { try: [{ throw: 'a' }, { throw: 'b' }] }, null, { error: 'b' }],
    ['an unknown operator', { nope: [1] }, null, { error: 'Unknown Operator' }],
    ['an unknown operator that is not reached', { or: [true, { nope: 1 }] }, null, true],
    ['two operators in one object', { '+': 1, '-': 1 }, null, { error: 'Unknown Operator' }],
    ['preserve', { preserve: { '+': [1, 2] } }, null, { '+': [1, 2] }],
    ['log gives what it is given', { log: { var: 'a' } }, { a: 1 }, 1],
    ['a list of rules', [1, { var: 'a' }], { a: 2 }, [1, 2]],
  ];
  test.each(cases)('%s', (_name, rule, data, expected) => {
    expect(run(rule, data)).toEqual(expected);
  });

  test('zero keeps its sign, in data and after arithmetic', () => {
    expect(run({ '-': [{ var: 'a' }] }, { a: 0 })).toBe(-0);
    expect(run({ '*': [0, -1] }, null)).toBe(-0);
    expect(run({ var: 'a' }, { a: -0 })).toBe(-0);
  });

  test('an error is an Error', () => {
    expect(() => compile({ throw: 'a' })({})).toThrow(Error);
  });
});

describe('a rule reads nothing but the data', () => {
  test.each(['constructor', '__proto__', 'toString', 'a.constructor.name', 'hasOwnProperty', 'list.map'])(
    '%s',
    (path) => {
      const data = { a: {}, list: [1] };
      expect(run({ var: path }, data)).toBeNull();
      expect(run({ val: path.split('.') }, data)).toBeNull();
      expect(run({ exists: path.split('.') }, data)).toBe(false);
      expect(run({ missing: [path] }, data)).toEqual([path]);
      expect(run({ '===': [{ var: path }, null] }, data)).toBe(true);
      expect(run({ var: { cat: path } }, data)).toBeNull();
    },
  );

  test('names of prototypes that are keys of the data are data', () => {
    const data = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}');
    expect(run({ var: '__proto__.a' }, data)).toBe(1);
    expect(run({ val: 'constructor' }, data)).toBe(2);
  });

  test('functions are no data', () => {
    expect(run({ var: 'a' }, { a: () => 1 })).toBeNull();
    expect(run({ val: ['a', 'name'] }, { a: () => 1 })).toBeNull();
  });
});

describe('no rule keeps the collector busy', () => {
  const nested = (depth: number): Json => {
    let rule: Json = true;
    for (let level = 0; level < depth; level++) rule = { '!': [rule] };
    return rule;
  };
  const types = (rule: Json, limits = {}) => {
    try {
      return run(compile(rule, limits)({}) as Json);
    } catch (error) {
      expect(error).toBeInstanceOf(LimitError);
      return (error as LimitError).type;
    }
  };

  test('nested 20,000 deep', () => {
    expect(types(nested(20_000))).toBe('Too Deep');
    expect(types(nested(64))).toBe(true);
    expect(types(nested(65))).toBe('Too Deep');
    expect(() => compileAudience(nested(20_000))).toThrow(LimitError);
    expect(() => explain(nested(20_000), {})).toThrow(LimitError);
  });

  test('a million parts', () => {
    expect(types(Array.from({ length: 1_000_000 }, () => 1))).toBe('Too Large');
    expect(types({ in: [1, Array.from({ length: 1_900 }, () => 1)] })).toBe(true);
  });

  const list = Array.from({ length: 30 }, (_, index) => index);
  const twice = { cat: [{ var: 'accumulator' }, { var: 'accumulator' }] };

  test('text that doubles with every element', () => {
    expect(types({ reduce: [list, twice, 'x'] })).toBe('Output Too Long');
  });

  test('lists that double with every element', () => {
    const both = { merge: [{ var: 'accumulator' }, { var: 'accumulator' }] };
    expect(types({ reduce: [list, both, [1]] })).toBe('Output Too Long');
    const four = { map: [list, { map: [list, { map: [list, { map: [list, 1] }] }] }] };
    expect(types(four, { steps: 10_000_000 })).toBe('Output Too Long');
  });

  test('lists in lists', () => {
    const four = { all: [list, { all: [list, { all: [list, { all: [list, true] }] }] }] };
    expect(types(four)).toBe('Too Many Steps');
    expect(types(four, { steps: 10_000_000 })).toBe(true);
  });

  test('a list that is too long', () => {
    const rule = { some: [{ var: 'a' }, item] };
    expect(() => compile(rule)({ a: Array(10_001).fill(0) })).toThrow('List Too Long');
    expect(compile(rule)({ a: Array(10_000).fill(0) })).toBe(false);
    expect(() => compile({ '+': { var: 'a' } })({ a: Array(10_001).fill(0) })).toThrow('List Too Long');
  });

  test('try catches no limit', () => {
    expect(types({ try: [{ reduce: [list, twice, 'x'] }, true] })).toBe('Output Too Long');
  });

  test('each evaluation has the limits for itself', () => {
    const rule = compile({ all: [list, { '>=': [item, 0] }] }, { steps: 100 });
    for (let time = 0; time < 10; time++) expect(rule({})).toBe(true);
  });

  test('an audience beyond a limit is unknown, and says which', () => {
    const rule = { '===': [{ reduce: [list, twice, 'x'] }, 'x'] };
    expect(compileAudience(rule)({})).toBeNull();
    expect(explain(rule, {})).toMatchObject({ result: null, unknown: 'limit: Output Too Long' });
  });
});

describe('what is not known shows no popup', () => {
  const young: Json = { '<': [{ var: 'visitor.traits.age' }, 30] };
  const nobody = { visitor: { traits: {} } };
  const yes: Json = true;
  const no: Json = false;

  const cases: [rule: Json, data: unknown, expected: boolean | null][] = [
    [young, nobody, null],
    [{ '!': [young] }, nobody, null],
    [{ '!!': [young] }, nobody, null],
    [young, { visitor: { traits: { age: null } } }, null],
    [young, { visitor: { traits: { age: 'old' } } }, null],
    [young, { visitor: { traits: { age: 29 } } }, true],
    [young, null, null],

    [{ and: [young, yes] }, nobody, null],
    [{ and: [yes, young] }, nobody, null],
    [{ and: [young, no] }, nobody, false],
    [{ and: [no, young] }, nobody, false],
    [{ or: [young, yes] }, nobody, true],
    [{ or: [yes, young] }, nobody, true],
    [{ or: [young, no] }, nobody, null],
    [{ or: [no, young] }, nobody, null],
    [{ and: [young, young] }, nobody, null],
    [{ if: [young, yes, yes] }, nobody, null],
    [{ if: [yes, young, yes] }, nobody, null],
    [{ if: [no, young, yes] }, nobody, true],
    [{ '??': [{ var: 'a' }, true] }, nobody, true],
    [{ try: [{ '<': ['a', 1] }, true] }, nobody, true],
    [{ try: [young, true] }, nobody, null],

    [{ '<=': [18, { var: 'age' }, 65] }, {}, null],
    [{ '<': [18, { var: 'age' }, 5] }, {}, null],
    [{ '<': [9, 5, { var: 'age' }] }, {}, false],
    [{ '<': [{ var: 'age' }, 9, 5] }, {}, false],
    [{ '>': [{ '+': [{ var: 'a' }, 1] }, 0] }, {}, null],
    [{ '>': [{ '+': { var: 'a' } }, 0] }, { a: [1, null] }, null],
    [{ '>': [{ max: [{ var: 'a' }, 1] }, 0] }, {}, null],
    [{ '>': [{ length: { var: 'a' } }, 0] }, {}, null],
    [{ '<': [null, 1] }, {}, true],

    [{ '===': [{ var: 'plan' }, 'gold'] }, {}, false],
    [{ '!==': [{ var: 'plan' }, 'gold'] }, {}, true],
    [{ '!=': [{ var: 'plan' }, 'gold'] }, {}, true],
    [{ '==': [{ var: 'orders' }, 0] }, {}, false],
    [{ '!=': [{ var: 'orders' }, 0] }, {}, true],
    [{ '==': [{ var: 'orders' }, null] }, {}, true],
    [{ '==': [{ var: 'orders' }, 0] }, { orders: 'many' }, null],
    [{ in: [{ var: 'plan' }, ['gold']] }, {}, false],
    [{ '!': { in: ['vip', { var: 'segments' }] } }, {}, true],
    [{ in: ['vip', { var: 'segments' }] }, { segments: 5 }, null],
    [{ starts_with: [{ var: 'path' }, '/a'] }, {}, false],
    [{ '!': { startsWith: [{ var: 'path' }, '/a'] } }, {}, true],
    [{ starts_with: [{ var: 'path' }, '/a'] }, { path: 5 }, null],
    [{ '!': { var: 'identified' } }, {}, true],

    [{ some: [{ var: 'items' }, { '>': [{ var: 'price' }, 5] }] }, {}, false],
    [{ none: [{ var: 'items' }, { '>': [{ var: 'price' }, 5] }] }, {}, true],
    [{ all: [{ var: 'items' }, { '>': [{ var: 'price' }, 5] }] }, {}, false],
    [{ some: [{ var: 'items' }, { '>': [{ var: 'price' }, 5] }] }, { items: [{}, { price: 9 }] }, true],
    [{ some: [{ var: 'items' }, { '>': [{ var: 'price' }, 5] }] }, { items: [{}, { price: 1 }] }, null],
    [{ none: [{ var: 'items' }, { '>': [{ var: 'price' }, 5] }] }, { items: [{}, { price: 1 }] }, null],
    [{ none: [{ var: 'items' }, { '>': [{ var: 'price' }, 5] }] }, { items: [{}, { price: 9 }] }, false],
    [{ all: [{ var: 'items' }, { '>': [{ var: 'price' }, 5] }] }, { items: [{}, { price: 9 }] }, null],
    [{ all: [{ var: 'items' }, { '>': [{ var: 'price' }, 5] }] }, { items: [{}, { price: 1 }] }, false],
    [{ some: [{ var: 'items' }, item] }, { items: 'none' }, null],
    [{ '<': [{ '+': { map: [{ var: 'items' }, { var: 'price' }] } }, 5] }, {}, true],
    [
      { '<': [{ '+': { map: [{ var: 'items' }, { '*': [{ var: 'price' }, 2] }] } }, 5] },
      { items: [{}] },
      null,
    ],

    [{ throw: 'a' }, {}, null],
    [{ nope: 1 }, {}, null],
    [{ var: 'list' }, { list: [] }, false],
    [{ var: 'list' }, { list: {} }, true],
    [true, {}, true],
  ];
  test.each(cases)('%j on %j', (rule, data, expected) => {
    expect(compileAudience(rule)(data)).toBe(expected);
    expect(explain(rule, data).result).toBe(expected);
    const opposite = expected === null ? null : !expected;
    expect(compileAudience({ '!': [rule] })(data)).toBe(opposite);
  });
});

describe('a marketer learns why', () => {
  const rule: Json = {
    and: [
      { '>=': [{ var: 'cart.value' }, 50] },
      { '<': [{ var: 'visitor.traits.age' }, 30] },
      { some: [{ var: 'cart.items' }, { '===': [{ var: 'category' }, 'shoes'] }] },
    ],
  };
  const data = { cart: { value: 20, items: [{ category: 'hats' }] }, visitor: { traits: {} } };

  test('each condition is there, also after the one that decided', () => {
    expect(explain(rule, data)).toEqual({
      op: 'and',
      result: false,
      children: [
        { op: '>=', path: 'cart.value', actual: 20, want: 50, result: false },
        {
          op: '<',
          path: 'visitor.traits.age',
          actual: null,
          want: 30,
          result: null,
          unknown: 'missing: visitor.traits.age',
        },
        {
          op: 'some',
          result: false,
          children: [
            { op: 'var', path: 'cart.items', result: [{ category: 'hats' }] },
            { op: '===', path: 'cart.items[].category', actual: 'hats', want: 'shoes', result: false },
          ],
        },
      ],
    });
  });

  test.each<[string | null, unknown]>([
    [null, data],
    ['missing: visitor.traits.age', { ...data, cart: { value: 60, items: [{ category: 'shoes' }] } }],
    [
      'type: cart.value',
      { cart: { value: 'much', items: [{ category: 'shoes' }] }, visitor: { traits: { age: 5 } } },
    ],
    ['type: cart.items', { cart: { value: 60, items: 'many' }, visitor: { traits: { age: 5 } } }],
  ])('%s', (reason, about) => {
    expect(missingIn(explain(rule, about))).toBe(reason);
  });

  test('what is missing inside a list', () => {
    const cheap: Json = { some: [{ var: 'cart.items' }, { '<': [{ var: 'price' }, 5] }] };
    expect(missingIn(explain(cheap, { cart: { items: [{}] } }))).toBe('missing: cart.items[].price');
  });

  test('long data make no long trace', () => {
    const long = { text: 'x'.repeat(100_000), list: Array(9_000).fill({ a: 'y'.repeat(1_000) }) };
    const parts: Json = { or: Array.from({ length: 300 }, () => ({ '>': [{ var: 'a' }, { var: 'b' }] })) };
    const every: Json = {
      and: [{ in: [{ var: 'text' }, { var: 'list' }] }, { all: [{ var: 'list' }, { var: 'a' }] }],
    };
    expect(JSON.stringify(explain(every, long)).length).toBeLessThan(30_000);
    const many = JSON.stringify(explain(parts, {}));
    expect(many.length).toBeLessThan(60_000);
    expect(many).toContain('…');
  });
});

describe('a draft that could never be evaluated is not published', () => {
  test.each<[Json, string[]]>([
    [{ and: [{ '>': [{ var: 'a' }, 1] }, { '/': [1, 2] }] }, []],
    [{ and: [true, { nope: [1] }] }, ['/and/1/nope']],
    [{ '/': [{ nope: 1 }, 2] }, ['/~1/0/nope']],
    [{ a: 1, b: 2 }, ['']],
    [{ and: true }, ['/and']],
    [{ some: [{ var: 'a' }, { rm: 1 }] }, ['/some/1/rm']],
    [{ preserve: { rm: 1 } }, []],
    [{ var: 'a.__proto__.b' }, ['/var']],
    [{ val: ['constructor', 'name'] }, ['/val']],
    [{ '!': { exists: 'prototype' } }, ['/!/exists']],
    [{ missing: ['a', 'constructor'] }, ['/missing/1']],
    [{ missing_some: [1, ['a', '__proto__']] }, ['/missing_some/1/1']],
    [{ var: ['a', { nope: 1 }] }, ['/var/1/nope']],
  ])('%j', (rule, pointers) => {
    expect(faultsOf(rule).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  test('it is too deep or too large', () => {
    let deep: Json = 1;
    for (let level = 0; level < 20_000; level++) deep = { '!': deep };
    expect(faultsOf(deep)).toEqual([{ pointer: '', message: 'The rule is nested deeper than 64 levels.' }]);
    expect(faultsOf([1, 2, 3], { nodes: 3 })).toEqual([
      { pointer: '', message: 'The rule has more than 3 parts.' },
    ]);
    expect(pathsIn(deep)).toEqual([]);
  });
});

test('the store keeps every fact that an audience reads', () => {
  const rule: Json = {
    and: [
      { '>': [{ var: ['facts.views', 0] }, 1] },
      { exists: ['visitor', 'traits', 'a.b'] },
      { missing: ['x', 'y.z'] },
      {
        some: [{ val: ['cart', 'items'] }, { '===': [{ var: 'category' }, { val: [[2], 'page', 'type'] }] }],
      },
      {
        reduce: [{ filter: [{ var: 'cart.items' }, { var: 'sku' }] }, { var: 'current.price' }, { var: 'n' }],
      },
      { map: [{ merge: [{ var: 'l' }] }, { '+': [{ var: 'hidden' }, { var: { var: 'computed' } }] }] },
      { in: [1, { preserve: { var: 'no' } }] },
    ],
  };
  expect(pathsIn(rule).map(({ path }) => path)).toEqual([
    'facts.views',
    'visitor.traits.a\\.b',
    'x',
    'y.z',
    'cart.items',
    'cart.items[].category',
    'page.type',
    'cart.items',
    'cart.items[].sku',
    'cart.items[].price',
    'n',
    'l',
  ]);
  expect(pathsIn(rule)[0]).toEqual({ path: 'facts.views', pointer: '/and/0/>/0/var' });
});

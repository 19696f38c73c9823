import { describe, expect, it } from 'vitest';
import { type FactDeclaration, factDeclaration, factDeclarations, factKey } from './fact-declaration.ts';

describe('a fact that would do something else than its author believes', () => {
  const count = { agg: 'count', event: 'view_item' };
  it.each([
    [{ agg: 'median', event: 'x' }, 'must be one of count, sum'],
    [{ ...count, event: '' }, 'must name an event'],
    [{ ...count, prop: 'value' }, 'Unrecognized key: "prop"'],
    [{ ...count, within: '7d' }, 'must be a duration such as P7D'],
    [{ ...count, within: 'P0D' }, 'must be longer than nothing'],
    [{ ...count, within: 'P401D' }, 'must be at most 400 days'],
    [{ ...count, within: 'PT169H' }, 'must be at most 168 hours (PT168H); for longer, give whole days'],
    [{ agg: 'sum', event: 'purchase', prop: 'items..price' }, 'must be the path of a property'],
    [{ agg: 'sequence', steps: ['view_item'] }, 'must have at least 2 steps; for one, use count'],
    [{ agg: 'sequence', steps: Array(11).fill('view_item') }, 'must have at most 10 steps'],
    [{ agg: 'sequence', steps: ['view_item', { name: 'x' }] }, 'must be the name of an event'],
  ])('is refused: %j', (declaration, message) => {
    expect(factDeclaration.safeParse(declaration).error?.issues[0]?.message).toContain(message);
  });

  it('is refused for its name', () => {
    expect(factDeclarations.safeParse({ 'views.7d': count }).success).toBe(false);
    expect(factDeclarations.safeParse({ views7d: count }).success).toBe(true);
  });
});

describe('the state of a fact', () => {
  const key = (declaration: FactDeclaration, zone = 'Europe/Berlin') => factKey(declaration, zone);

  it('is shared by those who mean the same', () => {
    expect(key({ agg: 'count', event: 'x', within: 'P7D' })).toBe(
      key({ within: 'P1W', event: 'x', where: true, agg: 'count' }),
    );
    expect(key({ agg: 'sequence', steps: ['a', 'b'] })).toBe(
      key({ agg: 'sequence', steps: [{ event: 'a' }, 'b'] }),
    );
    expect(key({ agg: 'count', event: 'x', where: { a: 1, b: 2 } })).toBe(
      key({ agg: 'count', event: 'x', where: { b: 2, a: 1 } }),
    );
    expect(key({ agg: 'count', event: 'x', within: 'PT1H' }, 'UTC')).toBe(
      key({ agg: 'count', event: 'x', within: 'PT60M' }),
    );
  });

  it('is not shared by those who mean something else', () => {
    const declarations: FactDeclaration[] = [
      { agg: 'count', event: 'x' },
      { agg: 'count', event: 'y' },
      { agg: 'count', event: 'x', within: 'P1D' },
      { agg: 'count', event: 'x', within: 'PT24H' },
      { agg: 'count', event: 'x', where: { '===': [{ var: 'a' }, 1] } },
      { agg: 'count', event: 'x', where: { '===': [{ var: 'a' }, '1'] } },
      { agg: 'sum', event: 'x', prop: 'a' },
      { agg: 'sum', event: 'x', prop: 'b' },
      { agg: 'sequence', steps: ['a', 'b'] },
      { agg: 'sequence', steps: ['b', 'a'] },
      { agg: 'sequence', steps: ['a', 'b'], without: 'a' },
    ];
    expect(new Set(declarations.map((declaration) => key(declaration))).size).toBe(declarations.length);
    expect(key({ agg: 'count', event: 'x', within: 'P1D' }, 'UTC')).not.toBe(
      key({ agg: 'count', event: 'x', within: 'P1D' }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { bucket, variantAt } from './bucketing.ts';
import { fnv32a } from './fingerprint.ts';

// The vectors by which GrowthBook's SDKs are tested (cases.json: hash, getBucketRange, chooseVariation).
describe('a visitor', () => {
  it.each([
    ['seed', 'a', 0.0505],
    ['seed', 'b', 0.2696],
    ['foo', 'ab', 0.2575],
    ['foo', 'def', 0.2019],
    ['89123klj', '8952klfjas09ujkasdf', 0.124],
    ['90850943850283058242805', '123', 0.7516],
    ['()**(%$##$%#$#', '___)((*":&', 0.0128],
  ])('is put where other tools put him: with seed %s, %s', (seed, id, expected) => {
    expect(bucket(seed, id)).toBe(expected);
  });

  it.each([
    ['', 'a', 0.22],
    ['', 'b', 0.077],
    ['b', 'a', 0.946],
    ['ef', 'd', 0.652],
    ['asdf', '8952klfjas09ujk', 0.549],
    ['', '123', 0.011],
    ['', '___)((*":&', 0.563],
  ])('is hashed as in their first version: with seed %s, %s', (seed, id, expected) => {
    expect((fnv32a(id + seed) % 1_000) / 1_000).toBe(expected);
  });

  // Weights in our sense, whatever they sum to; the ranges that they make of [0, 1).
  it.each([
    ['halves', [1, 1], [0, 0.5]],
    ['quarters', [1, 1, 1, 1], [0, 0.25, 0.5, 0.75]],
    ['uneven halves', [0.4, 0.6], [0, 0.4]],
    ['uneven thirds', [0.2, 0.3, 0.5], [0, 0.2, 0.5]],
    ['a sum below 1', [0.25, 0.25], [0, 0.5]],
    ['a sum above 1', [0.75, 0.75], [0, 0.5]],
    ['one that is not drawn', [1, 0, 1], [0, 0.5, 0.5]],
    ['a last one that is not drawn', [1, 1, 0], [0, 0.5, 1]],
    ['one alone', [5], [0]],
  ])('gets the variant of his range: %s', (_, weights, starts) => {
    const [first = { key: 0, weight: 1 }, ...others] = weights.map((weight, key) => ({ key, weight }));
    const chosen = (at: number) => variantAt([first, ...others], at).key;
    for (const [key, start] of starts.entries()) {
      const end = starts[key + 1] ?? 1;
      if (end === start) continue;
      expect([chosen(start), chosen((start + end) / 2), chosen(end - 0.0001)]).toEqual([key, key, key]);
    }
  });

  it.each([
    [0.2, [0.5, 0.5], 0],
    [0.4, [0.5, 0.5], 0],
    [0.6, [0.5, 0.5], 1],
    [0.8, [0.5, 0.5], 1],
    [0, [0.5, 0.5], 0],
    [0.5, [0.5, 0.5], 1],
    [0.5, [0.5, 0, 0.5], 2],
  ])('in bucket %d of %j gets variant %d', (at, weights, expected) => {
    const [first = { key: 0, weight: 1 }, ...others] = weights.map((weight, key) => ({ key, weight }));
    expect(variantAt([first, ...others], at).key).toBe(expected);
  });
});

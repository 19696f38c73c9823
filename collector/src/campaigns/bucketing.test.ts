import { expect, it } from 'vitest';
import { bucket, chooseVariant } from './bucketing.ts';

// GrowthBook's published vectors of its hash, version 2.
it.each([
  ['a', 'seed', 0.0505],
  ['b', 'seed', 0.2696],
  ['ab', 'foo', 0.2575],
  ['def', 'foo', 0.2019],
])('puts %s with seed %s where other tools put it', (id, seed, expected) => {
  expect(bucket(seed, id)).toBe(expected);
});

it('gives each variant its share of visitors', () => {
  const variants = [
    { key: 'a', weight: 3 },
    { key: 'b', weight: 1 },
  ] as const;
  const chosen = Array.from(
    { length: 20_000 },
    (_, i) => chooseVariant<(typeof variants)[number]>(variants, 's', `v${i}`).key,
  );
  expect(chosen.filter((key) => key === 'b').length / chosen.length).toBeCloseTo(0.25, 1.7);
});

import { fnv32a } from './fingerprint.ts';

/** A stable number in [0, 1) in steps of 1/10,000: GrowthBook's hash, version 2. Different seeds are independent. */
export function bucket(seed: string, id: string): number {
  return (fnv32a(`${fnv32a(seed + id)}`) % 10_000) / 10_000;
}

/** Picks by weight; the same `id` always gets the same one while weights and order stay. */
export function chooseVariant<T extends { weight: number }>(
  variants: readonly [T, ...T[]],
  seed: string,
  id: string,
): T {
  const total = variants.reduce((sum, variant) => sum + variant.weight, 0);
  let left = bucket(seed, id) * total;
  for (const variant of variants) {
    left -= variant.weight;
    if (left < 0) return variant;
  }
  return variants[variants.length - 1] ?? variants[0];
}

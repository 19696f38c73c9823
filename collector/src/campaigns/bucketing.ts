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
  return variantAt(variants, bucket(seed, id));
}

/** The one in whose range a bucket is, where the ranges follow each other, each as long as its share of the weights. */
export function variantAt<T extends { weight: number }>(variants: readonly [T, ...T[]], at: number): T {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  let end = 0;
  for (const variant of variants) {
    end += variant.weight / total;
    if (at < end) return variant;
  }
  return variants.findLast(({ weight }) => weight > 0) ?? variants[0];
}

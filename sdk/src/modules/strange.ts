import { plain } from '../plain.ts';

/**
 * A JSON copy of what `plain` throws at: each part of an object or a list that contains itself, or in which something
 * throws, is null, while its neighbours are kept; DOM nodes are null, functions are left out, BigInts are decimal
 * strings.
 */
export function clean(given: unknown, inside: unknown[] = []): unknown {
  if (typeof given === 'bigint') return String(given);
  try {
    return plain(given);
  } catch {
    if (typeof given === 'function' || typeof given === 'symbol' || given === undefined) return undefined;
    if (inside.includes(given) || given instanceof Node) return null;
    return copy(given as object, [...inside, given]);
  }
}

function copy(given: object, inside: unknown[]): unknown {
  const read = (name: string) => {
    try {
      return clean(given[name as keyof typeof given], inside);
    } catch {
      return null;
    }
  };
  if (Array.isArray(given)) return Array.from(given, (_, index) => read(String(index)) ?? null);
  // Unlike assignment, this makes an own property of a key named `__proto__`.
  return Object.fromEntries(
    Object.keys(given)
      .map((name) => [name, read(name)] as const)
      .filter(([, value]) => value !== undefined),
  );
}

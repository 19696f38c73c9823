import type { Json, JsonObject } from './message.ts';

/** JSON.stringify's replacer for what it would throw at, or spell out to no use. */
function replacer() {
  const parents: unknown[] = [];
  return function (this: unknown, _key: string, value: unknown) {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || !value) return value;
    // `this` holds the value, so whatever was entered after it has been left.
    while (parents.length && parents.at(-1) !== this) parents.pop();
    if (parents.includes(value) || value instanceof Node) return null;
    parents.push(value);
    return value;
  };
}

/** A JSON copy of what `read` returns; null where there is none, because a getter or `toJSON` throws. */
function copy(read: () => unknown): Json | undefined {
  try {
    const text = JSON.stringify(read(), replacer());
    return text && JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Properties or traits as JSON; what is no object is an empty one. Throws for nothing but a proxy that refuses its keys. Like JSON.stringify: dates are
 * ISO strings, `toJSON` is honoured, NaN and ±Infinity are null, functions, symbols and `undefined` are left out (in
 * arrays: null), Maps and Sets are empty objects. Besides, BigInts are decimal strings, DOM nodes and circular
 * references are null, and a property in which something throws is null, while its neighbours are kept.
 */
export function toJsonObject(given: unknown): JsonObject {
  const json: [string, Json][] = [];
  if (typeof given === 'object' && given) {
    for (const name of Object.keys(given)) {
      const value = copy(() => given[name as keyof typeof given]);
      if (value !== undefined) json.push([name, value]);
    }
  }
  // Unlike assignment, this makes an own property of a key named `__proto__`.
  return Object.fromEntries(json);
}

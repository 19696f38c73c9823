/** Maps, Sets, FormData, URLSearchParams. */
type Entries = Iterable<unknown> & { has?: unknown };

/**
 * A JSON copy of what a page has passed; what JSON has no word for (a function, `undefined`) and what contains
 * itself or throws when it is read throws here, and is left to the chunk `strange`. Like JSON.stringify: dates are ISO
 * strings, `toJSON` is honoured, NaN and ±Infinity are null, functions, symbols and `undefined` in an object are left
 * out (in an array: null). Besides, Maps and Sets are arrays of their entries, and BigInts decimal strings.
 */
export const plain = <T>(given: T): T =>
  given &&
  JSON.parse(
    JSON.stringify(given, (_key, value) =>
      typeof value === 'bigint'
        ? String(value)
        : (value as Entries | null)?.has
          ? [...(value as Entries)]
          : value,
    ),
  );

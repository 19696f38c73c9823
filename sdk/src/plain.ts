/**
 * A JSON copy of what a page has passed. What JSON has no word for (a BigInt, a bare function), and what contains
 * itself or throws when it is read, throws here and is left to the chunk `strange`. As JSON.stringify has it: dates
 * are ISO strings, `toJSON` is honoured, NaN and ±Infinity are null, functions, symbols and `undefined` are left out
 * (in an array: null), Maps, Sets and DOM nodes are objects without properties.
 */
export const plain = <T>(given: T): T => given && JSON.parse(JSON.stringify(given));

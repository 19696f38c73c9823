/** It sorts after every other text that begins like the text before it. */
export const LAST_CHARACTER = '\u{10ffff}';

/** Between which two texts those with this prefix are: a range that an index can answer, as LIKE cannot. */
export function prefixRange(prefix: string): [from: string, to: string] {
  return [prefix, prefix + LAST_CHARACTER];
}

/** Appended to a prefix, it sorts after every text that begins so: a range that an index can answer, as LIKE cannot. */
export const LAST_CHARACTER = '\u{10ffff}';

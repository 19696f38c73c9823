interface Limits {
  bytes: number;
  count: number;
}

/** Texts in parts of at most so many and so many bytes of UTF-8, in their order. One that is larger has a part of its own. */
export function pack(texts: readonly string[], { bytes, count }: Limits): string[][] {
  const parts: string[][] = [];
  let room = 0;
  for (const text of texts) {
    const size = byteLength(text) + SEPARATOR_BYTES;
    const last = parts.at(-1);
    if (last && size <= room && last.length < count) {
      last.push(text);
      room -= size;
    } else {
      parts.push([text]);
      room = bytes - size;
    }
  }
  return parts;
}

/** Of one bound parameter; D1 takes 2 MB. */
const MAX_PARAMETER: Limits = { bytes: 1_000_000, count: Number.POSITIVE_INFINITY };

/** JSON texts as JSON arrays, for `json_each`: as many as one bound parameter can carry in each. */
export function inArrays(jsonTexts: readonly string[]): string[] {
  return pack(jsonTexts, MAX_PARAMETER).map((part) => `[${part.join(',')}]`);
}

/** Between two texts of a part. */
const SEPARATOR_BYTES = 1;

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

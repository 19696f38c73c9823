import type { FactWindow } from './fact-window.ts';
import { fingerprint } from './fingerprint.ts';
import type { Scalar } from './property-path.ts';

/** The values that are kept, those seen last; more are counted as so many. */
export const MAX_DISTINCT = 500;

/** Each value with the newest bucket in which it was seen, sorted by bucket, then by text. */
export type Distinct = [bucket: number, text: string][];

export function addDistinct(
  state: Distinct,
  bucket: number,
  values: readonly Scalar[],
  window: FactWindow,
): void {
  const texts = [...new Set(values.map(textOf))].sort().slice(-MAX_DISTINCT);
  for (const text of texts) {
    const known = state.findLastIndex((entry) => entry[1] === text);
    const seen = state[known];
    if (seen) {
      if (seen[0] >= bucket) continue;
      state.splice(known, 1);
    }
    state.splice(state.findLastIndex((entry) => isBefore(entry, bucket, text)) + 1, 0, [bucket, text]);
  }
  const newest = state.at(-1);
  if (!newest) return;
  const kept = window.firstKept(newest[0]);
  const first = state.findIndex((entry) => entry[0] >= kept);
  state.splice(0, Math.max(first, state.length - MAX_DISTINCT));
}

export function countDistinct(state: Distinct, first: number): number {
  return state.reduce((count, [bucket]) => (bucket >= first ? count + 1 : count), 0);
}

function isBefore(entry: Distinct[number], bucket: number, text: string): boolean {
  return entry[0] < bucket || (entry[0] === bucket && entry[1] < text);
}

/** Shops send the same id as a number and as text, so they are the same. Of a long text, its fingerprint is enough. */
function textOf(value: Scalar): string {
  const text = String(value);
  return text.length <= 20 ? text : `#${fingerprint(text)}`;
}

import type { Json } from '../../../sdk/src/message.ts';
import { toNumber } from '../message.ts';
import { type EventKey, isEarlier } from './fact-order.ts';
import type { FactWindow } from './fact-window.ts';
import type { Scalar } from './property-path.ts';

/** What is known of the events of one bucket. `join` must not depend on the order in which they come. */
export interface Total<T extends Json> {
  /** Of one event; `undefined` when it says nothing. */
  of(values: readonly Scalar[], event: EventKey): T | undefined;
  join(a: T, b: T): T;
  value(total: T): Json;
}

/** Sorted by bucket. */
export type Buckets<T extends Json> = [bucket: number, total: T][];

export function addTotal<T extends Json>(
  state: Buckets<T>,
  bucket: number,
  total: T,
  join: (a: T, b: T) => T,
  window: FactWindow,
): void {
  let at = state.length;
  while (at > 0 && (state[at - 1]?.[0] ?? 0) > bucket) at--;
  const same = state[at - 1];
  if (same?.[0] === bucket) same[1] = join(same[1], total);
  else state.splice(at, 0, [bucket, total]);
  const kept = window.firstKept(state.at(-1)?.[0] ?? bucket);
  const first = state.findIndex(([candidate]) => candidate >= kept);
  state.splice(0, Math.max(first, state.length - window.maxBuckets));
}

/** Over the buckets from `first` on; `undefined` when there are none. */
export function totalFrom<T extends Json>(
  state: Buckets<T>,
  first: number,
  join: (a: T, b: T) => T,
): T | undefined {
  let total: T | undefined;
  for (const [bucket, part] of state) {
    if (bucket >= first) total = total === undefined ? part : join(total, part);
  }
  return total;
}

export const count: Total<number> = {
  of: () => 1,
  join: (a, b) => a + b,
  value: (total) => total,
};

const MILLION = 1_000_000;
/** Of one number in a sum: nobody buys for more, and thousands of them add up exactly. */
const MAX_AMOUNT = 1e12;

/** Whole units and millionths (0 to 999,999) apart: integers add up to the same in any order, fractions do not. */
type Exact = [units: number, millionths: number];

export const sum: Total<Exact> = {
  of: (values) => joined(numbersIn(values).map(exact), addExact),
  join: addExact,
  value: ([units, millionths]) => {
    const all = units * MILLION + millionths;
    return Number.isSafeInteger(all) ? all / MILLION : units + millionths / MILLION;
  },
};

function exact(number: number): Exact {
  const bounded = Math.min(MAX_AMOUNT, Math.max(-MAX_AMOUNT, number));
  const units = Math.floor(bounded);
  return addExact([units, Math.round((bounded - units) * MILLION)], [0, 0]);
}

function addExact(a: Exact, b: Exact): Exact {
  const millionths = a[1] + b[1];
  const carried = Math.floor(millionths / MILLION);
  return [a[0] + b[0] + carried, millionths - carried * MILLION];
}

export const min: Total<number> = extreme(Math.min);
export const max: Total<number> = extreme(Math.max);

function extreme(join: (a: number, b: number) => number): Total<number> {
  return {
    of: (values) => joined(numbersIn(values), join),
    join,
    value: (total) => total,
  };
}

function joined<T>(parts: readonly T[], join: (a: T, b: T) => T): T | undefined {
  return parts.length > 0 ? parts.reduce((a, b) => join(a, b)) : undefined;
}

/** Numbers, and numeric strings as shops send them; the others are left out. */
function numbersIn(values: readonly Scalar[]): number[] {
  return values.flatMap((value) => {
    const number = toNumber(value);
    return number === null ? [] : [number + 0];
  });
}

/** A value, and the message that brought it. */
type Told = [...EventKey, value: Scalar];

export const first: Total<Told> = {
  of: (values, event) => told(event, values[0]),
  join: (a, b) => (isEarlier(b, a) ? b : a),
  value: ([, , value]) => value,
};

export const last: Total<Told> = {
  of: (values, event) => told(event, values.at(-1)),
  join: (a, b) => (isEarlier(a, b) ? b : a),
  value: ([, , value]) => value,
};

function told(event: EventKey, value: Scalar | undefined): Told | undefined {
  return value === undefined ? undefined : [...event, value];
}

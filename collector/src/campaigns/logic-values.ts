import { INVALID_ARGUMENTS, NOT_A_NUMBER } from './logic-limits.ts';

/** Empty lists, empty text, zero and nothing are false; each object is true, also an empty one. */
export function truthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** @throws RuleError `NaN` for what is no finite number: lists, objects and other text. */
export function toNumber(value: unknown): number {
  if (typeof value === 'object' && value !== null) throw NOT_A_NUMBER;
  const number = value === undefined ? 0 : Number(value);
  if (!Number.isFinite(number)) throw NOT_A_NUMBER;
  return number;
}

/** A value as `cat` writes it: nothing for null, elements of a list with commas. */
export function toText(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined || depth > 32) return '';
  if (Array.isArray(value)) return value.map((element) => toText(element, depth + 1)).join(',');
  return typeof value === 'object' ? '[object Object]' : String(value);
}

/** An own property that is data; `undefined` for what is inherited, for functions, and inside text. */
export function own(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  const found = (value as Record<string, unknown>)[key];
  return typeof found === 'function' ? undefined : found;
}

/** How to read a path that is known beforehand. */
export type Read = (value: unknown, path: readonly string[]) => unknown;

export const read: Read = (value, path) => {
  let found = value;
  for (let at = 0; at < path.length; at++) found = own(found, path[at] as string);
  return found;
};

/**
 * The reader of a path: data are JSON, which inherits nothing but what every object and list has, so that only those
 * names need the question whether they are its own, which takes longer than all the rest.
 */
export function readerOf(path: readonly string[]): Read {
  return path.some((key) => key in Object.prototype || key in Array.prototype) ? read : readUninherited;
}

const readUninherited: Read = (value, path) => {
  let found = value;
  for (let at = 0; at < path.length; at++) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string, unknown>)[path[at] as string];
  }
  return typeof found === 'function' ? undefined : found;
};

/** Keys of a path with dots; `\.` is a dot inside a key, `\\` a backslash. */
export function splitPath(path: string): string[] {
  if (!path.includes('\\')) return path.split('.');
  const keys: string[] = [];
  let key = '';
  for (let at = 0; at < path.length; at++) {
    const isEscape = path[at] === '\\' && ESCAPED.includes(path[at + 1] ?? ' ');
    if (isEscape) at++;
    if (path[at] === '.' && !isEscape) {
      keys.push(key);
      key = '';
    } else key += path[at];
  }
  return [...keys, key];
}

const ESCAPED = './\\';

/** The path that `splitPath` splits into `keys`. */
export function joinPath(keys: readonly string[]): string {
  return keys.map((key) => key.replace(/[\\.]/g, '\\$&')).join('.');
}

export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=' | '===' | '!==';

/** Text and null are compared as they are, everything else as numbers. @throws RuleError `NaN` */
function compared(loose: (a: number | string, b: number | string) => boolean) {
  return (a: unknown, b: unknown): boolean => {
    if (typeof a === 'number' && typeof b === 'number') return loose(a, b);
    const asIs = (typeof a === 'string' || a === null) && (typeof b === 'string' || b === null);
    return asIs ? loose(a as string, b as string) : loose(toNumber(a), toNumber(b));
  };
}

export const COMPARISONS: Record<Comparison, (a: unknown, b: unknown) => boolean> = {
  '<': compared((a, b) => a < b),
  '<=': compared((a, b) => a <= b),
  '>': compared((a, b) => a > b),
  '>=': compared((a, b) => a >= b),
  '==': compared((a, b) => a === b),
  '!=': compared((a, b) => a !== b),
  '===': (a, b) => a === b,
  '!==': (a, b) => a !== b,
};

/** Whether text contains text, or a list an element. Nothing is in nothing. @throws RuleError */
export function contains(item: unknown, container: unknown): boolean {
  if (Array.isArray(container)) return container.includes(item);
  if (!container) return false;
  if (typeof container !== 'string') throw INVALID_ARGUMENTS;
  if (item === null || typeof item === 'object') return false;
  return container.includes(String(item));
}

/** @throws RuleError when a value is neither text nor null; null neither starts nor ends with anything. */
export function affix(test: (text: string, part: string) => boolean) {
  return (text: unknown, part: unknown): boolean => {
    if (text === null || part === null) return false;
    if (typeof text !== 'string' || typeof part !== 'string') throw INVALID_ARGUMENTS;
    return test(text, part);
  };
}

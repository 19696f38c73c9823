import type { FactDeclaration } from './fact-declaration.ts';
import { FIELDS, type Field, type FieldType } from './fields.ts';
import { joinPath, splitPath } from './logic-values.ts';

/** What a path of a rule leads to. */
export interface KnownField {
  /** `group`: it has fields of its own, and no value. */
  type: FieldType | 'group';
  /** In a sentence. */
  name: string;
  /** Whether it may be unknown. */
  optional: boolean;
  /** Whether it is left out when unknown, so that a rule can name a value for it; else it is `null`. */
  leftOut: boolean;
  values?: Field['values'];
}

export type Facts = Readonly<Record<string, FactDeclaration>>;

/** What a rule can read; `null` where there is nothing. */
export type Lookup = (path: string) => KnownField | null;

/** Of the properties of an event: it may have any. */
export const anyProperty: Lookup = (path) => ({
  type: 'any',
  name: `"${path}"`,
  optional: false,
  leftOut: true,
});

interface Pattern {
  field: Field;
  keys: readonly string[];
}
const PATTERNS: readonly Pattern[] = FIELDS.map((field) => ({ field, keys: splitPath(field.path) }));

/** A field of the catalogue, a part of it, or something that the audience declares. */
export function fieldAt(written: string, facts: Facts): KnownField | null {
  const path = written.replace(/^(cart\.items|visitor\.segments)\.\d+(?=\.|$)/, '$1[]');
  const keys = splitPath(path);
  if (keys[0] === 'facts' && keys.length > 1)
    return keys.length === 2 ? declared(keys[1] ?? '', facts) : null;
  const found = PATTERNS.find((pattern) => leadsTo(pattern, keys));
  if (found) return known(found, keys);
  if (path === '' || path === 'facts' || PATTERNS.some((pattern) => isPartOf(pattern, keys))) {
    return { type: 'group', name: `"${path}"`, optional: false, leftOut: true };
  }
  return inList(path, facts);
}

/** An element of a list, or its length. */
function inList(path: string, facts: Facts): KnownField | null {
  const at = path.indexOf('[]');
  const list = at < 0 ? path.replace(/\.length$/, '') : path.slice(0, at);
  const field = list === path ? null : fieldAt(list, facts);
  if (!field) return null;
  const isList = field.type === 'list' || field.type === 'items';
  if (at < 0) return isList ? { ...field, type: 'number' } : null;
  const isElement = path.length === at + 2;
  if (isElement && isList)
    return { ...field, type: field.type === 'list' ? 'text' : 'group', optional: false };
  // What is no list, or has no such elements, is a problem of the list.
  return { ...field, type: 'any' };
}

function leadsTo({ field, keys: pattern }: Pattern, keys: readonly string[]): boolean {
  const isDeep = field.type === 'any' && pattern.at(-1) === '*';
  if (isDeep ? keys.length < pattern.length : keys.length !== pattern.length) return false;
  return pattern.every((key, index) => key === '*' || key === keys[index]);
}

function isPartOf({ keys: pattern }: Pattern, keys: readonly string[]): boolean {
  return (
    keys.length < pattern.length && keys.every((key, index) => [key, '*'].includes(pattern[index] ?? ''))
  );
}

function known({ field, keys: pattern }: Pattern, keys: readonly string[]): KnownField {
  const { type, group, label, optional, values } = field;
  const isOpen = pattern.at(-1) === '*';
  const name = isOpen
    ? `"${label.split(':')[0]} ${joinPath(keys.slice(pattern.length - 1))}"`
    : `"${group}: ${label}"`;
  return { type, name, optional, leftOut: pattern.includes('*'), ...(values ? { values } : {}) };
}

const NUMBERS = new Set(['count', 'sum', 'distinct', 'min', 'max']);

function declared(name: string, facts: Facts): KnownField | null {
  const agg = Object.hasOwn(facts, name) ? facts[name]?.agg : undefined;
  if (agg === undefined) return null;
  const type = agg === 'sequence' ? 'boolean' : NUMBERS.has(agg) ? 'number' : 'any';
  return { type, name: `"${name}"`, optional: ['min', 'max', 'first', 'last'].includes(agg), leftOut: true };
}

/** What somebody may have meant by a path that leads nowhere. */
export function meantBy(path: string, facts: Facts): string | null {
  const last = splitPath(path).at(-1) ?? '';
  const candidates = [
    ...FIELDS.map((field) => field.path.replace(/\*$/, joinPath([last]))),
    ...Object.keys(facts).map((name) => `facts.${name}`),
  ];
  const near = nearest(path, candidates);
  if (near !== null) return near;
  const sameEnd = FIELDS.filter((field) => field.path.toLowerCase().endsWith(`.${last.toLowerCase()}`));
  if (sameEnd.length === 1 && sameEnd[0]) return sameEnd[0].path;
  return /^(visitor|user|customer|contact)\.[^.]+$/.test(path) ? `visitor.traits.${last}` : null;
}

/** Characters of a name; the work grows with their square. */
const MAX_COMPARED = 100;

/** The candidate that is written most alike: a quarter of the letters may differ, at least two. */
export function nearest(text: string, candidates: readonly string[]): string | null {
  if (text.length > MAX_COMPARED) return null;
  let best: string | null = null;
  let least = Math.max(2, Math.floor(text.length / 4)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - text.length) >= least) continue;
    const distance = editDistance(text.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

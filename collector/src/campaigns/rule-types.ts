import type { Json } from '../../../sdk/src/message.ts';
import type { KnownField, Lookup } from './field-lookup.ts';
import { error, listed, type Problem, warning } from './problem.ts';
import { type Call, callsIn, literalOf, partsOf, type RulePart, readOf } from './rule-reading.ts';

const COMPARISONS = new Set(['<', '<=', '>', '>=', '==', '!=', '===', '!==']);
const ITERATORS = new Set(['map', 'filter', 'reduce', 'all', 'some', 'none']);
const AFFIXES = new Set(['starts_with', 'startsWith', 'ends_with', 'endsWith']);
const ARITHMETIC = new Set(['+', '-', '*', '/', '%', 'min', 'max']);

const KINDS: Record<KnownField['type'], string> = {
  text: 'text',
  number: 'a number',
  boolean: 'yes or no (true or false)',
  list: 'a list',
  items: 'a list of items',
  group: 'a group of fields',
  any: 'anything',
};

/** What an operator is given that it can make nothing of, or that is never so. */
export function wrongTypes(root: RulePart, lookup: Lookup): Problem[] {
  return [...callsIn(root)].flatMap((call) => {
    const { op, args } = call;
    if (COMPARISONS.has(op))
      return args.slice(1).flatMap((b, i) => compared(op, args[i] as RulePart, b, call, lookup));
    if (op === 'in') return searched(args, lookup);
    if (AFFIXES.has(op)) return args.flatMap((arg) => affixed(arg, lookup));
    if (ITERATORS.has(op)) return iterated(args[0], lookup);
    return ARITHMETIC.has(op) ? args.flatMap((arg) => calculated(arg, lookup)) : [];
  });
}

function fieldOf(part: RulePart, lookup: Lookup): KnownField | null {
  const read = readOf(part);
  return read && lookup(read.path);
}

function compared(
  op: string,
  a: RulePart,
  b: RulePart,
  { part }: { part: RulePart },
  lookup: Lookup,
): Problem[] {
  const [left, right] = [fieldOf(a, lookup), fieldOf(b, lookup)];
  const [text, wanted] = [literalOf(a), literalOf(b)];
  const problems =
    left && wanted
      ? fits(op, left, wanted.value, b.pointer)
      : right && text
        ? fits(op, right, text.value, a.pointer)
        : left && right
          ? alike(left, right, part.pointer)
          : [];
  const isLoose = (op === '==' || op === '!=') && text?.value !== null && wanted?.value !== null;
  if (problems.length > 0 || !isLoose) return problems;
  const exact = op === '==' ? '===' : '!==';
  return [
    warning(part.pointer, `"${op}" takes the text "25" for the number 25. Use "${exact}", which does not.`),
  ];
}

function fits(op: string, field: KnownField, value: Json, pointer: string): Problem[] {
  const { type, name } = field;
  const isEquality = op.includes('==');
  if (value === null) {
    return isEquality
      ? []
      : [
          error(
            pointer,
            `${name} is compared with nothing. Say with which value, or ask whether it is known.`,
          ),
        ];
  }
  if (type === 'any') return Array.isArray(value) ? [error(pointer, notOneOf(name))] : [];
  if (type === 'list' || type === 'items') return [error(pointer, several(name, type))];
  if (type === 'group') return [error(pointer, `${name} is a group of fields. Choose one of them.`)];
  if (Array.isArray(value)) return [error(pointer, notOneOf(name))];
  return isEquality ? ofField(field, value, pointer) : ofType(field, value, pointer);
}

function ofType({ type, name }: KnownField, value: Json, pointer: string): Problem[] {
  const given = kindOf(value);
  if (type === given || value === null || type === 'any') return [];
  const isNumber =
    type === 'number' && typeof value === 'string' && value.trim() !== '' && !Number.isNaN(+value);
  const how = isNumber ? ` Write ${value.trim()} without quotation marks.` : '';
  return [error(pointer, `${name} is ${KINDS[type]}, ${JSON.stringify(value)} is ${KINDS[given]}.${how}`)];
}

function ofField(field: KnownField, value: Json, pointer: string): Problem[] {
  const wrong = ofType(field, value, pointer);
  if (wrong.length > 0 || value === null || !field.values || field.values.includes(value)) return wrong;
  return [
    warning(
      pointer,
      `${field.name} is never ${JSON.stringify(value)}. It can be ${listed(field.values, 'or')}.`,
    ),
  ];
}

function alike(a: KnownField, b: KnownField, pointer: string): Problem[] {
  if (a.type === b.type || a.type === 'any' || b.type === 'any') return [];
  return [
    error(pointer, `${a.name} is ${KINDS[a.type]}, ${b.name} is ${KINDS[b.type]}: they are never the same.`),
  ];
}

/** `in`: one of several values, part of a text, or something that a list holds. */
function searched([item, container]: readonly RulePart[], lookup: Lookup): Problem[] {
  if (!item || !container) return [];
  const field = fieldOf(item, lookup);
  const list = literalOf(container);
  if (field && list && Array.isArray(list.value)) {
    if (field.type === 'list' || field.type === 'items')
      return [error(item.pointer, several(field.name, field.type))];
    return partsOf(container).flatMap((element) => ofField(field, element.rule, element.pointer));
  }
  const inside = fieldOf(container, lookup);
  const wanted = literalOf(item);
  if (!inside || inside.type === 'any') return [];
  if (inside.type === 'items') return [error(container.pointer, several(inside.name, 'items'))];
  if (inside.type !== 'list' && inside.type !== 'text') {
    return [error(container.pointer, `${inside.name} is ${KINDS[inside.type]}: nothing can be in it.`)];
  }
  return wanted ? ofType({ ...inside, type: 'text' }, wanted.value, item.pointer) : [];
}

function affixed(part: RulePart, lookup: Lookup): Problem[] {
  const type = fieldOf(part, lookup)?.type ?? 'any';
  const literal = literalOf(part);
  const isText = literal ? typeof literal.value === 'string' : type === 'text' || type === 'any';
  const name = literal ? JSON.stringify(literal.value) : fieldOf(part, lookup)?.name;
  return isText ? [] : [error(part.pointer, `${name} is not text: it has no beginning and no end.`)];
}

function iterated(list: RulePart | undefined, lookup: Lookup): Problem[] {
  const field = list && fieldOf(list, lookup);
  if (!list || !field || ['list', 'items', 'any'].includes(field.type)) return [];
  return [error(list.pointer, `${field.name} is ${KINDS[field.type]}, and no list to go through.`)];
}

function calculated(part: RulePart, lookup: Lookup): Problem[] {
  const field = fieldOf(part, lookup);
  if (!field || !['list', 'items', 'group'].includes(field.type)) return [];
  return [error(part.pointer, `${field.name} is ${KINDS[field.type]}: it cannot be calculated with.`)];
}

function several(name: string, type: 'list' | 'items'): string {
  const how = type === 'list' ? 'whether it contains a value' : 'whether some of the items fit';
  return `${name} can hold several values, so it is never equal to one. Ask ${how}.`;
}

function notOneOf(name: string): string {
  return `${name} is compared with a list. Use "is one of" ("in").`;
}

function kindOf(value: Json): 'text' | 'number' | 'boolean' | 'list' | 'group' {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || typeof value === 'boolean') return typeof value as 'number' | 'boolean';
  return Array.isArray(value) ? 'list' : 'group';
}

/** Operators whose result is neither true nor false. */
const NO_TRUTH: ReadonlySet<string> = new Set([
  ...ARITHMETIC,
  ...['cat', 'substr', 'map', 'filter', 'reduce', 'merge', 'missing', 'missing_some', 'length'],
]);

/** A rule that answers with something else than yes or no. */
export function noTruth(root: RulePart, call: Call | null, lookup: Lookup): Problem[] {
  const literal = literalOf(root);
  const field = fieldOf(root, lookup);
  const isTruth = literal
    ? typeof literal.value === 'boolean' || literal.value === null
    : field
      ? field.type === 'boolean' || field.type === 'any'
      : !call || !NO_TRUTH.has(call.op);
  if (isTruth) return [];
  return [
    warning(root.pointer, 'This is a value and no condition. Say what it must be, such as at least 50.'),
  ];
}

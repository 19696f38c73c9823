import { z } from 'zod';
import type { Json } from '../../../sdk/src/message.ts';
import { duration, parseDuration } from './duration.ts';
import { fingerprint } from './fingerprint.ts';
import { propertyPath } from './property-path.ts';

const MAX_DAYS = 400;
/** Exact windows keep each event; days keep a total each. */
const MAX_EXACT_HOURS = 168;

const event = z.string().min(1, 'must name an event').max(200);
/** JsonLogic over the properties of the event. */
const where = z.json().exactOptional();
const occurrence = z.union([event, z.strictObject({ event, where })], {
  error: 'must be the name of an event, or { "event": …, "where": … }',
});

/** `P7D`: today and the six calendar days before, in the zone of the site. `PT30M`: exactly the last 30 minutes. */
const within = duration
  .refine((text) => {
    const span = parseDuration(text);
    return !span || ('days' in span ? span.days : span.ms) > 0;
  }, 'must be longer than nothing')
  .refine((text) => {
    const span = parseDuration(text);
    return !span || !('days' in span) || span.days <= MAX_DAYS;
  }, `must be at most ${MAX_DAYS} days (P${MAX_DAYS}D)`)
  .refine((text) => {
    const span = parseDuration(text);
    return !span || !('ms' in span) || span.ms <= MAX_EXACT_HOURS * 3_600_000;
  }, `must be at most ${MAX_EXACT_HOURS} hours (PT${MAX_EXACT_HOURS}H); for longer, give whole days, such as P30D`)
  .exactOptional();

/** Something about a visitor's behaviour that an audience's rule asks for: one number or value, kept up to date. */
export const factDeclaration = z.discriminatedUnion(
  'agg',
  [
    z.strictObject({ agg: z.literal('count'), event, where, within }),
    z.strictObject({
      agg: z.enum(['sum', 'min', 'max', 'first', 'last', 'distinct']),
      event,
      prop: propertyPath,
      where,
      within,
    }),
    z.strictObject({
      agg: z.literal('sequence'),
      /** They happened in this order, whatever else happened between. */
      steps: z
        .array(occurrence)
        .min(2, 'must have at least 2 steps; for one, use count')
        .max(10, 'must have at most 10 steps'),
      within,
      /** It has not happened since the first step. */
      without: occurrence.exactOptional(),
    }),
  ],
  { error: 'must be one of count, sum, min, max, first, last, distinct, sequence' },
);
export type FactDeclaration = z.infer<typeof factDeclaration>;

const MAX_FACTS = 20;

/** By the name under which the rule finds them: `facts.<name>`. */
export const factDeclarations = z
  .record(
    z
      .string()
      .regex(
        /^[A-Za-z][A-Za-z0-9_]{0,63}$/,
        'must be named by a letter, then letters, digits or _; at most 64',
      ),
    factDeclaration,
  )
  .refine((facts) => Object.keys(facts).length <= MAX_FACTS, `must be at most ${MAX_FACTS} facts`);

/** An event with certain properties. */
export interface Occurrence {
  event: string;
  where?: Json;
}

export function occurrenceOf(step: string | Occurrence): Occurrence {
  return typeof step === 'string' ? { event: step } : step;
}

/**
 * Under which a profile keeps the state of a fact. Declarations that mean the same have the same key, whatever their
 * campaigns call them.
 *
 * @param zone whose calendar days count; it matters only to windows of days
 */
export function factKey(declaration: FactDeclaration, zone: string): string {
  const { agg, within } = declaration;
  const span = within === undefined ? null : parseDuration(within);
  const meaning = {
    agg,
    span,
    zone: span && 'days' in span ? zone : null,
    ...(declaration.agg === 'sequence'
      ? {
          steps: declaration.steps.map(occurrenceMeaning),
          without: declaration.without === undefined ? null : occurrenceMeaning(declaration.without),
        }
      : occurrenceMeaning(declaration)),
    ...('prop' in declaration ? { prop: declaration.prop } : {}),
  };
  return `${agg}-${fingerprint(canonicalText(meaning))}`;
}

function occurrenceMeaning(step: string | Occurrence) {
  const { event, where = true } = occurrenceOf(step);
  return { event, where };
}

/** JSON with the keys of its objects in alphabetical order. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

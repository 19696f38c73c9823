import fc from 'fast-check';
import { type FactDeclaration, factDeclaration } from '../../collector/src/campaigns/fact-declaration.ts';
import { compareMessages, type StoredMessage } from '../../collector/src/message.ts';
import type { Json, JsonObject } from '../../sdk/src/message.ts';

export const MINUTE = 60_000;
export const DAY = 86_400_000;
export const at = (iso: string) => Date.parse(iso);

/** Zones, and a moment at which their clocks are changed. */
export const PLACES = [
  { zone: 'UTC', change: at('2026-06-01T00:00Z') },
  { zone: 'Europe/Berlin', change: at('2026-03-29T01:00Z') },
  { zone: 'America/New_York', change: at('2026-11-01T06:00Z') },
  { zone: 'America/Havana', change: at('2026-11-01T05:00Z') },
  { zone: 'Asia/Kathmandu', change: at('2026-06-01T18:15Z') },
  { zone: 'Australia/Lord_Howe', change: at('2026-10-03T15:30Z') },
] as const;

/** Conditions, and what they mean. */
const CONDITIONS: { where?: Json; holds(properties: JsonObject): boolean }[] = [
  { holds: () => true },
  { where: { '===': [{ var: 'kind' }, 'a'] }, holds: ({ kind }) => kind === 'a' },
  { where: { in: [{ var: 'kind' }, ['a', 'b']] }, holds: ({ kind }) => kind === 'a' || kind === 'b' },
];
const WINDOWS = [undefined, undefined, 'P1D', 'P2D', 'P1W', 'PT10M', 'PT3H', 'P1DT12H'];
const PATHS = ['kind', 'value', 'items.price', 'items.0.price', 'items.tags', 'absent'];
const EVENTS = ['view', 'add', 'buy'];

export const message = fc.record({
  event: fc.constantFrom(...EVENTS, ...EVENTS, 'other'),
  offset: fc.oneof(
    fc.integer({ min: -10 * DAY, max: 10 * DAY }),
    fc.integer({ min: -DAY, max: DAY }),
    fc.integer({ min: -20, max: 20 }).map((n) => n * 5 * MINUTE),
    fc.integer({ min: -20, max: 20 }).map((n) => n * 5 * MINUTE),
  ),
  properties: fc.record(
    {
      kind: fc.constantFrom('a', 'a', 'b', 'c', 1, '1', true, null),
      value: fc.constantFrom<Json>(0.1, 0.2, '0.3', -5, -0, 1e15, 12.345678, 'many', ''),
      items: fc.array(
        fc.record(
          {
            price: fc.constantFrom<Json>(1, 2.5, '3.10', null),
            tags: fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 }),
          },
          { requiredKeys: [] },
        ),
        { maxLength: 3 },
      ),
    },
    { requiredKeys: [] },
  ),
});
type Drawn = { event: string; offset: number; properties: { [key: string]: Json } };

export const stored = ({ event, offset, properties }: Drawn, n: number, change: number): StoredMessage => ({
  messageId: `m${(n * 7919) % 1_000}`,
  type: 'track',
  event,
  timestamp: new Date(change + offset).toISOString(),
  properties,
});

const condition = fc.constantFrom(...CONDITIONS);
const occurrence = fc.record({ event: fc.constantFrom(...EVENTS), condition });
const within = fc.constantFrom(...WINDOWS);
export const asked = fc.oneof(
  fc.record({ agg: fc.constant('count' as const), occurrence, within }),
  fc.record({
    agg: fc.constantFrom('sum', 'min', 'max', 'first', 'last', 'distinct'),
    occurrence,
    prop: fc.constantFrom(...PATHS),
    within,
  }),
  fc.record({
    agg: fc.constant('sequence' as const),
    steps: fc.array(occurrence, { minLength: 2, maxLength: 3 }),
    without: fc.option(occurrence, { nil: undefined }),
    within,
  }),
);
export type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;
type Step = { event: string; condition: (typeof CONDITIONS)[number] };

const written = ({ event, condition }: Step) => ({
  event,
  ...(condition.where === undefined ? {} : { where: condition.where }),
});

export function declared(fact: Asked): FactDeclaration {
  const common = { agg: fact.agg, ...(fact.within === undefined ? {} : { within: fact.within }) };
  if (!('steps' in fact)) {
    return factDeclaration.parse({
      ...common,
      ...written(fact.occurrence),
      ...('prop' in fact ? { prop: fact.prop } : {}),
    });
  }
  const without = fact.without && { without: written(fact.without) };
  return factDeclaration.parse({ ...common, steps: fact.steps.map(written), ...without });
}

const dateIn = (zone: string) => {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return (ms: number) => format.format(ms);
};

const LENGTHS: Record<string, number> = { PT10M: 10 * MINUTE, PT3H: 180 * MINUTE, P1DT12H: 1.5 * DAY };
const DAYS: Record<string, number> = { P1D: 1, P2D: 2, P1W: 7 };

/** The fact in words, of all events that there ever were. */
export function naive(
  fact: Asked,
  all: readonly StoredMessage[],
  now: number,
  zone: string,
): Json | undefined {
  const date = dateIn(zone);
  const inWindow = ({ timestamp }: StoredMessage) => {
    const length = LENGTHS[fact.within ?? ''];
    if (length !== undefined) return at(timestamp) > now - length;
    const days = DAYS[fact.within ?? ''];
    if (days === undefined) return true;
    const begins = new Date(at(`${date(now)}T12:00Z`) - (days - 1) * DAY).toISOString().slice(0, 10);
    return date(at(timestamp)) >= begins;
  };
  const is = ({ event, condition }: Step, message: StoredMessage) =>
    message.event === event && condition.holds(message.properties ?? {});
  const sorted = [...all].sort(compareMessages);
  if ('steps' in fact) {
    const { without } = fact;
    const bars = (message: StoredMessage) => without !== undefined && is(without, message);
    const from = (step: number, next: number): boolean =>
      step === fact.steps.length ||
      sorted.some((message, i) => {
        const wanted = fact.steps[step];
        if (i < next || !wanted || !inWindow(message) || !is(wanted, message) || bars(message)) return false;
        return !(step === 0 && sorted.slice(i).some(bars)) && from(step + 1, i + 1);
      });
    return from(0, 0);
  }
  const events = sorted.filter((message) => inWindow(message) && is(fact.occurrence, message));
  if (!('prop' in fact)) return events.length;
  const values = events.flatMap(({ properties }) => read(properties ?? {}, fact.prop));
  const numbers = values
    .filter((value) => value !== '' && typeof value !== 'boolean' && Number.isFinite(Number(value)))
    .map(Number);
  switch (fact.agg) {
    case 'sum':
      return numbers.map((n) => Math.min(n, 1e12)).reduce((a, b) => a + b, 0);
    case 'distinct':
      return new Set(values.map(String)).size;
    case 'first':
      return values[0];
    case 'last':
      return values.at(-1);
    default:
      return numbers.sort((a, b) => a - b).at(fact.agg === 'min' ? 0 : -1);
  }
}

function read(properties: { [key: string]: Json }, prop: string): Json[] {
  const items = (properties.items ?? []) as { price?: Json; tags?: Json[] }[];
  const found: Record<string, (Json | undefined)[]> = {
    kind: [properties.kind],
    value: [properties.value],
    'items.price': items.map(({ price }) => price),
    'items.0.price': items.slice(0, 1).map(({ price }) => price),
    'items.tags': items.flatMap(({ tags }) => tags ?? []),
  };
  return (found[prop] ?? []).filter((value) => value !== undefined && value !== null);
}

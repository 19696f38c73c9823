import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../sdk/src/message.ts';
import { runs } from '../../../test/properties/runs.ts';
import { compareMessages, type StoredMessage } from '../message.ts';
import { addToFacts, compileFacts, type FactStates, factValues, joinFacts } from './behaviour.ts';
import { type FactDeclaration, factDeclaration } from './fact-declaration.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const at = (iso: string) => Date.parse(iso);

/** Zones, and a moment at which their clocks are changed. */
const PLACES = [
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

const message = fc.record({
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

const stored = ({ event, offset, properties }: Drawn, n: number, change: number): StoredMessage => ({
  messageId: `m${(n * 7919) % 1_000}`,
  type: 'track',
  event,
  timestamp: new Date(change + offset).toISOString(),
  properties,
});

const condition = fc.constantFrom(...CONDITIONS);
const occurrence = fc.record({ event: fc.constantFrom(...EVENTS), condition });
const within = fc.constantFrom(...WINDOWS);
const asked = fc.oneof(
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
type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;
type Step = { event: string; condition: (typeof CONDITIONS)[number] };

const written = ({ event, condition }: Step) => ({
  event,
  ...(condition.where === undefined ? {} : { where: condition.where }),
});

function declared(fact: Asked): FactDeclaration {
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
function naive(fact: Asked, all: readonly StoredMessage[], now: number, zone: string): Json | undefined {
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

const history = fc.record({
  place: fc.constantFrom(...PLACES),
  drawn: fc.array(message, { maxLength: 30, size: 'max' }),
  facts: fc.array(asked, { minLength: 3, maxLength: 8 }),
  /** From a little before the newest message: its clock may be ahead. */
  later: fc.oneof(
    fc.integer({ min: -10 * MINUTE, max: 30 * MINUTE }),
    fc.integer({ min: -10, max: 40 }).map((n) => n * MINUTE),
    fc.integer({ min: 0, max: 9 * DAY }),
  ),
});
const newestOf = (messages: readonly StoredMessage[]) =>
  Math.max(0, ...messages.map(({ timestamp }) => at(timestamp)));
const named = (facts: readonly Asked[]) =>
  Object.fromEntries(facts.map((fact, i) => [`f${i}`, declared(fact)]));

const JSON_OF = <T>(value: T): T => JSON.parse(JSON.stringify(value));

describe('behavioural facts', () => {
  it('are what all events of the window say, on days on which clocks change too', () => {
    fc.assert(
      fc.property(history, ({ place: { zone, change }, drawn, facts, later }) => {
        const messages = drawn.map((one, n) => stored(one, n, change));
        const compiled = compileFacts(named(facts), zone);
        let states: FactStates = {};
        for (const message of messages) {
          addToFacts(states, compiled, message);
          // As it is read back from the profile's row.
          states = JSON_OF(states);
        }
        const now = newestOf(messages) + later;
        const values = factValues(states, compiled, now);
        facts.forEach((fact, i) => {
          const expected = naive(fact, messages, now, zone);
          if (fact.agg === 'sum') expect(values[`f${i}`]).toBeCloseTo(Number(expected), 2);
          else if (expected === undefined) expect(values).not.toHaveProperty(`f${i}`);
          else expect(values[`f${i}`]).toEqual(JSON_OF(expected));
        });
      }),
      runs(400),
    );
  });

  it('are kept the same in whatever order and batches messages arrive', () => {
    const arrivals = history.chain((past) =>
      fc.record({
        past: fc.constant(past),
        order: fc.array(fc.nat(), { minLength: past.drawn.length, maxLength: past.drawn.length }),
      }),
    );
    fc.assert(
      fc.property(arrivals, ({ past: { place, drawn, facts, later }, order }) => {
        const messages = drawn.map((one, n) => stored(one, n, place.change));
        const compiled = compileFacts(named(facts), place.zone);
        const folded = (all: readonly StoredMessage[]) => {
          const states: FactStates = {};
          for (const message of all) addToFacts(states, compiled, message);
          return states;
        };
        const shuffled = messages
          .map((message, i) => ({ message, rank: order[i] ?? 0 }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ message }) => message);
        const states = folded(messages.toSorted(compareMessages));
        expect(folded(shuffled)).toEqual(states);
        expect(folded(messages.toSorted(compareMessages).reverse())).toEqual(states);
        const now = newestOf(messages) + later;
        expect(factValues(folded(shuffled), compiled, now)).toEqual(factValues(states, compiled, now));
      }),
      runs(400),
    );
  });
});

const told = (
  event: string,
  timestamp: string,
  properties: JsonObject = {},
  messageId = timestamp,
): StoredMessage => ({
  messageId,
  type: 'track',
  event,
  timestamp,
  properties,
});
function answer(declaration: unknown, messages: readonly StoredMessage[], now: string): Json | undefined {
  const compiled = compileFacts({ fact: factDeclaration.parse(declaration) }, 'Europe/Berlin');
  const states: FactStates = {};
  for (const message of messages) addToFacts(states, compiled, message);
  return factValues(states, compiled, at(now)).fact;
}

describe('a busy visitor', () => {
  const HOUR_AGO = at('2026-06-01T11:00:00Z');
  const busy = Array.from({ length: 1_200 }, (_, i) =>
    told('view_item', new Date(HOUR_AGO + i * 1_000).toISOString(), {
      item: `${'x'.repeat(200)}${i}`,
      price: i,
    }),
  );
  const facts = compileFacts(
    {
      views: { agg: 'count', event: 'view_item', within: 'PT6H' },
      daily: { agg: 'count', event: 'view_item', within: 'P400D' },
      ever: { agg: 'sum', event: 'view_item', prop: 'price' },
      items: { agg: 'distinct', event: 'view_item', prop: 'item', within: 'P7D' },
      newest: { agg: 'last', event: 'view_item', prop: 'price', within: 'PT6H' },
      path: { agg: 'sequence', steps: ['view_item', 'purchase'], within: 'P7D' },
    },
    'Europe/Berlin',
  );
  const folded = (messages: readonly StoredMessage[]) => {
    const states: FactStates = {};
    for (const message of messages) addToFacts(states, facts, message);
    return states;
  };

  it('keeps a profile small, whatever the order', () => {
    const states = folded(busy);
    const lengths = Object.fromEntries(
      [...facts.byName].map(([name, { key }]) => [name, states[key]?.length]),
    );
    expect(lengths).toEqual({ views: 500, daily: 1, ever: 1, items: 500, newest: 1, path: 200 });
    expect(JSON.stringify(states).length).toBeLessThan(40_000);
    expect(factValues(states, facts, at('2026-06-01T12:00:00Z'))).toEqual({
      views: 500,
      daily: 1_200,
      ever: 719_400,
      items: 500,
      newest: 1_199,
      path: false,
    });
    const shuffled = busy.map((_, i) => busy[(i * 7) % 1_200]).filter((message) => message !== undefined);
    expect(folded(shuffled)).toEqual(states);
    expect(folded(busy.toReversed())).toEqual(states);
  });

  it('keeps as many days as can count', () => {
    const days = Array.from({ length: 1_000 }, (_, i) =>
      told('view_item', new Date(HOUR_AGO - i * DAY).toISOString()),
    );
    const daily = facts.byName.get('daily')?.key ?? '';
    expect(folded(days)[daily]?.length).toBe(401);
    expect(factValues(folded(days), facts, HOUR_AGO).daily).toBe(400);
  });
});

it('holds little for an ordinary visitor', () => {
  const compiled = compileFacts(
    {
      views: { agg: 'count', event: 'view_item', within: 'P7D' },
      spent: { agg: 'sum', event: 'purchase', prop: 'value', within: 'P30D' },
      last: { agg: 'last', event: 'view_item', prop: 'items.item_id' },
    },
    'UTC',
  );
  const states: FactStates = {};
  for (let i = 0; i < 60; i++) {
    addToFacts(
      states,
      compiled,
      told(
        i % 10 ? 'view_item' : 'purchase',
        new Date(at('2026-06-01T00:00Z') + (i * DAY) / 2).toISOString(),
        { value: 19.9, items: [{ item_id: 'SKU-1' }] },
      ),
    );
  }
  expect(JSON.stringify(states).length).toBeLessThan(500);
});

describe('a sequence', () => {
  const steps = ['view_item', 'add_to_cart'];
  const view = told('view_item', '2026-06-01T10:00:00.000Z');
  const add = told('add_to_cart', '2026-06-01T10:05:00.000Z');
  const purchase = told('purchase', '2026-06-01T10:10:00.000Z');

  it('ends with what must not have happened, also when that arrives first', () => {
    const sequence = { agg: 'sequence', steps, without: 'purchase', within: 'P2D' };
    expect(answer(sequence, [view, add], '2026-06-01T11:00:00Z')).toBe(true);
    expect(answer(sequence, [purchase, add, view], '2026-06-01T11:00:00Z')).toBe(false);
    const again = [
      told('view_item', '2026-06-02T10:00:00.000Z'),
      told('add_to_cart', '2026-06-02T10:01:00.000Z'),
    ];
    expect(answer(sequence, [purchase, add, view, ...again], '2026-06-02T11:00:00Z')).toBe(true);
  });

  it('needs an event for each step, in the order of the steps', () => {
    expect(
      answer({ agg: 'sequence', steps: ['view_item', 'view_item'] }, [view], '2026-06-01T11:00:00Z'),
    ).toBe(false);
    const late = told('view_item', '2026-06-01T10:06:00.000Z');
    expect(answer({ agg: 'sequence', steps }, [late, add], '2026-06-01T11:00:00Z')).toBe(false);
    expect(
      answer({ agg: 'sequence', steps: ['view_item', 'view_item'] }, [late, view], '2026-06-01T11:00:00Z'),
    ).toBe(true);
  });
});

it('looks back exactly so far, also when the clock of a message is ahead', () => {
  const minutes = { agg: 'count', event: 'view_item', within: 'PT10M' };
  const views = ['10:00:00.000', '10:10:00.000', '10:14:00.000'].map((time) =>
    told('view_item', `2026-06-01T${time}Z`),
  );
  expect(answer(minutes, views, '2026-06-01T10:09:59.999Z')).toBe(3);
  expect(answer(minutes, views, '2026-06-01T10:10:00.000Z')).toBe(2);
  expect(answer(minutes, views, '2026-06-01T10:24:00.000Z')).toBe(0);
});

it('adds money up to the cent', () => {
  const bought = [0.1, 0.2, '12,50', '12.50', -0.1].map((value, i) =>
    told('purchase', `2026-06-01T10:00:0${i}.000Z`, { value }),
  );
  expect(answer({ agg: 'sum', event: 'purchase', prop: 'value' }, bought, '2026-06-01T11:00:00Z')).toBe(12.7);
});

it('counts the days of the shop, not of Greenwich', () => {
  const late = told('view_item', '2026-05-31T22:30:00.000Z');
  const count = { agg: 'count', event: 'view_item', within: 'P1D' };
  expect(answer(count, [late], '2026-06-01T21:59:00Z')).toBe(1);
  expect(answer(count, [late], '2026-06-01T22:00:00Z')).toBe(0);
});

it('does not hold what its condition fails on', () => {
  const failing = { agg: 'count', event: 'view_item', where: { '>': [{ var: 'price' }, 10] } };
  const views = ['dear', {}, 20].map((price, i) =>
    told('view_item', `2026-06-01T10:00:0${i}.000Z`, { price }),
  );
  expect(answer(failing, views, '2026-06-01T11:00:00Z')).toBe(1);
});

it('looks at nothing but events', () => {
  const { event: _, ...identify } = told('view_item', '2026-06-01T10:00:00.000Z');
  expect(
    answer({ agg: 'count', event: 'view_item' }, [{ ...identify, type: 'identify' }], '2026-06-01T11:00:00Z'),
  ).toBe(0);
});

it('counts once what several campaigns ask for', () => {
  const one = compileFacts({ a: { agg: 'count', event: 'view_item', within: 'P1W' } }, 'UTC');
  const other = compileFacts({ b: { agg: 'count', event: 'view_item', within: 'P7D', where: true } }, 'UTC');
  const states: FactStates = {};
  addToFacts(states, joinFacts([one, other]), told('view_item', '2026-06-01T10:00:00.000Z'));
  expect(factValues(states, one, at('2026-06-01T11:00Z'))).toEqual({ a: 1 });
  expect(factValues(states, other, at('2026-06-01T11:00Z'))).toEqual({ b: 1 });
  expect(Object.keys(states)).toHaveLength(1);
});

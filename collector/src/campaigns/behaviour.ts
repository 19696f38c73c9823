import type { Json } from '../../../sdk/src/message.ts';
import type { StoredMessage } from '../message.ts';
import { type FactDeclaration, factKey, type Occurrence, occurrenceOf } from './fact-declaration.ts';
import { addDistinct, countDistinct, type Distinct } from './fact-distinct.ts';
import type { EventKey } from './fact-order.ts';
import { addToSequence, isComplete, type Sequence } from './fact-sequence.ts';
import {
  addTotal,
  type Buckets,
  count,
  first,
  last,
  max,
  min,
  sum,
  type Total,
  totalFrom,
} from './fact-totals.ts';
import { type FactWindow, windowOf } from './fact-window.ts';
import { compileAudience } from './logic.ts';
import { valuesAt } from './property-path.ts';

/**
 * Behavioural facts: what audiences declare about a visitor's events. A state depends on the set of events that were
 * added, each of them once, and not on their order.
 */

/** What a profile keeps of one fact. */
export type FactState = Json[];

/** By {@link factKey}: campaigns that declare the same share it. Nothing is kept of what has not happened. */
export type FactStates = Record<string, FactState>;

/** A declaration, ready to be used. */
export interface Fact {
  key: string;
  /** Canonical names of the events that it looks at. */
  events: ReadonlySet<string>;
  add(state: FactState, event: EventKey, message: StoredMessage): void;
  /** `undefined` when it is missing. */
  value(state: FactState, now: number): Json | undefined;
}

/** Which facts want to hear of an event; each once. */
export interface FactListeners {
  /** Of all states that are needed. */
  keys: ReadonlySet<string>;
  byEvent: ReadonlyMap<string, readonly Fact[]>;
}

/** The facts of one audience, by the name that its rule uses. */
export interface CompiledFacts extends FactListeners {
  byName: ReadonlyMap<string, Fact>;
}

/** @param zone of the site: whose calendar days count */
export function compileFacts(
  declarations: Readonly<Record<string, FactDeclaration>>,
  zone: string,
): CompiledFacts {
  const byName = new Map(
    Object.entries(declarations).map(([name, declaration]) => [name, factOf(declaration, zone)]),
  );
  return { byName, ...listeners(byName.values()) };
}

/** The facts of all audiences of a site, so that a message is added once to what they share. */
export function joinFacts(all: Iterable<CompiledFacts>): FactListeners {
  return listeners([...all].flatMap(({ byName }) => [...byName.values()]));
}

function listeners(facts: Iterable<Fact>): FactListeners {
  const byKey = new Map([...facts].map((fact) => [fact.key, fact]));
  const byEvent = new Map<string, Fact[]>();
  for (const fact of byKey.values()) {
    for (const event of fact.events) {
      const others = byEvent.get(event);
      if (others) others.push(fact);
      else byEvent.set(event, [fact]);
    }
  }
  return { keys: new Set(byKey.keys()), byEvent };
}

/** Adds a message, which must not have been added before; messages may come in any order. Changes `states`. */
export function addToFacts(states: FactStates, { byEvent }: FactListeners, message: StoredMessage): void {
  const facts = message.event === undefined ? undefined : byEvent.get(message.event);
  if (!facts) return;
  const event: EventKey = [Date.parse(message.timestamp), message.messageId];
  for (const fact of facts) {
    const state = states[fact.key] ?? [];
    fact.add(state, event, message);
    if (state.length > 0) states[fact.key] = state;
  }
}

/**
 * What the rules of audiences find under `facts`; what is missing is left out. What several of them declare is made once:
 * the states must not change in between.
 *
 * @param now ms since the epoch; at most 10 min before the newest message that was added
 */
export function factReader(states: FactStates, now: number): (facts: CompiledFacts) => Record<string, Json> {
  const known = new Map<string, Json | undefined>();
  return ({ byName }) => {
    const values: Record<string, Json> = {};
    for (const [name, fact] of byName) {
      if (!known.has(fact.key)) known.set(fact.key, fact.value(states[fact.key] ?? [], now));
      const value = known.get(fact.key);
      if (value !== undefined) values[name] = value;
    }
    return values;
  };
}

/** The same for one audience. */
export function factValues(states: FactStates, facts: CompiledFacts, now: number): Record<string, Json> {
  return factReader(states, now)(facts);
}

function factOf(declaration: FactDeclaration, zone: string): Fact {
  const key = factKey(declaration, zone);
  const window = windowOf(declaration.within, zone);
  if (declaration.agg === 'sequence') return sequenceFact(key, declaration, window);
  const events = new Set([declaration.event]);
  const holds = conditionOf(declaration);
  if (declaration.agg === 'count') return totalFact(key, events, holds, [], count, window, 0);
  const path = declaration.prop.split('.');
  switch (declaration.agg) {
    case 'distinct':
      return distinctFact(key, events, holds, path, window);
    case 'sum':
      return totalFact(key, events, holds, path, sum, window, 0);
    case 'min':
      return totalFact(key, events, holds, path, min, window);
    case 'max':
      return totalFact(key, events, holds, path, max, window);
    case 'first':
      return totalFact(key, events, holds, path, first, window);
    case 'last':
      // The newest bucket with a value says what the last one is, in every window that it is in.
      return totalFact(key, events, holds, path, last, { ...window, maxBuckets: 1 });
  }
}

type Condition = (message: StoredMessage) => boolean;

function conditionOf({ where }: Pick<Occurrence, 'where'>): Condition {
  if (where === undefined || where === true) return () => true;
  const holds = compileAudience(where);
  return ({ properties }) => holds(properties ?? {}) === true;
}

/** @param nothing its value when nothing has happened; without it, it is missing then */
function totalFact<T extends Json>(
  key: string,
  events: ReadonlySet<string>,
  holds: Condition,
  path: readonly string[],
  total: Total<T>,
  window: FactWindow,
  nothing?: Json,
): Fact {
  return {
    key,
    events,
    add(state, event, message) {
      const part = holds(message) ? total.of(valuesAt(message.properties, path), event) : undefined;
      if (part === undefined) return;
      addTotal(state as Buckets<T>, window.bucketOf(event[0]), part, total.join, window);
    },
    value(state, now) {
      const all = totalFrom(state as Buckets<T>, window.firstAt(now), total.join);
      return all === undefined ? nothing : total.value(all);
    },
  };
}

function distinctFact(
  key: string,
  events: ReadonlySet<string>,
  holds: Condition,
  path: readonly string[],
  window: FactWindow,
): Fact {
  return {
    key,
    events,
    add(state, event, message) {
      if (!holds(message)) return;
      addDistinct(state as Distinct, window.bucketOf(event[0]), valuesAt(message.properties, path), window);
    },
    value: (state, now) => countDistinct(state as Distinct, window.firstAt(now)),
  };
}

function sequenceFact(
  key: string,
  declaration: Extract<FactDeclaration, { agg: 'sequence' }>,
  window: FactWindow,
): Fact {
  const { length } = declaration.steps;
  const occurrences = [
    ...declaration.steps,
    ...(declaration.without === undefined ? [] : [declaration.without]),
  ]
    .map(occurrenceOf)
    .map((occurrence) => ({ event: occurrence.event, holds: conditionOf(occurrence) }));
  return {
    key,
    events: new Set(occurrences.map(({ event }) => event)),
    add(state, event, message) {
      const bits = occurrences.reduce(
        (set, occurrence, bit) =>
          occurrence.event === message.event && occurrence.holds(message) ? set | (1 << bit) : set,
        0,
      );
      if (bits !== 0) addToSequence(state as Sequence, [...event, bits], length, window);
    },
    value: (state, now) => isComplete(state as Sequence, window.firstAt(now), length, window),
  };
}

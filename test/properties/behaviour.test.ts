import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addToFacts,
  compileFacts,
  type FactStates,
  factValues,
} from '../../collector/src/campaigns/behaviour.ts';
import { compareMessages, type StoredMessage } from '../../collector/src/message.ts';
import {
  type Asked,
  asked,
  at,
  DAY,
  declared,
  MINUTE,
  message,
  naive,
  PLACES,
  stored,
} from './behaviour-oracle.ts';
import { runs } from './runs.ts';

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

const jsonOf = <T>(value: T): T => JSON.parse(JSON.stringify(value));

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
          states = jsonOf(states);
        }
        const now = newestOf(messages) + later;
        const values = factValues(states, compiled, now);
        facts.forEach((fact, i) => {
          const expected = naive(fact, messages, now, zone);
          if (fact.agg === 'sum') expect(values[`f${i}`]).toBeCloseTo(Number(expected), 2);
          else if (expected === undefined) expect(values).not.toHaveProperty(`f${i}`);
          else expect(values[`f${i}`]).toEqual(jsonOf(expected));
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

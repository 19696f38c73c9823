import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../sdk/src/message.ts';
import type { StoredMessage } from '../message.ts';
import { addToFacts, compileFacts, type FactStates, factValues, joinFacts } from './behaviour.ts';
import { factDeclaration } from './fact-declaration.ts';

const DAY = 86_400_000;
const at = (iso: string) => Date.parse(iso);

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

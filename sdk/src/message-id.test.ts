import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMessageIds } from './message-id.ts';

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('the order of events survives a clock that jumps back, stands still or races', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 2 ** 45 }), { minLength: 2 }),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      (clock, random) => {
        const times = [...clock];
        const ids = createMessageIds(
          () => times.shift() ?? 0,
          () => random,
        );
        const made = clock.map(() => ids.next());
        expect(made).toEqual([...new Set(made)].sort());
        for (const id of made) expect(id).toMatch(V7);
      },
    ),
  );
});

test('ten thousand events in one millisecond keep their order', () => {
  const ids = createMessageIds(() => 1_700_000_000_000);
  const made = Array.from({ length: 10_000 }, () => ids.next());
  expect(made).toEqual([...new Set(made)].sort());
});

test('an id carries the time of its message', () => {
  const time = Date.UTC(2026, 10, 22);
  const id = createMessageIds(() => time).next();
  expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(time);
});

test('a page knows its own messages from those of another tab', () => {
  const here = createMessageIds();
  const there = createMessageIds();
  expect(here.made(there.next())).toBe(false);
  const id = here.next();
  expect(here.made(id)).toBe(true);
  expect(there.made(id)).toBe(false);
});

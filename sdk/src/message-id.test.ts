import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { createMessageIds } from './message-id.ts';

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const clock = vi.spyOn(Date, 'now');
afterEach(() => {
  clock.mockReset();
});
const idOf = ({ messageId }: { messageId: string }) => messageId;

test('the order of events survives a clock that jumps back, stands still or races', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 44 }), { minLength: 2 }), (times) => {
      const ids = createMessageIds();
      const made = times.map((time) => {
        clock.mockReturnValue(time);
        return ids.next();
      });
      expect(made.map(idOf)).toEqual([...new Set(made.map(idOf))].sort());
      expect(made.map(({ timestamp }) => timestamp)).toEqual(made.map(({ timestamp }) => timestamp).sort());
      for (const { messageId } of made) expect(messageId).toMatch(V7);
    }),
  );
});

test('ten thousand events in one millisecond keep their order', () => {
  clock.mockReturnValue(1_700_000_000_000);
  const ids = createMessageIds();
  const made = Array.from({ length: 10_000 }, () => ids.next().messageId);
  expect(made).toEqual([...new Set(made)].sort());
});

test('an id carries the time of its message', () => {
  const time = Date.UTC(2026, 10, 22);
  clock.mockReturnValue(time);
  const { messageId, timestamp } = createMessageIds().next();
  expect(Number.parseInt(messageId.replace('-', ''), 16)).toBe(time);
  expect(Date.parse(timestamp)).toBe(time);
});

test('a page knows its own messages from those of another tab', () => {
  clock.mockReturnValue(0);
  const here = createMessageIds();
  const there = createMessageIds();
  expect(here.made(idOf(there.next()))).toBe(false);
  const id = idOf(here.next());
  expect(here.made(id)).toBe(true);
  expect(there.made(id)).toBe(false);
});

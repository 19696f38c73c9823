import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../collector/src/message.ts';
import { compareMessages } from '../../collector/src/message.ts';
import { emptyHistory, extend, type History, isNewer } from '../../collector/src/profile/history.ts';
import { env, makeSite, profileOf, sendBatch } from '../support/workerd/collector.ts';

/** `npm run test:deep` multiplies the runs of each property. */
const RUNS = env.RUNS;
const START = Date.UTC(2026, 10, 20);

const DEVICES = ['phone', 'laptop', 'tablet'] as const;

const item = fc.record({
  item_id: fc.constantFrom('a', 'b', 'c'),
  price: fc.constantFrom(1, 2.5, 0.1),
  quantity: fc.integer({ min: 0, max: 3 }),
});
const event = fc.record({
  device: fc.constantFrom(...DEVICES),
  /** Few distinct times, so that ties and exact 30-minute gaps are common. */
  minute: fc.integer({ min: 0, max: 20 }).map((n) => n * 15),
  name: fc.constantFrom(
    'page_view',
    'cart_updated',
    'add_to_cart',
    'remove_from_cart',
    'purchase',
    'refund',
    'identify',
  ),
  items: fc.array(item, { maxLength: 3 }),
  cart: fc.constantFrom(undefined, 'shared'),
  order: fc.constantFrom('o1', 'o2'),
  trait: fc.constantFrom('x', 'y'),
});
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

function toMessage(e: Event, index: number): StoredMessage {
  const base = {
    messageId: `m${index}`,
    anonymousId: e.device,
    timestamp: new Date(START + e.minute * 60_000).toISOString(),
  };
  if (e.name === 'identify')
    return { ...base, type: 'identify', userId: 'mira', traits: { [e.trait]: index } };
  const properties = { items: e.items, transaction_id: e.order, ...(e.cart ? { cart_id: e.cart } : {}) };
  return { ...base, type: 'track', event: e.name, properties };
}

/** The same messages, some of them twice, shuffled and cut into batches. */
const deliveries = fc.array(event, { minLength: 1, maxLength: 25 }).chain((events) => {
  const messages = events.map(toMessage);
  const indices = fc.shuffledSubarray([...messages.keys()], { minLength: messages.length });
  return fc.record({
    messages: fc.constant(messages),
    order: indices.map((all) => all.map((i) => messages[i] as StoredMessage)),
    repeats: fc.subarray(messages),
    cuts: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 30, maxLength: 30 }),
  });
});

function* batches<T>(list: readonly T[], cuts: readonly number[]): Generator<T[]> {
  let at = 0;
  for (const size of cuts) {
    if (at >= list.length) return;
    yield list.slice(at, at + size);
    at += size;
  }
}

function folded(messages: readonly StoredMessage[]): History {
  const history = emptyHistory();
  extend(history, [...messages].sort(compareMessages), 'USD');
  return history;
}

describe('a history comes out the same, however its messages arrive', () => {
  it('in any order and any batches, adding to it or starting anew', () => {
    fc.assert(
      fc.property(deliveries, ({ messages, order, cuts }) => {
        let history = emptyHistory();
        const seen: StoredMessage[] = [];
        for (const batch of batches(order, cuts)) {
          const sorted = [...batch].sort(compareMessages);
          if (isNewer(history, sorted)) extend(history, sorted, 'USD');
          else history = folded([...seen, ...batch]);
          seen.push(...batch);
        }
        if (seen.length === messages.length) expect(history).toEqual(folded(messages));
      }),
      { numRuns: 500 * RUNS },
    );
  });

  it('over HTTP, with repeats, on devices that log in at some time or never', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async ({ messages, order, repeats, cuts }) => {
        const shuffled = await makeSite();
        for (const batch of batches([...order, ...repeats], cuts)) await sendBatch(shuffled, batch);
        await sendBatch(shuffled, order);
        const sorted = await makeSite();
        await sendBatch(sorted, [...messages].sort(compareMessages));
        for (const device of DEVICES) {
          expect(await profileOf(shuffled, device)).toEqual(await profileOf(sorted, device));
        }
      }),
      { numRuns: 15 * RUNS },
    );
  });
});

describe('sessions', () => {
  it("are the runs of a device's events with gaps of at most 30 minutes", () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 40 }), (events) => {
        const messages = events.map(toMessage);
        const expected = DEVICES.flatMap((device) => {
          const times = messages
            .filter((message) => message.anonymousId === device && message.event !== undefined)
            .map((message) => Date.parse(message.timestamp))
            .sort((a, b) => a - b);
          const runs: number[][] = [];
          times.forEach((time, i) => {
            const before = times[i - 1];
            if (before === undefined || time - before > 30 * 60_000) runs.push([]);
            runs.at(-1)?.push(time);
          });
          return runs.map((run) => ({
            anonymousId: device,
            start: run[0],
            end: run.at(-1),
            events: run.length,
          }));
        });
        const actual = folded(messages).sessions.map(({ anonymousId, start, end, events }) => ({
          anonymousId,
          start,
          end,
          events,
        }));
        const order = (a: { anonymousId: string; start?: number | undefined }) =>
          `${a.anonymousId}${a.start}`;
        expect(actual.sort((a, b) => (order(a) < order(b) ? -1 : 1))).toEqual(
          expected.sort((a, b) => (order(a) < order(b) ? -1 : 1)),
        );
      }),
      { numRuns: 300 * RUNS },
    );
  });
});

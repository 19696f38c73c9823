import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareMessages, type StoredMessage } from '../../collector/src/message.ts';
import { type CartToRestore, cartToRestore } from '../../collector/src/profile/cart-to-restore.ts';
import { emptyHistory, extend, refolded } from '../../collector/src/profile/history.ts';
import type { Line } from '../../collector/src/profile/line.ts';
import type { JsonObject } from '../../sdk/src/message.ts';
import { runs } from './runs.ts';

const START = Date.UTC(2026, 0, 1);

const items = fc.array(
  fc.record({
    item_id: fc.constantFrom('a', 'b', 'c'),
    price: fc.integer({ min: 1, max: 3 }),
    quantity: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 3 },
);
const step: fc.Arbitrary<Step> = fc.record({
  event: fc.constantFrom(
    'cart_updated',
    'cart_updated',
    'add_to_cart',
    'remove_from_cart',
    'purchase',
    'view_item',
  ),
  /** Minutes after the one before: echoes of a purchase, and what comes later. */
  after: fc.constantFrom(1, 10, 29, 31, 600),
  by: fc.constantFrom('laptop', 'laptop', 'phone'),
  items,
});
interface Step {
  event: string;
  after: number;
  by: string;
  items: readonly JsonObject[];
}

/** What happens in turn; the phone sends orders and looks at things, and has no cart of its own. */
function told(steps: readonly Step[]): StoredMessage[] {
  let minute = 0;
  return steps.map(({ event, after, by, items }, i) => {
    minute += after;
    const ofPhone = event === 'purchase' || event === 'view_item';
    return {
      messageId: `m${100 + i}`,
      type: 'track',
      event,
      anonymousId: ofPhone ? by : 'laptop',
      properties: { items: [...items] },
      timestamp: new Date(START + minute * 60_000).toISOString(),
    };
  });
}

function shopAfter(messages: readonly StoredMessage[]): { left: CartToRestore | null; lines: Line[] } {
  const history = emptyHistory();
  extend(history, [...messages].sort(compareMessages), 'EUR');
  return { left: cartToRestore(history), lines: history.carts['device:laptop']?.lines ?? [] };
}
const shortly = fc.constantFrom(1, 10, 29, 31, 600);

describe('a nudge', () => {
  const left = fc
    .array(step, { minLength: 1, maxLength: 12, size: 'max' })
    .filter((steps) => shopAfter(told(steps)).left !== null);

  it('is never about what was bought, though the other device goes on to tell it; and about what is put in after that', () => {
    fc.assert(
      fc.property(left, shortly, shortly, fc.nat(), (steps, soon, later, pick) => {
        const before = shopAfter(told(steps));
        const bought: Step = {
          event: 'purchase',
          after: soon,
          by: 'phone',
          items: before.left?.items ?? [],
        };
        expect(shopAfter(told([...steps, bought])).left).toBeNull();
        const again: Step = {
          event: 'cart_updated',
          after: later,
          by: 'laptop',
          items: before.lines,
        };
        expect(shopAfter(told([...steps, bought, again])).left).toBeNull();
        const { items = [] } = before.left ?? {};
        const one: JsonObject = { ...items[pick % items.length], quantity: 1 };
        const more: Step = { event: 'add_to_cart', after: 1, by: 'laptop', items: [one] };
        const bare = ({ items = [] }: Partial<CartToRestore> = {}) =>
          items.map((item) => [item.item_id, item.quantity]);
        expect(bare(shopAfter(told([...steps, bought, more])).left ?? {})).toEqual([[one.item_id, 1]]);
      }),
      runs(1_000),
    );
  });

  it('offers no more than lies in the cart, at prices that the visitor was told', () => {
    fc.assert(
      fc.property(left, (steps) => {
        const { left, lines } = shopAfter(told(steps));
        for (const { item_id, quantity, price } of left?.items ?? []) {
          expect(quantity).toBeGreaterThan(0);
          expect(quantity).toBeLessThanOrEqual(lines.find((line) => line.item_id === item_id)?.quantity ?? 0);
          const last = steps
            .filter(({ event }) => event !== 'purchase' && event !== 'remove_from_cart')
            .flatMap(({ items }) => items)
            .findLast((item) => item.item_id === item_id);
          expect(price).toBe(last?.price);
        }
      }),
      runs(1_000),
    );
  });

  it('is about the same things in whatever order its events arrive', () => {
    const shuffled = left.chain((steps) =>
      fc.tuple(fc.constant(steps), fc.shuffledSubarray(told(steps), { minLength: steps.length })),
    );
    fc.assert(
      fc.property(shuffled, ([steps, messages]) => {
        expect(cartToRestore(refolded(emptyHistory(), messages, 'EUR'))).toEqual(shopAfter(told(steps)).left);
      }),
      runs(300),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { explain } from '../collector/src/campaigns/logic.ts';
import type { Json } from '../sdk/src/message.ts';
import { type Explanation, whyOf } from './why.ts';

const CAMPAIGN = { id: 'second-look', name: 'A third look' };

function because(
  gate: string | null,
  reason: string | null,
  seen: Json = null,
  rule: Json = true,
  data = {},
  control: string | null = null,
) {
  const explanation: Explanation = {
    gate,
    trace: {
      gates: [
        { gate: 'schedule', open: true, reason: null, seen: null },
        ...(gate === null ? [] : [{ gate, open: false, reason, seen }]),
      ],
      audience: explain(rule, data),
      arm: { variant: 'b', control },
    },
  };
  return whyOf(CAMPAIGN, explanation).because;
}

describe('what stops a campaign is said', () => {
  it.each([
    ['status', 'paused', null, 'is paused, not live'],
    ['page', 'page', { host: 'shop.example', path: '/checkout' }, 'not on this page (/checkout)'],
    ['consent', 'denied', null, 'consent was denied'],
    ['audience', 'missing: visitor.traits.age', null, 'missing: visitor.traits.age'],
    ['caps', 'per_session', null, 'shown already in this session'],
    ['suppression', 'segment', 'regulars', 'not for members of the segment “regulars”'],
    ['priority', 'loses', 'free-shipping', '“free-shipping” goes first'],
    ['priority', 'min_gap', { waitMs: 8_200 }, 'too soon after the last popup, 9 s to go'],
    ['trigger', 'waits_for', 'view_item', 'waits for: view_item'],
    ['holdout', 'campaign', null, 'held out, to see what this campaign brings'],
    ['caps', 'of_a_newer_kind', null, 'of a newer kind'],
    ['of_a_newer_kind', null, null, 'closed'],
  ])('for the gate %s (%s)', (gate, reason, seen, words) => {
    expect(because(gate, reason, seen)).toBe(words);
  });

  it('by the conditions that do not hold, and no others', () => {
    const rule = {
      and: [
        { '>=': [{ var: 'cart.value' }, 50] },
        { '==': [{ var: 'visitor.new' }, true] },
        { '!': { var: 'session.converted' } },
        { or: [{ '>': [{ var: 'visitor.orders' }, 1] }, { '<': [{ var: 'visitor.sessions' }, 3] }] },
      ],
    };
    const data = {
      cart: { value: 45.9599 },
      session: { converted: true },
      visitor: { new: true, orders: 1, sessions: 4 },
    };
    expect(because('audience', 'not_matched', null, rule, data).replaceAll('\u00a0', ' ')).toBe(
      'cart.value is 45.96, wants ≥ 50; session.converted is true; ' +
        'visitor.orders is 1, wants > 1 or visitor.sessions is 4, wants < 3',
    );
  });
});

it('names the control group, in which a cap counts what was not shown', () => {
  expect(because('caps', 'per_session', null, true, {}, 'campaign')).toBe(
    'shown already in this session (in the control group)',
  );
});

it('says which variant would be shown', () => {
  expect(because(null, null)).toBe('all gates are open, variant “b”');
});

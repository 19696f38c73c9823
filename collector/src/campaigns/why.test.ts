import { describe, expect, it } from 'vitest';
import type { Json } from '../../../sdk/src/message.ts';
import type { Cap } from './caps.ts';
import { GATES } from './gates.ts';
import { explain } from './logic.ts';
import type { Opening } from './schedule.ts';
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
        { gate: gate === 'schedule' ? 'status' : 'schedule', open: true, reason: null, seen: null },
        ...(gate === null ? [] : [{ gate, open: false, reason, seen }]),
      ],
      audience: explain(rule, data),
      arm: { variant: 'b', control },
    },
  };
  return whyOf(CAMPAIGN, explanation).because;
}

/** A new reason is missing here until it has words. */
const CAPS: Record<Cap, string> = {
  per_session: 'shown already in this session',
  per_visitor: 'shown already as often as one visitor may see it',
  per_days: 'shown already often enough for these days',
  after_dismiss: 'closed by the visitor not long ago',
  after_convert: 'its goal was reached',
  site_per_session: 'enough popups for one session, whichever they were',
  site_per_day: 'enough popups for today, whichever they were',
};
const SCHEDULE: Record<Extract<Opening, { open: false }>['reason'], string> = {
  not_started: 'has not begun yet',
  ended: 'its time is over',
  day: 'not on this day',
  hours: 'not at this hour',
};
const SUPPRESSIONS = {
  exit: 'what ends the wish to show it has happened',
  converted: 'its goal was reached not long ago',
  bot: 'not for crawlers',
  coupon: 'no code was left to give',
  content: 'its text could not be made for this visitor',
  segment: 'not for members of the segment “regulars”',
  search_arrival: 'on a phone, a modal does not cover the first page after a search (regulars)',
};
const WHEN = { at: '2026-11-22T13:05:00Z', clock: '14:05' };
const BEGUN_BY = 'what it began by is not so any more';
const JOURNEY: [string, Json, string][] = [
  ['not_entered', { event: 'view_item' }, 'waits for: view_item'],
  ['not_entered', { event: 'segment_entered', segment: 'vip' }, 'waits for: segment_entered vip'],
  ['not_entered', { fact: 'cart.updatedAt' }, 'the cart is empty'],
  ['not_entered', { fact: 'visitor.lastSeen' }, 'the visitor was on no page yet'],
  ['not_entered', { fact: 'visitor.lastOrderAt' }, 'nothing was bought yet'],
  ['wait', WHEN, 'waits until 14:05'],
  ['wait', null, 'waits'],
  ['quiet_hours', WHEN, 'quiet hours until 14:05'],
  ['on_site', WHEN, 'the visitor is on the site, where it comes as a popup'],
  ['no_subscription', null, 'no browser takes push messages'],
  ['unsubscribed', null, 'the visitor has ended such messages'],
  ['topic_unsubscribed', null, 'the visitor has ended messages about this topic'],
  ['no_address', null, 'no address is known to send it to'],
  ['no_consent', null, 'the visitor has not agreed to be reached this way'],
  ['consent', null, 'consent was denied'],
  ['denied', null, 'consent was denied'],
  ['not_asked', null, 'the visitor was not asked for consent yet'],
  ['push_per_day', null, 'enough push messages for today'],
  ['push_per_week', null, 'enough push messages for this week'],
  ['late', null, 'its time had passed too long ago'],
  ['entry_gone', { fact: 'cart.updatedAt' }, 'the cart is empty'],
  ['entry_gone', null, BEGUN_BY],
  ['converted', { ...WHEN, event: 'purchase' }, 'bought at 14:05'],
  ['converted', { ...WHEN, event: 'form_submitted' }, 'its goal was reached at 14:05'],
  ['exit', { ...WHEN, event: 'purchase' }, 'bought at 14:05'],
  ['exit', { ...WHEN, event: 'refund' }, 'ended by “refund” at 14:05'],
  ['exit', WHEN, 'what ends it has happened'],
  ['audience', null, 'is not for this visitor any more'],
  ['not_matched', null, 'the rule does not match'],
  ['missing: visitor.traits.age', null, 'visitor.traits.age is not known'],
  ['exit_step', null, 'has come to its end'],
  ['completed', null, 'has come to its end'],
  ['journey', null, 'its journey does not offer it now'],
  ['paused', null, 'is paused, not live'],
  ['status', null, 'is not live'],
  ['payload', null, 'the message was too long to be sent'],
  ['deadline', null, 'no push service took it in time'],
  ['repeated', null, 'another device of the same person has it already'],
  ['said_elsewhere', null, 'another device of the same person has it already'],
  ['site', null, 'held out, to see what all campaigns bring together'],
  ['campaign', null, 'held out, to see what this campaign brings'],
  ['content', null, 'its text could not be made for this visitor'],
  ['hours', null, 'not at this hour'],
  ['bot', null, 'not for crawlers'],
  ['of_a_newer_kind', null, 'of a newer kind'],
];
const of = (gate: string, words: Record<string, string>, seen: Json = null) =>
  Object.entries(words).map(([reason, said]): [string, string, Json, string] => [gate, reason, seen, said]);

describe('what stops a campaign is said', () => {
  it('at every gate', () => {
    for (const gate of GATES) expect(because(gate, 'nobody_knows_why'), gate).not.toBe('');
    const unknown = GATES.filter((gate) => because(gate, 'nobody_knows_why') === 'nobody knows why');
    // Their reasons are listed below, each with its words.
    expect(unknown).toEqual(['schedule', 'audience', 'caps', 'suppression']);
  });

  it.each([
    ...of('schedule', SCHEDULE),
    ...of('caps', CAPS),
    ...of('suppression', SUPPRESSIONS, 'regulars'),
    ...JOURNEY.map(([reason, seen, said]): [string, string, Json, string] => ['journey', reason, seen, said]),
    ['status', 'paused', null, 'is paused, not live'],
    ['page', 'page', { host: 'shop.example', path: '/checkout' }, 'not on this page (/checkout)'],
    ['consent', 'denied', null, 'consent was denied'],
    ['consent', 'not_asked', null, 'the visitor was not asked for consent yet'],
    ['audience', 'missing: visitor.traits.age', null, 'visitor.traits.age is not known'],
    ['audience', 'type: cart.value', null, 'cart.value is not of the kind that the rule expects'],
    ['audience', 'limit: steps', null, 'the rule is too large to follow (steps)'],
    ['audience', 'unknown', null, 'unknown'],
    ['holdout', 'site', null, 'held out, to see what all campaigns bring together'],
    ['priority', 'loses', 'free-shipping', '“free-shipping” goes first'],
    ['priority', 'min_gap', { waitMs: 8_200 }, 'too soon after the last popup, 9 s to go'],
    ['trigger', 'waits_for', 'view_item', 'waits for: view_item'],
    ['holdout', 'campaign', null, 'held out, to see what this campaign brings'],
    ['caps', 'of_a_newer_kind', null, 'of a newer kind'],
    ['of_a_newer_kind', null, null, 'closed'],
    ['constructor', 'constructor', null, 'constructor'],
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

import type { Json } from '../../../sdk/src/message.ts';
import type { Trace } from './logic.ts';

/** What is put into words of an explanation; of a newer collector's, too. */
export interface Explanation {
  gate: string | null;
  trace: {
    gates: readonly { gate: string; open: boolean; reason: string | null; seen: Json }[];
    audience: Trace;
    arm: { variant: string; control: string | null };
  };
}

/** What keeps a campaign from the visitor of a browser, in words for somebody who has never seen a gate. */
export interface Why {
  id: string;
  name: string;
  /** The first closed gate; `null`: the popup would be shown now. */
  gate: string | null;
  because: string;
  /** How many of the gates are open. */
  open: number;
  gates: number;
}

export function whyOf({ id, name }: { id: string; name: string }, { gate, trace }: Explanation): Why {
  const { gates, audience, arm } = trace;
  const closed = gates.find((one) => one.gate === gate);
  const open = gates.filter((one) => one.open).length;
  const words = closed ? inWords(closed, audience) : `all gates are open, variant “${arm.variant}”`;
  // Caps count them like others.
  const because = arm.control === null || gate === 'holdout' ? words : `${words} (in the control group)`;
  return { id, name, gate, because, open, gates: gates.length };
}

function inWords({ gate, reason, seen }: Explanation['trace']['gates'][number], audience: Trace): string {
  if (reason === 'not_matched') return unmet(audience).join('; ') || 'the rule does not match';
  const words = Object.hasOwn(WORDS, gate) ? WORDS[gate] : null;
  return words?.(reason ?? '', seen) ?? plain(reason ?? 'closed');
}

/** A reason for which a newer version has no words here yet. */
const plain = (reason: string) => reason.replaceAll('_', ' ');

type Words = Record<string, (seen: Json) => string>;

const SCHEDULE: Words = {
  not_started: () => 'has not begun yet',
  ended: () => 'its time is over',
  day: () => 'not on this day',
  hours: () => 'not at this hour',
};

const CAPS: Words = {
  per_session: () => 'shown already in this session',
  per_visitor: () => 'shown already as often as one visitor may see it',
  per_days: () => 'shown already often enough for these days',
  after_dismiss: () => 'closed by the visitor not long ago',
  after_convert: () => 'its goal was reached',
  site_per_session: () => 'enough popups for one session, whichever they were',
  site_per_day: () => 'enough popups for today, whichever they were',
};

const SUPPRESSIONS: Words = {
  segment: (seen) => `not for members of the segment “${seen}”`,
  exit: () => 'what ends the wish to show it has happened',
  converted: () => 'its goal was reached not long ago',
  bot: () => 'not for crawlers',
  coupon: () => 'no code was left to give',
  content: () => 'its text could not be made for this visitor',
  search_arrival: (seen) => `on a phone, a modal does not cover the first page after a search (${seen})`,
};

/** What a rule cannot be sure of, such as `missing: visitor.traits.age`. */
const DOUBTS: Record<string, (what: string) => string> = {
  missing: (path) => `${path} is not known`,
  type: (path) => `${path} is not of the kind that the rule expects`,
  limit: (which) => `the rule is too large to follow (${which})`,
};

const HOLDOUT: Words = {
  site: () => 'held out, to see what all campaigns bring together',
  campaign: () => 'held out, to see what this campaign brings',
};

/** With the time that is seen, by the visitor's clock. */
const timed = (words: string) => (seen: Json) => {
  const clock = part(seen, 'clock');
  return typeof clock === 'string' ? `${words} ${clock}` : words.replace(/ (until|at)$/, '');
};

/** How a journey begins: by an event, or by a moment. */
const AWAITED: Record<string, string> = {
  'cart.updatedAt': 'the cart is empty',
  'visitor.lastSeen': 'the visitor was on no page yet',
  'visitor.lastOrderAt': 'nothing was bought yet',
};

const JOURNEY: Words = {
  not_entered: (seen) =>
    AWAITED[String(part(seen, 'fact'))] ??
    `waits for: ${[part(seen, 'event'), part(seen, 'segment')].filter(Boolean).join(' ')}`,
  wait: timed('waits until'),
  quiet_hours: timed('quiet hours until'),
  on_site: () => 'the visitor is on the site, where it comes as a popup',
  no_subscription: () => 'no browser takes push messages',
  unsubscribed: () => 'the visitor has ended such messages',
  topic_unsubscribed: () => 'the visitor has ended messages about this topic',
  no_address: () => 'no address is known to send it to',
  no_consent: () => 'the visitor has not agreed to be reached this way',
  unconfirmed: () =>
    'that the visitor has agreed was said by a browser alone, and not confirmed by the server',
  consent: () => 'consent was denied',
  denied: () => 'consent was denied',
  not_asked: () => 'the visitor was not asked for consent yet',
  not_matched: () => 'the rule does not match',
  push_per_day: () => 'enough push messages for today',
  push_per_week: () => 'enough push messages for this week',
  late: () => 'its time had passed too long ago',
  entry_gone: (seen) => AWAITED[String(part(seen, 'fact'))] ?? 'what it began by is not so any more',
  converted: (seen) =>
    timed(part(seen, 'event') === 'purchase' ? 'bought at' : 'its goal was reached at')(seen),
  exit(seen) {
    const event = part(seen, 'event');
    if (event === 'purchase') return timed('bought at')(seen);
    return event ? timed(`ended by “${event}” at`)(seen) : 'what ends it has happened';
  },
  audience: () => 'is not for this visitor any more',
  exit_step: () => 'has come to its end',
  completed: () => 'has come to its end',
  journey: () => 'its journey does not offer it now',
  paused: () => 'is paused, not live',
  status: () => 'is not live',
  ...HOLDOUT,
  payload: () => 'the message was too long to be sent',
  deadline: () => 'no push service took it in time',
  repeated: () => 'another device of the same person has it already',
  said_elsewhere: () => 'another device of the same person has it already',
};

/** Why a journey says nothing to a visitor now, or why a message of it was not sent. */
export function journeyInWords(reason: string, seen: Json = null): string {
  const [doubt = '', what = ''] = reason.split(': ');
  if (Object.hasOwn(DOUBTS, doubt)) return DOUBTS[doubt]?.(what) ?? reason;
  return from({ ...SCHEDULE, ...SUPPRESSIONS, ...JOURNEY }, reason, seen);
}

/** By gate: from its reason and what it saw. */
const WORDS: Record<string, (reason: string, seen: Json) => string> = {
  status: (reason) => `is ${reason}, not live`,
  schedule: (reason, seen) => from(SCHEDULE, reason, seen),
  page: (_, seen) => `not on this page (${part(seen, 'path') ?? 'unknown'})`,
  consent: (reason) =>
    reason === 'denied' ? 'consent was denied' : 'the visitor was not asked for consent yet',
  audience(reason) {
    const [doubt = '', what = ''] = reason.split(': ');
    return Object.hasOwn(DOUBTS, doubt) ? (DOUBTS[doubt]?.(what) ?? reason) : plain(reason);
  },
  caps: (reason, seen) => from(CAPS, reason, seen),
  suppression: (reason, seen) => from(SUPPRESSIONS, reason, seen),
  priority: (reason, seen) =>
    reason === 'loses'
      ? `“${seen}” goes first`
      : `too soon after the last popup, ${Math.ceil(Number(part(seen, 'waitMs') ?? 0) / 1_000)} s to go`,
  trigger: (_, seen) => `waits for: ${seen || 'another event'}`,
  journey: journeyInWords,
  holdout: (reason, seen) => from(HOLDOUT, reason === 'site' ? reason : 'campaign', seen),
};

function from(words: Words, reason: string, seen: Json): string {
  return Object.hasOwn(words, reason) ? (words[reason]?.(seen) ?? plain(reason)) : plain(reason);
}

function part(seen: Json, key: string): Json | undefined {
  return typeof seen === 'object' && seen !== null && !Array.isArray(seen) ? seen[key] : undefined;
}

const SIGNS: Record<string, string> = { '>=': '≥', '<=': '≤', '==': '=', '===': '=', '!=': '≠', '!==': '≠' };

/** The conditions of a rule that do not hold, such as `cart.value is 46, wants ≥ 50`. */
function unmet({ op, path, actual, want, result, children = [] }: Trace, wanted = true): string[] {
  if (result === wanted) return [];
  if (path !== undefined && want !== undefined) {
    return [
      `${path} is ${value(actual)}, wants ${wanted ? '' : 'not '}${SIGNS[op] ?? op}\u00a0${value(want)}`,
    ];
  }
  if (path !== undefined) return [`${path} is ${value(result)}`];
  const parts = children.flatMap((child) => unmet(child, op === '!' ? !wanted : wanted));
  return op === 'or' && parts.length > 0 ? [parts.join(' or ')] : parts;
}

function value(of: Json | undefined): string {
  if (of === null || of === undefined) return 'not known';
  return typeof of === 'number' ? String(Math.round(of * 100) / 100) : JSON.stringify(of);
}

import { describe, expect, it } from 'vitest';
import { type Ask, advance, joinedRun, offeredStep, type Run, runOf, timeToLive } from './journey.ts';
import { nextTimeOfDay } from './local-time.ts';
import type { Campaign } from './schema.ts';
import { step } from './steps.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const T0 = Date.parse('2026-11-18T12:00:00Z');

type Journey = Pick<Campaign, 'steps' | 'entry'>;
const push = (id: string) => ({
  ...{ id, type: 'message', channel: 'push' },
  variants: [{ key: 'a', content: { en: { title: 'Hi', url: '/' } } }],
});
const popup = (id: string) => ({
  ...{ id, type: 'message', channel: 'popup' },
  variants: [{ key: 'a', content: { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }] } } }],
});
const wait = (id: string, time: string) => ({ id, type: 'wait', for: time });
const until = (id: string, time: string, timezone = 'visitor') => ({
  id,
  type: 'wait_until',
  time,
  timezone,
});

function journey(steps: object[], entry: Partial<Campaign['entry']> = {}): Journey {
  return {
    steps: steps.map((one) => step.parse(one)),
    entry: { on: 'event', event: 'cart_updated', anchor: 'last', reentry: 'P3D', ...entry },
  };
}
const fresh = (at = T0, cause = 'm'): Run => ({ entry: { at, cause }, passed: [], ended: null });
const passed = (id: string, at: number, outcome: Run['passed'][number]['outcome'] = 'sent') => ({
  ...{ step: id, at, outcome },
});

function asks(change: Partial<Ask> = {}): Ask {
  return {
    ended: () => null,
    branch: () => false,
    message: () => ({ kind: 'send', variant: 'a' }),
    zone: (of) => (of === 'visitor' || of === 'site' ? 'Europe/Vienna' : of),
    ...change,
  };
}
const NUDGES = journey([wait('w1', 'PT1H'), push('m1'), wait('w2', 'P1D'), push('m2')]);

describe('a wait', () => {
  it('is over at its time, and not before', () => {
    const early = advance(NUDGES, fresh(), T0, asks(), T0 + HOUR - 1);
    expect(early).toMatchObject({ due: [], waiting: { step: 'm1', until: T0 + HOUR, reason: 'wait' } });
    const inTime = advance(NUDGES, fresh(), T0, asks(), T0 + HOUR);
    expect(inTime.due.map(({ step }) => step.id)).toEqual(['m1']);
    expect(inTime.waiting).toEqual({ step: 'm2', until: T0 + HOUR + DAY, reason: 'wait' });
  });

  it('begins anew when the cart is filled once more, so that nobody is nudged who is still choosing', () => {
    const { waiting } = advance(NUDGES, fresh(), T0 + 50 * MINUTE, asks(), T0 + HOUR);
    expect(waiting?.until).toBe(T0 + 110 * MINUTE);
  });

  it('counts from the first entry where the journey says so', () => {
    const first = journey(NUDGES.steps, { anchor: 'first' });
    const { due } = advance(first, fresh(), T0 + 50 * MINUTE, asks(), T0 + HOUR);
    expect(due).toHaveLength(1);
  });

  it('between two messages counts from when the first one went out', () => {
    const run = { ...fresh(), passed: [passed('m1', T0 + 9 * HOUR)] };
    const { waiting } = advance(NUDGES, run, T0, asks(), T0 + 10 * HOUR);
    expect(waiting?.until).toBe(T0 + 9 * HOUR + DAY);
  });

  it('adds up with the next one', () => {
    const both = journey([wait('w1', 'PT1H'), wait('w2', 'PT2H'), push('m')]);
    expect(advance(both, fresh(), T0, asks(), T0).waiting?.until).toBe(T0 + 3 * HOUR);
  });
});

describe('a wait until a time of the day', () => {
  const at = (iso: string) => Date.parse(iso);

  it('goes by the clock of the visitor, the site, or a place', () => {
    const dues = ['visitor', 'Asia/Tokyo'].map(
      (zone) =>
        advance(journey([until('u', '09:00', zone), push('m')]), fresh(), T0, asks(), T0).waiting?.until,
    );
    expect(dues).toEqual([at('2026-11-19T08:00:00Z'), at('2026-11-19T00:00:00Z')]);
  });

  it.each([
    [
      'an hour earlier than the day before when summer begins',
      '2026-03-28T12:00:00Z',
      '2026-03-29T07:00:00Z',
    ],
    ['an hour later when it ends', '2026-10-24T12:00:00Z', '2026-10-25T08:00:00Z'],
  ])('is still nine in the morning: %s', (_, entered, expected) => {
    const morning = journey([until('u', '09:00'), push('m')]);
    const { waiting } = advance(morning, fresh(at(entered)), at(entered), asks(), at(entered));
    expect(waiting?.until).toBe(at(expected));
  });

  it('that is skipped when summer begins is over when the clock goes on', () => {
    const night = journey([until('u', '02:30'), push('m')]);
    const entered = at('2026-03-28T12:00:00Z');
    expect(advance(night, fresh(entered), entered, asks(), entered).waiting?.until).toBe(
      at('2026-03-29T01:00:00Z'),
    );
  });

  it('comes once more in the hour that is repeated when summer ends', () => {
    // 02:15, for the second time.
    expect(nextTimeOfDay(at('2026-10-25T01:15:00Z'), '02:30', 'Europe/Vienna')).toBe(
      at('2026-10-25T01:30:00Z'),
    );
    expect(nextTimeOfDay(at('2026-10-25T01:31:00Z'), '02:30', 'Europe/Vienna')).toBe(
      at('2026-10-26T01:30:00Z'),
    );
  });

  it('says two things on two days, though the alarm is exact to the millisecond', () => {
    const daily = journey([until('u1', '09:00'), push('m1'), until('u2', '09:00'), push('m2')]);
    const nine = at('2026-11-19T08:00:00Z');
    const first = advance(daily, fresh(), T0, asks(), nine);
    expect(first.due.map(({ step }) => step.id)).toEqual(['m1']);
    expect(first.waiting?.until).toBe(nine + DAY);
    expect(advance(daily, first.run, T0, asks(), nine + 5).due).toEqual([]);
  });
});

describe('a message', () => {
  it('that nobody looked at for too long says so, instead of coming days late', () => {
    const { run, due } = advance(NUDGES, fresh(), T0, asks(), T0 + HOUR + 36 * HOUR + 1);
    expect(due).toEqual([]);
    expect(run.passed).toMatchObject([{ step: 'm1', outcome: 'skipped', reason: 'late' }]);
  });

  it('is held without being passed, and looked at again', () => {
    const hold = asks({ message: () => ({ kind: 'hold', until: T0 + 9 * HOUR, reason: 'quiet_hours' }) });
    const { run, waiting } = advance(NUDGES, fresh(), T0, hold, T0 + HOUR);
    expect(run.passed).toEqual([]);
    expect(waiting).toEqual({ step: 'm1', until: T0 + 9 * HOUR, reason: 'quiet_hours' });
  });

  it('that is skipped or held out is on record, and the journey goes on', () => {
    const skip = asks({ message: ({ id }) => (id === 'm1' ? { kind: 'skip', reason: 'consent' } : SEND) });
    const { run, waiting } = advance(NUDGES, fresh(), T0, skip, T0 + HOUR);
    expect(run.passed).toMatchObject([{ step: 'm1', outcome: 'skipped', reason: 'consent' }]);
    expect(waiting?.step).toBe('m2');
  });
  const SEND = { kind: 'send', variant: 'a' } as const;

  it('is told how long the journey has waited before it', () => {
    const waits: number[] = [];
    const ask = asks({
      message: (_, waitedMs) => {
        waits.push(waitedMs);
        return SEND;
      },
    });
    advance(journey([wait('w', 'PT3S'), push('m')]), fresh(), T0, ask, T0 + 3_000);
    advance(journey([until('u', '13:30'), push('m')]), fresh(), T0, ask, T0 + HOUR);
    expect(waits).toEqual([3_000, Number.POSITIVE_INFINITY]);
  });
});

describe('an exit', () => {
  it('is asked before every step, so that nobody is nudged who has bought', () => {
    const bought = asks({ ended: () => ({ at: T0 + 30 * MINUTE, reason: 'exit' }) });
    const { run, due, waiting } = advance(NUDGES, fresh(), T0, bought, T0 + HOUR);
    expect(due).toEqual([]);
    expect(waiting).toBeNull();
    expect(run.ended).toEqual({ at: T0 + 30 * MINUTE, reason: 'exit' });
  });

  it('as a step ends the journey there', () => {
    const short = journey([push('m1'), { id: 'x', type: 'exit' }, push('m2')]);
    const { run, due } = advance(short, fresh(), T0, asks(), T0);
    expect(due.map(({ step }) => step.id)).toEqual(['m1']);
    expect(run.ended?.reason).toBe('exit_step');
  });

  it('leaves a journey alone that has ended before', () => {
    const over: Run = { ...fresh(), ended: { at: T0, reason: 'exit' } };
    expect(advance(NUDGES, over, T0, asks(), T0 + DAY)).toEqual({ run: over, due: [], waiting: null });
  });
});

describe('a branch', () => {
  const fork = journey([
    { id: 'b', type: 'branch', if: true, yes: 'm2', no: null },
    push('m1'),
    { id: 'x', type: 'exit' },
    push('m2'),
  ]);
  const saidBy = (branch: boolean) =>
    advance(fork, fresh(), T0, asks({ branch: () => branch }), T0).due.map(({ step }) => step.id);

  it('says the one thing or the other, never both', () => {
    expect(saidBy(true)).toEqual(['m2']);
    expect(saidBy(false)).toEqual(['m1']);
  });

  it('is taken once: what is true later does not change the way', () => {
    const later = journey([
      { id: 'b', type: 'branch', if: true, yes: 'm2', no: null },
      wait('w', 'PT1H'),
      push('m1'),
      { id: 'x', type: 'exit' },
      push('m2'),
    ]);
    const { run } = advance(later, fresh(), T0, asks({ branch: () => false }), T0);
    const { due } = advance(later, run, T0, asks({ branch: () => true }), T0 + HOUR);
    expect(due.map(({ step }) => step.id)).toEqual(['m1']);
  });
});

describe('a popup on the way', () => {
  it('is offered until the next step is passed', () => {
    const both = journey([popup('p'), wait('w', 'PT1H'), push('m')]);
    const offered = advance(both, fresh(), T0, asks(), T0);
    expect(offeredStep(offered.run)).toBe('p');
    const after = advance(both, offered.run, T0, asks(), T0 + HOUR);
    expect(offeredStep(after.run)).toBeNull();
  });
});

describe('coming back into a journey', () => {
  const ended = (at: number): Run => ({ ...fresh(), ended: { at, reason: 'completed' } });
  const entry = (at: number) => ({ at, cause: `m${at}` });

  it('takes as long as the campaign says, so that nobody is nudged daily', () => {
    const soon = runOf(NUDGES, ended(T0 + DAY), [entry(T0 + 2 * DAY)]);
    expect(soon?.ended).not.toBeNull();
    const later = runOf(NUDGES, ended(T0 + DAY), [entry(T0 + 2 * DAY), entry(T0 + 3 * DAY)]);
    expect(later).toEqual(fresh(T0 + 3 * DAY, `m${T0 + 3 * DAY}`));
  });

  it('never happens where it is for once', () => {
    const once = journey(NUDGES.steps, { reentry: null });
    expect(runOf(once, ended(T0 + DAY), [entry(T0 + 300 * DAY)])?.ended).not.toBeNull();
  });

  it('does not begin anew while the journey goes on', () => {
    const going = { ...fresh(), passed: [passed('m1', T0 + HOUR)] };
    expect(runOf(NUDGES, going, [entry(T0 + 4 * DAY)])).toBe(going);
  });
});

describe('two journeys that turn out to be one person’s', () => {
  const a: Run = { ...fresh(T0), passed: [passed('m1', T0 + HOUR)] };
  const b: Run = { ...fresh(T0 + MINUTE, 'n'), passed: [passed('m1', T0 + 2 * HOUR)] };

  it('have said what either has said, as if it had been one from the beginning', () => {
    const joined = joinedRun(a, b);
    expect(joined).toEqual(joinedRun(b, a));
    expect(joined).toEqual({ entry: a.entry, passed: [passed('m1', T0 + HOUR)], ended: null });
    expect(advance(NUDGES, joined, T0 + MINUTE, asks(), T0 + 3 * HOUR).due).toEqual([]);
  });

  it('go on where one of them goes on', () => {
    expect(joinedRun({ ...a, ended: { at: T0 + 3 * HOUR, reason: 'exit' } }, b).ended).toBeNull();
  });

  it('are the later one where the earlier was over by then', () => {
    expect(joinedRun({ ...a, ended: { at: T0 + 1, reason: 'exit' } }, b)).toBe(b);
  });

  it('stay ended when the same one is told again by who has handed it over', () => {
    const over = { ...a, ended: { at: T0 + 3 * HOUR, reason: 'exit' } };
    expect(joinedRun(over, a)).toEqual(over);
    expect(joinedRun(a, over)).toEqual(over);
  });
});

describe('the time for which a push service keeps a message', () => {
  it('ends when the next one follows, so that a device that was off shows one at most', () => {
    expect(timeToLive(NUDGES, 'm1')).toBe(DAY);
    expect(timeToLive(NUDGES, 'm2')).toBe(DAY);
    expect(timeToLive(journey([push('m1'), wait('w', 'PT2H'), push('m2')]), 'm1')).toBe(2 * HOUR);
    expect(timeToLive(journey([push('m1'), wait('w', 'PT3S'), push('m2')]), 'm1')).toBe(MINUTE);
    expect(timeToLive(journey([push('m1'), wait('w', 'P90D'), push('m2')]), 'm1')).toBe(28 * DAY);
  });
});

import { exactMs } from './duration.ts';
import { nextTimeOfDay } from './local-time.ts';
import type { Campaign } from './schema.ts';
import type { SentStep, Step } from './steps.ts';

/**
 * Journeys. Nothing here keeps a timer: when a step is due follows from when the visitor entered, what the steps before
 * it have come to, and what has happened since. So it is the same wherever it is asked, and moves with the person.
 */

export const STEP_OUTCOMES = ['sent', 'shown', 'offered', 'skipped', 'held_out', 'yes', 'no'] as const;

/** What a step came to. */
export interface Passed {
  step: string;
  /** ms since the epoch. */
  at: number;
  /**
   * `sent`: it is on its way, see deliveries.ts; `shown`: as a popup, because the visitor was there; `offered`: a popup
   * that waits for its trigger; `skipped`, `held_out`: nothing was said.
   */
  outcome: (typeof STEP_OUTCOMES)[number];
  reason?: string;
}

/** One visitor's way through a journey. */
export interface Run {
  /** When it was entered (ms since the epoch), and by which message or moment. */
  entry: Entry;
  passed: Passed[];
  ended: { at: number; reason: string } | null;
}

export interface Entry {
  at: number;
  /** `messageId`, or the moment. */
  cause: string;
}

/** What becomes of a message whose time has come. */
export type Verdict =
  | { kind: 'send'; variant: string }
  | { kind: 'held_out'; variant: string; reason: string }
  | { kind: 'skip'; reason: string }
  | { kind: 'hold'; until: number; reason: string }
  | { kind: 'end'; reason: string };

/** What a journey has to know of the visitor at each step. */
export interface Ask {
  /** Why and when (ms since the epoch) the journey has ended for this run; `null`: it has not. */
  ended(run: Run): { at: number; reason: string } | null;
  branch(step: Extract<Step, { type: 'branch' }>): boolean;
  /** @param waitedMs how long the journey has waited before it */
  message(step: SentStep, waitedMs: number): Verdict;
  /** IANA: whose clock a step goes by. */
  zone(of: string): string;
}

/** A message to be sent. */
export interface Due {
  step: SentStep;
  variant: string;
}

/** Where a run stands. `until`: when it must be looked at again, ms since the epoch. */
export interface Waiting {
  step: string;
  until: number;
  reason: string;
}

export interface Advanced {
  run: Run;
  due: Due[];
  /** `null`: it has ended. */
  waiting: Waiting | null;
}

/** A message that nobody looked at for so long after its time is not sent any more, ms. */
export const LATE_MS = 36 * 3_600_000;

/**
 * The run that a visitor is in.
 *
 * @param before the last run that is known
 * @param entries oldest first
 * @returns `null`: none
 */
export function runOf(
  { entry: { reentry } }: Pick<Campaign, 'entry'>,
  before: Run | undefined,
  entries: readonly Entry[],
): Run | null {
  const fresh = (entry: Entry | undefined) => (entry ? { entry, passed: [], ended: null } : null);
  if (!before) return fresh(entries[0]);
  if (!before.ended) return before;
  if (reentry === null) return before;
  const { at: endedAt } = before.ended;
  const opens = before.entry.at + exactMs(reentry);
  return fresh(entries.find(({ at }) => at > endedAt && at >= opens)) ?? before;
}

/**
 * Takes a run as far as it goes now.
 *
 * @param entered the newest entry, ms since the epoch
 */
export function advance(
  { steps, entry: { anchor } }: Pick<Campaign, 'steps' | 'entry'>,
  before: Run,
  entered: number,
  ask: Ask,
  now: number,
): Advanced {
  const run: Run = { ...before, passed: [...before.passed] };
  const due: Due[] = [];
  const end = (reason: string, at = now): Advanced => ({
    run: { ...run, ended: { at, reason } },
    due,
    waiting: null,
  });
  const wait = (step: Step, until: number, reason: string): Advanced => ({
    run,
    due,
    waiting: { step: step.id, until, reason },
  });
  if (run.ended) return { run, due, waiting: null };
  const ended = ask.ended(run);
  if (ended) return end(ended.reason, ended.at);

  // What waits begins anew with each entry, or counts from the first.
  const since = (moment: number) => (anchor === 'last' ? Math.max(moment, entered) : moment);
  const pass = (step: Step, outcome: Passed['outcome'], reason?: string) =>
    run.passed.push({ step: step.id, at: now, outcome, ...(reason === undefined ? {} : { reason }) });
  let moment = run.entry.at;
  let waitedMs = 0;
  let index = 0;
  for (let step = steps[index]; step; step = steps[index]) {
    const { id } = step;
    const known = run.passed.find((passed) => passed.step === id);
    if (step.type === 'wait') {
      waitedMs = exactMs(step.for);
      moment = since(moment) + waitedMs;
    } else if (step.type === 'wait_until') {
      waitedMs = Number.POSITIVE_INFINITY;
      const from = since(moment);
      // What was passed at the very time had its turn.
      const isPassed = run.passed.at(-1)?.at === from;
      moment = nextTimeOfDay(isPassed ? from + 1 : from, step.time, ask.zone(step.timezone));
    } else if (known) moment = known.at;
    if (step.type === 'wait' || step.type === 'wait_until') {
      index++;
      continue;
    }
    if (!known) {
      if (now < moment) return wait(step, moment, 'wait');
      if (step.type === 'exit') return end('exit_step');
      if (step.type === 'branch') pass(step, ask.branch(step) ? 'yes' : 'no');
      else if (step.channel === 'popup') pass(step, 'offered');
      else if (now - moment > LATE_MS) pass(step, 'skipped', 'late');
      else {
        const verdict = ask.message(step, waitedMs);
        if (verdict.kind === 'end') return end(verdict.reason);
        if (verdict.kind === 'hold') return wait(step, verdict.until, verdict.reason);
        if (verdict.kind === 'skip') pass(step, 'skipped', verdict.reason);
        else if (verdict.kind === 'held_out') pass(step, 'held_out', verdict.reason);
        else {
          pass(step, 'sent');
          due.push({ step, variant: verdict.variant });
        }
      }
      moment = Math.max(moment, now);
    }
    index = nextIndex(steps, index, run);
  }
  return end('completed', moment);
}

/** A branch leads on, never back: a journey ends. */
function nextIndex(steps: readonly Step[], index: number, run: Run): number {
  const step = steps[index];
  if (step?.type !== 'branch') return index + 1;
  const taken = run.passed.find((passed) => passed.step === step.id)?.outcome;
  const wanted = taken === 'yes' ? step.yes : step.no;
  const found = wanted === null ? -1 : steps.findIndex(({ id }) => id === wanted);
  return found > index ? found : index + 1;
}

/** The popup step that the run offers now, until another step is passed; `null`: none. */
export function offeredStep(run: Run): string | null {
  const last = run.passed.at(-1);
  return run.ended === null && last?.outcome === 'offered' ? last.step : null;
}

/** How long a message may be on its way (ms): until the next one would follow it. */
export function timeToLive({ steps }: Pick<Campaign, 'steps'>, stepId: string): number {
  const from = steps.findIndex(({ id }) => id === stepId);
  const next = steps.slice(from + 1).find(({ type }) => type === 'wait');
  const gap = next?.type === 'wait' ? exactMs(next.for) : DAY_MS;
  return Math.min(Math.max(gap, MIN_TTL_MS), MAX_TTL_MS);
}

/** How long a journey has waited before a step, ms. */
export function waitBefore({ steps }: Pick<Campaign, 'steps'>, stepId: string): number {
  const at = steps.findIndex(({ id }) => id === stepId);
  const wait = steps.slice(0, at).findLast(({ type }) => type === 'wait' || type === 'wait_until');
  if (wait?.type === 'wait_until') return Number.POSITIVE_INFINITY;
  return wait?.type === 'wait' ? exactMs(wait.for) : 0;
}

const DAY_MS = 86_400_000;
/** Of a test's journey of seconds: a push service needs some time, too. */
const MIN_TTL_MS = 60_000;
/** What push services keep (research: FCM). */
const MAX_TTL_MS = 28 * DAY_MS;

/** Two runs of one journey that turn out to be one person's: what either has said counts for both. */
export function joinedRun(a: Run, b: Run): Run {
  const [first, second] = a.entry.at <= b.entry.at ? [a, b] : [b, a];
  // The earlier one was over when the later one began.
  if (first.ended && first.ended.at < second.entry.at) return second;
  const passed = new Map<string, Passed>();
  for (const one of [...first.passed, ...second.passed]) {
    const known = passed.get(one.step);
    if (!known || one.at < known.at) passed.set(one.step, one);
  }
  const isSame = first.entry.at === second.entry.at && first.entry.cause === second.entry.cause;
  // Told again by who had handed it over, it may have come to its end since.
  const known = isSame ? (first.ended ?? second.ended) : null;
  const ended = first.ended && second.ended ? later(first.ended, second.ended) : known;
  return { entry: first.entry, passed: [...passed.values()].sort((x, y) => x.at - y.at), ended };
}

function later<T extends { at: number }>(a: T, b: T): T {
  return a.at >= b.at ? a : b;
}

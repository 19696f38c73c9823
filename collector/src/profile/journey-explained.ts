import type { Json } from '../../../sdk/src/message.ts';
import { type Explanation, explanationOf, type GateTrace, traceGates } from '../campaigns/gates.ts';
import { offeredStep, type Passed, type Run } from '../campaigns/journey.ts';
import { localTime } from '../campaigns/local-time.ts';
import type { CompiledCampaign } from '../campaigns/program.ts';
import { popupOf, type SentStep } from '../campaigns/steps.ts';
import { journeyInWords } from '../campaigns/why.ts';
import type { Site } from '../sites.ts';
import { type Look, lookInto } from './journeying.ts';
import { type JourneyData, SENT_GATES, sent } from './visitor-journey.ts';

/** Where a visitor stands in a journey. Times are ISO 8601. */
export interface JourneyStanding {
  /** `null`: it was not entered. */
  entered: string | null;
  /** What its steps have come to, oldest first; those whose time has come just now as they would come to it. */
  passed: (Omit<Passed, 'at' | 'reason'> & { at: string; reason: string | null })[];
  /** The step that is next, and until when it waits, for what. */
  waiting: { step: string; until: string; reason: string } | null;
  ended: { at: string; reason: string } | null;
  /** The same in words. */
  because: string;
}

/** `journey`: `null` of a popup alone. */
export type Explained = Explanation & { journey: JourneyStanding | null };

/** Why nothing is said now, with what its words need; `at`: the time that they speak of, ms since the epoch. */
interface Silence {
  reason: string;
  seen: Record<string, Json>;
  at: number | null;
}

const iso = (time: number) => new Date(time).toISOString();

/**
 * Why a journey says something to a visitor now, or why not; nothing comes of it. A journey that begins with a popup is
 * explained as that; of others, the gates are asked that stand before what is sent.
 *
 * @param popup why its first popup would be shown, or not
 */
export function explainJourney(
  compiled: CompiledCampaign,
  known: JourneyData,
  lastDevice: string,
  site: Site,
  now: number,
  popup: () => Explanation,
): Explained {
  const look = lookInto(compiled, known, lastDevice, site, now);
  const { run, waiting, journey } = look;
  const { timezone } = journey.situation.shared.now;
  const step = saidNow(compiled, look);
  const silence = step === null ? silenceOf(compiled, known, look) : null;
  const reason = silence?.reason ?? null;
  const seen = silence && withClock(silence, timezone, now);
  const standing: JourneyStanding = {
    entered: run && iso(run.entry.at),
    passed: (run?.passed ?? []).map((one) => ({ ...one, at: iso(one.at), reason: one.reason ?? null })),
    waiting: waiting && { ...waiting, until: iso(waiting.until) },
    ended: run?.ended ? { ...run.ended, at: iso(run.ended.at) } : null,
    because: reason === null ? `“${step}” is said now` : journeyInWords(reason, seen),
  };
  if (popupOf(compiled.campaign)) return { ...popup(), journey: standing };
  const next = nextMessage(compiled, look);
  const arm = next ? journey.armOf(next) : { variant: '', control: null };
  const gates: GateTrace[] = [
    ...traceGates(SENT_GATES, sent(compiled), journey.situation),
    { gate: 'journey', open: reason === null, reason, seen },
    { gate: 'holdout', open: arm.control === null, reason: arm.control, seen: null },
  ];
  return { ...explanationOf(gates, compiled, journey.situation, arm), journey: standing };
}

/** Id of the message that would go out now, or that is offered as a popup; `null`: there is none. */
function saidNow({ campaign }: CompiledCampaign, { run, due }: Look): string | null {
  const last = due.at(-1);
  if (last) return last.step.id;
  const offered = run && offeredStep(run);
  // The popup at the beginning comes by itself.
  return offered === campaign.steps[0]?.id ? null : offered;
}

function silenceOf(compiled: CompiledCampaign, known: JourneyData, { run, waiting }: Look): Silence {
  const { campaign } = compiled;
  if (run === null) return { reason: 'not_entered', seen: beginning(campaign), at: null };
  if (run.ended) return ending(compiled, known, run, run.ended);
  if (waiting) return { reason: waiting.reason, seen: { step: waiting.step }, at: waiting.until };
  return { reason: campaign.status, seen: {}, at: null };
}

/** What a journey begins by. */
function beginning({ entry }: CompiledCampaign['campaign']): Silence['seen'] {
  const { on, event = null, segment = null, change = 'entered', fact } = entry;
  if (on === 'event') return { event };
  if (on === 'segment') return { event: `segment_${change}`, segment };
  return { fact: fact ?? 'visitor.lastSeen' };
}

function ending(
  { campaign, exits }: CompiledCampaign,
  { ledger }: JourneyData,
  { passed }: Run,
  { at, reason }: NonNullable<Run['ended']>,
): Silence {
  switch (reason) {
    case 'completed': {
      const last = passed.at(-1);
      return { reason: last?.reason ?? reason, seen: last ? { step: last.step } : {}, at: null };
    }
    case 'converted':
      return { reason, seen: { event: campaign.goal?.event ?? null }, at };
    case 'exit': {
      const events = campaign.exits.filter((exit) => 'event' in exit);
      const index = exits.findIndex((key) => ledger.reached[key]?.at(-1)?.at === at);
      return { reason, seen: { event: events[index]?.event ?? null }, at };
    }
    default:
      return { reason, seen: beginning(campaign), at };
  }
}

/** The message that is next; behind the last one, that. */
function nextMessage(
  { campaign: { steps } }: CompiledCampaign,
  { run, due, waiting }: Look,
): SentStep | undefined {
  const from = Math.max(
    0,
    steps.findIndex(({ id }) => id === (due.at(-1)?.step.id ?? waiting?.step)),
  );
  const messages = steps.flatMap((step, index) =>
    step.type === 'message' && step.channel !== 'popup' ? [{ step, index }] : [],
  );
  const isPassed = (id: string) => run?.passed.some(({ step, outcome }) => step === id && outcome !== 'sent');
  return (messages.find(({ step, index }) => index >= from && !isPassed(step.id)) ?? messages.at(-1))?.step;
}

/** With the time by the visitor's clock: `14:05`, of another day with its date. */
function withClock({ seen, at }: Silence, zone: string, now: number): Silence['seen'] {
  if (at === null) return seen;
  const { day, date, hour, minute } = localTime(at, zone);
  const time = [hour, minute].map((part) => String(part).padStart(2, '0')).join(':');
  const clock = day === localTime(now, zone).day ? time : `${time} on ${date}`;
  return { ...seen, at: iso(at), clock };
}

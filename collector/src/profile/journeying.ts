import { exactMs } from '../campaigns/duration.ts';
import {
  type Advanced,
  advance,
  type Entry,
  offeredStep,
  type Passed,
  type Run,
  runOf,
  timeToLive,
  type Verdict,
} from '../campaigns/journey.ts';
import { offerOf } from '../campaigns/offer.ts';
import type { CompiledCampaign } from '../campaigns/program.ts';
import type { Campaign } from '../campaigns/schema.ts';
import type { SentStep } from '../campaigns/steps.ts';
import type { Site } from '../sites.ts';
import { addDeliveries, type Delivery } from './deliveries.ts';
import type { State } from './state.ts';
import { type JourneyData, momentOf, VisitorJourney } from './visitor-journey.ts';

/** Where a visitor stands in one journey. */
export interface Standing {
  compiled: CompiledCampaign;
  run: Run;
  waiting: Advanced['waiting'];
}

/** What journeys come to now: what is to be kept, and when to look again (ms since the epoch; `null`: not for them). */
export interface Outcome {
  standings: Standing[];
  /** Runs that have changed, by campaign. */
  runs: Record<string, Run>;
  deliveries: Delivery[];
  wakeAt: number | null;
}

/**
 * Takes every journey of the site as far as it goes for this visitor. The ledger must be up to date.
 *
 * @param lastDevice the device of the newest event
 * @param makeId of a delivery
 */
export function journeysNow(
  known: JourneyData,
  lastDevice: string,
  site: Site,
  now: number,
  makeId: (of: Pick<Delivery, 'campaign' | 'version' | 'variant' | 'step'>) => string,
): Outcome {
  const outcome: Outcome = { standings: [], runs: {}, deliveries: [], wakeAt: null };
  for (const compiled of site.program.campaigns) {
    const { campaign } = compiled;
    if (!compiled.isJourney || campaign.status === 'paused') continue;
    const entries = entriesOf(compiled, known);
    let before = own(known.journeys, campaign.id);
    // Who comes late, with all that he has done meanwhile, may have ended one run and be in the next.
    for (;;) {
      const sent = [...known.deliveries, ...outcome.deliveries];
      const run = runNow(campaign, before, entries, sent);
      if (!run || run.ended) break;
      // Nobody enters any more.
      if (campaign.status === 'ended' && run !== before) break;
      const journey = new VisitorJourney(
        compiled,
        { ...known, deliveries: sent },
        run,
        lastDevice,
        site,
        now,
      );
      // Nothing was done in it, and the moment tells as much each time: what is not kept holds no later entry back.
      if (campaign.entry.on === 'fact' && run !== before && journey.ended(run)) break;
      const newest = entries.at(-1)?.at ?? run.entry.at;
      const { run: next, waiting } = advance(campaign, run, newest, journey, now);
      outcome.standings.push({ compiled, run: next, waiting });
      if (waiting) outcome.wakeAt = Math.min(outcome.wakeAt ?? waiting.until, waiting.until);
      if (!next.ended && next.passed.length === run.passed.length) break;
      outcome.runs[campaign.id] = next;
      const said = next.passed.slice(run.passed.length);
      outcome.deliveries.push(...deliveriesOf(said, next, journey, campaign, now, makeId));
      if (!next.ended) break;
      before = next;
    }
  }
  return outcome;
}

/**
 * The run that a visitor is in. One that begins may be half over: what was said in it on devices that were not known to be
 * his then is in the deliveries alone, where an older run of his own stood in its way.
 */
function runNow(
  campaign: Campaign,
  before: Run | undefined,
  entries: readonly Entry[],
  deliveries: readonly Delivery[],
): Run | null {
  const run = runOf(campaign, before, entries);
  if (!run || run === before) return run;
  const { reentry } = campaign.entry;
  const begins = reentry === null ? Number.NEGATIVE_INFINITY : run.entry.at - exactMs(reentry);
  const said = deliveries.filter(
    (one) => one.campaign === campaign.id && one.run !== null && one.run > begins,
  );
  return { ...run, passed: said.map(passedBy) };
}

function passedBy({ step, at, status, reason }: Delivery): Passed {
  const isSilent = status === 'skipped' || status === 'held_out';
  return isSilent ? { step, at, outcome: status, reason: reason ?? status } : { step, at, outcome: 'sent' };
}

/** What these steps of a run have come to, of messages that go out. */
function deliveriesOf(
  said: readonly Passed[],
  { entry }: Run,
  journey: VisitorJourney,
  campaign: Campaign,
  now: number,
  makeId: (of: Pick<Delivery, 'campaign' | 'version' | 'variant' | 'step'>) => string,
): Delivery[] {
  return said.flatMap(({ step, outcome, reason = null }): Delivery[] => {
    const message = campaign.steps.find(({ id }) => id === step);
    if (message?.type !== 'message' || message.channel === 'popup') return [];
    const status = outcome === 'sent' ? 'due' : outcome;
    if (status !== 'due' && status !== 'skipped' && status !== 'held_out') return [];
    const { id, version } = campaign;
    const of = { campaign: id, version, variant: journey.variantOf(message), step };
    return [
      {
        ...{ ...of, id: makeId(of), channel: message.channel, run: entry.at },
        ...{ at: now, until: now + timeToLive(campaign, step), status, reason },
        ...{ tries: 0, nextTryAt: now, anonymousId: journey.device, answered: null },
      },
    ];
  });
}

/** One visitor's way through a journey, as {@link journeysNow} would find it; nothing comes of it. */
export interface Look {
  /** Asked about nothing that is not so now. */
  journey: VisitorJourney;
  /** `null`: it was not entered. */
  run: Run | null;
  waiting: Advanced['waiting'];
  /** What would be sent now. */
  due: Advanced['due'];
}

/** Where a visitor stands in a journey, be it a draft. The ledger must be up to date. */
export function lookInto(
  compiled: CompiledCampaign,
  known: JourneyData,
  lastDevice: string,
  site: Site,
  now: number,
): Look {
  const { campaign } = compiled;
  const entries = entriesOf(compiled, known);
  let before = own(known.journeys, campaign.id);
  for (;;) {
    const run = runNow(campaign, before, entries, known.deliveries);
    const entered = run ?? { entry: { at: now, cause: '' }, passed: [], ended: null };
    const journey = new VisitorJourney(compiled, known, entered, lastDevice, site, now);
    if (!run || run.ended || campaign.status === 'paused') return { journey, run, waiting: null, due: [] };
    const next = advance(campaign, run, entries.at(-1)?.at ?? run.entry.at, journey, now);
    // Who has ended one run may be in the next.
    if (!next.run.ended || runOf(campaign, next.run, entries) === next.run) return { journey, ...next };
    before = next.run;
  }
}

/** Keeps what {@link journeysNow} has found. */
export function keepJourneys(state: State, { runs, deliveries }: Pick<Outcome, 'runs' | 'deliveries'>): void {
  Object.assign(state.journeys, runs);
  addDeliveries(state, deliveries);
}

/** The popups that journeys offer to a visitor who is here. */
export function offersIn(standings: readonly Standing[]): CompiledCampaign[] {
  return standings.flatMap(({ compiled, run, waiting }) => {
    const step = waiting?.reason === 'on_site' ? waiting.step : offeredStep(run);
    // The one with which the journey begins comes like that of any campaign.
    if (step === null || step === compiled.campaign.steps[0]?.id) return [];
    return offerOf(compiled, step) ?? [];
  });
}

/** A popup was shown that a journey has offered: nothing else is said in its place. */
export function withShown(run: Run, step: string, now: number): Run {
  const others = run.passed.filter((passed) => passed.step !== step);
  return { ...run, passed: [...others, { step, at: now, outcome: 'shown' as const }] };
}

/** What is to become of a broadcast's message, to whom, and in which variant; whether he is on the site does not matter. */
export function verdictOn(
  compiled: CompiledCampaign,
  step: SentStep,
  known: JourneyData,
  lastDevice: string,
  site: Site,
  now: number,
): { verdict: Verdict; variant: string; anonymousId: string } {
  const run: Run = { entry: { at: now, cause: '' }, passed: [], ended: null };
  const journey = new VisitorJourney(compiled, known, run, lastDevice, site, now);
  const verdict = journey.message(step, 0);
  return { verdict, variant: journey.variantOf(step), anonymousId: journey.device };
}

/** By what the visitor has entered, oldest first. */
function entriesOf({ campaign, entry }: CompiledCampaign, { ledger, history }: JourneyData): Entry[] {
  if (entry !== null) return (ledger.reached[entry] ?? []).map(({ at, id }) => ({ at, cause: id }));
  const moment = momentOf(campaign.entry.fact ?? 'visitor.lastSeen', history);
  return moment === null ? [] : [{ at: moment, cause: 'moment' }];
}

function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

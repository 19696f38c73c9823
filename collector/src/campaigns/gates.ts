import type { Json } from '../../../sdk/src/message.ts';
import { SESSION_GAP_MS } from '../profile/sessions.ts';
import type { SiteSettings } from '../sites.ts';
import { type Cap, reachedCap } from './caps.ts';
import { parseDuration } from './duration.ts';
import { type Cause, entered } from './entering.ts';
import { type Arm, armOf, type SiteHoldout, type TestVisitor } from './experiment.ts';
import type { Exposure, Outcomes } from './exposures.ts';
import type { AudienceData, SharedData } from './fields.ts';
import type { Reached } from './goals.ts';
import { dayOf, zoneOr } from './local-time.ts';
import { explain, missingIn, type Trace } from './logic.ts';
import { pathMatches } from './path-glob.ts';
import type { CompiledCampaign } from './program.ts';
import { inSchedule } from './schedule.ts';
import type { Campaign } from './schema.ts';
import { coversPage, isSearchArrival } from './search-arrival.ts';

/** In the order of design §4; the first closed one is the answer to "why not?". */
export const GATES = [
  'status',
  'schedule',
  'page',
  'consent',
  'audience',
  'caps',
  'suppression',
  'priority',
  'trigger',
  'holdout',
] as const;
export type Gate = (typeof GATES)[number];

/** What one visitor's decision about one campaign depends on, besides the campaign. */
export interface Situation {
  settings: SiteSettings;
  holdout: SiteHoldout;
  /** What all campaigns see alike; and with what this one declares. */
  shared: SharedData;
  data: AudienceData;
  /** Those that count, of all campaigns, oldest first. */
  exposures: readonly Exposure[];
  outcomes: Outcomes;
  /** Events that are the campaign's goal. */
  reached: readonly Reached[];
  /** When it was last reached after an exposure to it, ms since the epoch. */
  convertedAt: number | null;
  /** When the newest of the campaign's exit events happened, ms since the epoch. */
  exitedAt: number | null;
  /** What happened just now; `null` when an armed popup asks to be shown. */
  cause: Cause | null;
  /** When that which armed the popup happened, ms since the epoch. */
  armedAt: number | null;
  /** The campaign that has the same triggers and goes first. */
  rival: string | null;
  /** Why it could not be shown a short while ago, though all gates were open. */
  failure: string | null;
  unit: string;
  test: TestVisitor | null;
}

/** A gate that is closed, and why: a word, and what was seen. */
export interface Closed {
  reason: string;
  seen: Json;
}

type Check = (compiled: CompiledCampaign, situation: Situation) => Closed | null;

const closed = (reason: string, seen: Json = null): Closed => ({ reason, seen });

/** How long a popup that could not be worded is passed over, ms. */
export const FAILURE_MS = 3_600_000;

const CHECKS: Record<Gate, Check> = {
  status: ({ campaign: { status } }) => (status === 'live' ? null : closed(status)),

  schedule({ campaign }, { shared, settings }) {
    const opening = inSchedule(campaign.schedule, shared.now.at, {
      visitor: shared.now.timezone,
      site: settings.timeZone,
    });
    return opening.open ? null : closed(opening.reason, { now: new Date(shared.now.at).toISOString() });
  },

  page({ campaign }, { shared: { page } }) {
    return onPage(campaign, page) ? null : closed('page', { host: page.host, path: page.path });
  },

  consent({ campaign: { suppress } }, { shared }) {
    if (suppress.consent === null) return null;
    const given = shared.consent[suppress.consent];
    return given === true
      ? null
      : closed(given === null ? 'not_asked' : 'denied', { [suppress.consent]: given });
  },

  audience(compiled, { data }) {
    const verdict = compiled.audience(data);
    if (verdict === true) return null;
    if (verdict === false) return closed('not_matched');
    return closed(missingIn(explain(compiled.campaign.audience.rule, data)) ?? 'unknown');
  },

  caps({ campaign, place }, situation) {
    const { settings, exposures, outcomes, shared, test } = situation;
    if (test) return null;
    const { convertedAt } = situation;
    const { start, events } = shared.session;
    // Who has said nothing under this name yet, and asks to see a popup, has had a page open for some time.
    const sessionStart = events > 0 ? start : shared.now.at - SESSION_GAP_MS;
    const counted = { exposures, outcomes, convertedAt, sessionStart, interrupts: place === 'stage' };
    const cap = reachedCap(campaign, settings, counted, shared.now.at, shared.now.timezone);
    return cap === null ? null : closed(cap satisfies Cap);
  },

  suppression({ campaign, exitRules }, situation) {
    const { suppress } = campaign;
    const { shared, settings, reached, exitedAt, armedAt, failure, test } = situation;
    if (failure !== null) return closed(failure);
    if (shared.visitor.bot && settings.hidePopupsFromBots) return closed('bot');
    if (isSearchArrival(shared) && coversPage(campaign, variantOf(campaign, situation))) {
      return closed('search_arrival', shared.session.referrerHost);
    }
    const segment = suppress.segments.find((id) => shared.visitor.segments.includes(id));
    if (segment !== undefined) return closed('segment', segment);
    if (exitedAt !== null && armedAt !== null && exitedAt > armedAt) return closed('exit');
    if (exitRules.some((holds) => holds(situation.data) === true)) return closed('exit');
    if (suppress.ifConvertedWithin === undefined || test) return null;
    const recent = reached.some(({ at }) =>
      within(suppress.ifConvertedWithin ?? '', at, shared.now.at, settings.timeZone),
    );
    return recent ? closed('converted') : null;
  },

  priority({ place }, { settings, exposures, shared, rival, test }) {
    if (rival !== null) return closed('loses', rival);
    if (test || place !== 'stage') return null;
    const last = exposures.findLast(({ quiet }) => !quiet);
    const left = last ? last.at + settings.popups.minGapMs - shared.now.at : 0;
    return left > 0 ? closed('min_gap', { campaign: last?.campaign ?? null, waitMs: left }) : null;
  },

  trigger(compiled, situation) {
    return entered(compiled, situation) ? null : closed('waits_for', compiled.awaits ?? '');
  },

  holdout({ campaign }, { unit, holdout, exposures, test }) {
    const { control } = armOf(campaign, unit, holdout, exposures, test);
    return control === null ? null : closed(control);
  },
};

/** Gates that a control visitor passes like anybody. */
const BEFORE_HOLDOUT = GATES.filter((gate) => gate !== 'holdout');

/** Why a visitor gets this popup, or does not. */
export type Verdict = { closed: null; arm: Arm } | { closed: Gate; reason: string };

/** Asks the gates up to the first closed one. The arm may be a control's: then nothing is shown, and it is counted. */
export function judge(compiled: CompiledCampaign, situation: Situation): Verdict {
  return firstClosed(BEFORE_HOLDOUT, compiled, situation);
}

/** Asks these gates alone. */
export function firstClosed(
  gates: readonly Gate[],
  compiled: CompiledCampaign,
  situation: Situation,
): Verdict {
  for (const gate of gates) {
    const found = CHECKS[gate](compiled, situation);
    if (found) return { closed: gate, reason: found.reason };
  }
  const { unit, holdout, exposures, test } = situation;
  return { closed: null, arm: armOf(compiled.campaign, unit, holdout, exposures, test) };
}

/** One gate of an explanation; `journey`: where the visitor is on the way. */
export interface GateTrace {
  gate: Gate | 'journey';
  open: boolean;
  reason: string | null;
  seen: Json;
}

/** The answer to "why, or why not?". */
export interface Explanation {
  matched: boolean;
  /** The first closed gate. */
  gate: GateTrace['gate'] | null;
  reason: string | null;
  /** Each gate, also those behind a closed one; and the audience's rule, part by part. */
  trace: { gates: GateTrace[]; audience: Trace; arm: Arm };
}

/** Asks every gate, each for itself. */
export function explainDecision(compiled: CompiledCampaign, situation: Situation): Explanation {
  const { unit, holdout, exposures, test } = situation;
  const arm = armOf(compiled.campaign, unit, holdout, exposures, test);
  return explanationOf(traceGates(GATES, compiled, situation), compiled, situation, arm);
}

/** Asks these gates, each for itself. */
export function traceGates(
  gates: readonly Gate[],
  compiled: CompiledCampaign,
  situation: Situation,
): GateTrace[] {
  return gates.map((gate) => {
    const found = CHECKS[gate](compiled, situation);
    return { gate, open: found === null, reason: found?.reason ?? null, seen: found?.seen ?? null };
  });
}

/** What gates that were asked come to. */
export function explanationOf(
  gates: GateTrace[],
  { campaign }: CompiledCampaign,
  { data }: Pick<Situation, 'data'>,
  arm: Arm,
): Explanation {
  const first = gates.find(({ open }) => !open);
  return {
    matched: first === undefined,
    gate: first?.gate ?? null,
    reason: first?.reason ?? null,
    trace: { gates, audience: explain(campaign.audience.rule, data), arm },
  };
}

function variantOf(campaign: Campaign, { unit, holdout, exposures, test }: Situation): string {
  return armOf(campaign, unit, holdout, exposures, test).variant;
}

/** Exclusion wins. Without a known page (a message from a server) only campaigns for all pages match. */
function onPage({ page }: Campaign, { host, path }: AudienceData['page']): boolean {
  const covers = (globs: Campaign['page']['include']) =>
    globs.some((glob) => {
      if (glob.host !== undefined && (host === null || !pathMatches(glob.host, host))) return false;
      return path === null ? glob.path === '/*' : pathMatches(glob.path, path);
    });
  return covers(page.include) && !covers(page.exclude);
}

/** Whether `at` is so shortly before `now`: exactly, or in calendar days of the site's zone, today included. */
function within(duration: string, at: number, now: number, siteZone: string): boolean {
  const parsed = parseDuration(duration);
  if (!parsed) return false;
  if ('ms' in parsed) return at > now - parsed.ms;
  const zone = zoneOr(siteZone, 'UTC');
  return dayOf(now, zone) - dayOf(at, zone) < parsed.days;
}

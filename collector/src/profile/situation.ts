import { factReader } from '../campaigns/behaviour.ts';
import type { Happening } from '../campaigns/decide.ts';
import type { SiteHoldout } from '../campaigns/experiment.ts';
import { counted, type Exposure } from '../campaigns/exposures.ts';
import type { AudienceData, SharedData } from '../campaigns/fields.ts';
import { FAILURE_MS, type Situation } from '../campaigns/gates.ts';
import type { CompiledCampaign, CompiledSegment } from '../campaigns/program.ts';
import { compareMessages, type StoredMessage } from '../message.ts';
import { isWorkerReport } from '../push/worker-report.ts';
import type { Site } from '../sites.ts';
import { atEvent, audienceData } from './audience-data.ts';
import { type Met, metWith, NEVER } from './exposure-data.ts';
import { convertedAt } from './ledger.ts';
import type { State } from './state.ts';

/** What campaigns and segments are decided by; the ledger must be up to date. */
export type Known = Pick<State, 'history' | 'segments' | 'exposures' | 'refusals' | 'ledger' | 'test'>;

/** When a campaign is looked at. */
export interface Moment {
  anonymousId: string;
  cause: Situation['cause'];
  /** Of an armed popup that asks to be shown: when that which armed it happened, ms since the epoch. */
  armedAt: number | null;
}

/** Reasons of refusals after which a campaign is passed over for a while: every gate was open, and it failed. */
const FAILURES = new Set(['coupon', 'content']);

/** What all campaigns and segments see alike of a device at one moment: made once for all that look. */
export interface Sight {
  data: SharedData;
  facts: ReturnType<typeof factReader>;
  met: Met;
  /** Those that count. */
  exposures: readonly Exposure[];
  holdout: SiteHoldout;
}

export function sightOf(
  known: Known,
  anonymousId: string,
  { id: siteId, settings, program }: Site,
  now: number,
): Sight {
  const { ledger } = known;
  const exposures = counted(known.exposures);
  const tagsOf = (id: string) => program.byId.get(id)?.campaign.tags ?? [];
  return {
    data: audienceData(known, anonymousId, settings, now),
    facts: factReader(ledger.facts, now),
    met: metWith(exposures, ledger.outcomes, tagsOf, now),
    exposures,
    holdout: { percent: settings.holdout.percent, seed: `${siteId}:${settings.holdout.seed}` },
  };
}

/** The same, with what one campaign or segment declares, and what became of it. */
function seenBy(
  { data, facts, met: { campaigns, any, tags } }: Sight,
  id: string,
  compiled: Pick<CompiledSegment, 'facts'>,
): AudienceData {
  const campaign = campaigns.get(id) ?? NEVER;
  return { ...data, facts: facts(compiled.facts), exposure: { campaign, any, tags } };
}

/**
 * What a decision about one campaign depends on. Most campaigns are turned away by their schedule, page or event: what
 * only later gates ask for is made when they do.
 */
class CampaignSituation implements Situation {
  readonly settings;
  readonly holdout;
  readonly shared;
  readonly exposures;
  readonly outcomes;
  readonly reached;
  readonly cause;
  readonly armedAt;
  readonly unit;
  readonly test;
  rival: string | null = null;
  readonly #known: Known;
  readonly #compiled: CompiledCampaign;
  readonly #sight: Sight;
  #data: AudienceData | undefined;

  constructor(
    known: Known,
    compiled: CompiledCampaign,
    site: Site,
    { anonymousId, cause, armedAt }: Moment,
    sight: Sight,
  ) {
    const { ledger, history } = known;
    this.settings = site.settings;
    this.holdout = sight.holdout;
    this.shared = sight.data;
    this.exposures = sight.exposures;
    this.outcomes = ledger.outcomes;
    this.reached = compiled.goal === null ? [] : (ledger.reached[compiled.goal] ?? []);
    this.cause = cause;
    this.armedAt = armedAt;
    this.unit = unitOf(sight.exposures) ?? history.anonymousIds[0] ?? anonymousId;
    this.test = known.test;
    this.#known = known;
    this.#compiled = compiled;
    this.#sight = sight;
  }

  get data(): AudienceData {
    this.#data ??= seenBy(this.#sight, this.#compiled.campaign.id, this.#compiled);
    return this.#data;
  }

  get convertedAt(): number | null {
    return convertedAt(this.#known.ledger, this.#compiled, this.exposures);
  }

  get exitedAt(): number | null {
    const { reached } = this.#known.ledger;
    const times = this.#compiled.exits.flatMap((key) => reached[key]?.at(-1)?.at ?? []);
    return times.length > 0 ? Math.max(...times) : null;
  }

  get failure(): string | null {
    const { id } = this.#compiled.campaign;
    const now = this.shared.now.at;
    const failed = this.#known.refusals.find(
      ({ campaign, at, reason }) => campaign === id && now - at < FAILURE_MS && FAILURES.has(reason),
    );
    return failed?.reason ?? null;
  }
}

export function situationOf(
  known: Known,
  compiled: CompiledCampaign,
  site: Site,
  moment: Moment,
  now: number,
  sight = sightOf(known, moment.anonymousId, site, now),
): Situation {
  return new CampaignSituation(known, compiled, site, moment, sight);
}

/**
 * What has happened just now, the oldest first.
 *
 * @param arrived client messages; in the total order each decision is the same whatever order they came in
 * @param noted segments that were entered or left with the last of them: a tab knows its own messages alone
 */
export function happeningsOf(
  known: Known,
  arrived: readonly StoredMessage[],
  noted: readonly StoredMessage[],
  site: Site,
  now: number,
): Happening[] {
  const sights = new Map<string, Sight>();
  const sightFrom = (anonymousId: string) => {
    const sight = sights.get(anonymousId) ?? sightOf(known, anonymousId, site, now);
    sights.set(anonymousId, sight);
    return sight;
  };
  const happening = (message: StoredMessage, messageId: string): Happening[] => {
    const { anonymousId, event, properties = {}, timestamp, source } = message;
    if (event === undefined || anonymousId === undefined) return [];
    const moment = { anonymousId, cause: { event, properties }, armedAt: null };
    let sight: Sight | undefined;
    const situationFor = (compiled: CompiledCampaign) => {
      sight ??= source === 'collector' ? sightFrom(anonymousId) : during(message, sightFrom(anonymousId));
      return situationOf(known, compiled, site, moment, now, sight);
    };
    return [{ messageId, at: Date.parse(timestamp), event, properties, situationFor }];
  };
  const sorted = arrived.toSorted(compareMessages);
  const last = segmentCause(arrived);
  return [
    ...sorted.flatMap((message) => happening(message, message.messageId)),
    ...(last ? noted.flatMap((message) => happening(message, last.messageId)) : []),
  ];
}

/** Who was drawn once stays what he is, whatever devices turn out to be his. */
function unitOf(exposures: readonly Exposure[]): string | undefined {
  return exposures.find(({ anonymousId }) => anonymousId !== undefined)?.anonymousId;
}

/** At a claim: what armed the popup is remembered; the visitor may be on another page by now. */
export function after(message: StoredMessage, sight: Sight): Sight {
  const { event, properties = {} } = message;
  return event === undefined || isWorkerReport(message)
    ? sight
    : { ...sight, data: { ...sight.data, event: { name: event, properties } } };
}

/** What a service worker reports happens on no page. */
function during(message: StoredMessage, sight: Sight): Sight {
  if (isWorkerReport(message)) return sight;
  return { ...sight, data: atEvent(sight.data, message) };
}

/** The message by which segments are looked at again: the newest event, or what else was told last. */
export function segmentCause(arrived: readonly StoredMessage[]): StoredMessage | undefined {
  const sorted = arrived.toSorted(compareMessages);
  return sorted.findLast(isEvent) ?? sorted.at(-1);
}

/** What a segment sees. */
export function seenBySegment(
  known: Known,
  compiled: Pick<CompiledSegment, 'facts'>,
  anonymousId: string,
  site: Site,
  now: number,
  sight = sightOf(known, anonymousId, site, now),
): AudienceData {
  return seenBy(sight, '', compiled);
}

/** Whether a device has told it, and it may let campaigns in. */
export function isEvent({ event, anonymousId, source }: StoredMessage): boolean {
  return event !== undefined && anonymousId !== undefined && source === undefined;
}

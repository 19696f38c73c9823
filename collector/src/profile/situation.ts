import type { JsonObject } from '../../../sdk/src/message.ts';
import { factValues } from '../campaigns/behaviour.ts';
import type { Happening } from '../campaigns/decide.ts';
import { counted } from '../campaigns/exposures.ts';
import type { AudienceData } from '../campaigns/fields.ts';
import { FAILURE_MS, type Situation } from '../campaigns/gates.ts';
import type { CompiledCampaign, CompiledSegment } from '../campaigns/program.ts';
import { compareMessages, type StoredMessage } from '../message.ts';
import type { Site } from '../sites.ts';
import { audienceData, ofCampaign } from './audience-data.ts';
import { convertedAt } from './ledger.ts';
import type { State } from './state.ts';

/** What campaigns and segments are decided by; the ledger must be up to date. */
export type Known = Pick<State, 'history' | 'segments' | 'exposures' | 'refusals' | 'ledger' | 'test'>;

/** When a campaign is looked at. */
export interface Moment {
  anonymousId: string;
  event: StoredMessage | null;
  cause: Situation['cause'];
  /** Of an armed popup that asks to be shown: when that which armed it happened, ms since the epoch. */
  armedAt: number | null;
}

/** Reasons of refusals after which a campaign is passed over for a while: every gate was open, and it failed. */
const FAILURES = new Set(['coupon', 'content']);

/** What a decision about one campaign depends on. */
export function situationOf(
  known: Known,
  compiled: CompiledCampaign,
  site: Site,
  { anonymousId, event, cause, armedAt }: Moment,
  now: number,
  data = audienceData(known, anonymousId, event, site.settings, now, armedAt !== null),
): Situation {
  const { campaign, goal, exits } = compiled;
  const { ledger, history } = known;
  const exposures = counted(known.exposures);
  const newest = exits.map((key) => ledger.reached[key]?.at(-1)?.at).filter((time) => time !== undefined);
  const reached = goal === null ? [] : (ledger.reached[goal] ?? []);
  const { settings } = site;
  const failed = known.refusals.find(
    ({ campaign: id, at, reason }) => id === campaign.id && now - at < FAILURE_MS && FAILURES.has(reason),
  );
  return {
    settings,
    holdout: { percent: settings.holdout.percent, seed: `${site.id}:${settings.holdout.seed}` },
    data: ofCampaign(
      data,
      { id: campaign.id, tagsOf: tagsIn(site) },
      factsOf(compiled, known, now),
      exposures,
      ledger.outcomes,
    ),
    exposures,
    outcomes: ledger.outcomes,
    reached,
    convertedAt: convertedAt(ledger, compiled, exposures),
    exitedAt: newest.length > 0 ? Math.max(...newest) : null,
    cause,
    armedAt,
    rival: null,
    failure: failed?.reason ?? null,
    // Who was drawn once stays what he is, whatever devices he has.
    unit:
      exposures.find((exposure) => exposure.anonymousId)?.anonymousId ??
      history.anonymousIds[0] ??
      anonymousId,
    test: known.test,
  };
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
  const sorted = arrived.toSorted(compareMessages);
  const last = sorted.findLast(isEvent);
  return [
    ...sorted.flatMap((message) => happening(known, message, message.messageId, site, now)),
    ...(last ? noted.flatMap((message) => happening(known, message, last.messageId, site, now)) : []),
  ];
}

/** @param cause the client's message */
function happening(
  known: Known,
  message: StoredMessage,
  cause: string,
  site: Site,
  now: number,
): Happening[] {
  const { anonymousId, event, properties = {}, timestamp } = message;
  if (event === undefined || anonymousId === undefined) return [];
  const ofClient = message.source === 'collector' ? null : message;
  const data = audienceData(known, anonymousId, ofClient, site.settings, now);
  const moment = { anonymousId, event: ofClient, cause: { event, properties }, armedAt: null };
  return [
    {
      messageId: cause,
      at: Date.parse(timestamp),
      event,
      properties,
      situationFor: (compiled) => situationOf(known, compiled, site, moment, now, data),
    },
  ];
}

/** The message by which segments are looked at again: the newest event, or what else was told last. */
export function segmentCause(arrived: readonly StoredMessage[]): StoredMessage | undefined {
  const sorted = arrived.toSorted(compareMessages);
  return sorted.findLast(isEvent) ?? sorted.at(-1);
}

/** What a segment sees. */
export function seenBySegment(
  known: Known,
  { facts }: Pick<CompiledSegment, 'facts'>,
  anonymousId: string,
  site: Site,
  now: number,
  data = audienceData(known, anonymousId, null, site.settings, now),
): AudienceData {
  const scope = { id: '', tagsOf: tagsIn(site) };
  const { exposures, ledger } = known;
  return ofCampaign(data, scope, factsOf({ facts }, known, now), counted(exposures), ledger.outcomes);
}

/** Whether a device has told it, and it may let campaigns in. */
export function isEvent({ event, anonymousId, source }: StoredMessage): boolean {
  return event !== undefined && anonymousId !== undefined && source === undefined;
}

function factsOf(
  { facts }: Pick<CompiledSegment, 'facts'>,
  { ledger }: Known,
  now: number,
): () => JsonObject {
  return () => factValues(ledger.facts, facts, now);
}

function tagsIn({ program }: Site): (campaign: string) => readonly string[] {
  return (id) => program.campaigns.find(({ campaign }) => campaign.id === id)?.campaign.tags ?? [];
}

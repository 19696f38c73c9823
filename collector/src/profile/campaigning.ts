import type { JsonObject } from '../../../sdk/src/message.ts';
import { factValues } from '../campaigns/behaviour.ts';
import { type Decision, decide, type Happening, rivalFor } from '../campaigns/decide.ts';
import { counted } from '../campaigns/exposures.ts';
import type { AudienceData } from '../campaigns/fields.ts';
import { type Explanation, explainDecision, FAILURE_MS, type Situation } from '../campaigns/gates.ts';
import { explain, missingIn } from '../campaigns/logic.ts';
import {
  type CompiledCampaign,
  type CompiledSegment,
  compileCampaign,
  compileSegment,
} from '../campaigns/program.ts';
import { compareMessages, type StoredMessage } from '../message.ts';
import type { Site } from '../sites.ts';
import type { Asked, Claim } from './answer-claim.ts';
import { audienceData, ofCampaign } from './audience-data.ts';
import { messagesOf } from './chunks.ts';
import { catchUp } from './ledger.ts';
import type { Records } from './records.ts';
import type { Asked as Question } from './rpc.ts';
import { logDecision, type State } from './state.ts';

/** Reasons of refusals after which a campaign is passed over for a while: every gate was open, and it failed. */
const FAILURES = new Set(['coupon', 'content']);

/** Of chunks whose messages are looked at for the newest event. */
const RECENT_CHUNKS = 16;

/** What campaigns and segments make of one profile. */
export class Campaigning {
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
  }

  /** Adds to what campaigns remember all that has come. Call it before chunks are dropped, and before anything is decided. */
  catchUp({ program }: Site): void {
    const records = this.#records;
    const { ledger } = records.state;
    if (program.campaigns.length + program.segments.length === 0) return;
    catchUp(ledger, program, records.lastPlace, (after, upTo) =>
      messagesOf(records.chunks(after).filter(({ place }) => place <= upTo)),
    );
  }

  /**
   * The popups that these messages arm. Repeated ones may, too: the answer to their first copy may have been lost.
   *
   * @param noted segments that were entered or left with the last of them
   */
  decide(
    arrived: readonly StoredMessage[],
    noted: readonly StoredMessage[],
    site: Site,
    now: number,
  ): Decision[] {
    this.catchUp(site);
    const last = arrived.findLast(isEvent);
    const happened = [
      ...arrived.flatMap((message) => this.#happening(message, message.messageId, site, now)),
      ...noted.flatMap((message) => (last ? this.#happening(message, last.messageId, site, now) : [])),
    ];
    const decisions = decide(site.program, happened);
    for (const { campaign, version, variant, cause } of decisions) {
      const happening = happened.findLast(({ messageId }) => messageId === cause);
      const compiled = site.program.campaigns.find((other) => other.campaign.id === campaign);
      if (!happening || !compiled) continue;
      const { trace } = explainDecision(compiled, happening.situationFor(compiled));
      logDecision(this.#records.state, {
        at: now,
        outcome: 'armed',
        campaign,
        version,
        variant,
        gate: null,
        reason: null,
        trace: { gates: trace.gates, audience: trace.audience },
      });
    }
    return decisions;
  }

  /** Notes which segments the visitor has entered or left by now, as messages of the collector's own. */
  noteSegments(cause: StoredMessage | undefined, site: Site, now: number): StoredMessage[] {
    const { anonymousId, messageId, timestamp } = cause ?? {};
    if (cause === undefined || messageId === undefined || timestamp === undefined) return [];
    if (site.program.segments.length === 0 && Object.keys(this.#records.state.segments).length === 0)
      return [];
    this.catchUp(site);
    const { state } = this.#records;
    const device = anonymousId ?? state.history.anonymousIds.at(-1) ?? '';
    const data = audienceData(state, device, null, site.settings, now);
    const changes = new Map<string, 'entered' | 'left'>();
    for (const compiled of site.program.segments) {
      const { id } = compiled.segment;
      const isIn = Object.hasOwn(state.segments, id);
      const belongs = compiled.audience(this.#seen(compiled, data, site, now)) === true;
      if (belongs !== isIn) changes.set(id, belongs ? 'entered' : 'left');
    }
    const live = new Set(site.program.segments.map(({ segment }) => segment.id));
    for (const id of Object.keys(state.segments)) if (!live.has(id)) changes.set(id, 'left');
    const noted = [...changes].map(
      ([segment, change]): StoredMessage => ({
        messageId: `${messageId}/${change}/${segment}`,
        type: 'track',
        event: `segment_${change}`,
        ...(anonymousId === undefined ? {} : { anonymousId }),
        timestamp,
        properties: { segment },
        source: 'collector',
      }),
    );
    return noted;
  }

  /** `null` when it is not published. */
  answer(asked: Question, site: Site, now: number) {
    const { campaigns, segments } = site.program;
    const zone = site.settings.timeZone;
    if ('campaign' in asked)
      return this.explain(compileCampaign(JSON.parse(asked.campaign), zone), site, now);
    if ('segment' in asked)
      return this.explainSegment(compileSegment(JSON.parse(asked.segment), zone), site, now);
    if ('id' in asked) {
      const compiled = campaigns.find(({ campaign }) => campaign.id === asked.id);
      return compiled ? this.explain(compiled, site, now) : null;
    }
    const compiled = segments.find(({ segment }) => segment.id === asked.segmentId);
    return compiled ? this.explainSegment(compiled, site, now) : null;
  }

  /** Why a campaign would be shown now, or why not: as if the visitor's last event had just happened again. */
  explain(compiled: CompiledCampaign, site: Site, now: number): Explanation {
    this.catchUp(site);
    const { history } = this.#records.state;
    const last = this.#newestEvent();
    const happening = last && this.#happening(last, last.messageId, site, now)[0];
    const anonymousId = last?.anonymousId ?? history.anonymousIds.at(-1) ?? '';
    const situation = happening
      ? happening.situationFor(compiled)
      : this.situation(compiled, site, { anonymousId, event: null, cause: null, armedAt: null }, now);
    const rival = happening ? rivalFor(compiled, site.program, [happening]) : null;
    return explainDecision(compiled, { ...situation, rival });
  }

  /** Whether the visitor belongs to a segment now, and why. */
  explainSegment({ segment, audience, facts }: CompiledSegment, site: Site, now: number) {
    this.catchUp(site);
    const { state } = this.#records;
    const device = this.#newestEvent()?.anonymousId ?? state.history.anonymousIds.at(-1) ?? '';
    const data = audienceData(state, device, null, site.settings, now);
    const seen = this.#seen({ facts }, data, site, now);
    const trace = explain(segment.audience.rule, seen);
    const matched = audience(seen) === true;
    return {
      matched,
      gate: matched ? null : 'audience',
      reason: matched ? null : (missingIn(trace) ?? 'not_matched'),
      trace: { audience: trace, since: state.segments[segment.id] ?? null },
    };
  }

  /** A claim's campaign, and what it depends on now; `null` when this version is not published any more. */
  asked({ campaign, version, anonymousId, causedAt }: Claim, site: Site, now: number): Asked {
    this.catchUp(site);
    const compiled = site.program.campaigns.find(
      (other) => other.campaign.id === campaign && other.campaign.version === version,
    );
    if (!compiled) return null;
    const moment = { anonymousId, event: null, cause: null, armedAt: causedAt };
    return { compiled, situation: this.situation(compiled, site, moment, now) };
  }

  /** What a decision about one campaign depends on. */
  situation(
    compiled: CompiledCampaign,
    site: Site,
    { anonymousId, event, cause, armedAt }: Moment,
    now: number,
    data = audienceData(this.#records.state, anonymousId, event, site.settings, now),
  ): Situation {
    const { state } = this.#records;
    const { campaign, goal, exits } = compiled;
    const { ledger } = state;
    const exposures = counted(state.exposures);
    const newest = exits.map((key) => ledger.reached[key]?.at(-1)?.at).filter((time) => time !== undefined);
    const { settings } = site;
    const failed = state.refusals.find(
      ({ campaign: id, at, reason }) => id === campaign.id && now - at < FAILURE_MS && FAILURES.has(reason),
    );
    return {
      settings,
      holdout: { percent: settings.holdout.percent, seed: `${site.id}:${settings.holdout.seed}` },
      data: ofCampaign(
        data,
        { id: campaign.id, tagsOf: tagsIn(site) },
        factsOf(compiled, state, now),
        exposures,
        ledger.outcomes,
      ),
      exposures,
      outcomes: ledger.outcomes,
      reached: goal === null ? [] : (ledger.reached[goal] ?? []),
      exitedAt: newest.length > 0 ? Math.max(...newest) : null,
      cause,
      armedAt,
      rival: null,
      failure: failed?.reason ?? null,
      unit: state.history.anonymousIds[0] ?? anonymousId,
      test: state.test,
    };
  }

  /** @param cause the client's message: a tab knows its own alone */
  #happening(message: StoredMessage, cause: string, site: Site, now: number): Happening[] {
    const { anonymousId, event, properties = {}, timestamp } = message;
    if (event === undefined || anonymousId === undefined) return [];
    const ofClient = message.source === 'collector' ? null : message;
    const data = audienceData(this.#records.state, anonymousId, ofClient, site.settings, now);
    const moment = { anonymousId, event: ofClient, cause: { event, properties }, armedAt: null };
    return [
      {
        messageId: cause,
        at: Date.parse(timestamp),
        event,
        properties,
        situationFor: (compiled) => this.situation(compiled, site, moment, now, data),
      },
    ];
  }

  /** What a segment sees. */
  #seen(
    { facts }: Pick<CompiledSegment, 'facts'>,
    data: AudienceData,
    site: Site,
    now: number,
  ): AudienceData {
    const { state } = this.#records;
    const scope = { id: '', tagsOf: tagsIn(site) };
    return ofCampaign(
      data,
      scope,
      factsOf({ facts }, state, now),
      counted(state.exposures),
      state.ledger.outcomes,
    );
  }

  #newestEvent(): StoredMessage | null {
    const recent = messagesOf(this.#records.chunks(this.#records.lastPlace - RECENT_CHUNKS));
    return recent.filter(isEvent).sort(compareMessages).at(-1) ?? null;
  }
}

/** Whether a device has told it, and it may let campaigns in. */
export function isEvent({ event, anonymousId, source }: StoredMessage): boolean {
  return event !== undefined && anonymousId !== undefined && source === undefined;
}

/** When a campaign is looked at. */
interface Moment {
  anonymousId: string;
  event: StoredMessage | null;
  cause: Situation['cause'];
  armedAt: number | null;
}

function factsOf(
  { facts }: Pick<CompiledSegment, 'facts'>,
  { ledger }: State,
  now: number,
): () => JsonObject {
  return () => factValues(ledger.facts, facts, now);
}

function tagsIn({ program }: Site): (campaign: string) => readonly string[] {
  return (id) => program.campaigns.find(({ campaign }) => campaign.id === id)?.campaign.tags ?? [];
}

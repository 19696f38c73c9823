import type { ClaimAnswer } from '../../../sdk/src/message.ts';
import { type Decision, decide, rivalFor } from '../campaigns/decide.ts';
import { isReport } from '../campaigns/entering.ts';
import type { TestVisitor } from '../campaigns/experiment.ts';
import { counted } from '../campaigns/exposures.ts';
import { explainDecision } from '../campaigns/gates.ts';
import { explain, missingIn } from '../campaigns/logic.ts';
import { offerOf } from '../campaigns/offer.ts';
import {
  type CompiledCampaign,
  type CompiledSegment,
  compileCampaign,
  compileSegment,
  type Program,
  withCampaign,
  withSegment,
} from '../campaigns/program.ts';
import { endsWithTime } from '../campaigns/segment-time.ts';
import { compareMessages, type StoredMessage } from '../message.ts';
import type { Site } from '../sites.ts';
import { type Asked, answerClaim, type Claim, poolsNeeded } from './answer-claim.ts';
import { messagesOf } from './chunks.ts';
import type { Codes } from './codes.ts';
import { explained, type Inspected, inspected, seen, unseen } from './inspection.ts';
import { type Explained, explainJourney } from './journey-explained.ts';
import { catchUp, type Ledger, noteConversions } from './ledger.ts';
import { previewDraft } from './preview-draft.ts';
import type { Records } from './records.ts';
import type { InspectInput, Asked as Question } from './rpc.ts';
import {
  after,
  happeningsOf,
  isEvent,
  seenBySegment,
  segmentCause,
  sightOf,
  situationOf,
} from './situation.ts';
import { addCoupons, addExposures, addRefusal, logDecision, type State } from './state.ts';

/** Of chunks whose messages are looked at for the newest event, and for what armed a popup. */
const RECENT_CHUNKS = 16;

/** What campaigns and segments make of one profile. */
export class Campaigning {
  readonly #records: Records;
  readonly #codes: Codes;

  constructor(records: Records, codes: Codes) {
    this.#records = records;
    this.#codes = codes;
  }

  /** Adds to what campaigns remember all that has come. Call it before chunks are dropped, and before anything is decided. */
  catchUp({ program }: Site): void {
    if (program.campaigns.length + program.segments.length === 0) return;
    this.#catchUp(this.#records.state.ledger, program);
  }

  #catchUp(ledger: Ledger, program: Program): void {
    const records = this.#records;
    catchUp(ledger, program, records.lastPlace, (from, upTo) => records.messages(from, upTo));
    noteConversions(ledger, program, counted(records.state.exposures));
  }

  /**
   * The popups that these messages arm. Repeated ones may, too: the answer to their first copy may have been lost.
   *
   * @param noted segments that were entered or left with the last of them
   * @param offers popups that journeys offer now
   */
  decide(
    arrived: readonly StoredMessage[],
    noted: readonly StoredMessage[],
    offers: readonly CompiledCampaign[],
    site: Site,
    now: number,
  ): Decision[] {
    this.catchUp(site);
    const happened = happeningsOf(this.#records.state, arrived, noted, site, now);
    const decisions = decide(site.program, happened, offers);
    for (const { campaign, version, variant, cause, tab, step } of decisions) {
      // It comes with every page, and is no new decision.
      if (tab) continue;
      const happening = happened.findLast(({ messageId }) => messageId === cause);
      const compiled =
        step === undefined
          ? site.program.byId.get(campaign)
          : offers.find((offer) => offer.campaign.id === campaign);
      if (!happening || !compiled) continue;
      const { trace } = explainDecision(compiled, happening.situationFor(compiled));
      const anonymousId = arrived.find(({ messageId }) => messageId === cause)?.anonymousId;
      logDecision(this.#records.state, {
        at: now,
        outcome: 'armed',
        campaign,
        version,
        variant,
        gate: null,
        reason: null,
        trace: { gates: trace.gates, audience: trace.audience },
        ...(anonymousId === undefined ? {} : { anonymousId }),
      });
    }
    return decisions;
  }

  /** Notes which segments the visitor has entered or left by now, as messages of the collector's own. */
  noteSegments(news: readonly StoredMessage[], site: Site, now: number): StoredMessage[] {
    const cause = segmentCause(news);
    const { anonymousId, messageId, timestamp } = cause ?? {};
    if (cause === undefined || messageId === undefined || timestamp === undefined) return [];
    const device = anonymousId ?? this.#records.state.history.anonymousIds.at(-1) ?? '';
    const changes = this.#segmentChanges(device, site, now);
    return notes(changes, { messageId, anonymousId, timestamp });
  }

  /** Notes which segments the visitor has left by now, although nothing was heard of him. */
  noteSegmentsLeft(site: Site, now: number): StoredMessage[] {
    if (Object.keys(this.#records.state.segments).length === 0) return [];
    const anonymousId = this.lastDevice();
    const changes = [...this.#segmentChanges(anonymousId, site, now)].filter(
      ([, change]) => change === 'left',
    );
    const timestamp = new Date(now).toISOString();
    return notes(changes, { messageId: `${anonymousId}/${now}`, anonymousId, timestamp });
  }

  /** Whether the visitor is in a segment that he leaves some day if he does not come again. */
  leavesSomeDay({ program }: Site): boolean {
    const { segments } = this.#records.state;
    return program.segments.some(
      ({ segment }) => Object.hasOwn(segments, segment.id) && endsWithTime(segment),
    );
  }

  #segmentChanges(device: string, site: Site, now: number): Map<string, 'entered' | 'left'> {
    const changes = new Map<string, 'entered' | 'left'>();
    const { state } = this.#records;
    if (site.program.segments.length === 0 && Object.keys(state.segments).length === 0) return changes;
    this.catchUp(site);
    const sight = sightOf(state, device, site, now);
    for (const compiled of site.program.segments) {
      const { id } = compiled.segment;
      const isIn = Object.hasOwn(state.segments, id);
      const belongs = compiled.audience(seenBySegment(state, compiled, device, site, now, sight)) === true;
      if (belongs !== isIn) changes.set(id, belongs ? 'entered' : 'left');
    }
    const live = new Set(site.program.segments.map(({ segment }) => segment.id));
    for (const id of Object.keys(state.segments)) if (!live.has(id)) changes.set(id, 'left');
    return changes;
  }

  /** `null` when it is not published. */
  answer(asked: Question, site: Site, now: number) {
    const { campaigns, segments } = site.program;
    const zone = site.settings.timeZone;
    if ('campaign' in asked) {
      const draft = compileCampaign(JSON.parse(asked.campaign), zone);
      return this.explain(draft, { ...site, program: withCampaign(site.program, draft) }, now);
    }
    if ('segment' in asked) {
      const draft = compileSegment(JSON.parse(asked.segment), zone);
      return this.explainSegment(draft, { ...site, program: withSegment(site.program, draft) }, now);
    }
    if ('id' in asked) {
      const compiled = campaigns.find(({ campaign }) => campaign.id === asked.id);
      return compiled ? this.explain(compiled, site, now) : null;
    }
    const compiled = segments.find(({ segment }) => segment.id === asked.segmentId);
    return compiled ? this.explainSegment(compiled, site, now) : null;
  }

  /** Why a campaign would be shown now, or why not: as if the visitor's last event had just happened again. */
  explain(compiled: CompiledCampaign, site: Site, now: number): Explained {
    return explainFor(compiled, this.#known(site), this.#newestEvent(), site, now);
  }

  /** Whether the visitor belongs to a segment now, and why. */
  explainSegment({ segment, audience, facts }: CompiledSegment, site: Site, now: number) {
    const state = this.#known(site);
    const seen = seenBySegment(state, { facts }, this.lastDevice(), site, now);
    const trace = explain(segment.audience.rule, seen);
    const matched = audience(seen) === true;
    return {
      matched,
      gate: matched ? null : 'audience',
      reason: matched ? null : (missingIn(trace) ?? 'not_matched'),
      trace: { audience: trace, since: state.segments[segment.id] ?? null },
    };
  }

  /** What is known, also for a draft, of which nothing is kept. */
  #known({ program }: Site): State {
    const { state } = this.#records;
    const ledger = structuredClone(state.ledger);
    this.#catchUp(ledger, program);
    return { ...state, ledger };
  }

  /** Codes that the claim needs and the visitor does not have; none is drawn for a claim that is refused. */
  draw(claim: Claim, site: Site, now: number): Promise<State['coupons']> {
    const pools = poolsNeeded(this.#records.state, claim, this.#asked(claim, site, now));
    return this.#codes.draw(pools, claim.anonymousId, now);
  }

  /** Whether this claim was answered before; then it gets the same answer. */
  hasAnswered({ claimId }: Claim): boolean {
    const { exposures, refusals } = this.#records.state;
    return [...exposures, ...refusals].some((known) => known.claimId === claimId);
  }

  /** `counts`: whether reports have to hear of it. */
  claim(
    claim: Claim,
    drawn: State['coupons'],
    site: Site,
    now: number,
  ): { answer: ClaimAnswer; counts: boolean } {
    const { state } = this.#records;
    const asked = this.#asked(claim, site, now);
    // What was drawn before the time was put aside to which it belongs is nobody's now.
    const fresh = Object.fromEntries(Object.entries(drawn).filter(([, { at }]) => at >= state.aside));
    const coupons = { ...fresh, ...state.coupons };
    const { answer, exposure, refusal, decision } = answerClaim({ ...state, coupons }, claim, asked, now);
    if (!exposure && !refusal) return { answer, counts: false };
    this.#records.write((changed) => {
      addCoupons(changed, fresh);
      if (exposure) addExposures(changed, [exposure]);
      if (refusal) addRefusal(changed, refusal);
      if (decision) logDecision(changed, decision);
    });
    return { answer, counts: exposure !== null && !exposure.test };
  }

  /** What a draft would show; nothing is decided, drawn or counted. */
  preview(claim: Claim, draft: string, site: Site, now: number): ClaimAnswer {
    const compiled = compileCampaign(JSON.parse(draft), site.settings.timeZone);
    const state = this.#known({ ...site, program: withCampaign(site.program, compiled) });
    return previewDraft(state, claim, this.#lookAt(compiled, state, claim, site, now));
  }

  /** What the inspector of a device's page shows. */
  inspect({ anonymousId, known, draft }: InspectInput, site: Site, now: number): Inspected {
    const state = this.#known(site);
    if (state.history.watermark === null || !known) return unseen(state);
    const last = this.#newestEvent(anonymousId);
    const why = (compiled: CompiledCampaign, knowing: State, among: Site) =>
      explained(compiled, explainFor(compiled, knowing, last, among, now));
    const campaigns = inspected(site.program.campaigns).map((compiled) => why(compiled, state, site));
    if (draft !== null) {
      const compiled = compileCampaign(JSON.parse(draft), site.settings.timeZone);
      const among = { ...site, program: withCampaign(site.program, compiled) };
      campaigns.unshift({ ...why(compiled, this.#known(among), among), status: 'draft' });
    }
    const { data } = sightOf(state, anonymousId, site, now);
    return seen(state, data, anonymousId, this.#recent(), campaigns);
  }

  /** Makes this a test visitor, or (`null`) one like all others. */
  setTest(test: TestVisitor | null): void {
    if (JSON.stringify(test) === JSON.stringify(this.#records.state.test)) return;
    this.#records.write((state) => {
      state.test = test;
    });
  }

  /** A claim's campaign, and what it depends on now; `null` when this version is not published any more. */
  #asked(claim: Claim, site: Site, now: number): Asked {
    this.catchUp(site);
    const compiled = site.program.campaigns.find(
      ({ campaign }) => campaign.id === claim.campaign && campaign.version === claim.version,
    );
    const asked = compiled && claim.step !== undefined ? offerOf(compiled, claim.step) : compiled;
    return asked ? this.#lookAt(asked, this.#records.state, claim, site, now) : null;
  }

  #lookAt(
    compiled: CompiledCampaign,
    state: State,
    { anonymousId, cause, causedAt }: Claim,
    site: Site,
    now: number,
  ): NonNullable<Asked> {
    const armedBy = this.#recent().find(({ messageId }) => messageId === cause);
    const current = sightOf(state, anonymousId, site, now);
    const sight = armedBy ? after(armedBy, current) : current;
    const moment = { anonymousId, cause: null, armedAt: causedAt };
    return { compiled, situation: situationOf(state, compiled, site, moment, now, sight) };
  }

  /** Of the newest event; `''` when there is none. */
  lastDevice(): string {
    return this.#newestEvent()?.anonymousId ?? this.#records.state.history.anonymousIds.at(-1) ?? '';
  }

  /**
   * What a visitor did last, before what pages report of it.
   *
   * @param of this device; of any when absent
   */
  #newestEvent(of?: string): StoredMessage | null {
    const events = this.#recent().filter(isEvent);
    const theirs = of === undefined ? events : events.filter(({ anonymousId }) => anonymousId === of);
    const sorted = theirs.sort(compareMessages);
    return sorted.findLast(({ event = '' }) => !isReport({ event })) ?? sorted.at(-1) ?? null;
  }

  #recent(): StoredMessage[] {
    return messagesOf(this.#records.chunks(this.#records.lastPlace - RECENT_CHUNKS));
  }
}

/** @param last the event that happens again */
function explainFor(
  compiled: CompiledCampaign,
  state: State,
  last: StoredMessage | null,
  site: Site,
  now: number,
): Explained {
  const [happening] = last ? happeningsOf(state, [last], [], site, now) : [];
  const anonymousId = last?.anonymousId ?? state.history.anonymousIds.at(-1) ?? '';
  const popup = () => {
    const nothing = { anonymousId, cause: null, armedAt: null };
    const situation = happening
      ? happening.situationFor(compiled)
      : situationOf(state, compiled, site, nothing, now);
    situation.rival = happening ? rivalFor(compiled, site.program, [happening]) : null;
    return explainDecision(compiled, situation);
  };
  return compiled.isJourney
    ? explainJourney(compiled, state, anonymousId, site, now, popup)
    : { ...popup(), journey: null };
}

interface Cause {
  messageId: string;
  /** The device, if it is of one. */
  anonymousId: string | undefined;
  timestamp: string;
}

/** Messages of the collector's own, of the time of their cause. */
function notes(
  changes: Iterable<[segment: string, change: 'entered' | 'left']>,
  { messageId, anonymousId, timestamp }: Cause,
): StoredMessage[] {
  return [...changes].map(([segment, change]) => ({
    messageId: `${messageId}/${change}/${segment}`,
    type: 'track',
    event: `segment_${change}`,
    ...(anonymousId ? { anonymousId } : {}),
    timestamp,
    properties: { segment },
    source: 'collector',
  }));
}

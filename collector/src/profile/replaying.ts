import { type Decision, decide, type Happening } from '../campaigns/decide.ts';
import { entered } from '../campaigns/entering.ts';
import { armOf } from '../campaigns/experiment.ts';
import type { Exposure } from '../campaigns/exposures.ts';
import {
  type CompiledCampaign,
  type CompiledSegment,
  compileCampaign,
  compileSegment,
  type Program,
  withCampaign,
  withSegment,
} from '../campaigns/program.ts';
import { compareMessages, type StoredMessage } from '../message.ts';
import type { Site } from '../sites.ts';
import { timeOfId } from '../store/chunk-id.ts';
import { profileRef } from '../store/profile-ref.ts';
import { currencyOf, messagesOf, type StoredChunk } from './chunks.ts';
import { emptyHistory, extend, type History, identifiersOf, isNewer, refolded } from './history.ts';
import { addToLedger, emptyLedger } from './ledger.ts';
import { happeningsOf, type Known, seenBySegment, segmentCause } from './situation.ts';
import { addSegments, type State } from './state.ts';
import { noteSegment } from './take-in.ts';

/** What is tried on the past: a `Campaign` or a `Segment` as JSON, as if it had been live. */
export type Replayable = { campaign: string } | { segment: string };

/** A popup that would have been armed; or the moment at which a segment would have been entered. */
export interface ReplayItem {
  profile: string | null;
  /** When it was decided, ms since the epoch. */
  at: number;
  /** What caused it, and its canonical name. */
  messageId: string;
  event: string | null;
  variant: string | null;
  /** Of which experiment the visitor would have been a control. */
  control: Exposure['control'] | null;
}

/** What one visitor's past says. */
export interface ReplayOfOne {
  /** Whether anything came since then that could be looked at. */
  looked: boolean;
  times: number;
  /** Newest first; not more than {@link MAX_ITEMS}. */
  items: ReplayItem[];
  /** Whether the visitor belongs to the segment now. */
  belongs: boolean;
}

export const MAX_ITEMS = 200;

/** What a profile's object holds. */
export interface Held {
  /** Also those that are folded into totals by now. */
  chunks: readonly StoredChunk[];
  state: Pick<State, 'exposures' | 'refusals' | 'test'>;
}

/**
 * Goes through a profile's past as it was lived, and asks at each arrival what would have been decided: with what was
 * known then, and what was shown by then. What is not remembered is taken as it is now: settings, other campaigns, and
 * whether somebody is a test visitor. Of messages that came a second time only the first coming is replayed.
 *
 * A person's devices are told apart until he took them over. What an e-mail, phone or card had heard before its person
 * was known counts as his from the beginning. What was put aside, because somebody else uses the device now, is not
 * replayed.
 *
 * @param since only what arrived from then on, ms since the epoch
 */
export function replayed(held: Held, asked: Replayable, site: Site, since: number, now: number): ReplayOfOne {
  const zone = site.settings.timeZone;
  const subject =
    'campaign' in asked
      ? compileCampaign(JSON.parse(asked.campaign), zone)
      : compileSegment(JSON.parse(asked.segment), zone);
  const program =
    'campaign' in subject ? withCampaign(site.program, subject) : withSegment(site.program, subject);
  const then: Site = { ...site, program };

  const chunks = held.chunks.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const foreign = chunks.filter(({ head }) => head.takenAt !== undefined);
  foreign.sort((a, b) => takenAt(a) - takenAt(b));
  const own = new Past(program);
  const places = new Map([[HERE, own]]);
  const takeOver = (taken: readonly StoredChunk[]) => {
    own.inherit(taken);
    for (const chunk of taken) own.belongLike(places.get(placeOf(chunk)));
  };
  const found: Omit<ReplayItem, 'profile'>[] = [];
  let looked = false;
  for (const step of Map.groupBy(chunks, (chunk) => `${timeOfId(chunk.id)} ${placeOf(chunk)}`).values()) {
    const [first] = step;
    if (!first || first.head.unverified) continue;
    const at = timeOfId(first.id);
    const place = placeOf(first);
    const past = places.get(place) ?? new Past(program);
    places.set(place, past);
    while (place === HERE && foreign[0] && takenAt(foreign[0]) < at) takeOver(foreign.splice(0, 1));
    const messages = messagesOf(step);
    const told = messages.filter(({ source }) => source !== 'collector');
    const noted = messages.filter(({ source }) => source === 'collector');
    const known = () => past.known(place === HERE ? null : deviceOf(first), foreign, held.state, at);
    past.hear(step.filter((chunk) => !isNoted(chunk)));
    if ('segment' in subject) past.look(subject, told, known, then, at, at >= since ? found : null);
    past.hear(step.filter(isNoted));
    if (at < since) continue;
    looked = true;
    if ('campaign' in subject) found.push(...armed(subject, known(), told, noted, then, at));
  }
  takeOver(foreign.splice(0));
  const known = own.known(null, [], held.state, Number.POSITIVE_INFINITY);
  const profile = refOf(known.history);
  const items = found
    .sort((a, b) => b.at - a.at)
    .slice(0, MAX_ITEMS)
    .map((item): ReplayItem => ({ profile, ...item }));
  const device = known.history.anonymousIds.at(-1) ?? '';
  const belongs =
    'segment' in subject && subject.audience(seenBySegment(known, subject, device, then, now)) === true;
  return { looked, times: found.length, items, belongs };
}

/** Decisions about one campaign, beside all others that are live. */
function armed(
  compiled: CompiledCampaign,
  known: Known,
  told: readonly StoredMessage[],
  noted: readonly StoredMessage[],
  site: Site,
  at: number,
): Omit<ReplayItem, 'profile'>[] {
  const happened = happeningsOf(known, told, noted, site, at);
  return decide(site.program, happened)
    .filter(({ campaign, tab }) => campaign === compiled.campaign.id && !tab)
    .map(({ cause, variant }) => {
      const happening = happened.findLast((one) => causes(one, cause, compiled));
      const situation = happening?.situationFor(compiled);
      const control = situation
        ? armOf(compiled.campaign, situation.unit, situation.holdout, situation.exposures, situation.test)
            .control
        : null;
      return { at, messageId: cause, event: happening?.event ?? null, variant, control };
    });
}

function causes(happening: Happening, cause: Decision['cause'], compiled: CompiledCampaign): boolean {
  return happening.messageId === cause && entered(compiled, { cause: happening, armedAt: null });
}

/** What was known in one place as time went by: in this object, or on a device before it was taken over. */
class Past {
  readonly #program: Program;
  readonly #heard: StoredMessage[] = [];
  #history = emptyHistory();
  readonly #ledger = emptyLedger();
  readonly segments: State['segments'] = {};
  /** What was heard since somebody asked. */
  #unread: StoredChunk[] = [];
  #belonged = false;

  constructor(program: Program) {
    this.#program = program;
  }

  hear(chunks: readonly StoredChunk[]): void {
    this.inherit(chunks);
    for (const chunk of chunks.filter(isNoted))
      for (const message of messagesOf([chunk])) noteSegment(this.segments, message, timeOfId(chunk.id));
  }

  /** Takes over what was heard elsewhere. */
  inherit(chunks: readonly StoredChunk[]): void {
    this.#unread.push(...chunks);
  }

  /** Is from now on in the segments in which a device was. */
  belongLike(device: Past | undefined): void {
    if (!device) return;
    addSegments(this, device.segments);
    this.#belonged ||= device.#belonged;
  }

  /**
   * @param device of a device's own past; `null`: of this object
   * @param foreign chunks that were not taken over by then
   */
  known(
    device: string | null,
    foreign: readonly StoredChunk[],
    { exposures, refusals, test }: Held['state'],
    at: number,
  ): Known {
    this.#read();
    const elsewhere = (exposure: Exposure) =>
      foreign.some((chunk) => deviceOf(chunk) === exposure.anonymousId && exposure.at < takenAt(chunk));
    return {
      history: this.#history,
      ledger: this.#ledger,
      segments: this.segments,
      exposures: exposures.filter(
        (exposure) =>
          exposure.at < at && (device === null ? !elsewhere(exposure) : exposure.anonymousId === device),
      ),
      refusals: refusals.filter((refusal) => refusal.at < at),
      test,
    };
  }

  /** Notes when the segment is entered. */
  look(
    segment: CompiledSegment,
    told: readonly StoredMessage[],
    known: () => Known,
    site: Site,
    at: number,
    found: Omit<ReplayItem, 'profile'>[] | null,
  ): void {
    const cause = segmentCause(told);
    if (!cause) return;
    const now = known();
    const device = cause.anonymousId ?? now.history.anonymousIds.at(-1) ?? '';
    const belongs = segment.audience(seenBySegment(now, segment, device, site, at)) === true;
    if (belongs && !this.#belonged) {
      const { messageId, event = null } = cause;
      found?.push({ at, messageId, event, variant: null, control: null });
    }
    this.#belonged = belongs;
  }

  /** History is extended; what came late makes it start anew, once. */
  #read(): void {
    let late = false;
    for (const chunk of this.#unread) {
      const messages = messagesOf([chunk]).sort(compareMessages);
      this.#heard.push(...messages);
      for (const message of messages) addToLedger(this.#ledger, this.#program, message);
      late ||= !isNewer(this.#history, messages);
      if (!late) extend(this.#history, messages, currencyOf([chunk]));
    }
    if (late) this.#history = refolded(emptyHistory(), this.#heard, currencyOf(this.#unread));
    this.#unread = [];
  }
}

const HERE = '';

/** Where a chunk was accepted: here, or on a device, in one of its epochs. */
function placeOf(chunk: StoredChunk): string {
  return chunk.head.takenAt === undefined ? HERE : `${chunk.head.epoch} ${deviceOf(chunk)}`;
}

/** Each chunk is of one device. */
const devices = new WeakMap<StoredChunk, string>();
function deviceOf(chunk: StoredChunk): string {
  const device = devices.get(chunk) ?? messagesOf([chunk])[0]?.anonymousId ?? '';
  devices.set(chunk, device);
  return device;
}

function takenAt({ head }: StoredChunk): number {
  return head.takenAt ?? 0;
}

/** Whether it holds what the collector itself has noted: that is never in one chunk with what it was told. */
function isNoted(chunk: StoredChunk): boolean {
  return chunk.messages.includes('"source":"collector"') && messagesOf([chunk])[0]?.source === 'collector';
}

function refOf(history: History): string | null {
  const ref = profileRef(history.userId, history.anonymousIds[0] ?? null);
  const { email } = identifiersOf(history);
  return ref ?? (email ? `email:${email}` : null);
}

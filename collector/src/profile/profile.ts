import { DurableObject } from 'cloudflare:workers';
import { type Cause, type Decision, decide } from '../campaigns/decide.ts';
import type { Exposure } from '../campaigns/gates.ts';
import type { Env } from '../env.ts';
import { compareMessages, type StoredMessage } from '../message.ts';
import { loadSite, type Site } from '../sites.ts';
import { eventStore } from '../store/open.ts';
import { answerClaim } from './answer-claim.ts';
import { audienceData } from './audience-data.ts';
import { inParts, type StoredChunk, toChunks, withoutMessagesOf } from './chunks.ts';
import { emptyHistory, extend, isNewer } from './history.ts';
import { type Device, holds, identified, withDevice, withoutDevice } from './link.ts';
import { pageOf } from './page.ts';
import { profileJson } from './profile-json.ts';
import { isPerson, siteOf } from './profile-name.ts';
import { Records } from './records.ts';
import type {
  ClaimInput,
  ClaimResult,
  Elsewhere,
  IngestInput,
  IngestResult,
  ReadResult,
  Refused,
  Stale,
  Via,
} from './rpc.ts';
import { addExposures, addRefusal, emptyState, type State } from './state.ts';

/** How long after a batch the object looks whether the store still lacks something, ms. */
const RECHECK_MS = 10 * 60_000;
/** How long after a failure it tries again, ms. */
const RETRY_MS = 15_000;
/** The wait doubles with each further failure, up to this, ms. */
const MAX_RETRY_MS = 3_600_000;

/**
 * A device, or a known person. A thin shell: it loads, calls the pure functions beside it, and stores.
 *
 * Every entry point first awaits what it needs from outside, then works without an await up to its write, so that no
 * other request sees half of it.
 */
export class Profile extends DurableObject<Env> {
  readonly #records: Records;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#records = new Records(ctx.id.name ?? '', ctx.storage, eventStore(env));
  }

  /**
   * Takes over messages, each counted once however often it arrives, and says which popups they arm.
   * Resolves only when every one of them is safe in the store. When the store cannot be reached it rejects; what was
   * accepted by then is appended later all the same.
   */
  async ingest({ messages, person, via, refusedBy }: IngestInput): Promise<IngestResult> {
    const now = Date.now();
    const site = await this.#site(now);
    await this.#records.askForAlarm();
    const elsewhere = await this.#elsewhere(person, via, refusedBy, now);
    if (elsewhere) return elsewhere;
    await this.#records.settle();
    // The device may have started to move, or have left, while this waited.
    const changed = await this.#elsewhere(null, via, null, now);
    if (changed) return changed;

    const arrived: StoredMessage[] = JSON.parse(messages);
    this.#accept(arrived, site, now);
    const decisions = this.#decide(arrived, site, now);
    await this.#records.settle();
    return { kind: 'stored', decisions };
  }

  /** Whether an armed popup may be painted now. A yes counts as an exposure; the same `claimId` gets the same answer. */
  async claim(input: ClaimInput): Promise<ClaimResult> {
    const now = Date.now();
    const site = await this.#site(now);
    const elsewhere = await this.#elsewhere(null, input.via, null, now);
    if (elsewhere) return elsewhere;
    const { answer, exposure, refusal } = answerClaim(this.#records.state, input.claim, site.campaigns, now);
    if (exposure || refusal) {
      this.#records.write((state) => {
        if (exposure) addExposures(state, [exposure]);
        if (refusal) addRefusal(state, refusal);
      });
    }
    return { kind: 'answered', answer };
  }

  /** Writes nothing. */
  read(): ReadResult {
    const { history, link } = this.#records.state;
    if (link?.phase === 'moved') return { kind: 'elsewhere', person: link.person, epoch: link.epoch };
    return {
      kind: 'read',
      profile: history.watermark === null ? null : JSON.stringify(profileJson(history)),
    };
  }

  /**
   * At a person: takes over what a device holds. Repeating it changes nothing.
   *
   * @param last whether the device's messages are complete with these: from now on it may send to the person
   */
  async attach(
    device: Device,
    chunks: readonly StoredChunk[],
    exposures: readonly Exposure[],
    last: boolean,
  ): Promise<void> {
    const site = await this.#site(Date.now());
    const fresh = chunks.filter(({ id }) => !this.#records.has(id));
    this.#records.write((state) => {
      if (last) {
        state.history = this.#recomputed(site);
        state.devices = withDevice(state.devices, device);
      }
      addExposures(state, exposures);
    }, fresh);
  }

  /** At a person: the device belongs to somebody else now. What it said before stays. */
  detach(device: Device): void {
    this.#records.write((state) => {
      state.devices = withoutDevice(state.devices, device);
    });
  }

  /**
   * At a device: erases all that it holds, here and in the store. From the first call on it takes nothing more until
   * that is done.
   *
   * @param forgotten whether all people whom the device has belonged to have forgotten it
   * @returns those people, who must forget it first; empty when everything is erased
   */
  async forget(forgotten: boolean): Promise<string[]> {
    if (this.#records.state.link?.phase === 'moving') await this.#handOver();
    const { link } = this.#records.state;
    if (link && !forgotten) return [...new Set([link.person, ...link.before])];
    await this.#records.erase(Date.now() + RETRY_MS);
    return [];
  }

  /** At a person: erases what one of its devices has sent, here and in the store, and takes no more of it. */
  async forgetDevice(anonymousId: string): Promise<void> {
    const site = await this.#site(Date.now());
    await this.#records.settle();
    const { erased, kept } = withoutMessagesOf(anonymousId, this.#records.chunks());
    this.#records.write(
      (state) => {
        state.history = this.#recomputed(site);
        state.devices = state.devices.filter((known) => known.anonymousId !== anonymousId);
        state.unconfirmed = [...state.unconfirmed, ...kept.map(({ id }) => id)];
        state.erasing = [...state.erasing, ...erased];
      },
      kept,
      erased,
    );
    this.#records.wakeAt(Date.now() + RETRY_MS);
    await this.#records.settle();
  }

  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    this.#records.woken();
    try {
      const { link, forgetting, unconfirmed, erasing } = this.#records.state;
      if (forgetting) return await this.#records.erase(Date.now() + RETRY_MS);
      if (link?.phase === 'moving') await this.#handOver();
      if (unconfirmed.length + erasing.length === 0) return;
      await this.#records.settle();
      this.#records.write(() => {});
    } catch (error) {
      console.warn('What could not be passed on is kept and tried again.', info?.retryCount ?? 0, error);
      const failures = this.#records.failed();
      this.#records.wakeBy(Date.now() + Math.min(RETRY_MS * 2 ** failures, MAX_RETRY_MS));
    }
  }

  /**
   * Where a request must go, if not here. At a device, links it to `person` first.
   *
   * @param refusedBy a person that this device was sent to, and that did not take it
   */
  async #elsewhere(
    person: string | null,
    via: Via,
    refusedBy: Refused,
    now: number,
  ): Promise<Elsewhere | Stale | null> {
    const records = this.#records;
    if (isPerson(this.#name)) {
      if (via === null) return null;
      const mine = (person === null || person === this.#name) && holds(records.state.devices, via);
      return mine ? null : { kind: 'stale' };
    }
    if (records.state.forgetting) throw new Error('This device is being forgotten.');
    // Others may link the device while this waits; what is handed out is a finished link to the right person.
    for (;;) {
      const { link } = records.state;
      if (link?.phase === 'moving') {
        await this.#handOver();
        continue;
      }
      const lost = link !== null && link.person === refusedBy?.person && link.epoch === refusedBy.epoch;
      const wanted = person ?? link?.person;
      if (wanted === undefined) return null;
      if (link?.person === wanted && !lost) return { kind: 'elsewhere', person: wanted, epoch: link.epoch };
      records.write((state) => {
        state.link = identified(lost ? null : state.link, wanted, now);
      });
      // Sooner than the alarm that may be set: it finishes the move, should it be interrupted.
      records.wakeAt(now + RETRY_MS);
    }
  }

  /** Brings all that the device holds to its person. Several may run at once, and each may stop anywhere. */
  async #handOver(): Promise<void> {
    const { link } = this.#records.state;
    if (link?.phase !== 'moving') return;
    await this.#records.settle();
    const anonymousId = this.#name.split(':').slice(2).join(':');
    const { person, epoch, previous } = link;
    if (previous) {
      await this.env.PROFILES.getByName(previous.person).detach({ anonymousId, epoch: previous.epoch });
    }
    const target = this.env.PROFILES.getByName(person);
    const held = this.#records.chunks();
    const parts = inParts(held);
    for (const [index, chunks] of parts.entries()) {
      const last = index === parts.length - 1;
      await target.attach({ anonymousId, epoch }, chunks, last ? this.#records.state.exposures : [], last);
    }
    const current = this.#records.state.link;
    if (current?.phase !== 'moving' || current.epoch !== epoch) return;
    const moved = { ...emptyState(), link: { ...current, phase: 'moved' as const, previous: null } };
    this.#records.write(
      (state) => Object.assign(state, moved),
      [],
      held.map(({ id }) => id),
    );
  }

  /** Counts and stores what is new among `arrived`. */
  #accept(arrived: readonly StoredMessage[], site: Site, now: number): void {
    const known = this.#records.messageIds;
    const fresh = new Map<string, StoredMessage>();
    for (const message of arrived) {
      if (!known.has(message.messageId) && !fresh.has(message.messageId))
        fresh.set(message.messageId, message);
    }
    if (fresh.size === 0) return;

    const sorted = [...fresh.values()].sort(compareMessages);
    const chunks = toChunks(sorted);
    this.#records.write((state) => {
      if (isNewer(state.history, sorted)) extend(state.history, sorted, site.settings.currency);
      else state.history = this.#recomputed(site);
      state.unconfirmed = [...state.unconfirmed, ...chunks.map((chunk) => chunk.id)];
    }, chunks);
    // No await since the write: both are stored, or neither is.
    this.#records.wakeBy(now + RECHECK_MS);
  }

  /** The history of all that is stored. Of a message that two devices have sent, the copy that came first counts. */
  #recomputed(site: Site): State['history'] {
    const all = new Map<string, StoredMessage>();
    for (const message of this.#records.messages()) {
      if (!all.has(message.messageId)) all.set(message.messageId, message);
    }
    const history = emptyHistory();
    extend(history, [...all.values()].sort(compareMessages), site.settings.currency);
    return history;
  }

  /** Repeated messages may cause decisions too: the answer to their first copy may have been lost. */
  #decide(arrived: readonly StoredMessage[], site: Site, now: number): Decision[] {
    const { history, exposures } = this.#records.state;
    const causes = arrived.flatMap((message): Cause[] => {
      const { messageId, anonymousId, event } = message;
      if (event === undefined || anonymousId === undefined) return [];
      return [
        { messageId, event, data: () => audienceData(history, anonymousId, message, pageOf(message), now) },
      ];
    });
    return decide(site.campaigns, causes, exposures);
  }

  get #name(): string {
    return this.ctx.id.name ?? '';
  }

  async #site(now: number): Promise<Site> {
    const site = await loadSite(this.env.DB, siteOf(this.#name), now);
    if (!site) throw new Error(`The site of ${this.#name} does not exist.`);
    return site;
  }
}

import { DurableObject } from 'cloudflare:workers';
import { type Cause, type Decision, decide } from '../campaigns/decide.ts';
import type { Exposure } from '../campaigns/gates.ts';
import type { Env } from '../env.ts';
import { compareMessages, type StoredMessage } from '../message.ts';
import { loadSite, type Site } from '../sites.ts';
import { D1EventStore } from '../store/d1.ts';
import type { EventStore } from '../store/event-store.ts';
import { answerClaim } from './answer-claim.ts';
import { audienceData } from './audience-data.ts';
import { inParts, type StoredChunk, toChunks } from './chunks.ts';
import { emptyHistory, extend, isNewer } from './history.ts';
import { type Device, holds, identified, withDevice, withoutDevice } from './link.ts';
import { pageOf } from './page.ts';
import { profileJson } from './profile-json.ts';
import { isPerson, siteOf } from './profile-name.ts';
import { ProfileTable } from './profile-table.ts';
import type {
  ClaimInput,
  ClaimResult,
  Elsewhere,
  IngestInput,
  IngestResult,
  ReadResult,
  Stale,
  Via,
} from './rpc.ts';
import { addExposures, addRefusal, emptyState, type State } from './state.ts';

/** How long after a batch the object looks whether the store still lacks something, ms. */
const RECHECK_MS = 10 * 60_000;
/** How long after a failure it tries again, ms. */
const RETRY_MS = 15_000;

/**
 * A device, or a known person. A thin shell: it loads, calls the pure functions beside it, and stores.
 *
 * The state in memory is the truth while the object lives. Every entry point first awaits what it needs from outside,
 * then works without an await up to its write, so that no other request sees half of it.
 */
export class Profile extends DurableObject<Env> {
  readonly #table: ProfileTable;
  readonly #store: EventStore;
  /** What is on disk, once it was read. */
  #state: State | null = null;
  #messageIds: Set<string> | null = null;
  /** Whether an alarm is set, once it was asked. It is never moved later: it wakes, looks, and is set again. */
  #alarmSet: boolean | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#table = new ProfileTable(ctx.storage);
    this.#store = new D1EventStore(env.DB);
  }

  /**
   * Takes over messages, each counted once however often it arrives, and says which popups they arm.
   * Resolves only when every one of them is safe in the store; rejects when the store cannot be reached, and the
   * messages are then kept and appended later all the same.
   */
  async ingest({ messages, person, via }: IngestInput): Promise<IngestResult> {
    const now = Date.now();
    const site = await this.#site(now);
    this.#alarmSet ??= (await this.ctx.storage.getAlarm()) !== null;
    const elsewhere = await this.#elsewhere(person, via, now);
    if (elsewhere) return elsewhere;
    await this.#confirm(this.#load().unconfirmed);
    // The device may have started to move, or have left, while this waited.
    const changed = await this.#elsewhere(null, via, now);
    if (changed) return changed;

    const arrived: StoredMessage[] = JSON.parse(messages);
    const chunks = this.#accept(arrived, site, now);
    const decisions = this.#decide(arrived, site, now);
    await this.#confirm(chunks.map((chunk) => chunk.id));
    return { kind: 'stored', decisions };
  }

  /** Whether an armed popup may be painted now. A yes counts as an exposure; the same `claimId` gets the same answer. */
  async claim(input: ClaimInput): Promise<ClaimResult> {
    const now = Date.now();
    const site = await this.#site(now);
    const elsewhere = await this.#elsewhere(null, input.via, now);
    if (elsewhere) return elsewhere;
    const { answer, exposure, refusal } = answerClaim(this.#load(), input.claim, site.campaigns, now);
    if (exposure || refusal) {
      this.#write((state) => {
        if (exposure) addExposures(state, [exposure]);
        if (refusal) addRefusal(state, refusal);
      });
    }
    return { kind: 'answered', answer };
  }

  /** Writes nothing. */
  read(): ReadResult {
    const { history, link } = this.#load();
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
    const fresh = chunks.filter(({ id }) => this.#table.chunk(id) === null);
    this.#write((state) => {
      if (fresh.length > 0) {
        for (const { head } of fresh) for (const id of head.messageIds) this.#known().add(id);
        const handed: StoredMessage[] = fresh.flatMap((chunk) => JSON.parse(chunk.messages));
        state.history = this.#recomputed(handed, site);
      }
      addExposures(state, exposures);
      if (last) state.devices = withDevice(state.devices, device);
    }, fresh);
  }

  /** At a person: the device belongs to somebody else now. What it said before stays. */
  detach(device: Device): void {
    this.#write((state) => {
      state.devices = withoutDevice(state.devices, device);
    });
  }

  override async alarm(): Promise<void> {
    this.#alarmSet = false;
    try {
      if (this.#load().link?.phase === 'moving') await this.#handOver();
      if (this.#load().unconfirmed.length === 0) return;
      await this.#confirm(this.#load().unconfirmed);
      this.#write(() => {});
    } catch (error) {
      console.warn('What could not be passed on is kept and tried again.', error);
      this.#setAlarm(Date.now() + RETRY_MS);
    }
  }

  /** Where a request must go, if not here. At a device, links it to `person` first. */
  async #elsewhere(person: string | null, via: Via, now: number): Promise<Elsewhere | Stale | null> {
    if (isPerson(this.#name))
      return via === null || holds(this.#load().devices, via) ? null : { kind: 'stale' };
    if (this.#load().link?.phase === 'moving') await this.#handOver();
    const { link } = this.#load();
    if (person !== null && link?.person !== person) {
      this.#write((state) => {
        state.link = identified(state.link, person);
      });
      // Sooner than the alarm that may be set: it finishes the move, should it be interrupted.
      void this.ctx.storage.setAlarm(now + RETRY_MS);
      this.#alarmSet = true;
      await this.#handOver();
    }
    const { link: current } = this.#load();
    return current && { kind: 'elsewhere', person: current.person, epoch: current.epoch };
  }

  /** Brings all that the device holds to its person. Several may run at once, and each may stop anywhere. */
  async #handOver(): Promise<void> {
    const { link } = this.#load();
    if (link?.phase !== 'moving') return;
    await this.#confirm(this.#load().unconfirmed);
    const anonymousId = this.#name.split(':').slice(2).join(':');
    const { person, epoch, previous } = link;
    if (previous) {
      await this.env.PROFILES.getByName(previous.person).detach({ anonymousId, epoch: previous.epoch });
    }
    const target = this.env.PROFILES.getByName(person);
    const parts = inParts(this.#table.chunks());
    for (const [index, chunks] of parts.entries()) {
      const last = index === parts.length - 1;
      await target.attach({ anonymousId, epoch }, chunks, last ? this.#load().exposures : [], last);
    }
    const current = this.#load().link;
    if (current?.phase !== 'moving' || current.epoch !== epoch) return;
    this.#write((state) => {
      Object.assign(state, emptyState());
      state.link = { ...current, phase: 'moved', previous: null };
      this.#table.deleteChunks();
      this.#messageIds = new Set();
    });
  }

  /** Counts and stores what is new among `arrived`. */
  #accept(arrived: readonly StoredMessage[], site: Site, now: number): StoredChunk[] {
    const known = this.#known();
    const fresh = new Map<string, StoredMessage>();
    for (const message of arrived) {
      if (!known.has(message.messageId) && !fresh.has(message.messageId))
        fresh.set(message.messageId, message);
    }
    if (fresh.size === 0) return [];

    const sorted = [...fresh.values()].sort(compareMessages);
    const chunks = toChunks(sorted);
    this.#write((state) => {
      if (isNewer(state.history, sorted)) extend(state.history, sorted, site.settings.currency);
      else state.history = this.#recomputed(sorted, site);
      state.unconfirmed = [...state.unconfirmed, ...chunks.map((chunk) => chunk.id)];
      for (const id of fresh.keys()) known.add(id);
    }, chunks);
    // No await since the write: both are stored, or neither is.
    this.#setAlarm(now + RECHECK_MS);
    return chunks;
  }

  /** The history of all that is stored and `more`. A message that two devices sent counts once. */
  #recomputed(more: readonly StoredMessage[], site: Site): State['history'] {
    const all = new Map([...this.#table.messages(), ...more].map((message) => [message.messageId, message]));
    const history = emptyHistory();
    extend(history, [...all.values()].sort(compareMessages), site.settings.currency);
    return history;
  }

  /** Repeated messages may cause decisions too: the answer to their first copy may have been lost. */
  #decide(arrived: readonly StoredMessage[], site: Site, now: number): Decision[] {
    const { history, exposures } = this.#load();
    const causes = arrived
      .filter((message) => message.event !== undefined && message.anonymousId !== undefined)
      .map((message): Cause => {
        const data = audienceData(history, message.anonymousId ?? '', message, pageOf(message), now);
        return { messageId: message.messageId, data };
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

  #load(): State {
    this.#state ??= { ...emptyState(), ...this.#table.state() };
    return this.#state;
  }

  #known(): Set<string> {
    this.#messageIds ??= this.#table.messageIds();
    return this.#messageIds;
  }

  /** Changes the state and stores it. If that fails, memory is forgotten, so that it never runs ahead of the disk. */
  #write(change: (state: State) => void, chunks: readonly StoredChunk[] = []): void {
    try {
      this.ctx.storage.transactionSync(() => {
        const state = this.#load();
        change(state);
        this.#table.write(state, chunks);
      });
    } catch (error) {
      this.#state = null;
      this.#messageIds = null;
      throw error;
    }
  }

  /** Appends chunks to the store; those that it has taken leave the list, on disk with the next write. */
  async #confirm(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const profile = this.#name;
    const chunks = ids.flatMap((id) => this.#table.chunk(id) ?? []);
    await this.#store.append(
      chunks.map(({ id, head, messages }) => {
        const { firstAt, lastAt } = head;
        return { id, site: siteOf(profile), profile, epoch: 0, firstAt, lastAt, messages };
      }),
    );
    const state = this.#load();
    state.unconfirmed = state.unconfirmed.filter((id) => !ids.includes(id));
  }

  #setAlarm(at: number): void {
    if (this.#alarmSet) return;
    this.#alarmSet = true;
    void this.ctx.storage.setAlarm(at);
  }
}

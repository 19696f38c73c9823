import type { StoredMessage } from '../message.ts';
import type { Chunk, EventStore, Fact } from '../store/event-store.ts';
import { currencyOf, messagesOf, type StoredChunk } from './chunks.ts';
import type { Stated } from './facts.ts';
import { Journal } from './journal.ts';
import { emptyLedger } from './ledger.ts';
import { StateRows } from './persist.ts';
import { siteOf } from './profile-name.ts';
import { type PlacedChunk, ProfileTable } from './profile-table.ts';
import type { State } from './state.ts';
import { takeIn } from './take-in.ts';

/**
 * Chunks after which the state is written. In between it is made again from them when the object wakes: a batch costs
 * one row instead of two.
 */
const SNAPSHOT_EVERY = 8;

/** What one write changes besides the state. */
export interface ChunkChanges {
  added?: readonly StoredChunk[];
  /** By id. */
  removed?: readonly string[];
}

/** What the store is to be told, and what it knows then. */
export interface Stating {
  facts: Fact[];
  stated: Stated;
  /** What was taken back. */
  retracted: string[];
}

/**
 * What one object keeps: its state and chunks on disk and in memory, the event store brought up to them, and the
 * alarm that finishes what was interrupted. The state in memory is the truth while the object lives.
 */
export class Records {
  /** Of the object: `ctx.id.name`. */
  readonly name: string;
  readonly #storage: DurableObjectStorage;
  readonly #store: EventStore;
  readonly #table: ProfileTable;
  readonly #rows: StateRows;
  readonly journal: Journal;
  #state: State | null = null;
  /** Chunks that were written by this instance, and that the store may not have yet. */
  #written = new Map<string, StoredChunk>();
  /** What came last, behind which place: it is asked for at once, and need not be read again. */
  #newest: { after: number; messages: readonly StoredMessage[] } | null = null;
  /** When the alarm goes off, ms since the epoch; `null`: never; `undefined`: not asked yet. */
  #alarmAt: number | null | undefined;
  /** One at a time, so that the store sees things in order. */
  #settling: Promise<void> = Promise.resolve();
  #failures = 0;
  /** Place of the last chunk that the state on disk knows of. */
  #writtenPlace = 0;
  /** Whether the store is being told something, or did not take what it was told last. */
  behind = false;

  constructor(name: string, storage: DurableObjectStorage, store: EventStore) {
    this.name = name;
    this.#storage = storage;
    this.#store = store;
    this.#table = new ProfileTable(storage);
    this.#rows = new StateRows(this.#table);
    this.journal = new Journal(this.#table);
  }

  get state(): State {
    this.#state ??= this.#caughtUp(this.#rows.read());
    return this.#state;
  }

  /** The state after the chunks that came since it was written. */
  #caughtUp(state: State): State {
    this.#writtenPlace = state.places;
    this.#table.reserve(state.places);
    const since = this.#table.chunks(state.places);
    const last = since.at(-1);
    if (last) {
      this.#table.reserve(last.place);
      takeIn(state, since, messagesOf(since), this.journal, this.name);
      renew(state);
    }
    return state;
  }

  get exists(): boolean {
    return this.#table.exists;
  }

  /** The place of the chunk that came last; 0 when there is none. */
  get lastPlace(): number {
    this.state;
    return this.#table.lastPlace;
  }

  /** The chunks that came after `place`. */
  chunks(place = 0): PlacedChunk[] {
    return this.#table.chunks(place);
  }

  /** Messages of the chunks behind a place, up to another. */
  messages(after: number, upTo: number): readonly StoredMessage[] {
    if (this.#newest?.after === after && upTo === this.lastPlace) return this.#newest.messages;
    return messagesOf(this.chunks(after).filter(({ place }) => place <= upTo));
  }

  /** Puts these chunks aside for good. Call it while the state is written. */
  seal(ids: readonly string[]): void {
    this.journal.leaveBehind();
    this.#table.seal(ids);
  }

  /** Erases what was put aside, here and in the store. */
  eraseSealed(): void {
    const sealed = this.#table.sealed();
    if (sealed.length === 0) return;
    this.write((state) => {
      this.#table.removeSealed();
      state.erasing = [...state.erasing, ...sealed];
    });
  }

  chunkCount(): number {
    return this.#table.chunkCount();
  }

  /** Id of the chunk that came first. */
  oldestChunk(): string | null {
    return this.#table.oldestChunk();
  }

  chunksById(ids: readonly string[]): PlacedChunk[] {
    return this.#table.chunksById(ids);
  }

  /** Adds chunks that were accepted here, and what follows from them. Mostly one row: see {@link SNAPSHOT_EVERY}. */
  append(chunks: readonly StoredChunk[], messages: readonly StoredMessage[]): void {
    const after = this.lastPlace;
    this.#transaction(() => {
      const { state } = this;
      const { history } = state;
      this.#table.addChunks(chunks);
      this.journal.note(chunks);
      takeIn(state, chunks, messages, this.journal, this.name);
      renew(state);
      const checkpointed = this.journal.checkpoint(state, currencyOf(chunks));
      const due = this.#table.lastPlace - this.#writtenPlace >= SNAPSHOT_EVERY;
      // What cannot be made again from these chunks alone.
      if (due || checkpointed || state.history !== history) this.#writeState(state);
    });
    this.#newest = { after, messages };
    this.#note(chunks);
  }

  /**
   * Changes chunks and state, all or nothing. If it fails, memory is forgotten, so that it never runs ahead of the
   * disk.
   */
  write(change: (state: State) => void, { added = [], removed = [] }: ChunkChanges = {}): void {
    this.#newest = null;
    this.#transaction(() => {
      const { state } = this;
      this.#table.removeChunks(removed);
      if (removed.length > 0) {
        this.journal.forget();
        state.ledger = emptyLedger();
      }
      this.#table.addChunks(added);
      this.journal.note(added);
      change(state);
      this.#writeState(state);
    });
    this.#note(added);
  }

  #transaction(change: () => void): void {
    try {
      this.#storage.transactionSync(change);
    } catch (error) {
      this.#forgetMemory();
      throw error;
    }
  }

  #writeState(state: State): void {
    state.places = this.#table.lastPlace;
    renew(state);
    this.#rows.write(state);
    this.#writtenPlace = state.places;
  }

  #note(added: readonly StoredChunk[]): void {
    const unconfirmed = new Set(this.state.unconfirmed);
    for (const chunk of added) if (unconfirmed.has(chunk.id)) this.#written.set(chunk.id, chunk);
  }

  /**
   * Brings the store up to what is here; what it has done leaves the lists, on disk with the next write.
   *
   * @param facts that the store does not have, asked when its turn has come
   */
  settle(facts: () => Promise<Stating | null>): Promise<void> {
    const settled = this.#settling.catch(() => {}).then(() => this.#settle(facts));
    this.#settling = settled;
    this.behind = true;
    return settled;
  }

  async #settle(due: () => Promise<Stating | null>): Promise<void> {
    const site = siteOf(this.name);
    const stating = await due();
    const { unconfirmed, erasing } = this.state;
    const facts = stating?.facts ?? [];
    if (unconfirmed.length + facts.length > 0) {
      await this.#store.append(this.#chunksToAppend(unconfirmed, site), facts);
    }
    if (erasing.length > 0) await this.#store.erase({ site, chunks: erasing, profile: null });
    const { state } = this;
    state.unconfirmed = state.unconfirmed.filter((id) => !unconfirmed.includes(id));
    state.erasing = state.erasing.filter((id) => !erasing.includes(id));
    if (stating) {
      state.stated = stating.stated;
      state.retracted = state.retracted.filter((id) => !stating.retracted.includes(id));
    }
    for (const id of unconfirmed) this.#written.delete(id);
    this.#failures = 0;
    this.behind = false;
  }

  #chunksToAppend(ids: readonly string[], site: string): Chunk[] {
    const unread = ids.filter((id) => !this.#written.has(id));
    const read = new Map(this.#table.chunksById(unread).map((chunk) => [chunk.id, chunk]));
    return ids.flatMap((id): Chunk[] => {
      const chunk = this.#written.get(id) ?? read.get(id);
      if (!chunk) return [];
      const { firstAt, lastAt, epoch } = chunk.head;
      return [{ id, site, profile: this.name, epoch, firstAt, lastAt, messages: chunk.messages }];
    });
  }

  /**
   * Everything, here and in the store. Nothing may be written in between: see {@link State.forgetting}.
   *
   * @param retryAt when to wake and go on, should it be interrupted
   */
  async erase(retryAt: number): Promise<void> {
    // Expired, perhaps: the store may have what was here.
    if (!this.#table.exists)
      return this.#store.erase({ site: siteOf(this.name), chunks: [], profile: this.name });
    this.write((state) => {
      state.forgetting = true;
    });
    this.wakeAt(retryAt);
    // An append that is under way must not land after the erasure.
    await this.#settling.catch(() => {});
    const held = this.chunks().map(({ id }) => id);
    const chunks = [...held, ...this.#table.sealed(), ...this.state.erasing, ...this.journal.folded()];
    await this.#store.erase({ site: siteOf(this.name), chunks, profile: this.name });
    await this.expire();
  }

  /** Forgets what is here; the store keeps what it has. */
  async expire(): Promise<void> {
    await this.#table.clear();
    this.#forgetMemory();
    this.#alarmAt = null;
  }

  /** Asks once when the alarm goes off, so that {@link wakeBy} need not wait for the answer. */
  async askForAlarm(): Promise<void> {
    if (this.#alarmAt === undefined) this.#alarmAt = await this.#storage.getAlarm();
  }

  /** Wakes the object at this time, unless it is going to wake before. Without an await it is one with the last write. */
  wakeBy(at: number): void {
    if (this.#alarmAt === null || this.#alarmAt === undefined || this.#alarmAt > at) this.wakeAt(at);
  }

  wakeAt(at: number): void {
    this.#alarmAt = at;
    void this.#storage.setAlarm(at);
  }

  /** How often in a row, before this time, the work of the alarm has failed. */
  failed(): number {
    return this.#failures++;
  }

  /** The alarm has gone off. */
  woken(): void {
    this.#alarmAt = null;
  }

  #forgetMemory(): void {
    this.#state = null;
    this.#written.clear();
    this.#newest = null;
    this.#table.forget();
    this.#rows.forget();
    this.journal.forget();
  }
}

/** Facts that are stated from now on are newer than those before. */
function renew(state: State): void {
  state.revision = Math.max(Date.now(), state.revision + 1);
}

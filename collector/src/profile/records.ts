import type { StoredMessage } from '../message.ts';
import type { EventStore } from '../store/event-store.ts';
import type { StoredChunk } from './chunks.ts';
import { trim } from './history.ts';
import { siteOf } from './profile-name.ts';
import { ProfileTable } from './profile-table.ts';
import { emptyState, type State } from './state.ts';

/** After so many, one item of each kind is left. */
const MAX_HALVINGS = 10;

/**
 * What one object keeps: its state and chunks on disk and in memory, the event store brought up to them, and the
 * alarm that finishes what was interrupted. The state in memory is the truth while the object lives.
 */
export class Records {
  /** Of the object: `ctx.id.name`. */
  readonly #name: string;
  readonly #storage: DurableObjectStorage;
  readonly #store: EventStore;
  readonly #table: ProfileTable;
  #state: State | null = null;
  #messageIds: Set<string> | null = null;
  /** Whether an alarm is set, once it was asked. It is never moved later: it wakes, looks, and is set again. */
  #alarmSet: boolean | null = null;
  /** One at a time, so that the store sees things in order. */
  #settling: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(name: string, storage: DurableObjectStorage, store: EventStore) {
    this.#name = name;
    this.#storage = storage;
    this.#store = store;
    this.#table = new ProfileTable(storage);
  }

  get state(): State {
    this.#state ??= { ...emptyState(), ...this.#table.state() };
    return this.#state;
  }

  /** Of every message that is stored. */
  get messageIds(): Set<string> {
    this.#messageIds ??= this.#table.messageIds();
    return this.#messageIds;
  }

  messages(): StoredMessage[] {
    return this.#table.messages();
  }

  chunks(): StoredChunk[] {
    return this.#table.chunks();
  }

  has(chunkId: string): boolean {
    return this.#table.chunk(chunkId) !== null;
  }

  /**
   * Changes the state, adds and removes chunks, all or nothing. If it fails, memory is forgotten, so that it never
   * runs ahead of the disk.
   */
  write(
    change: (state: State) => void,
    added: readonly StoredChunk[] = [],
    removed: readonly string[] = [],
  ): void {
    try {
      this.#storage.transactionSync(() => {
        const { state } = this;
        this.#table.replaceChunks(removed, added);
        change(state);
        for (let halvings = 0; !this.#table.writeState(state) && halvings < MAX_HALVINGS; halvings++) {
          trim(state.history);
        }
      });
      if (removed.length > 0) this.#messageIds = null;
      else for (const { head } of added) for (const id of head.messageIds) this.#messageIds?.add(id);
    } catch (error) {
      this.#forgetMemory();
      throw error;
    }
  }

  /** Brings the store up to what is here; what it has done leaves the lists, on disk with the next write. */
  settle(): Promise<void> {
    const settled = this.#settling.catch(() => {}).then(() => this.#settle());
    this.#settling = settled;
    return settled;
  }

  async #settle(): Promise<void> {
    const site = siteOf(this.#name);
    const { unconfirmed, erasing } = this.state;
    if (unconfirmed.length > 0) {
      const chunks = unconfirmed.flatMap((id) => this.#table.chunk(id) ?? []);
      await this.#store.append(
        chunks.map(({ id, head, messages }) => {
          const { firstAt, lastAt } = head;
          return { id, site, profile: this.#name, epoch: 0, firstAt, lastAt, messages };
        }),
        [],
      );
    }
    if (erasing.length > 0) await this.#store.erase({ site, chunks: erasing, profile: null });
    const { state } = this;
    state.unconfirmed = state.unconfirmed.filter((id) => !unconfirmed.includes(id));
    state.erasing = state.erasing.filter((id) => !erasing.includes(id));
    this.#failures = 0;
  }

  /**
   * Everything, here and in the store. Nothing may be written in between: see {@link State.forgetting}.
   *
   * @param retryAt when to wake and go on, should it be interrupted
   */
  async erase(retryAt: number): Promise<void> {
    if (!this.#table.exists) return;
    this.write((state) => {
      state.forgetting = true;
    });
    this.wakeAt(retryAt);
    // An append that is under way must not land after the erasure.
    await this.#settling.catch(() => {});
    const ids = this.chunks().map(({ id }) => id);
    const chunks = [...ids, ...this.state.erasing];
    await this.#store.erase({ site: siteOf(this.#name), chunks, profile: this.#name });
    await this.#table.clear();
    this.#forgetMemory();
    this.#alarmSet = null;
  }

  /** Asks once whether an alarm is set, so that {@link wakeBy} need not wait for the answer. */
  async askForAlarm(): Promise<void> {
    this.#alarmSet ??= (await this.#storage.getAlarm()) !== null;
  }

  /** Wakes the object at this time, unless it is going to wake anyway. Without an await it is one with the last write. */
  wakeBy(at: number): void {
    if (!this.#alarmSet) this.wakeAt(at);
  }

  /** Wakes the object at this time, also if it was to wake later. */
  wakeAt(at: number): void {
    this.#alarmSet = true;
    void this.#storage.setAlarm(at);
  }

  /** How often in a row, before this time, the work of the alarm has failed. */
  failed(): number {
    return this.#failures++;
  }

  /** The alarm has gone off. */
  woken(): void {
    this.#alarmSet = false;
  }

  #forgetMemory(): void {
    this.#state = null;
    this.#messageIds = null;
  }
}

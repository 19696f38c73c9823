import { compareMessages, type StoredMessage } from '../message.ts';
import { messagesOf, type StoredChunk } from './chunks.ts';
import { hash53 } from './facts.ts';
import { emptyHistory, extend, type History, isNewer, refolded, trim } from './history.ts';
import { addOld } from './old-message.ts';
import type { ProfileTable } from './profile-table.ts';

/** History up to a time; messages before it are in it, and are not looked at again. */
interface Prefix {
  history: History;
  /** ISO 8601: of the first message that is not in it. */
  until: string;
}

/** Of a prefix that is too large, half of each kind of detail goes, so often at the most. */
const MAX_HALVINGS = 10;

/** A chunk that only the store has: its id, and whether it was lent by a device that had proven nothing. */
type Folded = [id: string, unverified: 0 | 1];

/** Messages after which a checkpoint is made, and how many of them it leaves out: what comes late is mostly not very late. */
const CHECKPOINT_EVERY = 256;
const CHECKPOINT_BEHIND = 128;
/** Ids of a generation, 8 bytes each; two generations are remembered. */
const GENERATION = 50_000;
/** Characters of a prefix; a larger one loses detail. */
const MAX_PREFIX_LENGTH = 1_000_000;

/**
 * What an object has heard: which messages, and the history that they amount to. A message that comes in order is
 * added to the history; one that comes late makes it start anew from a checkpoint, so that neither costs more as the
 * profile grows old. Detail older than a month is folded into totals.
 */
export class Journal {
  readonly #table: ProfileTable;
  /** Ids since the checkpoint. */
  #recent: Set<string> | null = null;
  /** The ids before. */
  #seen: Seen | null = null;
  /** Whether a message came that was older than the checkpoint. */
  #checkpointLost = false;

  constructor(table: ProfileTable) {
    this.#table = table;
  }

  forget(): void {
    this.#recent = null;
    this.#seen = null;
  }

  /** Whether a message was heard before. */
  knows(messageId: string): boolean {
    if (this.#recentIds().has(messageId)) return true;
    const { older, newer } = this.#hashed();
    const hash = hash53(messageId);
    return contains(newer, hash) || contains(older, hash);
  }

  /** Hashes of the ids that came last, `count` at the most. */
  lastHashes(count: number): number[] {
    const ids = this.#table.heads().flatMap(({ head }) => head.messageIds);
    return ids.slice(-count).map(hash53);
  }

  /** Notes ids of chunks that were added to the table. */
  note(chunks: readonly StoredChunk[]): void {
    for (const { head } of chunks) for (const id of head.messageIds) this.#recent?.add(id);
  }

  /**
   * The history after these messages, which are in the table already. The same object when they could be added to it.
   */
  after(history: History, fresh: readonly StoredMessage[], currency: string): History {
    const sorted = fresh.toSorted(compareMessages);
    if (isNewer(history, sorted)) {
      extend(history, sorted, currency);
      return history;
    }
    const base = this.#read('base');
    const old = base ? sorted.filter(({ timestamp }) => timestamp < base.until) : [];
    if (base && old.length > 0) {
      for (const message of old) addOld(base.history, message, currency);
      this.#write('base', base);
      return this.refold(currency);
    }
    const checkpoint = this.#read('checkpoint');
    const [first] = sorted;
    if (checkpoint && first && first.timestamp >= checkpoint.until) return this.#refold(checkpoint, currency);
    // Those in the checkpoint have to be put in their place.
    if (checkpoint) {
      this.#table.remove('checkpoint');
      this.#checkpointLost = true;
    }
    return this.#refold(base, currency);
  }

  /** The history of all that is held. Of a message that two devices have sent, the copy that came first counts. */
  refold(currency: string): History {
    this.#table.remove('checkpoint');
    this.#checkpointLost = true;
    return this.#refold(this.#read('base'), currency);
  }

  #refold(from: Prefix | null, currency: string): History {
    return refolded(from?.history ?? emptyHistory(), this.#messagesSince(from), currency);
  }

  /** In the order of their arrival. */
  #messagesSince(from: Prefix | null): StoredMessage[] {
    const chunks = from ? this.#table.chunksSince(from.until) : this.#table.chunks();
    return since(messagesOf(chunks.sort(byId)), from);
  }

  /**
   * Makes a checkpoint, when it is due.
   *
   * @returns whether one was made
   */
  checkpoint(state: { sinceCheckpoint: number }, currency: string): boolean {
    if (state.sinceCheckpoint <= CHECKPOINT_EVERY && !this.#checkpointLost) return false;
    this.#checkpointLost = false;
    const from = this.#read('checkpoint') ?? this.#read('base');
    const sorted = this.#messagesSince(from).sort(compareMessages);
    const until = sorted.at(-CHECKPOINT_BEHIND)?.timestamp ?? '';
    const early = sorted.filter(({ timestamp }) => timestamp < until);
    // Of messages that are all of one moment none is early; it is looked at again when as many more have come.
    state.sinceCheckpoint = early.length === 0 ? 0 : sorted.length - early.length;
    if (early.length === 0) return false;
    const history = refolded(from?.history ?? emptyHistory(), early, currency);
    this.#write('checkpoint', { history, until });
    this.#remember();
    return true;
  }

  #read(row: 'base' | 'checkpoint'): Prefix | null {
    const prefix = this.#table.read<Prefix>(row);
    // It may have been written before history had all of its parts.
    return prefix && { ...prefix, history: { ...emptyHistory(), ...prefix.history } };
  }

  #write(row: 'base' | 'checkpoint', prefix: Prefix): void {
    for (let halvings = 0; halvings < MAX_HALVINGS; halvings++) {
      if (this.#table.write(row, prefix) <= MAX_PREFIX_LENGTH) return;
      trim(prefix.history);
    }
  }

  /** Ids since the last checkpoint become hashes, so that an object that wakes need not read them all. */
  #remember(): void {
    const before = this.#hashed();
    const ids = this.#table.heads(before.place).flatMap(({ head }) => head.messageIds);
    const full = before.newer.length >= GENERATION;
    const older = full ? before.newer : before.older;
    const newer = new Float64Array([...(full ? [] : before.newer), ...ids.map(hash53)]).sort();
    const seen = new Float64Array([this.#table.lastPlace, older.length, ...older, ...newer]);
    this.#table.writeBytes('seen', seen.buffer);
    this.forget();
  }

  /**
   * Folds what is older than `until` (ISO 8601) into totals, and drops the chunks that hold nothing else; the store has
   * them.
   *
   * @param kept whether the store still has a chunk
   */
  fold(until: string, currency: string, kept: (id: string) => boolean): void {
    const from = this.#read('base');
    const old = this.#table.heads().filter(({ head }) => head.firstAt < until);
    const chunks = this.#table.chunksById(old.map(({ id }) => id)).sort(byId);
    const early = since(messagesOf(chunks), from).filter(({ timestamp }) => timestamp < until);
    const history = refolded(from?.history ?? emptyHistory(), early, currency);
    this.#remember();
    this.#write('base', { history, until });
    const checkpoint = this.#read('checkpoint');
    if (checkpoint && checkpoint.until < until) this.#table.remove('checkpoint');
    const dropped = old.filter(({ head }) => head.lastAt < until);
    this.#table.removeChunks(dropped.map(({ id }) => id));
    const folded = dropped.map(({ id, head }): Folded => [id, head.unverified ? 1 : 0]);
    this.#table.write(
      'folded',
      [...this.#folded(), ...folded].filter(([id]) => kept(id)),
    );
  }

  /** Ids of chunks that only the store has. */
  folded(): string[] {
    return this.#folded().map(([id]) => id);
  }

  #folded(): Folded[] {
    return this.#table.read<Folded[]>('folded') ?? [];
  }

  /**
   * Takes folded chunks back, as if they had never been folded; those that another did not take back meanwhile.
   *
   * @param chunks as the store has them
   */
  unfold(chunks: readonly StoredChunk[]): void {
    const folded = new Map(this.#folded());
    const held = new Set(this.#table.chunksById([...folded.keys()]).map(({ id }) => id));
    this.#table.addChunks(
      chunks.flatMap((chunk): StoredChunk[] => {
        if (!folded.has(chunk.id) || held.has(chunk.id)) return [];
        return [folded.get(chunk.id) ? { ...chunk, head: { ...chunk.head, unverified: true } } : chunk];
      }),
    );
    for (const row of ['base', 'folded', 'checkpoint'] as const) this.#table.remove(row);
  }

  /** Whether any of these is older than the detail that is held, or was folded already. */
  touchesFolded(chunks: readonly StoredChunk[]): boolean {
    const until = this.#read('base')?.until;
    if (until === undefined) return false;
    const folded = new Set(this.folded());
    return chunks.some(({ id, head }) => head.firstAt < until || folded.has(id));
  }

  /** What is put aside is known for ever, and no longer part of any history. Call it in a transaction, before. */
  leaveBehind(): void {
    this.#remember();
    this.#table.remove('checkpoint');
  }

  /** Forgets all but the chunks. Call it in a transaction. */
  clear(): void {
    for (const row of ['base', 'folded', 'checkpoint', 'seen'] as const) this.#table.remove(row);
    this.forget();
  }

  #recentIds(): Set<string> {
    this.#recent ??= new Set(this.#table.heads(this.#hashed().place).flatMap(({ head }) => head.messageIds));
    return this.#recent;
  }

  #hashed(): Seen {
    if (!this.#seen) {
      const bytes = this.#table.readBytes('seen');
      const [place = 0, length = 0] = bytes ? new Float64Array(bytes, 0, 2) : [];
      const hashes = bytes ? new Float64Array(bytes, 16) : new Float64Array();
      this.#seen = { place, older: hashes.subarray(0, length), newer: hashes.subarray(length) };
    }
    return this.#seen;
  }
}

/** Hashes of ids, sorted, of the chunks up to a place; in two generations, of which the older is forgotten first. */
interface Seen {
  place: number;
  older: Float64Array;
  newer: Float64Array;
}

function since(messages: StoredMessage[], prefix: Prefix | null): StoredMessage[] {
  return prefix ? messages.filter(({ timestamp }) => timestamp >= prefix.until) : messages;
}

/** Binary search. */
function contains(sorted: Float64Array, value: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}

/** By arrival. */
function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1;
}

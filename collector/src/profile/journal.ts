import { compareMessages, type StoredMessage } from '../message.ts';
import { messagesOf, type StoredChunk } from './chunks.ts';
import { hash53 } from './facts.ts';
import { emptyHistory, extend, type History, isNewer, refolded } from './history.ts';
import { addOld } from './old-message.ts';
import type { ProfileTable } from './profile-table.ts';

/** History up to a time; messages before it are in it, and are not looked at again. */
interface Prefix {
  history: History;
  /** ISO 8601: of the first message that is not in it. */
  until: string;
}

/** A chunk that only the store has: its id, and whether it was lent by a device that had proven nothing. */
type Folded = [id: string, unverified?: 1];

/** Messages after which a checkpoint is made, and how many of them it leaves out: what comes late is mostly not very late. */
const CHECKPOINT_EVERY = 256;
const CHECKPOINT_BEHIND = 128;
/** Ids that are remembered at most; 8 bytes each. */
const MAX_SEEN = 100_000;

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
    return this.#recentIds().has(messageId) || contains(this.#seenHashes(), hash53(messageId));
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
    const base = this.#table.read<Prefix>('base');
    const old = base ? sorted.filter(({ timestamp }) => timestamp < base.until) : [];
    if (base && old.length > 0) {
      for (const message of old) addOld(base.history, message, currency);
      this.#table.write('base', base);
      return this.refold(currency);
    }
    const checkpoint = this.#table.read<Prefix>('checkpoint');
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
    return this.#refold(this.#table.read<Prefix>('base'), currency);
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
    const from = this.#table.read<Prefix>('checkpoint') ?? this.#table.read<Prefix>('base');
    const sorted = this.#messagesSince(from).sort(compareMessages);
    const until = sorted.at(-CHECKPOINT_BEHIND)?.timestamp ?? '';
    const early = sorted.filter(({ timestamp }) => timestamp < until);
    state.sinceCheckpoint = sorted.length - early.length;
    if (early.length === 0) return false;
    const history = refolded(from?.history ?? emptyHistory(), early, currency);
    this.#table.write('checkpoint', { history, until } satisfies Prefix);
    this.#remember();
    return true;
  }

  /** Ids since the last checkpoint become hashes, so that an object that wakes need not read them all. */
  #remember(): void {
    const hashes = [...this.#seenHashes(), ...[...this.#recentIds()].map(hash53)].slice(-MAX_SEEN);
    const seen = new Float64Array([this.#table.lastPlace, ...new Float64Array(hashes).sort()]);
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
    const from = this.#table.read<Prefix>('base');
    const old = this.#table.heads().filter(({ head }) => head.firstAt < until);
    const chunks = this.#table.chunksById(old.map(({ id }) => id)).sort(byId);
    const early = since(messagesOf(chunks), from).filter(({ timestamp }) => timestamp < until);
    const history = refolded(from?.history ?? emptyHistory(), early, currency);
    this.#remember();
    this.#table.write('base', { history, until } satisfies Prefix);
    const checkpoint = this.#table.read<Prefix>('checkpoint');
    if (checkpoint && checkpoint.until < until) this.#table.remove('checkpoint');
    const dropped = old.filter(({ head }) => head.lastAt < until);
    this.#table.removeChunks(dropped.map(({ id }) => id));
    const folded = dropped.map(({ id, head }): Folded => (head.unverified ? [id, 1] : [id]));
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

  /** Takes folded chunks back from the store, as if they had never been folded. */
  unfold(chunks: readonly StoredChunk[]): void {
    const unverified = new Set(this.#folded().flatMap(([id, lent]) => (lent ? [id] : [])));
    this.#table.addChunks(
      chunks.map((chunk) =>
        unverified.has(chunk.id) ? { ...chunk, head: { ...chunk.head, unverified: true } } : chunk,
      ),
    );
    for (const row of ['base', 'folded', 'checkpoint'] as const) this.#table.remove(row);
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

  #seenHashes(): Float64Array {
    return this.#hashed().hashes;
  }

  #hashed(): Seen {
    if (!this.#seen) {
      const bytes = this.#table.readBytes('seen');
      const [place = 0] = bytes ? new Float64Array(bytes, 0, 1) : [];
      this.#seen = { place, hashes: bytes ? new Float64Array(bytes, 8) : new Float64Array() };
    }
    return this.#seen;
  }
}

/** Hashes of ids, sorted, of the chunks up to a place. */
interface Seen {
  place: number;
  hashes: Float64Array;
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

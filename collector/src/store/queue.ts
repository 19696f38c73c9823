import { D1EventStore } from './d1.ts';
import type { Chunk, Erasure, EventStore, Fact } from './event-store.ts';
import { byteLength, pack } from './pack.ts';
import { chunkLine, factLine } from './record.ts';
import { tombstoneStatements } from './tombstones.ts';

/** Of one message; the queue takes 128 kB, and counts some of its own. A chunk with its head is smaller. */
const MAX_MESSAGE = { bytes: 120_000, count: Number.POSITIVE_INFINITY };
/** Of one call; the queue takes 256 kB and 100 messages. */
const MAX_BATCH = { bytes: 240_000, count: 100 };

/**
 * In production: what is appended is safe in the queue, whose consumer writes it in bulk (consume.ts). A message is a
 * text of one record per line, so that what one batch amounts to costs one message.
 */
export class QueueEventStore implements EventStore {
  readonly #queue: Queue<string>;
  readonly #db: D1Database;
  readonly #now: () => number;

  constructor(queue: Queue<string>, db: D1Database, now: () => number = Date.now) {
    this.#queue = queue;
    this.#db = db;
    this.#now = now;
  }

  /** A fact that is too large for the queue takes the direct way. */
  async append(chunks: readonly Chunk[], facts: readonly Fact[]): Promise<void> {
    const tooLarge = facts.filter((fact) => byteLength(factLine(fact)) > MAX_MESSAGE.bytes);
    const lines = [
      ...chunks.map(chunkLine),
      ...facts.filter((fact) => !tooLarge.includes(fact)).map(factLine),
    ];
    const messages = pack(lines, MAX_MESSAGE).map((part) => part.join('\n'));
    for (const batch of pack(messages, MAX_BATCH)) {
      await this.#queue.sendBatch(batch.map((body) => ({ body, contentType: 'text' })));
    }
    await new D1EventStore(this.#db).append([], tooLarge);
  }

  /**
   * What is named and in D1 goes at once, what is still in the queue when it arrives; what is in the archive, or of the
   * profile without being named, within a day.
   */
  async erase(erasure: Erasure): Promise<void> {
    const tombstones = tombstoneStatements(this.#db, erasure, this.#now());
    await new D1EventStore(this.#db, this.#now).erase(erasure, tombstones);
  }
}

import type { Env } from '../env.ts';
import { archive } from './archive.ts';
import { D1EventStore } from './d1.ts';
import type { Chunk, Fact } from './event-store.ts';
import { parseRecord } from './record.ts';
import { markErased } from './tombstones.ts';

/** After so many tries, what could not be stored with others is tried apart, so that it costs them nothing more. */
const MAX_TRIES_TOGETHER = 3;
const FIRST_DELAY_S = 15;
const MAX_DELAY_S = 3_600;

type Bindings = Pick<Env, 'DB' | 'ARCHIVE'>;

interface Parcel {
  message: Message;
  chunks: Chunk[];
  facts: Fact[];
}

/**
 * Takes messages from the queue into D1 and the archive. Each is acknowledged when all of it is stored, else tried again,
 * and ends in the dead-letter queue. One that is none of ours costs its neighbours nothing.
 */
export async function consume(batch: MessageBatch, env: Bindings): Promise<void> {
  const parcels = batch.messages.flatMap((message) => {
    const parcel = unpack(message);
    if (parcel) return [parcel];
    console.warn(
      `Message ${message.id} in ${batch.queue} cannot be read. It is tried again, then set aside.`,
    );
    message.retry();
    return [];
  });
  const together = parcels.filter(({ message }) => message.attempts <= MAX_TRIES_TOGETHER);
  const apart = parcels.filter(({ message }) => message.attempts > MAX_TRIES_TOGETHER);
  for (const group of [together, ...apart.map((parcel) => [parcel])]) {
    try {
      await store(group, env);
      for (const { message } of group) message.ack();
    } catch (error) {
      console.warn(
        `${group.length} messages of ${batch.queue} could not be stored and are tried again.`,
        error,
      );
      for (const { message } of group) message.retry({ delaySeconds: delayAfter(message.attempts) });
    }
  }
}

/** Repeating it changes nothing in D1. The archive comes first: what is in D1 is in the archive already. */
async function store(parcels: readonly Parcel[], { DB, ARCHIVE }: Bindings): Promise<void> {
  const chunks = parcels.flatMap((parcel) => parcel.chunks);
  const db = new D1EventStore(DB);
  if (ARCHIVE && chunks.length > 0) await archive(ARCHIVE, await db.lacking(chunks));
  await db.append(
    chunks,
    parcels.flatMap((parcel) => parcel.facts),
  );
  // Erased while it was on its way into the archive: D1 has refused it, the file has not.
  if (ARCHIVE && chunks.length > 0) await markErased(DB, chunks, Date.now());
}

function unpack(message: Message): Parcel | null {
  if (typeof message.body !== 'string') return null;
  const parcel: Parcel = { message, chunks: [], facts: [] };
  for (const line of message.body.split('\n')) {
    const record = parseRecord(line);
    if (!record) return null;
    if ('chunk' in record) parcel.chunks.push(record.chunk);
    else parcel.facts.push(record.fact);
  }
  return parcel;
}

function delayAfter(attempts: number): number {
  return Math.min(MAX_DELAY_S, FIRST_DELAY_S * 2 ** attempts);
}

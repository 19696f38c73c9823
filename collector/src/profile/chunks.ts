import type { StoredMessage } from '../message.ts';
import { chunkIdAt, timeOfId } from '../store/chunk-id.ts';
import { MAX_CHUNK_BYTES } from '../store/event-store.ts';

/** A chunk as the object keeps it: what is asked often stands apart from the messages. */
export interface StoredChunk {
  /** UUIDv7 of the time of arrival. */
  id: string;
  head: {
    messageIds: string[];
    /** Accepted time of the first and last message. */
    firstAt: string;
    lastAt: string;
    /** Of the device when it was accepted. */
    epoch: number;
    /** The site's when it was accepted, ISO 4217: of what names none. */
    currency?: string;
    /** Lent by a device that has not proven whose it is. */
    unverified?: true;
    /** Of what another object had accepted: when it came here, ms since the epoch. */
    takenAt?: number;
  };
  /** `StoredMessage[]` as JSON. */
  messages: string;
}

/**
 * Packs messages, sorted in total order, into chunks of at most {@link MAX_CHUNK_BYTES}; one message is smaller.
 *
 * @param arrivedAt ms since the epoch
 */
export function toChunks(
  sorted: readonly StoredMessage[],
  { epoch, currency }: { epoch: number; currency?: string | undefined },
  arrivedAt: number,
): StoredChunk[] {
  const chunks: StoredChunk[] = [];
  let members: StoredMessage[] = [];
  let texts: string[] = [];
  let size = 2;
  const close = () => {
    const first = members[0];
    const last = members[members.length - 1];
    if (!first || !last) return;
    const messageIds = members.map((message) => message.messageId);
    const told = { messageIds, firstAt: first.timestamp, lastAt: last.timestamp, epoch };
    const head = currency === undefined ? told : { ...told, currency };
    chunks.push({ id: chunkIdAt(arrivedAt), head, messages: `[${texts.join(',')}]` });
    members = [];
    texts = [];
    size = 2;
  };
  for (const { unverified: _, ...message } of sorted) {
    const text = JSON.stringify(message);
    const bytes = new TextEncoder().encode(text).byteLength + 1;
    if (size + bytes > MAX_CHUNK_BYTES) close();
    members.push(message);
    texts.push(text);
    size += bytes;
  }
  close();
  return chunks;
}

/** Characters of messages that one call between objects carries. */
const MAX_PART_LENGTH = 1_000_000;

/** Chunks in parts that one call can carry; one part at least. */
export function inParts(chunks: readonly StoredChunk[]): StoredChunk[][] {
  const parts: StoredChunk[][] = [[]];
  let size = 0;
  for (const chunk of chunks) {
    size += chunk.messages.length;
    if (size > MAX_PART_LENGTH) {
      parts.push([]);
      size = chunk.messages.length;
    }
    parts.at(-1)?.push(chunk);
  }
  return parts;
}

export function messagesOf(chunks: readonly Pick<StoredChunk, 'head' | 'messages'>[]): StoredMessage[] {
  return chunks.flatMap(({ head, messages }) => {
    const all: StoredMessage[] = JSON.parse(messages);
    if (head.unverified) for (const message of all) message.unverified = true;
    return all;
  });
}

/** The site's currency when these were accepted. */
export function currencyOf(chunks: readonly Pick<StoredChunk, 'head'>[]): string {
  return chunks.findLast(({ head }) => head.currency)?.head.currency ?? 'USD';
}

/**
 * Of messages that are in chunks from several devices, the copy that arrived first counts; the others go.
 *
 * @param held chunks that are kept already, `incoming` those that come now
 * @param known whether a message was heard, in a held chunk or in one that is folded
 * @returns held chunks that lose messages, and what is left of the incoming
 */
export function withoutRepeats(
  held: readonly StoredChunk[],
  incoming: readonly StoredChunk[],
  known: (messageId: string) => boolean,
): { changed: StoredChunk[]; added: StoredChunk[] } {
  const firsts = new Map<string, string>();
  for (const { id, head } of [...held, ...incoming].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    for (const messageId of head.messageIds) if (!firsts.has(messageId)) firsts.set(messageId, id);
  }
  const heldIds = new Set(held.flatMap(({ head }) => head.messageIds));
  const folded = (messageId: string) => known(messageId) && !heldIds.has(messageId);
  const rest = (chunk: StoredChunk) =>
    filtered(chunk, (messageId) => firsts.get(messageId) === chunk.id && !folded(messageId));
  return {
    changed: held.map(rest).filter((chunk, i) => chunk !== held[i]),
    added: incoming.map(rest),
  };
}

function filtered(chunk: StoredChunk, keep: (messageId: string) => boolean): StoredChunk {
  if (chunk.head.messageIds.every(keep)) return chunk;
  const messages = (JSON.parse(chunk.messages) as StoredMessage[]).filter(({ messageId }) => keep(messageId));
  const messageIds = messages.map(({ messageId }) => messageId);
  return { id: chunk.id, head: { ...chunk.head, messageIds }, messages: JSON.stringify(messages) };
}

/** What becomes of chunks when a device goes: the ids that go, and new chunks with the others' messages of those. */
export function split(
  anonymousId: string,
  chunks: readonly StoredChunk[],
): { replaced: string[]; others: StoredChunk[] } {
  const replaced: string[] = [];
  const others: StoredChunk[] = [];
  for (const chunk of chunks) {
    const messages = messagesOf([chunk]);
    const rest = messages.filter((message) => message.anonymousId !== anonymousId);
    if (rest.length === messages.length) continue;
    const { messageIds: _, firstAt: __, lastAt: ___, ...told } = chunk.head;
    const rebuilt = (some: StoredMessage[]) =>
      toChunks(some, chunk.head, timeOfId(chunk.id)).map((made) => ({
        ...made,
        head: { ...made.head, ...told },
      }));
    replaced.push(chunk.id);
    others.push(...rebuilt(rest));
  }
  return { replaced, others };
}

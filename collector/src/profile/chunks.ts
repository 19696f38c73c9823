import { uuidv7 } from 'uuidv7';
import type { StoredMessage } from '../message.ts';
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
  };
  /** `StoredMessage[]` as JSON. */
  messages: string;
}

/** Packs messages, sorted in total order, into chunks of at most {@link MAX_CHUNK_BYTES}; one message is smaller. */
export function toChunks(sorted: readonly StoredMessage[]): StoredChunk[] {
  const chunks: StoredChunk[] = [];
  let members: StoredMessage[] = [];
  let texts: string[] = [];
  let size = 2;
  const close = () => {
    const first = members[0];
    const last = members[members.length - 1];
    if (!first || !last) return;
    const messageIds = members.map((message) => message.messageId);
    const head = { messageIds, firstAt: first.timestamp, lastAt: last.timestamp };
    chunks.push({ id: uuidv7(), head, messages: `[${texts.join(',')}]` });
    members = [];
    texts = [];
    size = 2;
  };
  for (const message of sorted) {
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

export function messagesOf(chunks: readonly StoredChunk[]): StoredMessage[] {
  return chunks.flatMap((chunk) => JSON.parse(chunk.messages) as StoredMessage[]);
}

/** What becomes of chunks when a device is erased: the ids that go, and new chunks with the others' messages of those. */
export function withoutMessagesOf(
  anonymousId: string,
  chunks: readonly StoredChunk[],
): { erased: string[]; kept: StoredChunk[] } {
  const erased: string[] = [];
  const kept: StoredChunk[] = [];
  for (const chunk of chunks) {
    const messages = messagesOf([chunk]);
    const others = messages.filter((message) => message.anonymousId !== anonymousId);
    if (others.length === messages.length) continue;
    erased.push(chunk.id);
    kept.push(...toChunks(others));
  }
  return { erased, kept };
}

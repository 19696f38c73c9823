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
    /** Of the device when it was accepted. */
    epoch: number;
    /** The site's when it was accepted, ISO 4217: of what names none. */
    currency?: string;
    /** Lent by a device that has not proven whose it is. */
    unverified?: true;
  };
  /** `StoredMessage[]` as JSON. */
  messages: string;
}

/** Packs messages, sorted in total order, into chunks of at most {@link MAX_CHUNK_BYTES}; one message is smaller. */
export function toChunks(
  sorted: readonly StoredMessage[],
  { epoch, currency }: { epoch: number; currency?: string | undefined },
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
    chunks.push({ id: uuidv7(), head, messages: `[${texts.join(',')}]` });
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

/** What becomes of chunks when a device goes: the ids that go, and new chunks with its messages and with the others' of those. */
export function split(
  anonymousId: string,
  chunks: readonly StoredChunk[],
): { replaced: string[]; theirs: StoredChunk[]; others: StoredChunk[] } {
  const replaced: string[] = [];
  const theirs: StoredChunk[] = [];
  const others: StoredChunk[] = [];
  for (const chunk of chunks) {
    const messages = messagesOf([chunk]);
    const rest = messages.filter((message) => message.anonymousId !== anonymousId);
    if (rest.length === messages.length) continue;
    const { unverified } = chunk.head;
    const rebuilt = (some: StoredMessage[]) =>
      toChunks(some, chunk.head).map((made) =>
        unverified ? { ...made, head: { ...made.head, unverified } } : made,
      );
    replaced.push(chunk.id);
    others.push(...rebuilt(rest));
    theirs.push(...rebuilt(messages.filter((message) => message.anonymousId === anonymousId)));
  }
  return { replaced, theirs, others };
}

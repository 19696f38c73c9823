/**
 * One accepted part of a batch: the unit of storage everywhere. The same chunk, under the same time-ordered id,
 * goes into the profile's object and into the store, so that appending it twice changes nothing.
 */
export interface Chunk {
  /** UUIDv7 of the time of arrival. */
  id: string;
  site: string;
  /** Name of the Profile object that accepted it. */
  profile: string;
  /** Of the device, when the chunk was accepted: see the `identity` facts. */
  epoch: number;
  /** Accepted time of its first and last message, ISO 8601. */
  firstAt: string;
  lastAt: string;
  /** `StoredMessage[]` as JSON, at most {@link MAX_CHUNK_BYTES}. */
  messages: string;
}

export const MAX_CHUNK_BYTES = 96_000;

export const FACT_KINDS = [
  'session',
  'order',
  'profile',
  'identity',
  'member',
  'exposure',
  'goal',
  'segment',
  'delivery',
  'subscription',
] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/**
 * What a profile's messages amount to, for reports and lists: one row that is corrected when late messages change it.
 * Facts may arrive twice and out of order; the one with the greatest revision stands.
 */
export interface Fact {
  site: string;
  kind: FactKind;
  /** Unique within site and kind; those of sessions, exposures, goals and deliveries begin with their time (ISO 8601). */
  key: string;
  /** Name of the Profile object that states it. */
  profile: string;
  /** Grows with every statement of a profile; ms since the epoch, so that it also grows from one profile to another. */
  revision: number;
  /** A JSON object; `null`: it is not so any more. */
  row: string | null;
}

/** What has to go: these chunks, and everything that `profile` has said by then when it is not `null`. */
export interface Erasure {
  site: string;
  chunks: string[];
  profile: string | null;
}

/** Where events and facts go for reports; the 2xx of a message waits for its chunk. */
export interface EventStore {
  /** Idempotent by chunk id, and by fact and revision. Rejects when not all of it is safe. */
  append(chunks: readonly Chunk[], facts: readonly Fact[]): Promise<void>;
  /** Idempotent; what is not there is passed over. */
  erase(erasure: Erasure): Promise<void>;
}

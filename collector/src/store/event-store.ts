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
  epoch: number;
  /** Accepted time of its first and last message, ISO 8601. */
  firstAt: string;
  lastAt: string;
  /** `StoredMessage[]` as JSON, at most {@link MAX_CHUNK_BYTES}. */
  messages: string;
}

export const MAX_CHUNK_BYTES = 96_000;

/** Where events go for reports; the 2xx of a message waits for it. */
export interface EventStore {
  /** Idempotent by chunk id. Rejects when not every chunk is safe. */
  append(chunks: Chunk[]): Promise<void>;
  /** Erases chunks; those that are not there are passed over. */
  erase(site: string, ids: string[]): Promise<void>;
}

import { z } from 'zod';
import { type Chunk, FACT_KINDS, type Fact } from './event-store.ts';

/** What one line says, in the queue, in the archive and in a bulk statement: a chunk or a fact, as JSON. */
export type StoredRecord = { chunk: Chunk } | { fact: Fact };

/** The chunk with its messages unfolded: what analysts read in the archive. */
export function chunkLine({ messages, ...head }: Chunk): string {
  return `${JSON.stringify(head).slice(0, -1)},"messages":${messages}}`;
}

/** What names a chunk. */
export function headLine({ site, id, profile }: Chunk): string {
  return JSON.stringify({ site, id, profile });
}

export function factLine({ site, kind, key, profile, revision, row }: Fact): string {
  return JSON.stringify({ site, kind, key, profile, revision, row });
}

const name = z.string().min(1);

const chunk = z.object({
  id: z.string().regex(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/),
  site: name,
  profile: name,
  epoch: z.number(),
  firstAt: name,
  lastAt: name,
  messages: z
    .array(z.unknown())
    .min(1)
    .transform((messages) => JSON.stringify(messages)),
});

const fact = z.object({
  site: name,
  kind: z.enum(FACT_KINDS),
  key: z.string(),
  profile: name,
  revision: z.number(),
  row: z.string().refine(isJsonObject).nullable(),
});

/** @returns `null` when the line is not one of ours: stored, it would break every query that unfolds it */
export function parseRecord(line: string): StoredRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const asChunk = chunk.safeParse(value);
  if (asChunk.success) return { chunk: asChunk.data };
  const asFact = fact.safeParse(value);
  return asFact.success ? { fact: asFact.data } : null;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

import type { Exposure } from '../campaigns/exposures.ts';
import { MAX_AHEAD_MS } from '../ingest/accepted-time.ts';
import { compareMessages, type StoredMessage } from '../message.ts';
import { timeOfId } from '../store/chunk-id.ts';
import { readChunks } from '../store/read-chunks.ts';
import { messagesOf } from './chunks.ts';
import type { Delivery } from './deliveries.ts';
import type { Records } from './records.ts';

/** Something that happened to a person, or that was decided about him. */
export type TimelineItem =
  | { kind: 'message'; at: string; id: string; message: StoredMessage }
  | { kind: 'decision'; at: string; id: string; decision: Exposure }
  | { kind: 'delivery'; at: string; id: string; delivery: Delivery };

/** The last item that was shown. */
export interface Cursor {
  at: string;
  id: string;
}

export interface TimelinePage {
  /** Newest first. */
  items: TimelineItem[];
  cursor: Cursor | null;
}

/** Chunks that are read from the store at once. */
const CHUNKS_AT_ONCE = 200;

/** A page of a profile's timeline; what was folded into totals comes from the store. */
export async function timelineOf(
  records: Records,
  db: D1Database,
  site: string,
  cursor: Cursor | null,
  limit: number,
): Promise<TimelinePage> {
  const wanted = (item: TimelineItem) => cursor === null || isBefore(item, cursor);
  const { exposures, deliveries } = records.state;
  const sent = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const decided = [
    ...exposures
      // What was sent is told with what became of it.
      .filter(({ claimId }) => !sent.has(claimId))
      .map((decision): TimelineItem => {
        return { kind: 'decision', at: iso(decision.at), id: decision.claimId, decision };
      }),
    ...deliveries.map((delivery): TimelineItem => {
      return { kind: 'delivery', at: iso(delivery.at), id: delivery.id, delivery };
    }),
  ];
  const found = new Map<string, TimelineItem>();
  const add = (messages: readonly StoredMessage[]) => {
    for (const { unverified: _, ...message } of messages) {
      const { messageId: id, timestamp: at } = message;
      const item: TimelineItem = { kind: 'message', at, id, message };
      if (!found.has(id) && wanted(item)) found.set(id, item);
    }
  };
  add(messagesOf(records.chunks()));
  const folded = records.journal.folded().sort().reverse();
  const sorted = () =>
    [...found.values(), ...decided.filter(wanted)].sort((a, b) => (isBefore(a, b) ? 1 : -1));
  // A chunk holds nothing that happened after its arrival; so a page is whole when the next one came before its end.
  const isWhole = (next: string) => Date.parse(sorted()[limit]?.at ?? '') > timeOfId(next) + MAX_AHEAD_MS;
  for (let from = 0; from < folded.length && !isWhole(folded[from] ?? ''); from += CHUNKS_AT_ONCE) {
    add(messagesOf(await readChunks(db, site, folded.slice(from, from + CHUNKS_AT_ONCE))));
  }
  const all = sorted();
  const items = all.slice(0, limit);
  const last = items.at(-1);
  return { items, cursor: all.length > items.length && last ? { at: last.at, id: last.id } : null };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function isBefore(a: Cursor, b: Cursor): boolean {
  return compareMessages({ timestamp: a.at, messageId: a.id }, { timestamp: b.at, messageId: b.id }) < 0;
}

import type { StoredMessage } from '../message.ts';
import type { StoredChunk } from '../profile/chunks.ts';

/** Chunks of a site by their ids, as the profile that stored them had them. What is not there is passed over. */
export async function readChunks(
  db: D1Database,
  site: string,
  ids: readonly string[],
): Promise<StoredChunk[]> {
  if (ids.length === 0) return [];
  const { results } = await db
    .prepare(
      `SELECT id, epoch, first_at AS firstAt, last_at AS lastAt, messages FROM chunks
       WHERE site = ?1 AND id IN (SELECT value FROM json_each(?2)) ORDER BY id`,
    )
    .bind(site, JSON.stringify(ids))
    .all<{ id: string; epoch: number; firstAt: string; lastAt: string; messages: string }>();
  return results.map(({ id, epoch, firstAt, lastAt, messages }) => {
    const messageIds = (JSON.parse(messages) as StoredMessage[]).map(({ messageId }) => messageId);
    return { id, head: { messageIds, firstAt, lastAt, epoch }, messages };
  });
}

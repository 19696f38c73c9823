import type { StoredMessage } from '../message.ts';
import type { Chunk, EventStore } from './event-store.ts';

/** The embedded default: chunks are written to D1 directly, one row each. */
export class D1EventStore implements EventStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async append(chunks: Chunk[]): Promise<void> {
    const insert = this.#db.prepare(
      `INSERT INTO chunks (site, id, profile, epoch, first_at, last_at, messages)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING`,
    );
    const rows = chunks.map((c) =>
      insert.bind(c.site, c.id, c.profile, c.epoch, c.firstAt, c.lastAt, c.messages),
    );
    const [only] = rows;
    if (rows.length === 1 && only) await only.run();
    else if (rows.length > 1) await this.#db.batch(rows);
  }

  async erase(site: string, ids: string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#db
      .prepare('DELETE FROM chunks WHERE site = ?1 AND id IN (SELECT value FROM json_each(?2))')
      .bind(site, JSON.stringify(ids))
      .run();
  }

  /** The newest messages of a site, by arrival. */
  async newest(site: string, limit: number): Promise<StoredMessage[]> {
    // Every chunk holds a message or more, so the newest `limit` chunks suffice, and only they are unfolded.
    const { results } = await this.#db
      .prepare(
        `SELECT m.value AS message
         FROM (SELECT id, messages FROM chunks WHERE site = ?1 ORDER BY id DESC LIMIT ?2) AS c, json_each(c.messages) AS m
         ORDER BY c.id DESC, m.key DESC LIMIT ?2`,
      )
      .bind(site, limit)
      .all<{ message: string }>();
    return results.map((row) => JSON.parse(row.message));
  }
}

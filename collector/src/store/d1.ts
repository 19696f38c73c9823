import type { StoredMessage } from '../message.ts';
import type { Chunk, Erasure, EventStore, Fact } from './event-store.ts';

/** The embedded default: chunks are written to D1 directly, one row each. */
export class D1EventStore implements EventStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async append(chunks: readonly Chunk[], facts: readonly Fact[]): Promise<void> {
    const statements = [...chunks.map((chunk) => this.#insert(chunk)), ...this.#upsert(facts)];
    const [only] = statements;
    if (statements.length === 1 && only) await only.run();
    else if (statements.length > 1) await this.#db.batch(statements);
  }

  #insert({ site, id, profile, epoch, firstAt, lastAt, messages }: Chunk): D1PreparedStatement {
    return this.#db
      .prepare(
        `INSERT INTO chunks (site, id, profile, epoch, first_at, last_at, messages)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING`,
      )
      .bind(site, id, profile, epoch, firstAt, lastAt, messages);
  }

  /** Nothing is written where nothing changes. A person's word counts more than that of a device (`u:` > `c:` > `a:`). */
  #upsert(facts: readonly Fact[]): D1PreparedStatement[] {
    if (facts.length === 0) return [];
    return [
      this.#db
        .prepare(
          `INSERT INTO facts (site, kind, key, profile, revision, row)
           SELECT value ->> 'site', value ->> 'kind', value ->> 'key', value ->> 'profile', value ->> 'revision', value ->> 'row'
           FROM json_each(?) WHERE true
           ON CONFLICT (site, kind, key) DO UPDATE
           SET profile = excluded.profile, revision = excluded.revision, row = excluded.row
           WHERE (excluded.row IS NOT facts.row OR excluded.profile <> facts.profile)
             AND (substr(excluded.profile, 1, 1) > substr(facts.profile, 1, 1)
               OR (excluded.revision > facts.revision
                 AND (substr(excluded.profile, 1, 1) = substr(facts.profile, 1, 1) OR facts.row IS NULL)))`,
        )
        .bind(JSON.stringify(facts)),
    ];
  }

  async erase({ site, chunks, profile }: Erasure): Promise<void> {
    const statements: D1PreparedStatement[] = [];
    if (chunks.length > 0) {
      statements.push(
        this.#db
          .prepare('DELETE FROM chunks WHERE site = ?1 AND id IN (SELECT value FROM json_each(?2))')
          .bind(site, JSON.stringify(chunks)),
      );
    }
    if (profile !== null) {
      statements.push(
        this.#db.prepare('DELETE FROM facts WHERE site = ?1 AND profile = ?2').bind(site, profile),
      );
    }
    if (statements.length > 0) await this.#db.batch(statements);
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

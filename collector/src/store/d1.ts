import { SPEND_CODES, type Spent } from '../campaigns/coupons.ts';
import { forgetCartLinks } from '../carts/forget-cart-links.ts';
import type { StoredMessage } from '../message.ts';
import type { Chunk, Erasure, EventStore, Fact } from './event-store.ts';
import { inArrays } from './pack.ts';
import { chunkLine, factLine, headLine } from './record.ts';
import { CHUNK_WAS_ERASED, FACT_WAS_ERASED } from './tombstones.ts';

/** Whose events: what clients have sent, or also what the collector itself has noted (`"source":"collector"`). */
export type Source = 'client' | 'all';

/** What is read of an order's fact. */
interface OrderRow {
  transactionId: string;
  at: string;
  anonymousId: string | null;
  coupons?: string[];
  /** Those of them that the profile was given. */
  held?: string[];
  /** The shop's server has said so. */
  server?: true;
}

/** The tables in D1: where everything arrives, directly or through the queue. */
export class D1EventStore implements EventStore {
  readonly #db: D1Database;
  readonly #now: () => number;

  constructor(db: D1Database, now: () => number = Date.now) {
    this.#db = db;
    this.#now = now;
  }

  async append(chunks: readonly Chunk[], facts: readonly Fact[]): Promise<void> {
    const statements = [
      ...this.#insert(chunks),
      ...this.#upsert(facts),
      ...this.#settleOrders(facts),
      ...this.#spendCoupons(facts),
    ];
    const [only] = statements;
    if (statements.length === 1 && only) await only.run();
    else if (statements.length > 1) await this.#db.batch(statements);
  }

  #insert(chunks: readonly Chunk[]): D1PreparedStatement[] {
    return this.#bulk(
      `INSERT INTO chunks (site, id, profile, epoch, first_at, last_at, messages)
       SELECT value ->> 'site', value ->> 'id', value ->> 'profile', value ->> 'epoch',
         value ->> 'firstAt', value ->> 'lastAt', value -> 'messages'
       FROM json_each(?1) WHERE NOT ${CHUNK_WAS_ERASED}
       ON CONFLICT DO NOTHING`,
      chunks.map(chunkLine),
    );
  }

  /**
   * Nothing is written where nothing changes. A person's word counts more than that of a device (`u:` > `c:` > `a:`),
   * unless it only takes back what was older than the device's.
   */
  #upsert(facts: readonly Fact[]): D1PreparedStatement[] {
    return this.#bulk(
      `INSERT INTO facts (site, kind, key, profile, revision, row)
       SELECT value ->> 'site', value ->> 'kind', value ->> 'key', value ->> 'profile', value ->> 'revision', value ->> 'row'
       FROM json_each(?1) WHERE NOT ${FACT_WAS_ERASED}
       ON CONFLICT (site, kind, key) DO UPDATE
       SET profile = excluded.profile, revision = excluded.revision, row = excluded.row
       WHERE (excluded.row IS NOT facts.row OR excluded.profile <> facts.profile)
         AND (substr(excluded.profile, 1, 1) > substr(facts.profile, 1, 1)
             AND (excluded.row IS NOT NULL OR excluded.revision > facts.revision)
           OR (excluded.revision > facts.revision
             AND (substr(excluded.profile, 1, 1) = substr(facts.profile, 1, 1) OR facts.row IS NULL)))`,
      [...facts].sort((a, b) => a.revision - b.revision).map(factLine),
    );
  }

  /**
   * What a device has said of an order goes when a person who has the device says it: were he erased, it would stay.
   * It may have arrived after his word.
   */
  #settleOrders(facts: readonly Fact[]): D1PreparedStatement[] {
    const orders = facts.flatMap(({ site, kind, row }) => {
      const { transactionId, anonymousId } = kind === 'order' && row !== null ? JSON.parse(row) : {};
      if (typeof transactionId !== 'string' || typeof anonymousId !== 'string') return [];
      return [JSON.stringify({ site, order: `${transactionId}/`, device: `a:${site}:${anonymousId}` })];
    });
    return this.#bulk(
      `DELETE FROM facts WHERE (site, kind, key) IN (
         SELECT d.site, d.kind, d.key FROM json_each(?1) CROSS JOIN facts AS d CROSS JOIN facts AS p
         WHERE d.site = value ->> 'site' AND d.kind = 'order' AND d.key = (value ->> 'order') || (value ->> 'device')
           AND p.site = d.site AND p.kind = 'order'
           AND p.key > (value ->> 'order') || 'c:' AND p.key < (value ->> 'order') || 'v'
           AND p.key = (value ->> 'order') || p.profile AND p.revision > d.revision
           AND p.row ->> 'anonymousId' = d.row ->> 'anonymousId')`,
      orders,
    );
  }

  /** Codes that orders name are used up: all that a server names, and of a page's the visitor's own. */
  #spendCoupons(facts: readonly Fact[]): D1PreparedStatement[] {
    const spent = facts.flatMap(({ site, profile, kind, row }) => {
      if (kind !== 'order' || row === null) return [];
      const { transactionId, at, anonymousId, coupons = [], held = [], server } = JSON.parse(row) as OrderRow;
      return coupons.map(
        (code): Spent => ({
          site,
          code,
          transactionId,
          at: Date.parse(at),
          profile,
          device: anonymousId && `a:${site}:${anonymousId}`,
          believed: server === true || held.includes(code),
        }),
      );
    });
    return this.#bulk(
      SPEND_CODES,
      spent.map((code) => JSON.stringify(code)),
    );
  }

  #bulk(sql: string, lines: readonly string[]): D1PreparedStatement[] {
    return inArrays(lines).map((part) => this.#db.prepare(sql).bind(part));
  }

  /**
   * Chunks that are named go at once, and the facts of their profile with them; so do links to carts. What else there is of the profile goes
   * with the next pass over the site (pass-over-erased.ts), so that forgetting somebody who is not known costs one row.
   *
   * @param first what must be done before, in the same transaction
   */
  async erase({ site, chunks, profile }: Erasure, first: readonly D1PreparedStatement[] = []): Promise<void> {
    const ids = inArrays(chunks.map((id) => JSON.stringify(id)));
    const statements = [
      ...first,
      ...ids.map((part) =>
        this.#db
          .prepare('DELETE FROM chunks WHERE site = ?1 AND id IN (SELECT value FROM json_each(?2))')
          .bind(site, part),
      ),
    ];
    if (profile !== null) {
      statements.push(
        this.#db
          .prepare(
            `INSERT INTO erasures (site, profile, until) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET until = max(until, excluded.until)`,
          )
          .bind(site, profile, this.#now()),
        forgetCartLinks(this.#db, site, profile),
      );
      if (chunks.length > 0) {
        statements.push(
          this.#db.prepare('DELETE FROM facts WHERE site = ?1 AND profile = ?2').bind(site, profile),
        );
      }
    }
    if (statements.length > 0) await this.#db.batch(statements);
  }

  /** Those that are neither here nor erased. */
  async lacking(chunks: readonly Chunk[]): Promise<Chunk[]> {
    const statements = this.#bulk(
      `SELECT value ->> 'id' AS id FROM json_each(?1)
         WHERE NOT ${CHUNK_WAS_ERASED}
           AND NOT EXISTS (SELECT 1 FROM chunks AS c WHERE c.site = value ->> 'site' AND c.id = value ->> 'id')`,
      chunks.map(headLine),
    );
    const ids = new Set<string>();
    for (const statement of statements) {
      const { results } = await statement.all<{ id: string }>();
      for (const { id } of results) ids.add(id);
    }
    return chunks.filter(({ id }) => ids.has(id));
  }

  /** The newest messages of a site, by arrival. */
  async newest(site: string, limit: number, source: Source = 'client'): Promise<StoredMessage[]> {
    const { results } = await this.newestStatement(site, limit, source).all<{ message: string }>();
    return results.map((row) => JSON.parse(row.message));
  }

  /** Walks back through the chunks only until it has enough. */
  newestStatement(site: string, limit: number, source: Source): D1PreparedStatement {
    return this.#db
      .prepare(
        `SELECT m.value AS message
         FROM chunks AS c, json_each(c.messages) AS m
         WHERE c.site = ?1 AND (?3 = 'all' OR m.value ->> 'source' IS NOT 'collector')
         ORDER BY c.id DESC, m.key DESC LIMIT ?2`,
      )
      .bind(site, limit, source);
  }
}

import type { StoredMessage } from '../message.ts';
import type { StoredChunk } from './chunks.ts';
import type { State } from './state.ts';

/**
 * The one table of an object: the state in one row, every chunk in one. A chunk's `head` stands before its messages,
 * so that asking for ids reads only the start of each row.
 *
 * It is made at the first write: an object that was merely asked holds nothing and costs nothing.
 */
export class ProfileTable {
  readonly #storage: DurableObjectStorage;
  #exists: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    const query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'profile'";
    this.#exists = storage.sql.exec(query).toArray().length > 0;
  }

  state(): State | null {
    const [row] = this.#select<{ v: string }>("SELECT v FROM profile WHERE k = 'state'");
    return row ? JSON.parse(row.v) : null;
  }

  messageIds(): Set<string> {
    const rows = this.#select<{ head: string }>(`SELECT head FROM profile WHERE ${IS_CHUNK}`);
    return new Set(rows.flatMap((row) => (JSON.parse(row.head) as StoredChunk['head']).messageIds));
  }

  messages(): StoredMessage[] {
    const rows = this.#select<{ v: string }>(`SELECT v FROM profile WHERE ${IS_CHUNK}`);
    return rows.flatMap((row) => JSON.parse(row.v) as StoredMessage[]);
  }

  chunk(id: string): StoredChunk | null {
    const [row] = this.#select<{ head: string; v: string }>(
      'SELECT head, v FROM profile WHERE k = ?',
      `chunk:${id}`,
    );
    return row ? { id, head: JSON.parse(row.head), messages: row.v } : null;
  }

  chunks(): StoredChunk[] {
    const rows = this.#select<{ k: string; head: string; v: string }>(
      `SELECT k, head, v FROM profile WHERE ${IS_CHUNK}`,
    );
    return rows.map(({ k, head, v }) => ({
      id: k.slice('chunk:'.length),
      head: JSON.parse(head),
      messages: v,
    }));
  }

  get exists(): boolean {
    return this.#exists;
  }

  /** Call it in a transaction. */
  replaceChunks(removed: readonly string[], added: readonly StoredChunk[]): void {
    for (const id of removed) this.#storage.sql.exec('DELETE FROM profile WHERE k = ?', `chunk:${id}`);
    for (const { id, head, messages } of added) this.#upsert(`chunk:${id}`, JSON.stringify(head), messages);
  }

  /**
   * Writes the state. Call it in a transaction.
   *
   * @returns whether it is within {@link MAX_STATE_LENGTH}; it is written all the same
   */
  writeState(state: State): boolean {
    const text = JSON.stringify(state);
    this.#upsert('state', null, text);
    return text.length <= MAX_STATE_LENGTH;
  }

  #upsert(key: string, head: string | null, value: string): void {
    if (!this.#exists) {
      this.#storage.sql.exec(
        'CREATE TABLE profile (k TEXT PRIMARY KEY, head TEXT, v TEXT NOT NULL) WITHOUT ROWID',
      );
      this.#exists = true;
    }
    const upsert =
      'INSERT INTO profile (k, head, v) VALUES (?, ?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v';
    this.#storage.sql.exec(upsert, key, head, value);
  }

  /** Everything, the table included. */
  async clear(): Promise<void> {
    await this.#storage.deleteAll();
    this.#exists = false;
  }

  #select<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: string[]): Row[] {
    return this.#exists ? this.#storage.sql.exec<Row>(query, ...bindings).toArray() : [];
  }
}

/** Characters of the state; a larger one loses its oldest detail. */
const MAX_STATE_LENGTH = 256_000;
const IS_CHUNK = "k >= 'chunk:' AND k < 'chunk;'";

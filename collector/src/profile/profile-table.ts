import type { StoredChunk } from './chunks.ts';

/** A chunk and its place in the object, in the order in which it came here. */
export interface PlacedChunk extends StoredChunk {
  place: number;
}

/** The rows that an object has besides its chunks. */
export type Row = 'state' | 'detail' | 'checkpoint' | 'base' | 'folded';

/**
 * The one table of an object: some named rows of JSON, and one row per chunk, in the order of their coming. A chunk's
 * `head` stands before its messages, so that asking for ids reads only the start of each row.
 *
 * It is made at the first write: an object that was merely asked holds nothing and costs nothing.
 */
export class ProfileTable {
  readonly #storage: DurableObjectStorage;
  #exists: boolean;
  #lastPlace = 0;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    const query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'profile'";
    this.#exists = storage.sql.exec(query).toArray().length > 0;
  }

  get exists(): boolean {
    return this.#exists;
  }

  read<T>(row: Row): T | null {
    const [found] = this.#select<{ v: string }>('SELECT v FROM profile WHERE k = ?', row);
    return found ? JSON.parse(found.v) : null;
  }

  /** Both rows of the state in one query. */
  readState<State, Detail>(): { state: State | null; detail: Detail | null } {
    const rows = this.#select<{ k: string; v: string }>(
      "SELECT k, v FROM profile WHERE k IN ('detail', 'state')",
    );
    const parsed = (row: Row) => JSON.parse(rows.find(({ k }) => k === row)?.v ?? 'null');
    return { state: parsed('state'), detail: parsed('detail') };
  }

  /** The place of the chunk that came last. Those of chunks that are gone are not used again. */
  get lastPlace(): number {
    return this.#lastPlace;
  }

  /** Says which places were used before; call it before chunks are added. */
  reserve(place: number): void {
    this.#lastPlace = place;
  }

  /** The chunks that came after `place`. */
  chunks(place = 0): PlacedChunk[] {
    return this.#select<ChunkRow>(
      `SELECT k, head, v FROM profile WHERE k > ? AND k < ?`,
      ...after(place),
    ).map(toChunk);
  }

  /** Puts chunks aside, where nothing but erasure finds them: they were said under somebody else. */
  seal(ids: readonly string[]): void {
    if (ids.length === 0) return;
    const query = `UPDATE profile SET k = 'sealed:' || substr(k, ${'chunk:'.length + 1})
      WHERE ${IS_CHUNK} AND ${ID} IN (SELECT value FROM json_each(?))`;
    this.#storage.sql.exec(query, JSON.stringify(ids));
  }

  /** Ids of chunks that were put aside. */
  sealed(): string[] {
    return this.#select<{ k: string }>(`SELECT k FROM profile WHERE ${IS_SEALED}`).map(({ k }) =>
      k.slice(ID_AT + 'sealed:'.length - 'chunk:'.length),
    );
  }

  removeSealed(): void {
    if (this.#exists) this.#storage.sql.exec(`DELETE FROM profile WHERE ${IS_SEALED}`);
  }

  chunkCount(): number {
    return this.#select<{ n: number }>(`SELECT count(*) AS n FROM profile WHERE ${IS_CHUNK}`)[0]?.n ?? 0;
  }

  /** Id of the chunk that came first. */
  oldestChunk(): string | null {
    const [row] = this.#select<{ k: string }>(`SELECT k FROM profile WHERE ${IS_CHUNK} ORDER BY k LIMIT 1`);
    return row ? row.k.slice(ID_AT) : null;
  }

  /** The chunks with a message later than `time` (ISO 8601). */
  chunksSince(time: string): PlacedChunk[] {
    return this.#select<ChunkRow>(
      `SELECT k, head, v FROM profile WHERE ${IS_CHUNK} AND last_at >= ?`,
      time,
    ).map(toChunk);
  }

  heads(place = 0): Omit<PlacedChunk, 'messages'>[] {
    return this.#select<ChunkRow>('SELECT k, head FROM profile WHERE k > ? AND k < ?', ...after(place)).map(
      toHead,
    );
  }

  /** Those of these ids that are there. */
  chunksById(ids: readonly string[]): PlacedChunk[] {
    const query = `SELECT k, head, v FROM profile WHERE ${IS_CHUNK} AND ${ID} IN (SELECT value FROM json_each(?))`;
    return ids.length === 0 ? [] : this.#select<ChunkRow>(query, JSON.stringify(ids)).map(toChunk);
  }

  readBytes(row: 'seen'): ArrayBuffer | null {
    const [found] = this.#select<{ v: ArrayBuffer }>('SELECT v FROM profile WHERE k = ?', row);
    return found?.v ?? null;
  }

  /** @returns how many characters were written */
  write(row: Row, value: unknown): number {
    const text = JSON.stringify(value);
    this.#upsert(row, null, null, text);
    return text.length;
  }

  writeBytes(row: 'seen', value: ArrayBuffer): void {
    this.#upsert(row, null, null, value);
  }

  remove(row: Row | 'seen'): void {
    if (this.#exists) this.#storage.sql.exec('DELETE FROM profile WHERE k = ?', row);
  }

  addChunks(chunks: readonly StoredChunk[]): void {
    for (const { id, head, messages } of chunks) {
      this.#lastPlace++;
      this.#upsert(keyOf(this.#lastPlace, id), head.lastAt, JSON.stringify(head), messages);
    }
  }

  removeChunks(ids: readonly string[]): void {
    if (ids.length === 0) return;
    const query = `DELETE FROM profile WHERE ${IS_CHUNK} AND ${ID} IN (SELECT value FROM json_each(?))`;
    this.#storage.sql.exec(query, JSON.stringify(ids));
  }

  #upsert(key: string, lastAt: string | null, head: string | null, value: string | ArrayBuffer): void {
    if (!this.#exists) {
      this.#storage.sql.exec(
        'CREATE TABLE profile (k TEXT PRIMARY KEY, last_at TEXT, head TEXT, v NOT NULL) WITHOUT ROWID',
      );
      this.#exists = true;
    }
    const upsert =
      'INSERT INTO profile (k, last_at, head, v) VALUES (?, ?, ?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v';
    this.#storage.sql.exec(upsert, key, lastAt, head, value);
  }

  /** What was read before a transaction that failed may not be so. */
  forget(): void {
    this.#lastPlace = 0;
    const query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'profile'";
    this.#exists = this.#storage.sql.exec(query).toArray().length > 0;
  }

  /** Everything, the table included. */
  async clear(): Promise<void> {
    await this.#storage.deleteAll();
    this.forget();
  }

  #select<R extends Record<string, SqlStorageValue>>(query: string, ...bindings: string[]): R[] {
    return this.#exists ? this.#storage.sql.exec<R>(query, ...bindings).toArray() : [];
  }
}

type ChunkRow = { k: string; head: string; v: string };

const IS_SEALED = "k > 'sealed:' AND k < 'sealed;'";
const IS_CHUNK = "k > 'chunk:' AND k < 'chunk;'";
const PLACE_LENGTH = 10;
const ID_AT = 'chunk:'.length + PLACE_LENGTH + 1;
const ID = `substr(k, ${ID_AT + 1})`;

function keyOf(place: number, id: string): string {
  return `chunk:${String(place).padStart(PLACE_LENGTH, '0')}:${id}`;
}

function after(place: number): [string, string] {
  return [`chunk:${String(place).padStart(PLACE_LENGTH, '0')};`, 'chunk;'];
}

function placeOf(key: string): number {
  return Number(key.slice('chunk:'.length, ID_AT - 1));
}

function toHead({ k, head }: Pick<ChunkRow, 'k' | 'head'>): Omit<PlacedChunk, 'messages'> {
  return { id: k.slice(ID_AT), place: placeOf(k), head: JSON.parse(head) };
}

function toChunk(row: ChunkRow): PlacedChunk {
  return { ...toHead(row), messages: row.v };
}

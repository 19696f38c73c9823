import type { RowsWritten } from '../rows.ts';

type Method = (this: unknown, ...args: never[]) => unknown;

/**
 * Counts, from now on, what this isolate writes: by the meters of the runtime itself, and one row for each alarm that
 * is set and each object that is emptied (Cloudflare's prices name the first; the second is assumed).
 */
export function countRows(storage: DurableObjectStorage, db: D1Database): RowsWritten {
  const rows: RowsWritten = { object: 0, d1: 0, alarms: 0 };
  wrap(storage.sql, 'exec', (cursor: SqlStorageCursor<never>) => {
    rows.object += cursor.rowsWritten;
  });
  wrap(storage, 'setAlarm', () => {
    rows.object++;
    rows.alarms++;
  });
  wrap(storage, 'deleteAll', () => {
    rows.object++;
  });
  wrap(db.prepare('SELECT 1'), 'run', async (result: Promise<D1Result>) => {
    // Not `+= (await …)`: others add meanwhile.
    const { meta } = await result;
    rows.d1 += meta.rows_written;
  });
  wrap(db, 'batch', async (results: Promise<D1Result[]>) => {
    for (const { meta } of await results) rows.d1 += meta.rows_written;
  });
  return rows;
}

/** Hears what a method of all objects of a kind returns. */
function wrap<T>(one: object, name: string, hear: (returned: T) => void): void {
  const prototype = Object.getPrototypeOf(one) as Record<string, Method>;
  const original = prototype[name] as Method;
  prototype[name] = function (this: unknown, ...args: never[]) {
    const returned = original.apply(this, args);
    hear(returned as T);
    return returned;
  };
}

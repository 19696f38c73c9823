import { timeOfId } from './chunk-id.ts';
import type { Chunk } from './event-store.ts';
import { chunkLine } from './record.ts';

/*
 * Gzipped NDJSON, one chunk per line: `<site>/<YYYY-MM-DD>/<HH>/<first id>_<last id>_<random>.ndjson.gz`, by the time in
 * the chunks' ids (UTC), so that the file of a chunk can be found by its id. A chunk may stand in two files, when D1
 * failed after its first was written: whoever reads the archive must count each id once.
 */

/** Where the chunks of that site and hour are. */
export function folderOf(site: string, id: string): string {
  const time = new Date(timeOfId(id)).toISOString();
  return `${site}/${time.slice(0, 10)}/${time.slice(11, 13)}/`;
}

/** Writes the chunks, one file for each site and hour. */
export async function archive(bucket: R2Bucket, chunks: readonly Chunk[]): Promise<void> {
  const folders = Map.groupBy(chunks, ({ site, id }) => folderOf(site, id));
  await Promise.all(
    [...folders].map(async ([folder, members]) => {
      const ids = members.map(({ id }) => id).sort();
      const name = `${ids[0]}_${ids.at(-1)}_${crypto.randomUUID().slice(0, 8)}`;
      await bucket.put(`${folder}${name}.ndjson.gz`, await gzip(members.map(chunkLine)));
    }),
  );
}

/** Removes chunks from the files of their folder; a file that would be empty goes. */
export async function removeFromArchive(
  bucket: R2Bucket,
  folder: string,
  ids: ReadonlySet<string>,
): Promise<void> {
  for await (const key of keysUnder(bucket, folder)) {
    const [first = '', last = ''] = key.slice(folder.length).split('_');
    if (![...ids].some((id) => first <= id && id <= last)) continue;
    const object = await bucket.get(key);
    if (!object) continue;
    const lines = await gunzip(object.body);
    const kept = lines.filter((line) => !ids.has((JSON.parse(line) as Chunk).id));
    if (kept.length === 0) await bucket.delete(key);
    else if (kept.length < lines.length) await bucket.put(key, await gzip(kept));
  }
}

/**
 * Removes the folders of days before `day` (`YYYY-MM-DD`), at most so many files.
 *
 * @returns how many were removed
 */
export async function removeDaysBefore(
  bucket: R2Bucket,
  site: string,
  day: string,
  limit: number,
): Promise<number> {
  const { delimitedPrefixes } = await bucket.list({ prefix: `${site}/`, delimiter: '/' });
  let removed = 0;
  for (const folder of delimitedPrefixes) {
    if (folder.slice(site.length + 1, -1) >= day) break;
    while (removed < limit) {
      const { objects } = await bucket.list({ prefix: folder, limit: Math.min(1000, limit - removed) });
      if (objects.length === 0) break;
      await bucket.delete(objects.map(({ key }) => key));
      removed += objects.length;
    }
  }
  return removed;
}

/** The chunks in a file, one line each. */
export async function gunzip(body: ReadableStream): Promise<string[]> {
  const text = await new Response(body.pipeThrough(new DecompressionStream('gzip'))).text();
  return text.split('\n').filter((line) => line !== '');
}

async function gzip(lines: readonly string[]): Promise<ArrayBuffer> {
  const text = new Blob([lines.map((line) => `${line}\n`).join('')]);
  return new Response(text.stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
}

async function* keysUnder(bucket: R2Bucket, prefix: string): AsyncGenerator<string> {
  let cursor: string | undefined;
  do {
    const page = await bucket.list({ prefix, ...(cursor ? { cursor } : {}) });
    for (const { key } of page.objects) yield key;
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor);
}

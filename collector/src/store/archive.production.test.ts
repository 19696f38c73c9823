import { createMessageBatch } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import { env } from '../../../test/support/workerd/collector.ts';
import { chunkOf, held, idAt } from '../../../test/support/workerd/store.ts';
import { gunzip } from './archive.ts';
import { consume } from './consume.ts';
import type { Chunk } from './event-store.ts';
import { finishErasures } from './finish-erasures.ts';
import { QueueEventStore } from './queue.ts';
import { chunkLine } from './record.ts';

const HOUR_MS = 3_600_000;
const newSite = () => `site-${crypto.randomUUID()}`;

function bucket(): R2Bucket {
  if (!env.ARCHIVE) throw new Error('This test is for the production environment.');
  return env.ARCHIVE;
}

async function deliver(chunks: readonly Chunk[], bindings = env) {
  const body = chunks.map(chunkLine).join('\n');
  const message = { id: crypto.randomUUID(), timestamp: new Date(), attempts: 1, body };
  await consume(createMessageBatch('beckon-events', [message]), bindings);
}

function erase(site: string, chunks: string[], profile: string | null = null, now = Date.now()) {
  return new QueueEventStore({} as Queue<string>, env.DB, () => now).erase({ site, chunks, profile });
}

/** The ids of chunks in the files of a site, by file. */
async function archived(site: string): Promise<Record<string, string[]>> {
  const files: Record<string, string[]> = {};
  for (const { key } of (await bucket().list({ prefix: `${site}/` })).objects) {
    const object = await bucket().get(key);
    if (object) files[key] = (await gunzip(object.body)).map((line) => JSON.parse(line).id);
  }
  return files;
}

const pending = async (site: string) =>
  (await env.DB.prepare('SELECT chunk FROM archive_erasures WHERE site = ?').bind(site).all()).results.length;

describe('the archive', () => {
  it('holds every chunk, where its id says', async () => {
    const site = newSite();
    const at = Date.UTC(2026, 10, 3, 23, 59, 59);
    const [a, b, next] = [
      chunkOf(site, { at }),
      chunkOf(site, { at: at + 1 }),
      chunkOf(site, { at: at + 1_000 }),
    ];
    await deliver([b, a, next]);
    const files = await archived(site);
    const folders = Object.keys(files).map((key) => key.slice(site.length + 1, key.lastIndexOf('/')));
    expect(folders).toEqual(['2026-11-03/23', '2026-11-04/00']);
    const [first = ''] = Object.keys(files);
    expect(first).toMatch(new RegExp(`/${a.id}_${b.id}_[0-9a-f]{8}\\.ndjson\\.gz$`));
    const object = await bucket().get(first);
    const lines = object ? (await gunzip(object.body)).map((line) => JSON.parse(line)) : [];
    expect(lines[1]).toEqual({ ...a, messages: JSON.parse(a.messages) });
  });

  it('holds it once, though the queue brings it twice', async () => {
    const site = newSite();
    const chunks = [chunkOf(site), chunkOf(site)];
    await deliver(chunks);
    await deliver([...chunks].reverse());
    expect(Object.values(await archived(site)).flat()).toHaveLength(2);
  });
});

describe('what was erased leaves the archive', () => {
  it('within a day, and leaves its neighbours there', async () => {
    const site = newSite();
    const now = Date.now();
    const chunks = Array.from({ length: 4 }, () => chunkOf(site, { at: now }));
    const [a, b, c, d] = chunks.map(({ id }) => id) as [string, string, string, string];
    await deliver(chunks.slice(0, 3));
    await deliver(chunks.slice(3));
    await erase(site, [a, d], null, now);
    await finishErasures(env, now + 10_000);
    expect(await pending(site)).toBe(2);
    await finishErasures(env, now + HOUR_MS);
    expect(Object.values(await archived(site))).toEqual([[b, c]]);
    expect(await pending(site)).toBe(0);
    await finishErasures(env, now + 2 * HOUR_MS);
    expect(Object.values(await archived(site))).toEqual([[b, c]]);
  });

  it('when only its profile was named', async () => {
    const site = newSite();
    const now = Date.now();
    const [mine, other] = [chunkOf(site, { at: now - 1 }), chunkOf(site, { profile: `a:${site}:w` })];
    await deliver([mine, other]);
    await erase(site, [], mine.profile, now);
    await finishErasures(env, now + HOUR_MS);
    expect((await held(site)).chunks).toEqual([other.id]);
    expect(Object.values(await archived(site))).toEqual([[other.id]]);
  });

  it('though it was on its way there when it was erased', async () => {
    const site = newSite();
    const now = Date.now();
    const chunk = chunkOf(site, { at: now - 1 });
    const put = vi.fn(async (...file: Parameters<R2Bucket['put']>) => {
      const done = await bucket().put(...file);
      await erase(site, [], chunk.profile, now);
      return done;
    });
    const slow = { put } as unknown as R2Bucket;
    await deliver([chunk], { ...env, ARCHIVE: slow });
    expect(put).toHaveBeenCalledOnce();
    expect((await held(site)).chunks).toEqual([]);
    await finishErasures(env, now + HOUR_MS);
    expect(await archived(site)).toEqual({});
  });

  it('though a file of another site cannot be read', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const [site, broken] = [newSite(), `a-${newSite()}`];
    const now = Date.now();
    const [chunk, lost] = [chunkOf(site, { at: now }), chunkOf(broken, { at: now })];
    await deliver([chunk, lost]);
    for (const key of Object.keys(await archived(broken))) await bucket().put(key, 'not gzip');
    await erase(site, [chunk.id], null, now);
    await erase(broken, [lost.id], null, now);
    await finishErasures(env, now + HOUR_MS);
    expect([await pending(broken), await archived(site)]).toEqual([1, {}]);
  });

  it('though its file was never written', async () => {
    const site = newSite();
    const now = Date.now();
    await erase(site, [idAt(now)], null, now);
    await finishErasures(env, now + HOUR_MS);
    expect(await pending(site)).toBe(0);
  });
});

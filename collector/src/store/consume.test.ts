import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { arrived, env } from '../../../test/support/workerd/collector.ts';
import { chunkOf, factOf, held } from '../../../test/support/workerd/store.ts';
import worker from '../worker.ts';
import { consume } from './consume.ts';
import type { Chunk, Erasure, Fact } from './event-store.ts';
import { finishErasures } from './finish-erasures.ts';
import { eventStore } from './open.ts';
import { QueueEventStore } from './queue.ts';

const newSite = () => `site-${crypto.randomUUID()}`;

/** The bodies that the queue would get. */
async function sent(chunks: readonly Chunk[], facts: readonly Fact[] = []) {
  const batches: string[][] = [];
  const queue = {
    sendBatch: async (messages: Iterable<{ body: string }>) => {
      batches.push([...messages].map(({ body }) => body));
    },
  } as unknown as Queue<string>;
  await new QueueEventStore(queue, env.DB).append(chunks, facts);
  return batches;
}

/** Erases as in production, as if at this time, ms since the epoch. */
function erase(erasure: Erasure, now = Date.now()) {
  return new QueueEventStore({} as Queue<string>, env.DB, () => now).erase(erasure);
}

/** Hands messages to the consumer; tells what becomes of each. */
async function deliver(bodies: readonly unknown[], attempts = 1) {
  const messages = bodies.map((body, id) => ({ id: `${id}`, timestamp: new Date(), attempts, body }));
  const batch = createMessageBatch('beckon-events', messages);
  await consume(batch, env);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  return { stored: explicitAcks, again: retryMessages };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('what goes through the queue', () => {
  it('arrives, in as few messages as the queue allows', async () => {
    const site = newSite();
    const chunks = Array.from({ length: 3 }, () => chunkOf(site));
    const facts = [factOf(site, 'session', '2026-01-01', { n: 1 }), factOf(site, 'order', 'T-1', { n: 2 })];
    const batches = await sent(chunks, facts);
    expect(batches.flat()).toHaveLength(1);
    expect((await deliver(batches.flat())).stored).toEqual(['0']);
    expect(await held(site)).toEqual({
      chunks: chunks.map(({ id }) => id).sort(),
      facts: ['order:T-1', 'session:2026-01-01'],
    });
  });

  it('stays below the limits of the queue and of the database, however large', async () => {
    const site = newSite();
    const messages = JSON.stringify([{ messageId: 'm', text: '"\\'.repeat(24_000 - 20) }]);
    const chunks = Array.from({ length: 30 }, () => chunkOf(site, { messages }));
    const facts = Array.from({ length: 300 }, (_, n) =>
      factOf(site, 'profile', `${n}`, { text: '"'.repeat(2_000) }),
    );
    const batches = await sent(chunks, facts);
    for (const batch of batches) {
      const sizes = batch.map((body) => new TextEncoder().encode(body).byteLength);
      expect(Math.max(...sizes)).toBeLessThan(128_000);
      expect(sizes.reduce((sum, size) => sum + size + 100, 0)).toBeLessThan(256_000);
      expect(sizes.length).toBeLessThanOrEqual(100);
    }
    await deliver(batches.flat());
    expect(await held(site)).toMatchObject({ chunks: { length: 30 }, facts: { length: 300 } });
  });

  it('takes the direct way when it is a fact that is too large', async () => {
    const site = newSite();
    const large = factOf(site, 'profile', 'p', { text: 'x'.repeat(200_000) });
    expect(await sent([], [large])).toEqual([]);
    expect((await held(site)).facts).toEqual(['profile:p']);
  });

  it('may come twice, in one batch or later, and counts once', async () => {
    const site = newSite();
    const chunk = chunkOf(site);
    const revision = Date.now();
    const facts = [2, 1, 2].map((n) => factOf(site, 'order', 'T-1', { n }, { revision: revision + n }));
    const bodies = (await Promise.all(facts.map((fact) => sent([chunk], [fact])))).flat(2);
    await deliver(bodies);
    await deliver(bodies);
    expect(await held(site)).toEqual({ chunks: [chunk.id], facts: ['order:T-1'] });
    const { row } = (await env.DB.prepare('SELECT row FROM facts WHERE site = ?').bind(site).first()) ?? {};
    expect(row).toBe('{"n":2}');
  });
});

describe('a poison message costs its neighbours nothing', () => {
  const POISON = [
    'hello',
    '',
    '{}',
    '[]',
    'null',
    '{"id":"x","messages":[]}',
    JSON.stringify({ ...chunkOf('s'), messages: 'not a list' }),
    JSON.stringify({ ...chunkOf('s'), messages: [] }),
    JSON.stringify({ ...factOf('s', 'order', 'k', {}), row: '{broken' }),
    JSON.stringify({ ...factOf('s', 'order', 'k', {}), kind: 'weather' }),
    { chunk: 1 },
    new Uint8Array(3).buffer,
  ];

  it('when it is none of ours', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const site = newSite();
    const chunk = chunkOf(site);
    const [[body] = []] = await sent([chunk]);
    const result = await deliver([...POISON, body]);
    expect(result.stored).toEqual([`${POISON.length}`]);
    expect(result.again.map(({ msgId }) => msgId)).toEqual(POISON.map((_, id) => `${id}`));
    expect((await held(site)).chunks).toEqual([chunk.id]);
  });

  it('when only the database knows that it is', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const site = newSite();
    const chunk = chunkOf(site);
    const deep = chunkOf(site, { messages: `${'['.repeat(1_500)}${']'.repeat(1_500)}` });
    const bodies = [...(await sent([deep])).flat(), ...(await sent([chunk])).flat()];
    expect(await deliver(bodies)).toMatchObject({ stored: [], again: [{ msgId: '0' }, { msgId: '1' }] });
    expect(await deliver(bodies, 4)).toMatchObject({ stored: ['1'], again: [{ msgId: '0' }] });
    expect((await held(site)).chunks).toEqual([chunk.id]);
  });

  it.runIf(env.EVENTS)('and ends in the dead-letter queue', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const site = newSite();
    const chunk = chunkOf(site);
    await env.EVENTS?.send('poison', { contentType: 'text' });
    await eventStore(env).append([chunk], []);
    await arrived();
    expect((await held(site)).chunks).toEqual([chunk.id]);
    await vi.waitFor(
      () => expect(warn.mock.calls.flat().join()).toContain('in beckon-events-dead cannot be read'),
      {
        timeout: 10_000,
      },
    );
  });
});

describe('nothing is lost', () => {
  it('while the database is down: it is tried again, later and later', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const site = newSite();
    const chunk = chunkOf(site);
    const bodies = (await sent([chunk])).flat();
    const prepare = () => {
      throw new Error('D1 is down');
    };
    const down = { ...env, DB: { prepare } as unknown as D1Database };
    const waits: unknown[] = [];
    for (const attempts of [1, 2, 3, 4, 9]) {
      const message = { id: 'm', timestamp: new Date(), attempts, body: bodies[0] };
      const batch = createMessageBatch('beckon-events', [message]);
      const retry = vi.spyOn(batch.messages[0] as Message, 'retry');
      await consume(batch, down);
      expect((await getQueueResult(batch, createExecutionContext())).explicitAcks).toEqual([]);
      waits.push(retry.mock.calls[0]?.[0]?.delaySeconds);
    }
    expect(waits).toEqual([30, 60, 120, 240, 3_600]);
    expect((await deliver(bodies)).stored).toEqual(['0']);
    expect((await held(site)).chunks).toEqual([chunk.id]);
  });
});

describe('what was erased does not come back from the queue', () => {
  it('when its chunk was named', async () => {
    const site = newSite();
    const [erased, kept] = [chunkOf(site), chunkOf(site)];
    const bodies = (await sent([erased, kept])).flat();
    await erase({ site, chunks: [erased.id], profile: null });
    await deliver(bodies);
    expect((await held(site)).chunks).toEqual([kept.id]);
  });

  it('when its profile was, whose chunks nobody could name; what it says afterwards is kept', async () => {
    const site = newSite();
    const now = Date.now();
    const profile = `a:${site}:v`;
    const [before, queued, after] = [-2, -1, 1].map((ms) => chunkOf(site, { at: now + ms, profile }));
    const other = chunkOf(site, { at: now - 1, profile: `a:${site}:w` });
    const fact = (key: string, revision: number) =>
      factOf(site, 'session', key, { n: 1 }, { profile, revision });
    if (!before || !queued || !after) throw new Error('never');
    await deliver((await sent([before], [fact('1', now - 1)])).flat());
    await erase({ site, chunks: [], profile }, now);
    await finishErasures(env, now + 1);
    expect(await held(site)).toEqual({ chunks: [], facts: [] });
    await deliver((await sent([before, queued, after, other], [fact('1', now), fact('2', now + 1)])).flat());
    expect(await held(site)).toEqual({ chunks: [after.id, other.id].sort(), facts: ['session:2'] });
  });

  it('nor touches what another site calls the same', async () => {
    const [site, elsewhere] = [newSite(), newSite()];
    const chunk = chunkOf(site);
    await erase({ site, chunks: [chunk.id], profile: chunk.profile });
    await deliver((await sent([{ ...chunk, site: elsewhere }])).flat());
    expect((await held(elsewhere)).chunks).toEqual([chunk.id]);
  });

  it('for as long as anything of it can be on its way, and no longer', async () => {
    const site = newSite();
    const now = Date.now();
    const day = 86_400_000;
    await erase({ site, chunks: [chunkOf(site).id], profile: null }, now);
    const tombstones = async (time: number) => {
      await worker.scheduled({ scheduledTime: time, cron: '', noRetry() {} } as ScheduledController, env);
      return (await env.DB.prepare('SELECT 1 FROM tombstones WHERE site = ?').bind(site).all()).results
        .length;
    };
    expect(await tombstones(now + 29 * day)).toBe(1);
    expect(await tombstones(now + 31 * day)).toBe(0);
  });
});

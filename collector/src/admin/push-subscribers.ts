import { zValidator } from '@hono/zod-validator';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { subscribeFor } from '../ingest/deliver.ts';
import { testOrigins } from '../push/endpoint.ts';
import { pushKeys } from '../push/keys.ts';
import { readSubscription } from '../push/subscription.ts';
import { currentSite, type Site } from '../sites.ts';
import { knownSubscribers, listSubscribers, type Subscriber } from '../store/push-subscribers.ts';
import { cursorOf, toCursor } from './cursor.ts';
import { explainInvalid } from './explain-invalid.ts';
import { plain } from './push.ts';
import { readTable, tableLine } from './table.ts';

/** Subscribers, and bytes, of one upload: each of them is a call to an object. */
const MAX_SUBSCRIBERS = 500;
const MAX_BYTES = 1_000_000;
const PARALLEL = 6;
/** Of a table that is written, read from the database at once. */
const PAGE = 1_000;

const COLUMNS = [
  'endpoint',
  'p256dh',
  'auth',
  'key',
  'anonymousId',
  'userId',
  'at',
] as const satisfies (keyof Subscriber)[];

export const subscribersQuery = z.object({
  cursor: cursorOf(z.string()).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

/** What another tool knows of a browser; the rest of what an export has is passed over. */
export const importedSubscriber = z.object({
  endpoint: z.string(),
  p256dh: z.string(),
  auth: z.string(),
  /** The public key that it was made with. */
  key: z.string(),
  /** A fresh one when absent. */
  anonymousId: z.string().max(256).optional(),
});
export const subscribersUpload = z.array(importedSubscriber).max(MAX_SUBSCRIBERS);

/** `line` counts from 1, in a list as well. */
export const subscribersUploadAnswer = z.strictObject({
  imported: z.number().int(),
  refused: z.array(z.strictObject({ line: z.number().int(), endpoint: z.string(), reason: z.string() })),
});
type Answer = z.infer<typeof subscribersUploadAnswer>;

const tooMany = () =>
  new RequestError(
    'too_large',
    `Send at most ${MAX_SUBSCRIBERS} subscribers and ${MAX_BYTES} bytes at once, in several calls.`,
  );

type C = Context<{ Bindings: Env }>;

/** `/api/sites/:site/push/subscribers`: the browsers that a site reaches, to be taken elsewhere or brought from there. */
export const pushSubscribers = new Hono<{ Bindings: Env }>()
  .get('/', zValidator('query', subscribersQuery, explainInvalid), async (c) => {
    const { id } = await siteIn(c);
    const { cursor: after = null, limit } = c.req.valid('query');
    c.header('Cache-Control', 'no-store');
    if (c.req.header('Accept')?.includes('text/csv')) {
      c.header('Content-Type', 'text/csv; charset=utf-8');
      c.header('Content-Disposition', 'attachment; filename="subscribers.csv"');
      return c.body(tableOf(c.env.DB, id, after));
    }
    const { items, cursor } = await listSubscribers(c.env.DB, id, after, limit);
    return c.json({ items, cursor: cursor && toCursor(cursor) });
  })
  .post('/', bodyLimit({ maxSize: MAX_BYTES, onError: () => tooMany().toResponse() }), async (c) => {
    const site = await siteIn(c);
    return c.json(await imported(c, site, await readUpload(c)));
  });

/** All of them, whole pages as they are read. */
function tableOf(db: D1Database, site: string, from: string | null): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let after = from;
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(tableLine(COLUMNS))),
    async pull(controller) {
      const { items, cursor } = await listSubscribers(db, site, after, PAGE);
      const lines = items.map((item) => tableLine(COLUMNS.map((column) => item[column])));
      if (lines.length > 0) controller.enqueue(encoder.encode(lines.join('')));
      if (cursor === null) controller.close();
      else after = cursor;
    },
  });
}

interface Row {
  line: number;
  value: unknown;
}

/** @throws RequestError 400 when the body is no list, 413 when it is too long */
async function readUpload(c: C): Promise<Row[]> {
  const type = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase();
  const rows = type === 'text/csv' ? readRows(await c.req.text()) : await readList(c);
  if (rows.length > MAX_SUBSCRIBERS) throw tooMany();
  return rows;
}

function readRows(text: string): Row[] {
  return readTable(text).map(({ line, cells }) => {
    // Of a table, what is empty is not said.
    return { line, value: Object.fromEntries(Object.entries(cells).filter(([, cell]) => cell !== '')) };
  });
}

async function readList(c: C): Promise<Row[]> {
  const list: unknown = await c.req.json().catch(() => null);
  if (!Array.isArray(list)) {
    throw new RequestError('bad_request', 'Send a list of subscribers as JSON, or a table as text/csv.');
  }
  return list.map((value, index) => ({ line: index + 1, value }));
}

/** Takes over those that are subscribers and not known yet; the others cost them nothing. */
async function imported(c: C, site: Site, rows: readonly Row[]): Promise<Answer> {
  const now = Date.now();
  const { publicKey, former } = await pushKeys(c.env, site, now);
  const keys = [publicKey, ...former.map((pair) => pair.publicKey)];
  const answer: Answer = { imported: 0, refused: [] };
  const refuse = ({ line, value }: Row, reason: string) => {
    const { endpoint } = (value ?? {}) as { endpoint?: unknown };
    answer.refused.push({
      line,
      endpoint: typeof endpoint === 'string' ? endpoint.slice(0, 200) : '',
      reason,
    });
  };
  const read = rows.flatMap((row) => {
    const found = readRow(row.value, keys, testOrigins(c.env));
    if (!('fault' in found)) return [{ row, ...found }];
    refuse(row, found.fault);
    return [];
  });
  const known = new Set(
    await knownSubscribers(
      c.env.DB,
      site.id,
      read.map(({ subscription }) => subscription.endpoint),
    ),
  );
  const queue = read.filter(({ row, subscription: { endpoint } }) => {
    const isNew = !known.has(endpoint);
    if (isNew) known.add(endpoint);
    else refuse(row, 'This browser is here already.');
    return isNew;
  });
  const collector = new URL(c.req.url).origin;
  const work = async () => {
    for (let one = queue.shift(); one; one = queue.shift()) {
      const { row, subscription, key, anonymousId } = one;
      try {
        const sender = { site, anonymousId, token: undefined, now };
        await subscribeFor(
          sender,
          { subscription: { ...subscription, key, anonymousId, collector }, ended: [] },
          c.env,
          true,
        );
        answer.imported++;
      } catch (error) {
        console.error('A subscriber could not be imported.', error);
        refuse(row, 'It could not be stored now. Send it again.');
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  answer.refused.sort((a, b) => a.line - b.line);
  return answer;
}

function readRow(value: unknown, keys: readonly string[], origins: readonly string[]) {
  const parsed = importedSubscriber.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.length ? `"${issue.path.join('.')}": ` : '';
    return { fault: `${where}${issue?.message ?? 'It is no subscriber'}.` };
  }
  const { endpoint, p256dh, auth, anonymousId } = parsed.data;
  const read = readSubscription({ endpoint, keys: { p256dh, auth } }, origins);
  if ('fault' in read) return { fault: read.fault.replace(/^"subscription\.(keys\.)?/, '"') };
  const key = plain(parsed.data.key);
  if (!keys.includes(key)) {
    return {
      fault:
        'It was made with a key that this site does not have, so that nothing can reach it. Import the keys of the other tool first: PUT …/push/keys.',
    };
  }
  return { ...read, key, anonymousId: anonymousId?.toWellFormed() || crypto.randomUUID() };
}

async function siteIn(c: C): Promise<Site> {
  const site = await currentSite(c.env.DB, c.req.param('site') ?? '', Date.now());
  if (!site) throw new RequestError('not_found', 'There is no such site.');
  return site;
}

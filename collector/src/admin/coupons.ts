import { zValidator } from '@hono/zod-validator';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import {
  addCodes,
  couponPoolId,
  couponPoolSettings,
  deletePool,
  dropCode,
  listPools,
  putPool,
  readPool,
} from '../campaigns/coupon-pools.ts';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { type Line, linesOf, type ReadCodes, readCodes } from './coupon-codes.ts';
import { explainInvalid } from './explain-invalid.ts';
import { requireSite } from './require-site.ts';

export { couponPool, couponPoolSettings } from '../campaigns/coupon-pools.ts';

/** Codes, and bytes, of one upload. */
const MAX_CODES = 10_000;
const MAX_BYTES = 2_000_000;

const tooMany = () =>
  new RequestError(
    'too_large',
    `Send at most ${MAX_CODES} codes and ${MAX_BYTES} bytes at once, in several calls.`,
  );

/** What JSON carries codes; or one code a line as text/plain, or the first column of text/csv. */
export const couponUpload = z.strictObject({ codes: z.array(z.unknown(), 'must be a list of codes') });

/** `line` counts from 1, in a list as well. */
export const couponUploadAnswer = z.object({
  added: z.number().int(),
  repeated: z.number().int(),
  invalid: z.array(z.object({ line: z.number().int(), code: z.string(), reason: z.string() })),
});

type C = Context<{ Bindings: Env }>;

/** `/api/sites/:site/coupon-pools`: codes to give to visitors, and how many are left. */
export const coupons = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => {
    await requireSite(c);
    return c.json({ items: await listPools(c.env.DB, site(c)), cursor: null });
  })
  .get('/:pool', async (c) => c.json(await requirePool(c)))
  .put('/:pool', zValidator('json', couponPoolSettings, explainInvalid), async (c) => {
    await requireSite(c);
    const id = couponPoolId.safeParse(c.req.param('pool'));
    if (!id.success) throw new RequestError('bad_request', `A pool's id ${id.error.issues[0]?.message}.`);
    await putPool(c.env.DB, site(c), id.data, c.req.valid('json'));
    return c.json(await requirePool(c));
  })
  .delete('/:pool', async (c) => {
    if (!(await deletePool(c.env.DB, site(c), c.req.param('pool')))) throw noPool();
    return c.json({ success: true });
  })
  .post(
    '/:pool/codes',
    bodyLimit({ maxSize: MAX_BYTES, onError: () => tooMany().toResponse() }),
    async (c) => {
      await requirePool(c);
      const { codes, repeated, invalid } = await readUpload(c);
      const { added } = await addCodes(c.env.DB, site(c), c.req.param('pool'), codes);
      return c.json({ added, repeated: repeated + codes.length - added, invalid });
    },
  )
  .delete('/:pool/codes/:code', async (c) => {
    const { pool, code } = c.req.param();
    const dropped = await dropCode(c.env.DB, site(c), pool, code);
    if (dropped === 'unknown') throw new RequestError('not_found', 'The pool has no such code.');
    if (dropped === 'assigned') {
      throw new RequestError('conflict', 'Somebody was given this code, or has used it. It has to stay.');
    }
    return c.json({ success: true });
  });

/** @throws RequestError 400 when the body has no codes to read, 413 when it has too many */
async function readUpload(c: C): Promise<ReadCodes> {
  const type = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase();
  const isText = type === 'text/csv' || type === 'text/plain';
  const lines = isText ? linesOf(await c.req.text(), type === 'text/csv') : await readList(c);
  if (lines.length > MAX_CODES) throw tooMany();
  return readCodes(lines);
}

async function readList(c: C): Promise<Line[]> {
  const parsed = couponUpload.safeParse(await c.req.json().catch(() => null));
  explainInvalid(parsed);
  return (parsed.data?.codes ?? []).map((value, index) => ({ line: index + 1, value }));
}

async function requirePool(c: C) {
  const pool = await readPool(c.env.DB, site(c), c.req.param('pool') ?? '');
  if (!pool) throw noPool();
  return pool;
}

function noPool(): RequestError {
  return new RequestError('not_found', 'There is no such coupon pool.');
}

function site(c: C): string {
  return c.req.param('site') ?? '';
}

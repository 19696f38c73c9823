import { zValidator } from '@hono/zod-validator';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { forgetKeys } from '../sites.ts';
import { explainInvalid } from './explain-invalid.ts';
import { endKey, listKeys, mintKey } from './key-storage.ts';
import { requireSite } from './require-site.ts';

const HOUR_MS = 3_600_000;

export const keyRequest = z.strictObject({
  kind: z.enum(['browser', 'server'], 'must be browser or server'),
  /** How long the key before goes on working. A week by default, a year at most; pages and caches live on for a while. */
  overlapHours: z.number().min(0).max(8_760).default(168),
});

/**
 * `/api/sites/:site/keys`: the write keys that work. A new one becomes the site's current one of its kind, and the one
 * before goes on working for a while. Other isolates learn of a key that was ended within 45 s.
 */
export const keys = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => {
    await requireSite(c);
    return c.json({ items: await listKeys(c.env.DB, site(c), Date.now()), cursor: null });
  })
  .post('/', zValidator('json', keyRequest, explainInvalid), async (c) => {
    await requireSite(c);
    const { kind, overlapHours } = c.req.valid('json');
    const minted = await mintKey(c.env.DB, site(c), kind, overlapHours * HOUR_MS, Date.now());
    forgetKeys();
    return c.json(minted, 201);
  })
  .delete('/:key', async (c) => {
    await requireSite(c);
    const key = c.req.param('key');
    if (!(await endKey(c.env.DB, site(c), key))) throw await whyNotEnded(c, key);
    forgetKeys();
    return c.json({ success: true });
  });

function site(c: Context<{ Bindings: Env }>): string {
  return c.req.param('site') ?? '';
}

async function whyNotEnded(c: Context<{ Bindings: Env }>, key: string): Promise<RequestError> {
  const keys = await listKeys(c.env.DB, site(c), Date.now());
  const current = keys.find((candidate) => candidate.key === key);
  return current
    ? new RequestError(
        'conflict',
        `This is the site's current ${current.kind} key. Make another with POST, then end this one.`,
      )
    : new RequestError('not_found', 'The site has no such key.');
}

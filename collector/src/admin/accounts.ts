import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { listAccounts, readAccount } from '../store/accounts.ts';
import { cursorOf, toCursor } from './cursor.ts';
import { explainInvalid } from './explain-invalid.ts';

export const accountsQuery = z.object({
  search: z.string().trim().max(200).default(''),
  cursor: cursorOf(z.string()).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** `/api/sites/:site/accounts`: the companies and teams that people belong to. */
export const accounts = new Hono<{ Bindings: Env }>()
  .get('/', zValidator('query', accountsQuery, explainInvalid), async (c) => {
    const { search, cursor: after = '', limit } = c.req.valid('query');
    const { items, cursor } = await listAccounts(c.env.DB, c.req.param('site') ?? '', search, after, limit);
    return c.json({ items, cursor: cursor === null ? null : toCursor(cursor) });
  })
  .get('/:id', async (c) => {
    const account = await readAccount(c.env.DB, c.req.param('site') ?? '', c.req.param('id'));
    if (!account) throw new RequestError('not_found', 'Nobody has said that they belong to this account.');
    return c.json(account);
  });

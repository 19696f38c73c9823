import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Env } from '../env.ts';
import { listDirectory } from '../store/directory.ts';
import { cursorOf, toCursor } from './cursor.ts';
import { explainInvalid } from './explain-invalid.ts';

export const directoryQuery = z.object({
  search: z.string().trim().max(200).default(''),
  cursor: cursorOf(z.tuple([z.string(), z.string()])).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** `/api/sites/:site/profiles`: the people who are known by name. */
export const directory = new Hono<{ Bindings: Env }>().get(
  '/',
  zValidator('query', directoryQuery, explainInvalid),
  async (c) => {
    const { search, cursor: after = null, limit } = c.req.valid('query');
    const { items, cursor } = await listDirectory(c.env.DB, c.req.param('site') ?? '', search, after, limit);
    return c.json({ items, cursor: cursor && toCursor(cursor) });
  },
);

import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Env } from '../env.ts';
import { D1EventStore } from '../store/d1.ts';
import { explainInvalid } from './explain-invalid.ts';

export const eventsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  source: z.enum(['client', 'all']).default('client'),
});

/** `/api/sites/:site/events`: the newest first, by arrival. `source=all` adds what the collector itself has noted. */
export const events = new Hono<{ Bindings: Env }>().get(
  '/',
  zValidator('query', eventsQuery, explainInvalid),
  async (c) => {
    const { limit, source } = c.req.valid('query');
    const store = new D1EventStore(c.env.DB);
    return c.json({ events: await store.newest(c.req.param('site') ?? '', limit, source) });
  },
);

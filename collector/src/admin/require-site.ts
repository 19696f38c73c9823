import type { Context } from 'hono';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';

/** @throws RequestError 404 when there is no site as the address names it */
export async function requireSite(c: Context<{ Bindings: Env }>): Promise<void> {
  const found = await c.env.DB.prepare('SELECT 1 FROM sites WHERE id = ?')
    .bind(c.req.param('site') ?? '')
    .first();
  if (!found) throw new RequestError('not_found', 'There is no such site.');
}

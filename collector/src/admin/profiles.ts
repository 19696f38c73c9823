import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { deviceName, personName } from '../profile/profile-name.ts';
import { listDirectory } from '../store/directory.ts';
import { cursorOf, toCursor } from './cursor.ts';
import { explainInvalid } from './explain-invalid.ts';

const query = z.object({
  search: z.string().trim().max(200).default(''),
  cursor: cursorOf(z.tuple([z.string(), z.string()])).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** `/api/sites/:site/profiles`: the people who are known by name, and one visitor: `anonymous:<id>` or `user:<id>`. */
export const profiles = new Hono<{ Bindings: Env }>()
  .get('/', zValidator('query', query, explainInvalid), async (c) => {
    const { search, cursor: after = null, limit } = c.req.valid('query');
    const page = await listDirectory(c.env.DB, c.req.param('site') ?? '', search, after, limit);
    return c.json({ items: page.items, cursor: page.cursor && toCursor(page.cursor) });
  })
  .get('/:ref', async (c) => {
    const name = await objectName(c.req.param('ref'), c.req.param('site') ?? '', c.env);
    const profile = await readProfile(name, c.env);
    if (!profile) throw new RequestError('not_found', 'Nothing is known of this visitor.');
    return c.body(profile, 200, { 'Content-Type': 'application/json' });
  });

/** An attached device answers with its person. */
async function readProfile(name: string, env: Env): Promise<string | null> {
  const result = await env.PROFILES.getByName(name).read();
  return result.kind === 'elsewhere' ? readProfile(result.person, env) : result.profile;
}

async function objectName(ref: string, site: string, env: Env): Promise<string> {
  const [, kind, id] = /^(anonymous|user):(.+)$/s.exec(ref) ?? [];
  if (kind === 'anonymous' && id) return deviceName(site, id);
  if (kind === 'user' && id) return personName(site, id, env.SIGNING_KEY);
  throw new RequestError('bad_request', 'A profile is named anonymous:<id> or user:<id>.');
}

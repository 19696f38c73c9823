import { Hono } from 'hono';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { deviceName, personName } from '../profile/profile-name.ts';

/** `/api/sites/:site/profiles/:ref`, where `ref` is `anonymous:<id>` or `user:<id>`. */
export const profiles = new Hono<{ Bindings: Env }>().get('/:ref', async (c) => {
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

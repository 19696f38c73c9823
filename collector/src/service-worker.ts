import type { Context } from 'hono';
import type { Env } from './env.ts';
import { RequestError } from './errors.ts';
import { KEY_FORMAT } from './sites.ts';

/** For so long (s) caches answer in our place; the browser itself asks anew at every check for an update. */
const MAX_AGE_S = 300;

/**
 * `GET /beckon-sw.js?site=<browser key>`: the code that a site's own worker imports, after the settings that it needs, for an
 * imported script cannot see its own address.
 *
 * @throws RequestError 400 without a key in the address
 */
export async function serviceWorker(c: Context<{ Bindings: Env }>): Promise<Response> {
  const site = c.req.query('site') ?? '';
  if (!KEY_FORMAT.test(site)) {
    throw new RequestError('bad_request', 'Import this as /beckon-sw.js?site=<browser key of the site>.');
  }
  const { origin, pathname } = new URL(c.req.url);
  const collector = `${origin}${pathname.replace(/\/beckon-sw\.js$/, '')}`;
  const file = await c.env.ASSETS.fetch(`${origin}/beckon-sw.js`);
  if (!file.ok) throw new RequestError('unavailable', 'The file beckon-sw.js is missing. Build the SDK.', 5);
  return new Response(`self.beckonPush=${JSON.stringify({ collector, site })};\n${await file.text()}`, {
    headers: {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Cache-Control': `public, max-age=${MAX_AGE_S}`,
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

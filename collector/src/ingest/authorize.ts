import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { KEY_FORMAT, type KeyKind, loadKey, loadSite, type Site } from '../sites.ts';

export interface Caller {
  site: Site;
  keyKind: KeyKind;
}

/**
 * Who is calling: by `writeKey` in the body, or HTTP Basic with the key as user name.
 *
 * @throws RequestError 401 without a known key; 403 for a browser key used from a page that the site did not allow
 */
export async function authorize(request: Request, writeKey: unknown, env: Env, now: number): Promise<Caller> {
  const key = typeof writeKey === 'string' && writeKey !== '' ? writeKey : basicUser(request);
  if (key === null) {
    throw new RequestError(
      'unauthorized',
      'Send the site\'s write key as "writeKey" in the body, or as HTTP Basic user.',
    );
  }
  // What cannot be a key is not looked up, so that nobody fills the cache with it.
  const known = KEY_FORMAT.test(key) ? await loadKey(env.DB, key, now) : null;
  const site = known && (await loadSite(env, known.site, now));
  if (!known || !site)
    throw new RequestError('unauthorized', 'The write key is not known, or has been replaced.');
  if (known.kind === 'browser') requireAllowedOrigin(site, request.headers.get('Origin'));
  return { site, keyKind: known.kind };
}

function requireAllowedOrigin(site: Site, origin: string | null): void {
  if (origin !== null && site.settings.origins.includes(origin)) return;
  throw new RequestError(
    'forbidden_origin',
    origin === null
      ? 'A browser key needs the Origin header of an allowed page. From a server, use the server key.'
      : `${origin} is not an allowed origin of this site. Add it to the site's settings.`,
  );
}

function basicUser(request: Request): string | null {
  const [scheme, credentials] = request.headers.get('Authorization')?.split(' ') ?? [];
  if (scheme?.toLowerCase() !== 'basic' || credentials === undefined) return null;
  try {
    return atob(credentials).split(':')[0] || null;
  } catch {
    return null;
  }
}

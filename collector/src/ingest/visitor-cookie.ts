import type { Context } from 'hono';
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';
import { getDomain } from 'tldts';
import type { Env } from '../env.ts';
import { secretFor } from '../signing.ts';
import { isObject } from './parse.ts';

/** 13 months: the longest that European regulators accept for an audience cookie. Seconds. */
const MAX_AGE_S = 34_214_400;

/**
 * The visitor's id in a cookie that only the collector can read, for a collector on the shop's own domain: browsers
 * that purge what scripts have stored (WebKit, after 7 days without interaction) keep it.
 */
export interface VisitorCookie {
  /** Of an earlier visit; `null` when there is none, or it was not signed here. */
  anonymousId: string | null;
  /** The browser has just made its id up: the one in the cookie wins. */
  fresh: boolean;
  set(anonymousId: string): Promise<void>;
  clear(): void;
}

/**
 * The cookie of this request; `null` unless the SDK asks for it (`"visitor": {}` in the body) from a page of the
 * collector's own site. Without that, /v1 reads no cookie. Call it after the origin was found to be allowed.
 */
export async function visitorCookie(
  c: Context<{ Bindings: Env }>,
  site: string,
  visitor: unknown,
): Promise<VisitorCookie | null> {
  const origin = c.req.header('Origin');
  if (!isObject(visitor) || origin === undefined || !URL.canParse(origin)) return null;
  const url = new URL(c.req.url);
  const domain = sharedDomain(url.hostname, new URL(origin).hostname);
  if (domain === undefined) return null;

  c.header('Access-Control-Allow-Credentials', 'true');
  const name = `beckon-${site}`;
  const where = { path: '/', ...(domain === null ? {} : { domain }) };
  const secret = secretFor('cookie', c.env.SIGNING_KEY);
  const stored = await getSignedCookie(c, secret, name);
  return {
    anonymousId: stored || null,
    fresh: visitor.fresh === true,
    set: (anonymousId) =>
      setSignedCookie(c, name, anonymousId, secret, {
        ...where,
        httpOnly: true,
        secure: url.protocol === 'https:',
        sameSite: 'Lax',
        maxAge: MAX_AGE_S,
      }),
    clear: () => {
      deleteCookie(c, name, where);
    },
  };
}

/** The registrable domain of both hosts; `null` for one host without any (`localhost`), `undefined` if they differ. */
export function sharedDomain(a: string, b: string): string | null | undefined {
  const domain = getDomain(a, { allowPrivateDomains: true });
  if (domain !== null) return domain === getDomain(b, { allowPrivateDomains: true }) ? domain : undefined;
  return a === b ? null : undefined;
}

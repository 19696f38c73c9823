/** 13 months, the longest that European regulators accept; browsers cap cookies at 400 days (396 here). */
const MAX_AGE_S = 34_214_400;

/** The visitor's anonymous id, which this site's pages share. */
export const ID_COOKIE = 'beckon_id';
/** What the visitor allows. */
export const CONSENT_COOKIE = 'beckon_consent';

/** Holds `beckon` while the inspector is open in a tab of this browser. */
export const INSPECT_COOKIE = 'beckon_inspect';

/** What the cookie holds, if it is there and well formed. */
export function readCookie(name: string): string | undefined {
  try {
    return document.cookie.match(`\\b${name}=([\\w-]+)`)?.[1];
  } catch {
    // A sandboxed frame has no cookies, and throws.
    return undefined;
  }
}

/**
 * Keeps a value for 13 months on the widest domain that the browser accepts, so that `www.` and `shop.` are one
 * visitor: browsers refuse cookies on public suffixes, so the shortest accepted suffix is the registrable domain.
 * With an age of 0 the cookie is gone, wherever it was.
 */
export function writeCookie(name: string, value: string, maxAgeS = MAX_AGE_S): void {
  const { hostname, protocol } = location;
  const labels = hostname.split('.');
  for (let first = labels.length - 1; first-- >= 0; ) {
    const domain = first < 0 ? '' : `; Domain=${labels.slice(first).join('.')}`;
    const secure = protocol > 'http:' ? '; Secure' : '';
    try {
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous, and missing in some browsers
      document.cookie = `${name}=${value}; Path=/; Max-Age=${maxAgeS}; SameSite=Lax${domain}${secure}`;
    } catch {
      // As above.
    }
    if (readCookie(name) === value) return;
  }
}

/** 13 months, the longest that European regulators accept; browsers cap cookies at 400 days (396 here). */
const MAX_AGE_S = 34_214_400;

/** The anonymous id that this site's pages share, if the cookie is there and well formed. */
export function readCookie(): string | undefined {
  try {
    return /(?:^|; )beckon_id=([\w-]{8,64})(?:;|$)/.exec(document.cookie)?.[1];
  } catch {
    // A sandboxed frame has no cookies, and throws.
    return undefined;
  }
}

/**
 * Keeps the id for 13 months on the widest domain that the browser accepts, so that `www.` and `shop.` are one
 * visitor: browsers refuse cookies on public suffixes, so the shortest accepted suffix is the registrable domain.
 */
export function writeCookie(id: string): void {
  const { hostname, protocol } = location;
  const labels = hostname.split('.');
  for (let first = labels.length - 2; first >= -1; first--) {
    const domain = first < 0 ? '' : `; Domain=${labels.slice(first).join('.')}`;
    const secure = protocol === 'https:' ? '; Secure' : '';
    try {
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous, and missing in some browsers
      document.cookie = `beckon_id=${id}; Path=/; Max-Age=${MAX_AGE_S}; SameSite=Lax${domain}${secure}`;
    } catch {
      // As above.
    }
    if (readCookie() === id) return;
  }
}

const ALLOWED = /^(https?|mailto|tel):$/;

/** The URL if a visitor may be sent there: http(s), mailto, tel, or relative to the page; else undefined. */
export function safeUrl(href: string, base: string = document.baseURI): string | undefined {
  try {
    const { protocol, href: resolved } = new URL(href, base);
    return ALLOWED.test(protocol) ? resolved : undefined;
  } catch {
    return undefined;
  }
}

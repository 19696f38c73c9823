import { promisifyRequest } from 'idb-keyval';
import type { Beckon } from '../api.ts';
import { initialConsent } from '../consent.ts';
import { ID_COOKIE, readCookie, writeCookie } from '../cookie.ts';
import type { Options } from '../options.ts';
import { openStore, STATE_KEY } from '../store.ts';
import type { VisitorState } from '../visitor.ts';
import { takeParameter } from './address.ts';
import { sign, verify } from './link-signature.ts';
import { watchLinks } from './outgoing-links.ts';

/** Takes the id along; the core looks for it as well. */
const PARAMETER = '_beckon';
const IN_QUERY = /[?&]_beckon=/;

/** Which of the owner's domains a host belongs to: to `shop.example`, `www.shop.example` does. */
function parseDomains(setting: string): (hostname: string) => string | undefined {
  const domains = setting.split(/[\s,]+/).map((name) => {
    try {
      // As browsers spell it, whatever the owner wrote: `https://Shop.example/`, `*.shop.example`, `münchen.example`.
      return new URL(`http://${name.replace(/^\w+:\/\/|^\*?\./, '')}`).hostname;
    } catch {
      return undefined;
    }
  });
  return (hostname) => domains.find((domain) => domain && `.${hostname}`.endsWith(`.${domain}`));
}

/**
 * Takes the parameter out of the address bar, whatever it holds.
 * @returns the id, if the link is right: signed in this browser in the last 2 minutes, and followed on a page of one of
 * the owner's domains
 */
function take(setting: string): string | undefined {
  const value = takeParameter(PARAMETER);
  if (!value) return undefined;
  try {
    return parseDomains(setting)(new URL(document.referrer).hostname) && verify(value, Date.now());
  } catch {
    // Without a referrer nobody knows who made the link.
    return undefined;
  }
}

/**
 * The id that a link has brought becomes the id of this site. It wins over that of
 * an anonymous visitor, as with Google's cross-domain linker, but not over a user who has logged in here. Where consent
 * is still missing nothing is kept, and the visitor is a new one.
 */
export async function takeId(site: Options): Promise<void> {
  const brought = take(String(site.linkDomains));
  const consent = initialConsent(site);
  if (!brought || (consent && !consent.analytics)) return;
  const saved = await openStore(`beckon:${site.writeKey}`)('readonly', (entries) =>
    promisifyRequest<VisitorState | undefined>(entries.get(STATE_KEY)),
  ).catch(() => undefined);
  const known = readCookie(ID_COOKIE);
  // What another id left in the database belongs to someone else.
  if (saved?.userId && (!known || known === saved.anonymousId)) return;
  writeCookie(ID_COOKIE, brought);
}

/**
 * Hands the anonymous id to the owner's other domains: links and forms that lead there take it along, signed. Nothing
 * is added where it is unknown, or consent is missing.
 * @param setting - the domains, subdomains included: `shop.example, shop.test`
 */
export function start(beckon: Beckon, setting: string): void {
  const domainOf = parseDomains(setting);
  const here = location.hostname;
  watchLinks(PARAMETER, ({ protocol, hostname, search }) => {
    const domain = domainOf(hostname);
    const id = beckon.anonymousId();
    // The hosts of one domain share the cookie.
    const other = domain && domain !== domainOf(here) && hostname !== here;
    if (!id || !other || !/^http/.test(protocol) || IN_QUERY.test(search)) return undefined;
    return sign(id, Date.now());
  });
}

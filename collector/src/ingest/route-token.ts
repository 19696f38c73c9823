import { isAnonymous, siteOf } from '../profile/profile-name.ts';
import type { Elsewhere } from '../profile/rpc.ts';
import { hmac, verifyHmac } from '../signing.ts';

const LIFETIME_MS = 24 * 3_600_000;
/** A token with more than this left is given back as it is, so that a browser need not store a new one each time. */
const FRESH_MS = LIFETIME_MS / 2;

/** Where the messages of a device go. */
export type Route = Omit<Elsewhere, 'kind'>;

/**
 * A signed answer to "whose device is this?", which saves asking the device: `person|epoch|expiry|signature`.
 * It is a hint: the person refuses it once the device has left.
 *
 * @param before the token that the request came with
 */
export async function routeToken(
  anonymousId: string,
  route: Route,
  before: unknown,
  now: number,
  key: string,
): Promise<string> {
  const site = siteOf(route.person);
  const known = await readRouteToken(before, site, anonymousId, now + FRESH_MS, key);
  if (typeof before === 'string' && known?.person === route.person && known.epoch === route.epoch)
    return before;
  const body = [route.person, route.epoch, now + LIFETIME_MS].join('|');
  return `${body}|${await hmac('route', signed(anonymousId, body), key)}`;
}

/** @returns `null` when the token is forged, expired, of another device or of another site */
export async function readRouteToken(
  token: unknown,
  site: string,
  anonymousId: string,
  now: number,
  key: string,
): Promise<Route | null> {
  if (typeof token !== 'string' || token.length > 512) return null;
  const cut = token.lastIndexOf('|');
  const body = token.slice(0, Math.max(0, cut));
  if (!(await verifyHmac('route', signed(anonymousId, body), token.slice(cut + 1), key))) return null;
  const [person = '', epoch = '', expiry = '', ...more] = body.split('|');
  if (more.length > 0) return null;
  return !isAnonymous(person) && siteOf(person) === site && Number(expiry) > now
    ? { person, epoch: Number(epoch) }
    : null;
}

/** An anonymous id may contain anything, `|` too. */
function signed(anonymousId: string, body: string): string {
  return JSON.stringify([body, anonymousId]);
}

import type { JsonObject } from '../../../sdk/src/message.ts';
import { type Accepted, own, ownObject, ownString, type StoredMessage } from '../message.ts';
import { isAnonymous } from '../profile/profile-name.ts';
import { hmac, verifyHmac } from '../signing.ts';

/** The parameter of a link in a message by which the device that opens it is the person's whom it was sent to. */
export const REFERENCE_PARAMETER = 'beckon_ref';
const DAY_MS = 86_400_000;
const LIFETIME_DAYS = 60;

/**
 * What tells whose link was opened, for 60 days; `null` of a device: what it is sent names nobody.
 *
 * @param name of the person's object
 * @param now ms since the epoch
 */
export async function visitorReference(
  site: string,
  name: string,
  now: number,
  key: string,
): Promise<string | null> {
  if (isAnonymous(name)) return null;
  const [kind = '', , rest = ''] = name.split(':');
  const body = `${kind}${rest}.${(Math.floor(now / DAY_MS) + LIFETIME_DAYS).toString(36)}`;
  return `${body}.${await hmac('reference', `${site}:${body}`, key)}`;
}

/** A link that carries a reference, in place of any other. */
export function withReference(url: string, token: string): string {
  const address = new URL(url);
  address.searchParams.set(REFERENCE_PARAMETER, token);
  return address.href;
}

/** Name of the person's object; `null` when the token is forged, run out, or of another site. */
async function readReference(token: string, site: string, now: number, key: string): Promise<string | null> {
  const [, body = '', person = '', until = '', signature = ''] = TOKEN.exec(token) ?? [];
  if (Number.parseInt(until, 36) * DAY_MS < now) return null;
  if (!(await verifyHmac('reference', `${site}:${body}`, signature, key))) return null;
  return `${person.charAt(0)}:${site}:${person.slice(1)}`;
}

const TOKEN = /^(([uc][\w-]{43,45})\.([0-9a-z]{1,6}))\.([\w-]{43})$/;

/**
 * What devices have opened that were sent a link: a page view with a reference names the person whom it was sent to. In
 * what is stored, addresses have none.
 *
 * @param read whether references count: of browsers alone
 * @param now ms since the epoch
 */
export async function readReferences(
  accepted: readonly Accepted[],
  site: string,
  read: boolean,
  now: number,
  key: string,
): Promise<Accepted[]> {
  return Promise.all(
    accepted.map(async (one) => {
      const { message } = one;
      const url =
        ownString(ownObject(message.context, 'page'), 'url') ?? ownString(message.properties, 'url');
      const token = referenceIn(url);
      const counts = read && token !== null && message.event === 'page_view';
      const person = counts ? await readReference(token, site, now, key) : null;
      return {
        ...one,
        message: withoutReferences(message),
        ...(person === null ? {} : { referred: person }),
      };
    }),
  );
}

function referenceIn(url: string | null): string | null {
  if (!url?.includes(`${REFERENCE_PARAMETER}=`) || !URL.canParse(url)) return null;
  return new URL(url).searchParams.get(REFERENCE_PARAMETER);
}

/** Where SDKs name the address of a page, and of the one before. */
const ADDRESSES = ['url', 'referrer', 'search', 'href', 'page_location', 'page_referrer'];

function withoutReferences(message: StoredMessage): StoredMessage {
  const { context, properties, raw } = message;
  const page = cleaned(ownObject(context, 'page'));
  const said = cleaned(properties);
  const sent = raw && cleaned(raw.properties);
  return {
    ...message,
    ...(page && context ? { context: { ...context, page } } : {}),
    ...(said ? { properties: said } : {}),
    ...(raw && sent ? { raw: { ...raw, properties: sent } } : {}),
  };
}

/** `undefined`: there is nothing to clean. */
function cleaned(object: JsonObject | undefined): JsonObject | undefined {
  let clean: JsonObject | undefined;
  for (const name of object ? ADDRESSES : []) {
    const value = own(object, name);
    if (typeof value !== 'string' || !value.includes(`${REFERENCE_PARAMETER}=`)) continue;
    clean = {
      ...(clean ?? object),
      [name]: value.replace(PARAMETER, (_, before, after) => joint(before, after)),
    };
  }
  return clean;
}

const PARAMETER = new RegExp(`([?&])${REFERENCE_PARAMETER}=[^&#]*(&?)`, 'g');

/** What is left between the parameters around it. */
function joint(before: string, after: string): string {
  return after === '' ? '' : before;
}

import { z } from 'zod';
import type { StoredMessage } from '../message.ts';
import { ownObject, ownString } from '../message.ts';
import { base64url, hmac, verifyHmac } from '../signing.ts';

/** The parameter of a page's address that makes its visitor a test visitor, and may show him a draft. */
export const TEST_PARAMETER = 'beckon_test';
/** The parameter that opens the inspector; the SDK takes it out of the address before anything is sent. */
export const INSPECT_PARAMETER = 'beckon_inspect';

const claims = z.object({
  /** `null`: a visitor like all others again; absent: he stays what he is. */
  test: z
    .object({ variants: z.record(z.string(), z.string()) })
    .nullable()
    .exactOptional(),
  /** Id of the campaign whose draft is shown. */
  draft: z.string().exactOptional(),
  /** Whether the inspector may ask about the visitor of its browser. */
  inspect: z.literal(true).exactOptional(),
  /** ms since the epoch. */
  until: z.number(),
});

/** What a signed link does, and (ms since the epoch) until when. */
export type LinkClaims = z.infer<typeof claims>;

/** The value of {@link TEST_PARAMETER} or {@link INSPECT_PARAMETER}, for this site alone. */
export async function linkToken(site: string, said: LinkClaims, key: string): Promise<string> {
  const body = base64url(new TextEncoder().encode(JSON.stringify(said)));
  return `${body}.${await hmac('test', `${site}:${body}`, key)}`;
}

/** @returns `null` when the token is forged, run out, or of another site */
export async function readLinkToken(
  token: unknown,
  site: string,
  now: number,
  key: string,
): Promise<LinkClaims | null> {
  if (typeof token !== 'string' || token.length > MAX_LENGTH) return null;
  const [body = '', signature = ''] = token.split('.');
  if (!(await verifyHmac('test', `${site}:${body}`, signature, key))) return null;
  const said = claims.parse(JSON.parse(textOf(body)));
  return said.until > now ? said : null;
}

/** Of a token; addresses are cut at about this length. */
const MAX_LENGTH = 2_048;

/** What a visitor's page has been opened with. */
export interface OpenedLink extends LinkClaims {
  /** The newest page view with this link, if there is one among the messages: a draft is shown once for each. */
  pageView: string | null;
}

/** What the newest address of each visitor among these messages says of him, by `anonymousId`; where it is true and not too old. */
export async function openedLinksIn(
  messages: readonly StoredMessage[],
  site: string,
  key: string,
  now: number,
): Promise<Map<string, OpenedLink>> {
  const found = new Map<string, OpenedLink>();
  const tokens = new Map<string, string>();
  for (const { anonymousId, context, event, messageId } of messages.toReversed()) {
    if (anonymousId === undefined) continue;
    const token = tokenIn(ownString(ownObject(context, 'page'), 'url'));
    if (!token) continue;
    const known = found.get(anonymousId);
    if (known) {
      if (event === 'page_view' && tokens.get(anonymousId) === token) known.pageView ??= messageId;
      continue;
    }
    const said = await readLinkToken(token, site, now, key);
    if (!said) continue;
    tokens.set(anonymousId, token);
    found.set(anonymousId, { ...said, pageView: event === 'page_view' ? messageId : null });
  }
  return found;
}

function tokenIn(url: string | null): string | null {
  if (!url?.includes(`${TEST_PARAMETER}=`) || !URL.canParse(url)) return null;
  return new URL(url).searchParams.get(TEST_PARAMETER);
}

function textOf(base64: string): string {
  const bytes = Uint8Array.from(atob(base64.replaceAll('-', '+').replaceAll('_', '/')), (c) =>
    c.charCodeAt(0),
  );
  return new TextDecoder().decode(bytes);
}

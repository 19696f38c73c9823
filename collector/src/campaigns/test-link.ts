import { z } from 'zod';
import type { StoredMessage } from '../message.ts';
import { ownObject, ownString } from '../message.ts';
import { base64url, hmac, verifyHmac } from '../signing.ts';
import type { TestVisitor } from './experiment.ts';

/** The parameter of a page's address that makes its visitor a test visitor. */
export const TEST_PARAMETER = 'beckon_test';

const claims = z.object({
  /** `null`: a visitor like all others again. */
  test: z.object({ variants: z.record(z.string(), z.string()) }).nullable(),
  /** ms since the epoch. */
  until: z.number(),
});

/**
 * The value of {@link TEST_PARAMETER}: whoever opens a page of the site with it is a test visitor.
 *
 * @param until ms since the epoch: when the link stops working; who has opened it stays what he is
 */
export async function testToken(
  site: string,
  test: TestVisitor | null,
  until: number,
  key: string,
): Promise<string> {
  const body = base64url(new TextEncoder().encode(JSON.stringify({ test, until })));
  return `${body}.${await hmac('test', `${site}:${body}`, key)}`;
}

/** What the newest address of each visitor among these messages says of him, by `anonymousId`; where it is true and not too old. */
export async function testVisitorsIn(
  messages: readonly StoredMessage[],
  site: string,
  key: string,
  now: number,
): Promise<Map<string, TestVisitor | null>> {
  const found = new Map<string, TestVisitor | null>();
  for (const { anonymousId, context } of messages.toReversed()) {
    if (anonymousId === undefined || found.has(anonymousId)) continue;
    const url = ownString(ownObject(context, 'page'), 'url');
    const token =
      url?.includes(`${TEST_PARAMETER}=`) &&
      URL.canParse(url) &&
      new URL(url).searchParams.get(TEST_PARAMETER);
    if (!token) continue;
    const [body = '', signature = ''] = token.split('.');
    if (!(await verifyHmac('test', `${site}:${body}`, signature, key))) continue;
    const { test, until } = claims.parse(JSON.parse(textOf(body)));
    if (until > now) found.set(anonymousId, test);
  }
  return found;
}

function textOf(base64: string): string {
  const bytes = Uint8Array.from(atob(base64.replaceAll('-', '+').replaceAll('_', '/')), (c) =>
    c.charCodeAt(0),
  );
  return new TextDecoder().decode(bytes);
}

import { base64url, hmac, verifyHmac } from '../signing.ts';

/** How long a link to the preference page works: those of old mails must end a subscription, too. */
const LIFETIME_MS = 365 * 86_400_000;
const MAX_LENGTH = 1_024;

export type ReadToken =
  /** Name of the person's object. */
  { kind: 'valid'; name: string } | { kind: 'expired' } | { kind: 'forged' };

/** What opens somebody's preferences. It says whose object that is, which is no name of a person. */
export async function preferencesToken(name: string, now: number, key: string): Promise<string> {
  const body = base64url(new TextEncoder().encode(`${(now + LIFETIME_MS).toString(36)}|${name}`));
  return `${body}.${await hmac('preferences', body, key)}`;
}

export async function readPreferencesToken(token: string, now: number, key: string): Promise<ReadToken> {
  const [body = '', signature = '', ...more] = token.length > MAX_LENGTH ? [] : token.split('.');
  if (more.length > 0 || !(await verifyHmac('preferences', body, signature, key))) return { kind: 'forged' };
  const bytes = Uint8Array.from(atob(body.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const [until = '', ...name] = new TextDecoder().decode(bytes).split('|');
  return Number.parseInt(until, 36) > now ? { kind: 'valid', name: name.join('|') } : { kind: 'expired' };
}

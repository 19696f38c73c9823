import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { Proof } from '../message.ts';
import type { KeyKind, Site } from '../sites.ts';
import { normalEmail } from './identifiers.ts';

/** How far the clocks of the shop and the collector may differ, s. */
const CLOCK_TOLERANCE_S = 30;
/** How long a token may be valid, s: a stolen one is worth nothing the next day. */
const MAX_LIFETIME_S = 24 * 3_600;
const MAX_LENGTH = 4_096;

/** What stands behind a message, and what is wrong with its token, said to the developer. */
export interface Proven {
  proof: Proof;
  fault: string | null;
}
export type Prover = (token: unknown, userId: string | undefined) => Promise<Proven>;

const NONE: Proof = { kind: 'none' };

/**
 * Tells how far the names in the messages of one request can be believed. A token is a JWT (HS256) that the shop's
 * back end has signed with one of the site's identity secrets: `sub` the user id, `aud` the site's id, `exp` at most
 * 24 hours after `iat`, if it likes `email`. It is read once per request, and not at all when the site asks for none.
 *
 * @param now ms since the epoch
 */
export function proverFor(site: Pick<Site, 'id' | 'settings'>, keyKind: KeyKind, now: number): Prover {
  if (keyKind === 'server') return async () => ({ proof: { kind: 'server' }, fault: null });
  if (site.settings.identity === 'off') return async () => ({ proof: NONE, fault: null });
  const read = new Map<string, Promise<JWTPayload | string>>();
  return async (token, userId) => {
    if (token === undefined || token === null) return { proof: NONE, fault: null };
    if (typeof token !== 'string' || token.length > MAX_LENGTH) return unproven('is no JWT');
    let reading = read.get(token);
    if (!reading) {
      reading = readToken(token, site, now);
      read.set(token, reading);
    }
    const claims = await reading;
    if (typeof claims === 'string') return unproven(claims);
    if (userId === undefined) return unproven('proves a user id, and the message has none');
    if (String(claims.sub) !== userId) {
      return unproven(`is that of another user: its "sub" must be the message's userId`);
    }
    const email = typeof claims.email === 'string' ? normalEmail(claims.email) : null;
    return { proof: { kind: 'proven', email }, fault: null };
  };
}

function unproven(fault: string): Proven {
  return { proof: NONE, fault: `The token ${fault}; the user id counts as unproven.` };
}

/** The claims of a token that holds; else what is wrong with it. */
async function readToken(
  token: string,
  { id, settings }: Pick<Site, 'id' | 'settings'>,
  now: number,
): Promise<JWTPayload | string> {
  let fault = 'cannot be checked: the site has no identity secret in its settings';
  for (const secret of settings.identitySecrets) {
    try {
      const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
        algorithms: ['HS256'],
        audience: id,
        requiredClaims: ['sub', 'exp'],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(now),
      });
      return isShortLived(payload, now / 1_000)
        ? payload
        : 'is valid for more than 24 hours: bring "exp" nearer';
    } catch (error) {
      fault = faultOf(error, id);
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) return fault;
    }
  }
  return fault;
}

function isShortLived({ iat, exp = Number.POSITIVE_INFINITY }: JWTPayload, now: number): boolean {
  return exp - Math.min(iat ?? now, now) <= MAX_LIFETIME_S + CLOCK_TOLERANCE_S;
}

function faultOf(error: unknown, site: string): string {
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return "is not signed with one of the site's identity secrets";
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'must be signed with HS256';
  if (error instanceof errors.JWTExpired) return 'has expired: get a new one from the back end';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return `is for another site: its "aud" must be "${site}"`;
    return `has a claim "${error.claim}" that is missing or does not hold`;
  }
  return 'is no JWT';
}

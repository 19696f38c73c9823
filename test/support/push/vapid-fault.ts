import type { Subscribed } from './push-service.ts';

/** What is wrong with a sender's `Authorization` (RFC 8292), as real services answer it; null: nothing. */
export async function vapidFault(
  authorization: string | undefined,
  { key, origins }: Subscribed,
  now: number,
): Promise<{ status: 401 | 403; text: string } | null> {
  if (key === null) return null;
  const [, token, given] = /^vapid t=([^,\s]+),\s*k=([^,\s]+)$/.exec(authorization ?? '') ?? [];
  if (!token || !given) return { status: 401, text: 'vapid t=…, k=… is required' };
  if (given !== key) return { status: 403, text: 'the key is not the subscription’s' };
  const [header = '', claims = '', signature = ''] = token.split('.');
  let claimed: { aud?: unknown; exp?: unknown; sub?: unknown };
  try {
    claimed = JSON.parse(Buffer.from(claims, 'base64url').toString());
  } catch {
    return { status: 401, text: 'BadJwtToken: claims' };
  }
  const { aud, exp, sub } = claimed;
  if (!origins.includes(String(aud))) return { status: 401, text: `BadJwtToken: aud ${aud}` };
  const seconds = now / 1_000;
  if (typeof exp !== 'number' || exp <= seconds || exp > seconds + 86_400)
    return { status: 401, text: `BadJwtToken: exp ${exp}` };
  if (!/^(mailto:[^\s<>]+@(?!localhost$)|https:\/\/)\S+$/.test(String(sub)))
    return { status: 403, text: `BadJwtToken: sub ${sub}` };
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const verifier = await crypto.subtle
    .importKey('raw', Buffer.from(key, 'base64url'), algorithm, false, ['verify'])
    .catch(() => null);
  const signed = Buffer.from(`${header}.${claims}`);
  const holds =
    verifier &&
    (await crypto.subtle.verify(algorithm, verifier, Buffer.from(signature, 'base64url'), signed));
  return holds ? null : { status: 401, text: 'BadJwtToken: signature' };
}

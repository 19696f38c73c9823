import type { MiddlewareHandler } from 'hono';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';

/** Lets `Authorization: Bearer <ADMIN_TOKEN>` through, and nobody else. */
export const requireAdmin: MiddlewareHandler<{ Bindings: Env }> = async (c, next) => {
  const [scheme, token] = c.req.header('Authorization')?.split(' ') ?? [];
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || !sameText(token, c.env.ADMIN_TOKEN)) {
    throw new RequestError('unauthorized', 'Send "Authorization: Bearer <ADMIN_TOKEN>".');
  }
  await next();
};

/** Takes the same time wherever the texts differ. An unset token opens nothing. */
function sameText(given: string, expected: string | undefined): boolean {
  if (!expected) return false;
  const a = new TextEncoder().encode(given);
  const b = new TextEncoder().encode(expected);
  return a.byteLength === b.byteLength && crypto.subtle.timingSafeEqual(a, b);
}

import type { Context } from 'hono';
import { z } from 'zod';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { deviceName } from '../profile/profile-name.ts';
import { authorize } from './authorize.ts';
import { forgetJoins } from './join.ts';
import { readJsonObject } from './parse.ts';
import { visitorCookie } from './visitor-cookie.ts';

export const forgetRequest = z.object({ anonymousId: z.string().min(1).max(256) });

/**
 * `DELETE /v1/visitor`: consent was withdrawn. Everything that the device has sent is erased, in its object and in
 * the store, also where it belongs to a person by now; the cookie expires. What was kept of a device that is not known
 * any more leaves the store within a day. Repeating it changes nothing.
 *
 * @throws RequestError 503 when not all of it could be erased yet
 */
export async function forgetVisitor(c: Context<{ Bindings: Env }>, now: number): Promise<{ success: true }> {
  const body = await readJsonObject(c.req.raw);
  const { site } = await authorize(c.req.raw, body.writeKey, c.env, now);
  const parsed = forgetRequest.safeParse(body);
  if (!parsed.success) throw new RequestError('bad_request', '"anonymousId" must name the device to forget.');
  const cookie = await visitorCookie(c, site.id, body.visitor);
  try {
    await c.env.PROFILES.getByName(deviceName(site.id, parsed.data.anonymousId.toWellFormed())).forget();
  } catch (error) {
    console.error(error);
    throw new RequestError('unavailable', 'The device could not be forgotten yet. Ask again.', 5);
  } finally {
    forgetJoins();
  }
  cookie?.clear();
  return { success: true };
}

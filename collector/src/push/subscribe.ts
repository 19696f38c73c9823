import { z } from 'zod';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { authorize } from '../ingest/authorize.ts';
import { subscribeFor } from '../ingest/deliver.ts';
import { namesNobody } from '../ingest/names-nobody.ts';
import { readJsonObject } from '../ingest/parse.ts';
import { testOrigins } from './endpoint.ts';
import { isKeyOf } from './keys.ts';
import { readSubscription } from './subscription.ts';

const endpoint = z.string().min(1).max(2_048);
const visitor = { anonymousId: z.string().min(1).max(256), token: z.unknown().optional() };

/** Besides `writeKey` and `subscription`, which is what `PushSubscription.toJSON()` returns. */
export const subscribeRequest = z.object({
  ...visitor,
  /** The public key with which the browser has subscribed. */
  key: z.string().min(1).max(100),
  /** The endpoint in whose place this one comes. */
  replaces: endpoint.optional(),
});
export const unsubscribeRequest = z.object({ ...visitor, endpoint });

/**
 * `PUT /v1/push/subscription`: a browser takes push messages. Told again, it is a sign of life.
 *
 * @throws RequestError 400 for what is no subscription of a push service, of another key than the site's, or of nobody; 401
 *   where the device is a person's (unless the site wants no proofs), its token is missing or too old, and it names no endpoint
 *   that is known of him
 */
export async function subscribe(request: Request, env: Env, now: number): Promise<void> {
  const body = await readJsonObject(request);
  const { site } = await authorize(request, body.writeKey, env, now);
  const parsed = subscribeRequest.safeParse(body);
  if (!parsed.success) {
    throw new RequestError('bad_request', 'A subscription comes with "anonymousId" and "key" as text.');
  }
  const { anonymousId, token, key, replaces } = parsed.data;
  if (namesNobody(anonymousId)) {
    throw new RequestError('bad_request', `The anonymousId "${anonymousId}" names nobody.`);
  }
  const read = readSubscription(body.subscription, testOrigins(env));
  if ('fault' in read) throw new RequestError('bad_request', read.fault);
  if (!(await isKeyOf(env, site, key, now))) {
    throw new RequestError('bad_request', '"key" is none of this site. Subscribe anew with its own.');
  }
  const device = anonymousId.toWellFormed();
  const collector = new URL(request.url).origin;
  const isTaken = await subscribeFor(
    { site, anonymousId: device, token, now },
    {
      subscription: { ...read.subscription, key, anonymousId: device, collector },
      ended: replaces === undefined ? [] : [replaces],
    },
    env,
  );
  if (!isTaken) {
    throw new RequestError(
      'unauthorized',
      'Somebody is known on this device. Send "token" as the last answer to this device gave it.',
    );
  }
}

/** `DELETE /v1/push/subscription`: it takes none any more. One that is not known is passed over. */
export async function unsubscribe(request: Request, env: Env, now: number): Promise<void> {
  const body = await readJsonObject(request);
  const { site } = await authorize(request, body.writeKey, env, now);
  const parsed = unsubscribeRequest.safeParse(body);
  if (!parsed.success) {
    throw new RequestError('bad_request', 'It takes "anonymousId" and "endpoint" as text.');
  }
  const { anonymousId, token, endpoint: ended } = parsed.data;
  const sender = { site, anonymousId: anonymousId.toWellFormed(), token, now };
  await subscribeFor(sender, { subscription: null, ended: [ended] }, env);
}

import { z } from 'zod';
import type { ClaimAnswer } from '../../../sdk/src/message.ts';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { authorize } from '../ingest/authorize.ts';
import { claimFor } from '../ingest/deliver.ts';
import { readJsonObject } from '../ingest/parse.ts';
import { readArmedId } from './armed-id.ts';

export const claimRequest = z.object({
  anonymousId: z.string().min(1).max(256),
  claimId: z.string().min(1).max(64),
  token: z.unknown().optional(),
  /** BCP 47: the page's language, then the browser's. A list that makes no sense is taken for none. */
  locales: z.array(z.string().max(100)).max(10).optional().catch(undefined),
});

/**
 * `POST /v1/messages/:id/claim`: asked when a trigger fires, just before painting. Without a yes, nothing is shown.
 *
 * @throws RequestError 404 when the id was never armed for this site
 */
export async function claim(request: Request, id: string, env: Env, now: number): Promise<ClaimAnswer> {
  const body = await readJsonObject(request);
  const { site } = await authorize(request, body.writeKey, env, now);
  const parsed = claimRequest.safeParse(body);
  if (!parsed.success) {
    throw new RequestError('bad_request', 'A claim needs "anonymousId" and "claimId" as text.');
  }
  const { claimId, token, locales = [] } = parsed.data;
  const anonymousId = parsed.data.anonymousId.toWellFormed();
  const armed = await readArmedId(site.id, anonymousId, id, env.SIGNING_KEY);
  if (!armed) throw new RequestError('not_found', 'No message was armed with this id.');
  const { isOf, ...asked } = armed;
  if (!isOf) return { show: false, reason: 'unknown_visitor' };
  const sender = { site, anonymousId, token, now };
  return claimFor(sender, { ...asked, claimId, locales }, env);
}

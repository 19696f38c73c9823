import { z } from 'zod';
import type { InspectAnswer } from '../../../sdk/src/message.ts';
import { inspectDraft } from '../campaigns/draft-preview.ts';
import { readLinkToken } from '../campaigns/test-link.ts';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { authorize } from '../ingest/authorize.ts';
import { inspectFor } from '../ingest/deliver.ts';
import { readJsonObject } from '../ingest/parse.ts';

export const inspectRequest = z.object({
  anonymousId: z.string().min(1).max(256),
  token: z.unknown().optional(),
  /** Of a signed link that opens the inspector. */
  inspect: z.string(),
  /** Makes the visitor a test visitor, or one like all others. */
  test: z.boolean().optional(),
});

/**
 * `POST /v1/inspect`: what the collector makes of the visitor of a browser, for the panel that a signed link opens on the
 * shop's own page. The link proves the right to look; whom at, the browser's own id and route token say, so that a link
 * that has got into wrong hands shows nobody there but themselves.
 *
 * @throws RequestError 401 when the link does not open the inspector here, or does so no more
 */
export async function inspect(request: Request, env: Env, now: number): Promise<InspectAnswer> {
  const body = await readJsonObject(request);
  const { site } = await authorize(request, body.writeKey, env, now);
  const parsed = inspectRequest.safeParse(body);
  if (!parsed.success) {
    throw new RequestError('bad_request', 'To inspect needs "anonymousId" and "inspect" as text.');
  }
  const { token, test } = parsed.data;
  const anonymousId = parsed.data.anonymousId.toWellFormed();
  const link = await readLinkToken(parsed.data.inspect, site.id, now, env.SIGNING_KEY);
  if (!link?.inspect) {
    throw new RequestError('unauthorized', 'This link has run out, or is not of this site. Make a new one.');
  }
  const draft = link.draft === undefined ? null : await inspectDraft(site, link.draft, env, now);
  const change = test === undefined ? undefined : test ? { variants: {} } : null;
  const inspected = await inspectFor(
    { site, anonymousId, token, now },
    { draft: draft?.json ?? null, test: change },
    env,
  );
  const { name, currency } = site.settings;
  return { site: { id: site.id, name, currency }, ...inspected, draft: draft?.said ?? null };
}

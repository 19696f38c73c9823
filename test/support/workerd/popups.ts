import type { ArmedMessage, ClaimAnswer } from '../../../sdk/src/message.ts';
import { api, env, post, sendBatch, type TestSite } from './collector.ts';

/** Settings of a site that does not limit how many popups a visitor sees. */
export const NO_LIMITS = { popups: { minGapMs: 0, perSession: null, perDay: null } };
/** May be shown again in the same session. */
export const AGAIN = { cap: { perSession: null } };

/** A popup for everybody, unless `change` says otherwise. */
export function popup(id: string, change: object = {}, blocks: object[] = [{ type: 'heading', text: 'Hi' }]) {
  const variants = [{ key: 'a', content: { en: { kind: 'modal', blocks } } }];
  return { id, name: id, steps: [{ id: 'm', type: 'message', channel: 'popup', variants }], ...change };
}

export async function publish(
  site: TestSite,
  kind: 'campaigns' | 'segments',
  draft: { id: string },
): Promise<void> {
  const path = `/api/sites/${site.id}/${kind}/${draft.id}`;
  for (const [method, url, body] of [
    ['PUT', path, draft],
    ['POST', `${path}/publish`, undefined],
  ] as const) {
    const response = await api(method, url, body);
    if (!response.ok) throw new Error(await response.text());
  }
}

/** What a page does when a trigger fires. */
export function postClaim(
  site: TestSite,
  armed: ArmedMessage | undefined,
  anonymousId: string,
  { claimId = crypto.randomUUID(), token }: { claimId?: string; token?: string | null } = {},
): Promise<Response> {
  const body = { writeKey: site.browserKey, anonymousId, claimId, token };
  return post(site, `/v1/messages/${armed?.id}/claim`, body);
}

export async function claimPopup(...asked: Parameters<typeof postClaim>): Promise<ClaimAnswer> {
  const response = await postClaim(...asked);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** The campaigns that these messages arm. */
export async function armedBy(site: TestSite, messages: object[]): Promise<string[]> {
  return (await sendBatch(site, messages)).messages.map(({ campaign }) => campaign.replace(/@.*/, ''));
}

/** Makes the pool `welcome`. */
export async function poolOf(site: TestSite, codes: string[]): Promise<void> {
  const path = `/api/sites/${site.id}/coupon-pools/welcome`;
  await api('PUT', path, {});
  const response = await api('POST', `${path}/codes`, { codes });
  if (!response.ok) throw new Error(await response.text());
}

/** Codes that were given to somebody, and to whom. */
export async function codesGiven(site: TestSite): Promise<{ code: string; holder: string | null }[]> {
  const { results } = await env.DB.prepare(
    'SELECT code, holder FROM coupons WHERE site = ? AND assigned_at IS NOT NULL ORDER BY code',
  )
    .bind(site.id)
    .all<{ code: string; holder: string | null }>();
  return results;
}

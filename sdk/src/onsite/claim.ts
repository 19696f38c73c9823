import type { ClaimAnswer, ClaimRequest } from '../message.ts';
import type { OnsiteHost } from './host.ts';
import { pause, soon } from './until.ts';

/** ms after each try; the visitor is looking at the page. */
const RETRIES_MS = [1_000, 4_000, 0];

/**
 * Asks the collector whether the popup may be painted now. The same `claimId` goes with every try, so that an
 * answer lost on the way does not count twice.
 */
export async function claim(host: OnsiteHost, id: string, signal: AbortSignal): Promise<ClaimAnswer> {
  const { endpoint, writeKey } = host;
  const { anonymousId, token } = host.visitor();
  const body: ClaimRequest = {
    writeKey,
    anonymousId,
    ...(token && { token }),
    claimId: host.ids.next().messageId,
    locales: [...new Set([document.documentElement.lang, ...navigator.languages])]
      // What a page gives as its language may be anything.
      .filter((tag) => /^[a-z]+(-[a-z\d]+)*$/i.test(tag))
      .slice(0, 10),
  };
  const ask = async (): Promise<ClaimAnswer | undefined> => {
    const response = await fetch(`${endpoint}/v1/messages/${encodeURIComponent(id)}/claim`, {
      method: 'POST',
      // A string goes as `text/plain`, without a preflight.
      body: JSON.stringify(body),
      credentials: 'omit',
      signal,
    });
    const { ok, status } = response;
    if (ok) return response.json();
    return status < 500 && status !== 429 ? { show: false, reason: `http_${status}` } : undefined;
  };
  for (const wait of RETRIES_MS) {
    // Unreachable, or no JSON: asked again.
    const answer = !signal.aborted && (await soon(ask().catch(() => {})));
    if (answer) return answer;
    await pause(wait);
  }
  return { show: false, reason: signal.reason ?? 'unreachable' };
}

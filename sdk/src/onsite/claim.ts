import type { ClaimAnswer, ClaimRequest } from '../message.ts';
import type { OnsiteHost } from './host.ts';
import { pause, soon } from './until.ts';

/** ms before each try; the visitor is looking at the page. */
const TRIES_MS = [0, 1_000, 4_000];

/**
 * Asks the collector whether the popup may be painted now. The same `claimId` goes with every try, so that an
 * answer lost on the way does not count twice.
 * @throws what `signal` was aborted with
 */
export async function claim(host: OnsiteHost, id: string, signal: AbortSignal): Promise<ClaimAnswer> {
  const { anonymousId, token } = host.visitor();
  const request: ClaimRequest = {
    writeKey: host.writeKey,
    anonymousId,
    token: token ?? undefined,
    claimId: host.ids.next().messageId,
    // What a page gives as its language may be anything; the collector takes what it knows.
    locales: [document.documentElement.lang, ...navigator.languages].slice(0, 10),
  };
  // A string goes as `text/plain`, without a preflight.
  const body = JSON.stringify(request);
  const ask = async (): Promise<ClaimAnswer | undefined> => {
    const url = `${host.endpoint}/v1/messages/${encodeURIComponent(id)}/claim`;
    const response = await fetch(url, { method: 'POST', body, credentials: 'omit', signal });
    const { ok, status } = response;
    if (ok) return response.json();
    return status < 500 ? { show: false, reason: `http_${status}` } : undefined;
  };
  for (const wait of TRIES_MS) {
    await pause(wait);
    signal.throwIfAborted();
    // Unreachable, or no JSON: asked again.
    const answer = await soon(ask().catch(() => {}));
    if (answer) return answer;
  }
  return { show: false, reason: 'unreachable' };
}

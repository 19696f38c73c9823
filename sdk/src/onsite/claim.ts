import type { ClaimAnswer, ClaimRequest } from '../message.ts';
import type { OnsiteHost } from './host.ts';

/** ms before each further try; the visitor is looking at the page, and a late popup is worse than none. */
const RETRIES_MS = [1_000, 4_000];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

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
  };
  for (const wait of [...RETRIES_MS, 0]) {
    try {
      const response = await fetch(`${endpoint}/v1/messages/${encodeURIComponent(id)}/claim`, {
        method: 'POST',
        // A string goes as `text/plain`, without a preflight.
        body: JSON.stringify(body),
        credentials: 'omit',
        signal,
      });
      if (response.ok) return (await response.json()) as ClaimAnswer;
      await response.body?.cancel();
      if (response.status < 500 && response.status !== 429)
        return { show: false, reason: `http_${response.status}` };
    } catch {
      // Unreachable, or no JSON: asked again below.
    }
    if (wait && !signal.aborted) await pause(wait);
  }
  return { show: false, reason: 'unreachable' };
}

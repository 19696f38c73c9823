import type { ClaimRequest, PopupContent } from '../message.ts';
import type { OnsiteHost } from './host.ts';
import { pause, soon } from './until.ts';

/** ms after each try; the visitor is looking at the page. */
const RETRIES_MS = [1_000, 4_000, 0];

/** Granted with the content, refused with a reason. */
interface Answer {
  content?: PopupContent;
  reason?: string;
}

/**
 * Asks the collector whether the popup may be painted now. The same `claimId` goes with every try, so that an
 * answer lost on the way does not count twice.
 * @throws what `signal` was aborted with
 */
export async function claim(host: OnsiteHost, id: string, signal: AbortSignal): Promise<Answer> {
  const { anonymousId, token } = host.visitor();
  const request: ClaimRequest = {
    writeKey: host.writeKey,
    anonymousId,
    token,
    claimId: host.ids.next().messageId,
    // What a page gives as its language may be anything; the collector takes what it knows.
    locales: [document.documentElement.lang, ...navigator.languages].slice(0, 10),
  };
  // A string goes as `text/plain`, without a preflight.
  const body = JSON.stringify(request);
  for (const wait of RETRIES_MS) {
    signal.throwIfAborted();
    const answer = await soon(
      fetch(`${host.endpoint}/v1/messages/${encodeURIComponent(id)}/claim`, {
        method: 'POST',
        body,
        credentials: 'omit',
      })
        .then((response): Promise<Answer> | Answer | undefined => {
          if (response.ok) return response.json();
          return response.status < 500 ? { reason: `http_${response.status}` } : undefined;
        })
        // Unreachable, or no JSON: asked again.
        .catch(() => undefined),
    );
    if (answer) return answer;
    await pause(wait);
  }
  return { reason: 'unreachable' };
}

import type { ErrorAnswer, InspectAnswer, InspectRequest } from '../../message.ts';
import type { OnsiteHost } from '../../onsite/host.ts';

export type InspectorHost = Pick<OnsiteHost, 'endpoint' | 'writeKey' | 'visitor'>;

/**
 * What the collector makes of this browser's visitor; or a sentence that says why it does not tell. Never rejects.
 * @param inspect - what the link has brought
 * @param test - makes the visitor a test visitor, or one like all others
 */
export async function ask(
  { endpoint, writeKey, visitor }: InspectorHost,
  inspect: string,
  test?: boolean,
): Promise<InspectAnswer | string> {
  try {
    const { anonymousId, token } = visitor();
    const body: InspectRequest = {
      writeKey,
      anonymousId,
      ...(token && { token }),
      inspect,
      ...(test !== undefined && { test }),
    };
    const response = await fetch(`${endpoint}/v1/inspect`, {
      method: 'POST',
      // A string goes as `text/plain`, without a preflight.
      body: JSON.stringify(body),
      credentials: 'omit',
    });
    const answer = (await response.json()) as InspectAnswer | ErrorAnswer;
    return 'error' in answer ? answer.error.message : answer;
  } catch {
    return 'The collector does not answer. Is it reachable from here, and does the page’s CSP allow it in connect-src?';
  }
}

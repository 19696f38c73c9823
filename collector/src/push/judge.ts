import { beginningOf } from '../outgoing.ts';
import { retryAfterMs } from './retry-after.ts';

/**
 * What came of a message:
 * - `sent`: the push service has taken it, which is not yet to have delivered it;
 * - `gone`: the subscription will never work again, and has to be removed;
 * - `retry`: it may work later, not before `retryAfterMs`; `null`: whenever;
 * - `dropped`: this message will never be taken, another may;
 * - `key`: the site's key or contact is refused, or sending is stopped. The subscription may be fine.
 */
export interface PushResult {
  outcome: 'sent' | 'gone' | 'retry' | 'dropped' | 'key';
  /** Of HTTP; `null`: there was no answer, or nothing was asked. */
  status: number | null;
  retryAfterMs: number | null;
  /** Why, for who looks into it; at most some 600 characters. */
  detail: string | null;
}

/** Characters of an answer that explain why it was refused. */
const MAX_WORDS = 300;
/** Bytes of it that are read. */
const MAX_READ = 1_000;

/**
 * What an answer means: RFC 8030, and what push services do beyond it. Its body is released in any case, else the
 * connection would stay taken.
 *
 * @param now ms since the epoch
 * @param signal ends the reading of an answer that does not end
 */
export async function judge(response: Response, now: number, signal: AbortSignal): Promise<PushResult> {
  const { status, headers } = response;
  const outcome = outcomeOf(status);
  if (outcome === 'sent' || outcome === 'gone' || outcome === 'retry') {
    release(response);
    const after = outcome === 'retry' ? retryAfterMs(headers.get('Retry-After'), now) : null;
    return { outcome, status, retryAfterMs: after, detail: null };
  }
  const words = (await beginningOf(response, MAX_READ, signal)).slice(0, MAX_WORDS);
  const ofWindows = [...headers]
    .filter(([name]) => name.startsWith('x-wns-'))
    .map(([name, value]) => `${name}: ${value}`.slice(0, 100));
  return result(
    outcome,
    status,
    [words, ...ofWindows]
      .filter(Boolean)
      .join('; ')
      .slice(0, 2 * MAX_WORDS),
  );
}

function outcomeOf(status: number): PushResult['outcome'] {
  if (status >= 200 && status < 300) return 'sent';
  // A redirect is never followed: the new address was not handed to us by a browser.
  if (status === 404 || status === 410 || (status >= 301 && status <= 308 && status !== 304)) return 'gone';
  // Windows throttles with 406.
  if (status === 406 || status === 408 || status === 429 || status >= 500) return 'retry';
  return status === 401 || status === 403 ? 'key' : 'dropped';
}

function release(response: Response): void {
  response.body?.cancel().catch(() => {});
}

export function result(outcome: PushResult['outcome'], status: number | null, detail: string): PushResult {
  return { outcome, status, retryAfterMs: null, detail };
}

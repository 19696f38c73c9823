import type { Beckon } from '../api.ts';
import type { Consent, ConsentChoice } from '../consent.ts';
import { CONSENT_COOKIE, ID_COOKIE, readCookie, writeCookie } from '../cookie.ts';
import type { Options } from '../options.ts';
import { openStore } from '../store.ts';
import type { VisitorState } from '../visitor.ts';
import { watchDataLayer } from './data-layer.ts';

const ALLOWED: Record<string, boolean> = { granted: true, true: true, denied: false, false: false };
/** ms before each further try of what the collector could not do. */
const RETRIES_MS = [1_000, 5_000, 30_000];

/** Takes Google Consent Mode's updates for the visitor's decision: `gtag('consent', 'update', {…})`. */
export function start(beckon: Beckon): void {
  watchDataLayer((entry) => {
    const [command, kind, mode] = Array.from(entry as ArrayLike<unknown>);
    if (command !== 'consent' || kind !== 'update') return;
    const { analytics_storage: analytics, ad_storage: marketing } = mode as Record<string, ConsentChoice>;
    if (analytics || marketing)
      beckon.consent({ ...(analytics && { analytics }), ...(marketing && { marketing }) });
  });
}

/** What is allowed after a choice; what it leaves out stays as it was. A decision is kept, without an id. */
export function choose(
  choice: { analytics?: ConsentChoice; marketing?: ConsentChoice },
  before: Consent = { analytics: true, marketing: true },
): Consent {
  const analytics = ALLOWED[String(choice.analytics)] ?? before.analytics;
  const marketing = ALLOWED[String(choice.marketing)] ?? before.marketing;
  if (analytics !== undefined) writeCookie(CONSENT_COOKIE, `${analytics ? 1 : 0}${marketing ? 1 : 0}`);
  return { analytics, marketing };
}

/**
 * Erases what was stored before consent was withdrawn: queue and visitor at once, then the device at the collector.
 * The id's cookie is the last to go, so that a page that is left too early has the next one finish.
 * @param name - of the database
 * @throws Error when the collector could not be reached in all tries; the next page begins again
 */
export async function erase(name: string, site: Options, state?: VisitorState): Promise<void> {
  const anonymousId = state?.anonymousId ?? readCookie(ID_COOKIE);
  if (!anonymousId) return;
  await openStore(name)('readwrite', (entries) => {
    entries.clear();
  }).catch(() => {
    // No database, nothing in it.
  });
  // What is on its way arrives first, or it would bring the device back.
  await navigator.locks?.request(`beckon:${site.writeKey}`, () => {});
  await forgetAtCollector(site, { anonymousId, token: state?.token });
  if (readCookie(ID_COOKIE) === anonymousId) writeCookie(ID_COOKIE, '', 0);
}

async function forgetAtCollector(
  { endpoint, writeKey, cookie }: Options,
  visitor: Pick<VisitorState, 'anonymousId'> & { token: string | null | undefined },
): Promise<void> {
  for (const wait of [...RETRIES_MS, 0]) {
    const response = await fetch(`${endpoint}/v1/visitor`, {
      method: 'DELETE',
      body: JSON.stringify({ writeKey, ...visitor, ...(cookie && { visitor: {} }) }),
      credentials: cookie ? 'include' : 'omit',
      keepalive: true,
    }).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
    if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  throw new Error('The device could not be forgotten yet.');
}

import type { Beckon } from '../api.ts';
import { type Consent, type ConsentChoice, initialConsent } from '../consent.ts';
import { CONSENT_COOKIE, ID_COOKIE, readCookie, writeCookie } from '../cookie.ts';
import type { Options } from '../options.ts';
import { openStore } from '../store.ts';
import type { VisitorState } from '../visitor.ts';
import { watchDataLayer } from './data-layer.ts';

const ALLOWED: Record<string, boolean> = { granted: true, true: true, denied: false, false: false };
/** ms before each further try of what the collector could not do. */
const RETRIES_MS = [1_000, 5_000, 30_000];

/**
 * Takes Google Consent Mode's updates for the visitor's decision: `gtag('consent', 'update', {…})`. A page that comes
 * back, or comes to the front, hears what was decided elsewhere.
 */
export function start(beckon: Beckon): void {
  let heard: Record<string, ConsentChoice> | undefined;
  watchDataLayer((entry) => {
    const [command, kind, mode] = Array.from(entry as ArrayLike<unknown>);
    if (command !== 'consent' || kind !== 'update') return;
    // Several at once are one decision: the last of them.
    if (!heard) queueMicrotask(decide);
    heard = { ...heard, ...(mode as Record<string, ConsentChoice>) };
  });
  function decide() {
    const { analytics_storage: analytics, ad_storage: marketing } = heard ?? {};
    heard = undefined;
    if (analytics || marketing)
      beckon.consent({ ...(analytics && { analytics }), ...(marketing && { marketing }) });
  }
  function look() {
    if (readCookie(CONSENT_COOKIE)?.[0] === '0' && beckon.anonymousId()) beckon.consent({ analytics: false });
  }
  addEventListener('pageshow', look);
  document.addEventListener('visibilitychange', look);
}

/** What is allowed after a choice; what it leaves out stays as it was. A decision is kept, without an id. */
export function choose(
  choice: { analytics?: ConsentChoice; marketing?: ConsentChoice },
  before: Consent | undefined,
  site: Options,
): Consent {
  const granted = { analytics: true, marketing: true };
  // Before `init` nobody has looked yet at what holds.
  const known = before && 'analytics' in before ? before : (before && initialConsent(site)) || granted;
  const chosen = (name: keyof Consent) => {
    const given = choice[name];
    return given === 'pending' ? undefined : (ALLOWED[String(given)] ?? known[name]);
  };
  const analytics = chosen('analytics');
  const marketing = chosen('marketing');
  // 1 for what is granted, 0 for what is not.
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
  // The hosts of a domain share the cookie, but not the database: there may be one without an id.
  if (anonymousId || (await isThere(name)))
    await openStore(name)('readwrite', (entries) => {
      entries.clear();
    }).catch(() => {
      // No database, nothing in it.
    });
  if (!anonymousId) return;
  // What is on its way arrives first, or it would bring the device back. Some frames may have no locks.
  await navigator.locks?.request(`beckon:${site.writeKey}`, () => {}).catch(() => {});
  await forgetAtCollector(site, { anonymousId, token: state?.token });
  if (readCookie(ID_COOKIE) === anonymousId) writeCookie(ID_COOKIE, '', 0);
}

/** Asked first, since opening a database makes one. */
async function isThere(name: string): Promise<boolean> {
  try {
    return (await indexedDB.databases()).some((database) => database.name === name);
  } catch {
    return false;
  }
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

import type { Context } from 'hono';
import type { Env } from './env.ts';
import { RequestError } from './errors.ts';
import { pushKeys } from './push/keys.ts';
import { KEY_FORMAT, loadKey, loadSite, type Site, type SiteSettings } from './sites.ts';

/** What anybody may know of a site who knows its browser key, which its pages show. */
export interface SiteConfig {
  /** ISO 4217; of carts and orders that name none. */
  currency: string;
  /** BCP 47; of visitors who name none. */
  language: string;
  /** What holds where neither the page nor the visitor says anything. */
  consent: { analytics: 'granted' | 'denied'; marketing: 'granted' | 'denied' };
  features: {
    /** Whether a campaign is live. */
    popups: boolean;
    /** Whether push messages are sent. */
    push: boolean;
    /** Whether a user id has to be proven. */
    identity: SiteSettings['identity'];
  };
  /** With which a browser subscribes to push messages; `null`: there are none. */
  vapidPublicKey: string | null;
  push: {
    /** Where the shop serves its worker file. */
    workerPath: string;
    /** The worker of another tool, whose visitors are taken over; its path or address. */
    takeOver: { worker: string } | null;
  };
  /** Where the shop fills a cart, as a template of one item; `null`: its pages do so themselves. */
  cartUrl: string | null;
}

/** For so long (s) caches answer in our place. */
const MAX_AGE_S = 60;

/**
 * `GET /v1/sites/:key/config`, the same for everybody.
 *
 * @throws RequestError 404 without a known browser key: a server key is a secret, and belongs into no address
 */
export async function siteConfig(c: Context<{ Bindings: Env }>): Promise<Response> {
  const now = Date.now();
  const key = c.req.param('key') ?? '';
  const known = KEY_FORMAT.test(key) ? await loadKey(c.env.DB, key, now) : null;
  const site = known?.kind === 'browser' ? await loadSite(c.env, known.site, now) : null;
  if (!site) throw new RequestError('not_found', 'There is no such browser key, or it has been replaced.');
  const { settings, program } = site;
  const push = await pushOf(c.env, site, now);
  const config: SiteConfig = {
    currency: settings.currency,
    language: settings.language,
    consent: { analytics: 'granted', marketing: 'granted' },
    features: {
      popups: program.campaigns.some(({ campaign }) => campaign.status === 'live'),
      push: push.isSending,
      identity: settings.identity,
    },
    vapidPublicKey: push.publicKey,
    push: { workerPath: settings.push.workerPath, takeOver: settings.push.takeOver },
    cartUrl: settings.cartUrl,
  };
  return c.json(config, 200, { 'Cache-Control': `public, max-age=${MAX_AGE_S}` });
}

/** While its keys cannot be read, a site has no push messages, and everything else. */
async function pushOf(
  env: Env,
  site: Site,
  now: number,
): Promise<{ publicKey: string | null; isSending: boolean }> {
  try {
    const { publicKey, stopped } = await pushKeys(env, site, now);
    return { publicKey, isSending: stopped === null };
  } catch (error) {
    console.error(`The push keys of ${site.id} cannot be read.`, error);
    return { publicKey: null, isSending: false };
  }
}

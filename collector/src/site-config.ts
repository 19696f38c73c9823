import type { Context } from 'hono';
import type { Env } from './env.ts';
import { RequestError } from './errors.ts';
import { KEY_FORMAT, loadKey, loadSite, type SiteSettings } from './sites.ts';

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
    push: boolean;
    /** Whether a user id has to be proven. */
    identity: SiteSettings['identity'];
  };
  /** With which a browser subscribes to push messages; `null`: there are none. */
  vapidPublicKey: string | null;
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
  const config: SiteConfig = {
    currency: settings.currency,
    language: settings.language,
    consent: { analytics: 'granted', marketing: 'granted' },
    features: {
      popups: program.campaigns.some(({ campaign }) => campaign.status === 'live'),
      push: false,
      identity: settings.identity,
    },
    vapidPublicKey: null,
  };
  return c.json(config, 200, { 'Cache-Control': `public, max-age=${MAX_AGE_S}` });
}

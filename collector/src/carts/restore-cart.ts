import type { Context } from 'hono';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { authorize } from '../ingest/authorize.ts';
import type { CartItem } from './cart-items.ts';
import { cartUrlOf } from './cart-url.ts';
import { readCartToken } from './make-cart-link.ts';

/** What a page puts into the shop's cart again. */
export interface RestoredCart {
  items: CartItem[];
  /** ISO 4217. */
  currency: string;
  /** Where the shop does it itself; `null`: the page must. */
  url: string | null;
}

/**
 * `GET /v1/carts/:token?key=<browser key>`: the cart behind a link, for whoever has it.
 *
 * @throws RequestError 401 and 403 as {@link authorize}; 404 for a token that is not this site's; 410 when the link has run
 *   out, or the person was erased
 */
export async function restoreCart(c: Context<{ Bindings: Env }>): Promise<Response> {
  // On errors too: 404 and 410 may be kept by caches, and a cart is nobody else's.
  c.res.headers.set('Cache-Control', 'no-store');
  const now = Date.now();
  const { site, keyKind } = await authorize(c.req.raw, c.req.query('key'), c.env, now);
  if (keyKind !== 'browser') {
    throw new RequestError('unauthorized', 'Use the browser key: the server key is a secret.');
  }
  const id = await readCartToken(c.req.param('token') ?? '', site.id, c.env.SIGNING_KEY);
  if (id === null) throw new RequestError('not_found', 'This link belongs to no cart of this site.');
  const link = await c.env.DB.prepare(
    'SELECT items, currency FROM cart_links WHERE site = ? AND id = ? AND until > ?',
  )
    .bind(site.id, id, now)
    .first<{ items: string; currency: string }>();
  if (!link) {
    throw new RequestError('gone', 'This cart is no longer kept: links open theirs for 30 days.');
  }
  const items = JSON.parse(link.items) as CartItem[];
  const { cartUrl, origins } = site.settings;
  const page = c.req.header('Origin') ?? '';
  const url = cartUrl === null ? null : cartUrlOf(cartUrl, items, page, origins);
  return c.json({ items, currency: link.currency, url } satisfies RestoredCart);
}

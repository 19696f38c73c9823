import type { JsonObject } from '../../../sdk/src/message.ts';
import type { Env } from '../env.ts';
import { hmac, verifyHmac } from '../signing.ts';
import type { Site } from '../sites.ts';
import { cartItems } from './cart-items.ts';

/** The parameter of a page's address by which the SDK asks for a cart. */
export const CART_PARAMETER = 'beckon_cart';
/** For so long a link opens its cart. */
const LIFETIME_MS = 30 * 86_400_000;
/** Characters of an id: 132 bits that nobody can guess. */
const ID_LENGTH = 22;
const ID = /^[\w-]{22}$/;

export interface CartLink {
  /** Name of the Profile object whose cart it is; it does not get into the link. */
  profile: string;
  cart: { items: readonly JsonObject[]; currency: string };
  /** The id of the delivery: the same one makes the same link, which opens the cart of the first time. */
  seed: string;
}

/**
 * Keeps a cart for 30 days, and makes the value of {@link CART_PARAMETER} that opens it on any device: `<id>.<signature>`.
 * It opens this cart alone, logs nobody in, and says nothing of the person. It costs one row and its index.
 */
export async function makeCartLink(
  { DB, SIGNING_KEY }: Pick<Env, 'DB' | 'SIGNING_KEY'>,
  { id: site }: Pick<Site, 'id'>,
  { profile, cart, seed }: CartLink,
  now: number,
): Promise<string> {
  const digest = await hmac('cart', JSON.stringify(['id', site, profile, seed]), SIGNING_KEY);
  const id = digest.slice(0, ID_LENGTH);
  await DB.prepare(
    `INSERT INTO cart_links (site, id, profile, items, currency, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT DO NOTHING`,
  )
    .bind(site, id, profile, JSON.stringify(cartItems(cart.items)), cart.currency, now + LIFETIME_MS)
    .run();
  return `${id}.${await signatureOf(site, id, SIGNING_KEY)}`;
}

/** @returns the id of the link; `null` when the token is forged, or of another site */
export async function readCartToken(token: string, site: string, key: string): Promise<string | null> {
  const [id = '', signature = '', ...more] = token.split('.');
  if (!ID.test(id) || more.length > 0) return null;
  return (await verifyHmac('cart', signedText(site, id), signature, key)) ? id : null;
}

function signatureOf(site: string, id: string, key: string): Promise<string> {
  return hmac('cart', signedText(site, id), key);
}

function signedText(site: string, id: string): string {
  return JSON.stringify(['link', site, id]);
}

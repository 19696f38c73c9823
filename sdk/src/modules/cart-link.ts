import type { CartRestore, Emitter } from '../events.ts';
import { onLoaded } from '../lifecycle.ts';
import type { Options } from '../options.ts';

/** `GET /v1/carts/:token` */
interface Answer extends CartRestore {
  /** Of the shop, which fills its cart from it; `null`: it has none. */
  url: string | null;
}

/** For a session of this tab: which cart it has been sent to. */
const SENT_KEY = 'beckon_cart';

/**
 * Brings back the cart of a link: the page is told of its items; a page that does not listen, neither now nor when it has
 * loaded, is left for the address that fills the shop's cart, once per link and tab.
 */
export async function restoreCart(site: Options, token: string, emit: Emitter['emit']): Promise<void> {
  const { endpoint, writeKey } = site;
  try {
    const response = await fetch(
      `${endpoint}/v1/carts/${encodeURIComponent(token)}?key=${encodeURIComponent(writeKey)}`,
      { credentials: 'omit' },
    );
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error?.message ?? response.status);
    const { items, currency, url } = answer as Answer;
    let isHeard = false;
    const tell = () => {
      if (isHeard) return;
      emit('cart_restore', {
        // Whoever reads them has them.
        get items() {
          isHeard = true;
          return items;
        },
        currency,
      });
    };
    tell();
    await onLoaded();
    tell();
    if (isHeard || !url) return;
    const shop = new URL(url, location.href);
    if (/^https?:/.test(shop.protocol) && isFirst(token)) location.replace(shop);
  } catch (error) {
    emit('error', { code: 'failed', message: `The link's cart was not restored. ${error}` });
  }
}

/** Where storage is refused, nobody is sent anywhere, for he could be sent for ever. */
function isFirst(token: string): boolean {
  try {
    if (sessionStorage.getItem(SENT_KEY) === token) return false;
    sessionStorage.setItem(SENT_KEY, token);
    return true;
  } catch {
    return false;
  }
}

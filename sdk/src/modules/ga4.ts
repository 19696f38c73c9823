import type { Beckon } from '../api.ts';
import { watchDataLayer } from './data-layer.ts';

type Fields = Record<string, unknown>;

/** GA4's retail events; everything else that is pushed is none of our business. */
const EVENTS =
  /^(view_(item|item_list|cart)|select_item|add_to_(cart|wishlist)|remove_from_cart|begin_checkout|add_(shipping|payment)_info|purchase|refund|search)$/;
/**
 * Hears GA4's retail events as sites send them to Google: `dataLayer.push({ event, ecommerce })` and
 * `gtag('event', name, parameters)`, which pushes its `arguments`. Entries from before count too.
 */
export function hearGa4(track: Beckon['track']): void {
  /** `ecommerce` that was pushed ahead of its event. */
  let ahead: unknown;

  function read(entry: Fields) {
    if (entry[0] === 'event') {
      const given = entry[2] as Fields | undefined;
      // What goes to Google Ads alone is told to Analytics by another call.
      if (!/^(AW|DC)-/.test(String(given?.send_to))) report(entry[1], () => given);
    } else if (entry.event) {
      report(entry.event, () => {
        // Parameters stand under `ecommerce`, or beside the event.
        const { items, currency, value, transaction_id, search_term, ecommerce = ahead } = entry;
        ahead = undefined;
        return { items, currency, value, transaction_id, search_term, ...(ecommerce as Fields) };
      });
    } else if ('ecommerce' in entry) ahead = entry.ecommerce;
  }
  function report(name: unknown, parameters: () => Fields | undefined) {
    if (EVENTS.test(String(name))) track(name as string, parameters());
  }

  watchDataLayer((entry) => read(entry as Fields));
}

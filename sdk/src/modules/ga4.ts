import type { Beckon } from '../api.ts';
import { watchProperty } from './watch-property.ts';

type Fields = Record<string, unknown>;

/** GA4's retail events; everything else that is pushed is none of our business. */
const EVENTS =
  /^(view_(item|item_list|cart)|select_item|add_to_(cart|wishlist)|remove_from_cart|begin_checkout|add_(shipping|payment)_info|purchase|refund|search)$/;
/**
 * Hears GA4's retail events as sites send them to Google: `dataLayer.push({ event, ecommerce })` and
 * `gtag('event', name, parameters)`, which pushes its `arguments`. Entries from before count too.
 */
export function hearGa4(track: Beckon['track']): void {
  const page = window as unknown as { dataLayer?: unknown };
  // Code that only asks whether the name exists must find what it expects there.
  page.dataLayer ??= [];
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

  const seen = new WeakSet<object>();
  /** Entries pushed in this task: where another tool has wrapped `push`, too, one comes by several times. */
  const passing = new Set<unknown>();
  function hear(entry: unknown) {
    try {
      if (passing.has(entry)) return;
      passing.add(entry);
      queueMicrotask(() => passing.delete(entry));
      seen.add(entry as object);
      read(entry as Fields);
    } catch {
      // No object, or one with a getter that throws.
    }
  }

  watchProperty(window, 'dataLayer', (layer) => {
    // A new array may have been made of the old one.
    for (const entry of [...(layer as object[])]) if (!seen.has(entry)) hear(entry);
    watchProperty(
      layer,
      'push',
      (push) =>
        function (this: unknown[], ...entries: unknown[]) {
          entries.forEach(hear);
          return (push as typeof Array.prototype.push).apply(this, entries);
        },
    );
    return layer;
  });
}

import type { Emitter } from '../events.ts';
import type { Options } from '../options.ts';
import { reportOf } from '../push/report.ts';
import { decoded, readParameter, takeParameter } from './address.ts';
import { restoreCart } from './cart-link.ts';
import { takeToken } from './inspector/link.ts';
import { takeId } from './link-domains.ts';

/**
 * Called before anything else begins, where the address or a cookie speaks of us: takes what the link has brought, so that
 * no page view tells of it. A signed visitor reference is for the collector, which reads it out of the first view.
 * @returns the click on a push or on a webhook's link, to be told of
 */
export async function land(
  site: Options,
  on: Emitter['on'],
  emit: Emitter['emit'],
): Promise<ReturnType<typeof reportOf>> {
  const inspector = takeToken();
  if (inspector) site.inspector = inspector;
  const delivery = takeParameter('beckon_push');
  const cart = takeParameter('beckon_cart');
  if (readParameter('beckon_ref')) {
    const stop = on('call', ({ type }) => {
      if (type !== 'page') return;
      takeParameter('beckon_ref');
      stop();
    });
  }
  await takeId(site);
  if (cart) restoreCart(site, decoded(cart), emit);
  return reportOf(decoded(delivery ?? ''), 'clicked');
}

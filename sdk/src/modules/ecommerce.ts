import type { Beckon } from '../api.ts';
import { chosen } from './chosen.ts';
import { hearGa4 } from './ga4.ts';
import { watchProducts } from './product-pages.ts';

/** Commerce events without code of the site's own: `ga4` (dataLayer and gtag), `jsonld` (schema.org products). */
export function start(beckon: Beckon, setting: string): void {
  const has = chosen(setting);
  if (has('ga4')) hearGa4(beckon.track);
  if (has('jsonld')) watchProducts(beckon);
}

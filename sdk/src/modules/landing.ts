import type { Options } from '../options.ts';
import { takeToken } from './inspector/link.ts';
import { takeId } from './link-domains.ts';

/**
 * Called before anything else begins, where the address or a cookie speaks of us: takes what the link has brought, so that
 * no page view tells of it.
 */
export async function land(site: Options): Promise<void> {
  const inspector = takeToken();
  if (inspector) site.inspector = inspector;
  await takeId(site);
}

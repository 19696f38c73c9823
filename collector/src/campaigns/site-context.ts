import type { Site, SiteSettings } from '../sites.ts';
import { type CouponPool, readPool } from './coupon-pools.ts';
import type { Campaign } from './schema.ts';

/** What a draft may refer to, and stands beside: what its site has. */
export interface SiteContext {
  settings: SiteSettings;
  /** Ids of those that are live. */
  segments: readonly string[];
  /** At least those that the draft names, as far as they exist. */
  pools: readonly Pick<CouponPool, 'id' | 'warning' | 'expiresAt'>[];
  /** Those that are live. */
  campaigns: readonly Campaign[];
  /** ms since the epoch. */
  now: number;
}

/** @param pools ids of the coupon pools that the draft names */
export async function loadContext(
  db: D1Database,
  { id, settings, program }: Site,
  pools: readonly string[],
  now: number,
): Promise<SiteContext> {
  const found = await Promise.all(pools.map((pool) => readPool(db, id, pool)));
  return {
    settings,
    segments: program.segments.map(({ segment }) => segment.id),
    pools: found.filter((pool) => pool !== null),
    campaigns: program.campaigns.map(({ campaign }) => campaign).filter(({ status }) => status === 'live'),
    now,
  };
}

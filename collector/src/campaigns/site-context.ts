import type { Env } from '../env.ts';
import { findPictures, type Picture } from '../pictures/library.ts';
import { testOrigins } from '../push/endpoint.ts';
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
  /** The same, of the library. */
  pictures: readonly Pick<Picture, 'src' | 'width' | 'height'>[];
  /** Those that are live. */
  campaigns: readonly Campaign[];
  /** ms since the epoch. */
  now: number;
  /** Of tests alone: origins besides those that may be called. */
  testOrigins?: readonly string[];
}

/** What a draft names, and has to be looked up. */
export interface Named {
  /** Ids of coupon pools. */
  pools: readonly string[];
  /** Addresses of pictures of the library. */
  pictures: readonly string[];
}

export const NOTHING_NAMED: Named = { pools: [], pictures: [] };

export async function loadContext(
  env: Env,
  { id, settings, program }: Site,
  named: Named,
  now: number,
): Promise<SiteContext> {
  const [pictures, ...pools] = await Promise.all([
    findPictures(env.DB, id, named.pictures),
    ...named.pools.map((pool) => readPool(env.DB, id, pool)),
  ]);
  return {
    settings,
    segments: program.segments.map(({ segment }) => segment.id),
    pools: pools.filter((pool) => pool !== null),
    pictures,
    campaigns: program.campaigns.map(({ campaign }) => campaign).filter(({ status }) => status === 'live'),
    now,
    testOrigins: testOrigins(env),
  };
}

import { z } from 'zod';
import { timeZone } from './campaigns/local-time.ts';
import { type Program, programOf } from './campaigns/program.ts';
import { campaignStore, segmentStore } from './campaigns/storage.ts';

import type { Env } from './env.ts';

/** A page's origin, as browsers send it: scheme, host, port, nothing else. */
const origin = z.string().refine((value) => {
  try {
    return new URL(value).origin === value;
  } catch {
    return false;
  }
}, 'must be an origin such as https://shop.example, without a path');

const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR');

/** The states of an order, in the order in which it passes them; the last two end it. */
export const ORDER_STATES = ['created', 'paid', 'shipped', 'delivered', 'cancelled', 'returned'] as const;
export type OrderState = (typeof ORDER_STATES)[number];

export const siteSettings = z.strictObject({
  name: z.string().min(1).max(200),
  /** Pages of these origins may use the browser key. */
  origins: z.array(origin).max(100).default([]),
  /** ISO 4217; of carts and orders that name none, and of totals. */
  currency: currency.default('USD'),
  /** How much of the site's currency one unit of another is worth; what has no rate is shown apart, never added up. */
  rates: z.record(currency, z.number().positive()).default({}),
  /** From which state on an order counts as revenue; a cancelled or returned one never does. */
  ordersCountFrom: z.enum(['created', 'paid', 'shipped', 'delivered']).default('created'),
  /** Of calendar days in facts and reports. */
  timeZone: timeZone.default('UTC'),
  /** BCP 47; of visitors who name none. */
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a BCP 47 tag such as en-GB')
    .default('en'),
  /** Whether a user id must be proven by a signed token: never, to be shown what is personal, or to count at all. */
  identity: z.enum(['off', 'optional', 'required']).default('off'),
  /** What the shop signs those tokens with (HS256), each of 32 characters at least; several while they are changed. */
  identitySecrets: z.array(z.string().min(32).max(512)).max(3).default([]),
  /** Days after which events and idle profiles are erased. 13 months by default. */
  retentionDays: z.number().int().min(31).max(3_650).default(400),
  /** Whether crawlers get no popups. */
  hidePopupsFromBots: z.boolean().default(false),
  /** Of all popups together: ms between two, and how many one visitor sees in a session and on a day of his calendar. */
  popups: z
    .strictObject({
      minGapMs: z.number().int().min(0).max(86_400_000).default(30_000),
      perSession: z.number().int().min(1).nullable().default(2),
      perDay: z.number().int().min(1).nullable().default(3),
    })
    .prefault({}),
  /**
   * Visitors in a hundred who never see a campaign with a commercial goal, so that it can be told what campaigns bring.
   * Another seed draws others.
   */
  holdout: z
    .strictObject({
      percent: z.number().min(0).max(50).default(5),
      seed: z.string().max(64).default(''),
    })
    .prefault({}),
});
export type SiteSettings = z.infer<typeof siteSettings>;

/** No colon: it separates the parts of an object's name. */
export const siteId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens');

/** Of a write key. */
export const KEY_FORMAT = /^[\w-]{3,64}$/;

export type KeyKind = 'browser' | 'server';

/** What a request or a profile needs to know of its site. */
export interface Site {
  id: string;
  settings: SiteSettings;
  program: Program;
}

/** What a write key opens, until when (ISO 8601; `null`: until it is replaced). */
interface WriteKey {
  site: string;
  kind: KeyKind;
  expiresAt: string | null;
}

/** How long a change made elsewhere may stay unseen in this isolate, ms. */
const TTL_MS = 60_000;

interface Cached<T> {
  value: T;
  until: number;
}
const sites = new Map<string, Cached<Site | null>>();
const keys = new Map<string, Cached<WriteKey | null>>();
/** Wrong keys are cached too, so that a flood of them does not become a flood of queries; bounded. */
const MAX_CACHED = 10_000;

/** The site, its settings and its live campaigns; `null` when there is none. At most {@link TTL_MS} old. */
export function loadSite({ DB: db }: Env, id: string, now: number): Promise<Site | null> {
  return cached(sites, id, now, async () => {
    const [row, campaigns, segments] = await Promise.all([
      db.prepare('SELECT settings FROM sites WHERE id = ?').bind(id).first<{ settings: string }>(),
      campaignStore.published(db, id, now),
      segmentStore.published(db, id, now),
    ]);
    if (!row) return null;
    const settings = siteSettings.parse(JSON.parse(row.settings));
    return { id, settings, program: programOf(id, settings, campaigns, segments) };
  });
}

/** Which site a write key opens, and how far; `null` for one that is not known, or has run out by `now`. */
export async function loadKey(db: D1Database, key: string, now: number): Promise<WriteKey | null> {
  const found = await cached(keys, key, now, () =>
    db
      .prepare('SELECT site, kind, expires_at AS expiresAt FROM keys WHERE key = ?')
      .bind(key)
      .first<WriteKey>(),
  );
  return found?.expiresAt && Date.parse(found.expiresAt) <= now ? null : found;
}

/** Forgets what this isolate knows of sites and keys: after a change made here. Others see it within 60 s. */
export function forgetSites(): void {
  sites.clear();
  keys.clear();
}

/** Values are kept, never promises: workerd forbids one request to wait for another's I/O. */
async function cached<T>(
  cache: Map<string, Cached<T>>,
  key: string,
  now: number,
  load: () => Promise<T>,
): Promise<T> {
  const hit = cache.get(key);
  if (hit && hit.until > now) return hit.value;
  const value = await load();
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(key, { value, until: now + TTL_MS });
  return value;
}

/** Makes a change to a site's settings, keys, campaigns or segments known. */
export async function siteChanged(_env: Env, _site: string): Promise<void> {
  forgetSites();
}

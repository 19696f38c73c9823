import { z } from 'zod';
import { setAlerts } from './alerts.ts';
import { timeZone } from './campaigns/local-time.ts';
import type { Program } from './campaigns/program.ts';
import { reasonOf } from './campaigns/reason.ts';
import { soundProgram } from './campaigns/sound-program.ts';
import { TOPIC } from './consent.ts';
import type { Env } from './env.ts';
import { RequestError } from './errors.ts';
import { cartTemplate, shopAddress, shopPath } from './shop-addresses.ts';
import { composeSnapshot, readSnapshot, type Snapshot, writeSnapshot } from './snapshot.ts';

/** A page's origin, as browsers send it: scheme, host, port, nothing else. */
const origin = z.string().refine((value) => {
  try {
    return new URL(value).origin === value;
  } catch {
    return false;
  }
}, 'must be an origin such as https://shop.example, without a path');

const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR');

/** BCP 47. */
const language = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a BCP 47 tag such as en-GB');

/** The states of an order, in the order in which it passes them; the last two end it. */
export const ORDER_STATES = ['created', 'paid', 'shipped', 'delivered', 'cancelled', 'returned'] as const;
export type OrderState = (typeof ORDER_STATES)[number];

const topicId = z.string().regex(TOPIC, 'must be 1 to 32 lower-case letters, digits, _ or -');

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
  language: language.default('en'),
  /** Whether a user id must be proven by a signed token: never, to be shown what is personal, or to count at all. */
  identity: z.enum(['off', 'optional', 'required']).default('off'),
  /** What the shop signs those tokens with (HS256), each of 32 characters at least; several while they are changed. */
  identitySecrets: z.array(z.string().min(32).max(512)).max(3).default([]),
  /** Days after which events and idle profiles are erased. 13 months by default. */
  retentionDays: z.number().int().min(31).max(3_650).default(400),
  /** What messages are about that can be subscribed to by themselves; names by language, BCP 47. */
  topics: z
    .array(z.strictObject({ id: topicId, name: z.record(language, z.string().trim().min(1).max(80)) }))
    .max(20)
    .refine(
      (topics) => new Set(topics.map(({ id }) => id)).size === topics.length,
      'must have ids that differ from each other',
    )
    .default([]),
  /** Where the collector is reached from outside: of links that are sent to people. `null`: not known. */
  collectorUrl: origin.nullable().default(null),
  /** Whether crawlers get no popups. */
  hidePopupsFromBots: z.boolean().default(false),
  /** Of all popups that come in front of the page or beside it (not bars, tabs, and those in slots): ms between two, and how many one visitor sees in a session and on a day of his calendar. */
  popups: z
    .strictObject({
      minGapMs: z.number().int().min(0).max(86_400_000).default(30_000),
      perSession: z.number().int().min(1).nullable().default(2),
      perDay: z.number().int().min(1).nullable().default(3),
    })
    .prefault({}),
  push: z
    .strictObject({
      /** How many push messages one visitor gets on a day and in a week of his calendar; `null`: as many as there are. */
      perDay: z.number().int().min(1).nullable().default(1),
      perWeek: z.number().int().min(1).nullable().default(3),
      /** Where the shop serves its worker file. */
      workerPath: shopPath.default('/push/beckon/sw.js'),
      /** The worker of another tool, from which visitors who have granted permission are taken over; `null`: there is none. */
      takeOver: z.strictObject({ worker: shopAddress }).nullable().default(null),
    })
    .prefault({}),
  /** Where the shop fills a cart: shop-addresses.ts. `null`: its pages do so themselves. */
  cartUrl: cartTemplate.nullable().default(null),
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

/**
 * How long an isolate uses what it knows without asking again, ms. With the 60 s for which a location of KV may answer with
 * the past (snapshot.ts), a change is known everywhere after 105 s; promised are 2 min.
 */
const TTL_MS = 45_000;
/** Seconds after which a change that could not be made known may be tried again. */
const RETRY_AFTER_S = 5;

/** What this isolate knows of a site. When it cannot be read anew, it stays in force. */
interface Held {
  /** `null`: there is none. */
  site: Site | null;
  revision: number;
  /** What is wrong with it, and was left out. */
  faults: string[];
}

interface Cached<T> {
  value: T;
  until: number;
}
const sites = new Map<string, Cached<Held>>();
const keys = new Map<string, Cached<WriteKey | null>>();
/** Wrong keys are cached too, so that a flood of them does not become a flood of queries; bounded. */
const MAX_CACHED = 10_000;

/**
 * The site, its settings and its live campaigns; `null` when there is none. From KV, so that it is close by and D1 may
 * rest; from D1 while KV holds nothing of it.
 *
 * @throws when neither answers, and this isolate has never known the site
 */
export async function loadSite(env: Env, id: string, now: number): Promise<Site | null> {
  const cached = sites.get(id);
  if (cached && cached.until > now) return cached.value.site;
  return hold(id, await readSite(env, id, cached?.value ?? null, now), now).site;
}

/**
 * The same as D1 has it now, whatever this isolate knows: for who edits it, and has just changed it elsewhere.
 *
 * @throws when D1 does not answer, or the settings do not fit
 */
export async function currentSite(db: D1Database, id: string, now: number): Promise<Site | null> {
  const current = await composeSnapshot(db, id, false, now);
  return current && siteOf(id, current).site;
}

async function readSite(env: Env, id: string, held: Held | null, now: number): Promise<Held> {
  let fault: string | null = null;
  try {
    const published = await readSnapshot(env.SNAPSHOTS, id);
    // A location of KV that has not heard of the newest yet tells nothing new, not even that all is well.
    if (published && held && published.revision < held.revision) return held;
    const read = published && (published.revision === held?.revision ? held : siteOf(id, published));
    if (read) setAlerts(id, read.faults, now);
    if (read) return read;
  } catch (error) {
    fault = `The published snapshot cannot be used: ${reasonOf(error)}`;
    console.error(id, fault);
    setAlerts(id, [fault], now);
    if (held?.site) return held;
  }
  try {
    const current = await composeSnapshot(env.DB, id, false, now);
    const read = current ? siteOf(id, current) : NO_SITE;
    setAlerts(id, fault === null ? read.faults : [fault, ...read.faults], now);
    return read;
  } catch (error) {
    if (!held?.site) throw error;
    console.error(`The site ${id} cannot be read.`, error);
    setAlerts(id, [`The site cannot be read: ${reasonOf(error)}`], now);
    return held;
  }
}

/**
 * Makes a change to a site's settings, campaigns or segments known: here at once, elsewhere within 2 min. Call it when the
 * change is in D1.
 *
 * @throws RequestError 503 when it is stored, but could not be made known; repeating the change does it
 */
export async function siteChanged(env: Env, id: string): Promise<void> {
  const now = Date.now();
  forgetKeys();
  try {
    const snapshot = await composeSnapshot(env.DB, id, true, now);
    if (!snapshot) return;
    const changed = siteOf(id, snapshot);
    hold(id, changed, now);
    const written = await writeSnapshot(env, id, snapshot, now);
    const newest = hold(id, written === snapshot ? changed : siteOf(id, written), now);
    setAlerts(id, newest.faults, now);
  } catch (error) {
    console.error(`The change of ${id} could not be made known.`, error);
    setAlerts(id, [`A change is not known everywhere: ${reasonOf(error)}`], now);
    throw new RequestError(
      'unavailable',
      'The change is stored, but it is not yet known everywhere. Make it again; else it will be known within the hour.',
      RETRY_AFTER_S,
    );
  }
}

const NO_SITE: Held = { site: null, revision: -1, faults: [] };

/** Keeps what was read, unless this isolate has learnt of something newer meanwhile. */
function hold(id: string, read: Held, now: number): Held {
  const known = sites.get(id)?.value;
  const value = known && known.revision > read.revision ? known : read;
  if (sites.size >= MAX_CACHED && !sites.has(id)) sites.clear();
  sites.set(id, { value, until: now + TTL_MS });
  return value;
}

/** @throws when the settings do not fit; a campaign or segment that does not is left out */
function siteOf(id: string, snapshot: Snapshot): Held {
  const settings = siteSettings.parse(snapshot.settings);
  const { program, faults } = soundProgram(id, settings, snapshot);
  return { site: { id, settings, program }, revision: snapshot.revision, faults };
}

/** Which site a write key opens, and how far; `null` for one that is not known, or has run out by `now`. */
export async function loadKey(db: D1Database, key: string, now: number): Promise<WriteKey | null> {
  let known = keys.get(key);
  if (!known || known.until <= now) {
    // Values are kept, never promises: workerd forbids one request to wait for another's I/O.
    const value = await db
      .prepare('SELECT site, kind, expires_at AS expiresAt FROM keys WHERE key = ?')
      .bind(key)
      .first<WriteKey>();
    known = { value, until: now + TTL_MS };
    if (keys.size >= MAX_CACHED) keys.clear();
    keys.set(key, known);
  }
  const { value } = known;
  return value?.expiresAt && Date.parse(value.expiresAt) <= now ? null : value;
}

/** Forgets what this isolate knows of keys: after a change made here. Others see it within {@link TTL_MS}. */
export function forgetKeys(): void {
  keys.clear();
}

/** Forgets all that this isolate knows of sites and keys, as if it had just been started. */
export function forgetSites(): void {
  sites.clear();
  keys.clear();
}

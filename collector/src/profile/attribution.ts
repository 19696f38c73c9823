import { getDomain } from 'tldts';
import { ownObject, ownString, type StoredMessage } from '../message.ts';
import { pageOf } from './page.ts';

/** What brought a visitor: a campaign, an advertisement, a search engine, or a link on another site. */
export interface Touch {
  /** ms since the epoch. */
  at: number;
  source: string;
  medium: string | null;
  /** Name of the campaign. */
  campaign: string | null;
  /** URL. */
  referrer: string | null;
  /** URL of the page on which the visitor arrived. */
  landing: string | null;
}

/** First and last touch that was not direct; `null` while there is none. */
export interface Attribution {
  first: Touch | null;
  last: Touch | null;
}

/** Parameters that advertisers add to an address, and who they are; in the order in which they are believed. */
const CLICK_IDS: Record<string, [source: string, medium: string]> = {
  gclid: ['google', 'cpc'],
  wbraid: ['google', 'cpc'],
  gbraid: ['google', 'cpc'],
  msclkid: ['bing', 'cpc'],
  ttclid: ['tiktok', 'cpc'],
  yclid: ['yandex', 'cpc'],
  fbclid: ['facebook', 'social'],
};
const SEARCH_ENGINES = new Set([
  'google',
  'bing',
  'duckduckgo',
  'yahoo',
  'yandex',
  'baidu',
  'ecosia',
  'qwant',
  'seznam',
  'startpage',
  'brave',
]);
/** What Chrome names as the referrer of who comes from Google's app. */
const GOOGLE_APP = 'com.google.android.googlequicksearchbox';
/** What the same companies have besides. */
const NO_SEARCH = /^(accounts|calendar|docs|drive|mail|meet)\./;

export function referrerOf(message: StoredMessage): string | null {
  return (
    ownString(message.properties, 'referrer') ?? ownString(ownObject(message.context, 'page'), 'referrer')
  );
}

/**
 * What brought the visitor to a session that begins with this event; `null` when it came by itself (GA4: direct), or
 * from another page of the same site.
 */
export function touchOf(event: StoredMessage, at: number): Touch | null {
  const { url } = pageOf(event);
  const referrer = referrerOf(event);
  const campaign = ownObject(event.context, 'campaign');
  const [source, medium] =
    sourceOf(ownString(campaign, 'source'), ownString(campaign, 'medium')) ??
    clickOf(url) ??
    linkOf(referrer, url) ??
    [];
  if (source === undefined) return null;
  return {
    at,
    source: source.slice(0, MAX_LENGTH),
    medium: medium?.slice(0, MAX_LENGTH) ?? null,
    campaign: ownString(campaign, 'name')?.slice(0, MAX_LENGTH) ?? null,
    referrer: referrer?.slice(0, MAX_URL_LENGTH) ?? null,
    landing: url?.slice(0, MAX_URL_LENGTH) ?? null,
  };
}

/** The history's attribution after one more session has begun. */
export function attributed(attribution: Attribution, touch: Touch | null): Attribution {
  return touch ? { first: attribution.first ?? touch, last: touch } : attribution;
}

const MAX_LENGTH = 200;
const MAX_URL_LENGTH = 500;

type Source = [source: string, medium: string | null];

function sourceOf(source: string | null, medium: string | null): Source | null {
  return source === null ? null : [source, medium];
}

function clickOf(url: string | null): Source | null {
  if (!url?.includes('clid=') && !url?.includes('braid=')) return null;
  if (!URL.canParse(url)) return null;
  const { searchParams } = new URL(url);
  const [, found] = Object.entries(CLICK_IDS).find(([id]) => searchParams.has(id)) ?? [];
  return found ?? null;
}

function linkOf(referrer: string | null, url: string | null): Source | null {
  const host = hostOf(referrer);
  if (host === null) return null;
  const from = getDomain(host) ?? host;
  const own = hostOf(url);
  if (own !== null && (getDomain(own) ?? own) === from) return null;
  const engine = searchEngineOf(host);
  return engine === null ? [host, 'referral'] : [engine, 'organic'];
}

/** The search engine that a host belongs to, such as `google`; `null`: none. */
export function searchEngineOf(host: string | null): string | null {
  if (host === null || NO_SEARCH.test(host)) return null;
  if (host === GOOGLE_APP) return 'google';
  const [name = ''] = (getDomain(host) ?? host).split('.');
  return SEARCH_ENGINES.has(name) ? name : null;
}

function hostOf(url: string | null): string | null {
  return url !== null && URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, '') || null : null;
}

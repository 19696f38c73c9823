import { describe, expect, it } from 'vitest';
import { FIELDS, type Field, type FieldType } from '../campaigns/fields.ts';
import { read, splitPath } from '../campaigns/logic-values.ts';
import { CONSENT_CHANNELS } from '../consent.ts';
import type { StoredMessage } from '../message.ts';
import { siteSettings } from '../sites.ts';
import { atEvent, audienceData } from './audience-data.ts';
import { metWith, NEVER } from './exposure-data.ts';
import { extend } from './history.ts';
import { emptyState } from './state.ts';

const SETTINGS = siteSettings.parse({ name: 'Shop', currency: 'EUR' });
const START = Date.UTC(2026, 10, 22, 10);
const NOW = START + 3_600_000;
const URL = 'https://shop.example/sale?ref=x&utm_source=news&utm_medium=email&utm_campaign=autumn';

const ITEM = {
  item_id: 'sku',
  item_name: 'Shoe',
  item_brand: 'Acme',
  item_category: 'Shoes',
  item_variant: '42',
  price: 20,
  quantity: 2,
  colour: 'red',
};

const message = (minutes: number, more: Partial<StoredMessage>): StoredMessage => ({
  messageId: `m${minutes}`,
  type: 'track',
  anonymousId: 'v',
  timestamp: new Date(START + minutes * 60_000).toISOString(),
  ...more,
});

const purchase = message(0, { event: 'purchase', properties: { transaction_id: '1', value: 10 } });
const context = {
  locale: 'de-AT',
  timezone: 'Europe/Vienna',
  page: { url: URL, path: '/sale', title: 'Sale', referrer: 'https://blog.example/post' },
  campaign: { name: 'autumn', source: 'news', medium: 'email' },
  location: { country: 'AT', region: 'Vienna', city: 'Vienna' },
  device: { type: 'mobile', os: 'Android', browser: 'Chrome' },
  screen: { width: 360, height: 800 },
  consent: { categoryPreferences: { analytics: true, marketing: false } },
  push: { permission: 'granted', subscribed: true },
};
const viewed = message(50, { event: 'view_item', context, properties: { value: 20 } });

/** Of a visitor of whom everything is known, or nothing but a first event. */
function dataOf(messages: StoredMessage[], event: StoredMessage, isRich: boolean) {
  const state = emptyState();
  extend(state.history, messages, 'EUR');
  if (isRich) state.segments.vip = START;
  const exposures = isRich
    ? [{ campaign: 'c', version: 1, variant: 'a', claimId: '1', at: START, anonymousId: 'v' }]
    : [];
  const outcomes = isRich
    ? { c: { clicked: [1, START], dismissed: [1, START], submitted: [1, START] } satisfies object }
    : {};
  const data = atEvent(audienceData(state, 'v', SETTINGS, NOW), event);
  const { campaigns, any, tags } = metWith(exposures, outcomes as never, () => ['sale'], NOW);
  return { ...data, facts: {}, exposure: { campaign: campaigns.get('c') ?? NEVER, any, tags } };
}

const rich = dataOf(
  [
    message(-60, { event: 'page_view', context: { page: { url: URL, path: '/sale' } } }),
    purchase,
    message(40, { event: 'page_view', context }),
    message(41, { type: 'identify', userId: 'u', traits: { age: 40 } }),
    message(42, { type: 'group', groupId: 'acme', traits: { plan: 'gold' } }),
    message(45, { event: 'cart_updated', properties: { currency: 'EUR', items: [ITEM] } }),
    ...CONSENT_CHANNELS.map((channel, i) =>
      message(46 + i / 10, { event: 'consent_updated', properties: { channel, state: 'granted' } }),
    ),
    viewed,
  ],
  viewed,
  true,
);
const first = message(50, { event: 'scroll' });
const poor = dataOf([first], first, false);

/** Keys for the fields whose last part is any. */
const SAMPLES: Record<string, string> = {
  'visitor.traits.*': 'age',
  'session.campaign.*': 'source',
  'page.query.*': 'ref',
  'cart.items[].*': 'colour',
  'event.properties.*': 'value',
  'counters.*': 'view_item',
  'account.traits.*': 'plan',
};

function valueAt(data: unknown, { path }: Field): unknown {
  const place = path
    .replace('tags.*', 'tags.sale')
    .replace('[]', '.0')
    .replace(/\*$/, SAMPLES[path] ?? '?');
  return read(data, splitPath(place));
}

function typeOf(value: unknown): FieldType | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return typeof value[0] === 'object' ? 'items' : 'list';
  return typeof value === 'string' ? 'text' : (typeof value as 'number' | 'boolean');
}

describe('a field that a marketer picks', () => {
  it.each(FIELDS)('is known of a visitor of whom everything is known: $path', (field) => {
    const type = typeOf(valueAt(rich, field));
    if (field.type === 'any') expect(type).not.toBeNull();
    else expect(type).toBe(field.type);
    if (field.values) expect(field.values).toContain(valueAt(rich, field));
  });

  it.each(FIELDS.filter(({ path, optional }) => !optional && !path.includes('[]')))(
    'is known of everybody, or said not to be: $path',
    (field) => {
      expect(valueAt(poor, field)).not.toBeUndefined();
      expect(valueAt(poor, field)).not.toBeNull();
    },
  );

  it.each(
    FIELDS.filter(({ path, optional }) => optional && !/[*[]/.test(path) && !path.startsWith('event.')),
  )('is null as long as it is not known: $path', (field) => {
    if (field.path !== 'visitor.lifetimeValue') expect(valueAt(poor, field)).toBeNull();
  });
});

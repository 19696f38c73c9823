import type { ConsentChannel, Json, JsonObject } from '../../../sdk/src/message.ts';
import { CONSENT_CHANNELS, CONSENT_STATES, type ConsentState } from '../consent.ts';

/** What campaigns may look at: one visitor, on one device, at one moment. What is not known is `null` or absent. */
export interface AudienceData {
  visitor: {
    id: string;
    userId: string | null;
    identified: boolean;
    /** In the first session. */
    new: boolean;
    sessions: number;
    /** ms since the epoch. */
    firstSeen: number;
    daysSinceFirstSeen: number;
    language: string | null;
    traits: JsonObject;
    segments: readonly string[];
    /** Whether he agreed to be reached by it; `null`: nothing was said. */
    consents: Record<ConsentChannel, ConsentState | null>;
    orders: number;
    /** In the site's currency; `null` when a rate is missing. */
    lifetimeValue: number | null;
    daysSinceLastOrder: number | null;
    bot: boolean;
  };
  session: {
    start: number;
    events: number;
    pageViews: number;
    minutes: number;
    landing: { url: string | null; path: string | null };
    referrer: string | null;
    referrerHost: string | null;
    channel: Channel;
    source: string | null;
    medium: string | null;
    campaign: JsonObject;
    converted: boolean;
  };
  page: {
    url: string | null;
    path: string | null;
    host: string | null;
    query: JsonObject;
    title: string | null;
    type: PageType | null;
  };
  cart: {
    items: readonly JsonObject[];
    value: number;
    currency: string | null;
    /** Σ quantity. */
    quantity: number;
    minutesSinceChange: number | null;
  };
  /** Events of the visitor so far, by canonical name. */
  counters: JsonObject;
  event: { name: string; properties: JsonObject } | null;
  /** What the campaign or segment declares. */
  facts: JsonObject;
  exposure: {
    campaign: ExposureData;
    any: ExposureData;
    tags: Record<string, ExposureData>;
  };
  consent: { analytics: boolean | null; marketing: boolean | null };
  push: { permission: string | null; subscribed: boolean | null };
  place: { country: string | null; region: string | null; city: string | null };
  device: {
    type: string | null;
    os: string | null;
    browser: string | null;
    /** CSS px. */
    screenWidth: number | null;
    screenHeight: number | null;
  };
  account: { id: string | null; traits: JsonObject };
  /** In the visitor's zone; `at`: ms since the epoch. */
  now: { at: number; hour: number; minute: number; weekday: number; date: string; timezone: string };
}

/** What all campaigns and segments see alike of a visitor. */
export type SharedData = Omit<AudienceData, 'facts' | 'exposure'>;

/** How often and how lately popups were met with: those of this campaign, of a tag, or any. */
export interface ExposureData {
  shown: number;
  clicked: number;
  dismissed: number;
  submitted: number;
  hoursSinceShown: number | null;
  hoursSinceClicked: number | null;
  hoursSinceDismissed: number | null;
  hoursSinceSubmitted: number | null;
}

export const PAGE_TYPES = ['product', 'category', 'search', 'cart', 'checkout', 'purchase'] as const;
export type PageType = (typeof PAGE_TYPES)[number];

export const CHANNELS = ['direct', 'organic', 'paid', 'social', 'email', 'referral', 'other'] as const;
export type Channel = (typeof CHANNELS)[number];

export type FieldType = 'text' | 'number' | 'boolean' | 'list' | 'items' | 'any';

/** One field of {@link AudienceData} as marketers pick it. */
export interface Field {
  /** As in `{"var": path}`; a last part `*` stands for any key. */
  path: string;
  type: FieldType;
  group: string;
  label: string;
  /** Whether it may be unknown: a comparison with it then matches nobody. */
  optional: boolean;
  /** All that it can be. */
  values?: readonly Json[];
}

type Row = [path: string, type: FieldType, label: string, more?: More];
type More = { optional?: true; values?: readonly Json[] } | undefined;

const OPTIONAL = { optional: true } as const;

const EXPOSURE: Row[] = [
  ['shown', 'number', 'times shown'],
  ['clicked', 'number', 'times clicked'],
  ['dismissed', 'number', 'times closed'],
  ['submitted', 'number', 'times submitted'],
  ['hoursSinceShown', 'number', 'hours since shown', OPTIONAL],
  ['hoursSinceClicked', 'number', 'hours since clicked', OPTIONAL],
  ['hoursSinceDismissed', 'number', 'hours since closed', OPTIONAL],
  ['hoursSinceSubmitted', 'number', 'hours since submitted', OPTIONAL],
];

const CHANNEL_NAMES: Record<ConsentChannel, string> = {
  email: 'e-mail',
  sms: 'SMS',
  push: 'push',
  whatsapp: 'WhatsApp',
  telegram: 'Telegram',
  phone: 'phone',
};

const GROUPS: Record<string, Row[]> = {
  Visitor: [
    ['visitor.new', 'boolean', 'Is in the first session'],
    ['visitor.identified', 'boolean', 'Is known by name (has logged in)'],
    ['visitor.sessions', 'number', 'Number of sessions'],
    ['visitor.daysSinceFirstSeen', 'number', 'Days since first seen'],
    ['visitor.firstSeen', 'number', 'First seen (ms since 1970)'],
    ['visitor.language', 'text', 'Language (BCP 47)', OPTIONAL],
    ['visitor.orders', 'number', 'Number of orders'],
    ['visitor.lifetimeValue', 'number', "Revenue so far, in the site's currency", OPTIONAL],
    ['visitor.daysSinceLastOrder', 'number', 'Days since the last order', OPTIONAL],
    ['visitor.segments', 'list', 'Segments'],
    ['visitor.traits.*', 'any', 'Trait', OPTIONAL],
    ['visitor.bot', 'boolean', 'Is a crawler or a driven browser'],
    ['visitor.id', 'text', 'Id of the device'],
    ['visitor.userId', 'text', 'User id', OPTIONAL],
  ],
  Session: [
    ['session.pageViews', 'number', 'Pages seen'],
    ['session.events', 'number', 'Events'],
    ['session.minutes', 'number', 'Length in minutes'],
    ['session.start', 'number', 'Start (ms since 1970)'],
    ['session.landing.url', 'text', 'Address of the first page', OPTIONAL],
    ['session.landing.path', 'text', 'Path of the first page', OPTIONAL],
    ['session.referrer', 'text', 'Address that it came from', OPTIONAL],
    ['session.referrerHost', 'text', 'Site that it came from', OPTIONAL],
    ['session.channel', 'text', 'Channel', { values: CHANNELS }],
    ['session.source', 'text', 'Source (utm_source)', OPTIONAL],
    ['session.medium', 'text', 'Medium (utm_medium)', OPTIONAL],
    ['session.campaign.*', 'text', 'UTM parameter: name, source, medium, term, content', OPTIONAL],
    ['session.converted', 'boolean', 'Has bought in this session'],
  ],
  Page: [
    ['page.url', 'text', 'Address', OPTIONAL],
    ['page.path', 'text', 'Path', OPTIONAL],
    ['page.host', 'text', 'Host', OPTIONAL],
    ['page.query.*', 'text', 'Parameter of the address', OPTIONAL],
    ['page.title', 'text', 'Title', OPTIONAL],
    ['page.type', 'text', 'Kind of page', { optional: true, values: PAGE_TYPES }],
  ],
  Cart: [
    ['cart.value', 'number', 'Value'],
    ['cart.quantity', 'number', 'Number of things in it'],
    ['cart.currency', 'text', 'Currency', OPTIONAL],
    ['cart.minutesSinceChange', 'number', 'Minutes since the last change', OPTIONAL],
    ['cart.items', 'items', 'Items'],
    ['cart.items[].item_id', 'text', 'Item: id', OPTIONAL],
    ['cart.items[].item_name', 'text', 'Item: name', OPTIONAL],
    ['cart.items[].item_brand', 'text', 'Item: brand', OPTIONAL],
    ['cart.items[].item_category', 'text', 'Item: category', OPTIONAL],
    ['cart.items[].item_variant', 'text', 'Item: variant', OPTIONAL],
    ['cart.items[].price', 'number', 'Item: price', OPTIONAL],
    ['cart.items[].quantity', 'number', 'Item: quantity'],
    ['cart.items[].*', 'any', 'Item: another property', OPTIONAL],
  ],
  Event: [
    ['event.name', 'text', 'Name of the event', OPTIONAL],
    [
      'event.properties.*',
      'any',
      'Property of the event, such as campaign_id of what is told of a popup',
      OPTIONAL,
    ],
    ['counters.*', 'number', 'How often an event has happened', OPTIONAL],
  ],
  'Popups so far': (['campaign', 'any', 'tags.*'] as const).flatMap((scope) =>
    EXPOSURE.map(([path, type, label, more]): Row => {
      const whose = { campaign: 'This campaign', any: 'Any popup', 'tags.*': 'Popups with a tag' }[scope];
      return [`exposure.${scope}.${path}`, type, `${whose}: ${label}`, scope === 'tags.*' ? OPTIONAL : more];
    }),
  ),
  'Consent and push': [
    ...CONSENT_CHANNELS.map(
      (channel): Row => [
        `visitor.consents.${channel}`,
        'text',
        `Consent to be reached by ${CHANNEL_NAMES[channel]}`,
        { optional: true, values: CONSENT_STATES },
      ],
    ),
    ['consent.analytics', 'boolean', 'Has consented to analytics', OPTIONAL],
    ['consent.marketing', 'boolean', 'Has consented to marketing', OPTIONAL],
    [
      'push.permission',
      'text',
      'Permission for notifications',
      { optional: true, values: ['granted', 'denied', 'default'] },
    ],
    ['push.subscribed', 'boolean', 'Has subscribed to notifications', OPTIONAL],
  ],
  "Visitor's time": [
    ['now.hour', 'number', 'Hour, 0 to 23'],
    ['now.minute', 'number', 'Minute'],
    ['now.weekday', 'number', 'Weekday, Monday = 1', { values: [1, 2, 3, 4, 5, 6, 7] }],
    ['now.date', 'text', 'Date (2026-12-24)'],
    ['now.timezone', 'text', 'Time zone'],
    ['now.at', 'number', 'Moment (ms since 1970)'],
  ],
  'Place and device': [
    ['place.country', 'text', 'Country (ISO 3166)', OPTIONAL],
    ['place.region', 'text', 'Region', OPTIONAL],
    ['place.city', 'text', 'City', OPTIONAL],
    ['device.type', 'text', 'Device', { optional: true, values: ['desktop', 'mobile', 'tablet', 'tv'] }],
    ['device.os', 'text', 'Operating system', OPTIONAL],
    ['device.browser', 'text', 'Browser', OPTIONAL],
    ['device.screenWidth', 'number', 'Width of the screen, px', OPTIONAL],
    ['device.screenHeight', 'number', 'Height of the screen, px', OPTIONAL],
  ],
  Account: [
    ['account.id', 'text', 'Id of the account', OPTIONAL],
    ['account.traits.*', 'any', 'Trait of the account', OPTIONAL],
  ],
};

/** The catalogue: the API serves it, publishing checks rules against it, the console makes its picker from it. */
export const FIELDS: readonly Field[] = Object.entries(GROUPS).flatMap(([group, rows]) =>
  rows.map(([path, type, label, more]) => ({ path, type, group, label, optional: false, ...more })),
);

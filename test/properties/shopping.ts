import fc from 'fast-check';
import type { StoredMessage } from '../../collector/src/message.ts';
import { ORDER_STATES } from './oracle.ts';

export const DEVICES = ['phone', 'laptop', 'tablet', 'kiosk'] as const;
export const USERS = ['mira', 'noor'] as const;
type Device = (typeof DEVICES)[number];
type User = (typeof USERS)[number];

/**
 * The collector's clock in these tests. It stands still, so that a test is the same each time, and well ahead of the real
 * one, so that no alarm goes off by itself.
 */
export const NOW = Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 3_600_000;
const START = NOW - 10 * 24 * 3_600_000;
const MINUTE_MS = 60_000;

const item = fc.record(
  {
    item_id: fc.constantFrom('a', 'b', 'c'),
    item_variant: fc.constant('red'),
    price: fc.constantFrom(1, 2.5, 0.1),
    quantity: fc.integer({ min: 0, max: 3 }),
  },
  { requiredKeys: ['item_id'] },
);
const DELIVERIES = ['after-1h', 'after-1d'].map((step) => `cart@1.a.${step}.${'x'.repeat(22)}`);
const properties = fc.record(
  {
    items: fc.array(item, { maxLength: 3 }),
    cart_id: fc.constantFrom('shared', '7'),
    transaction_id: fc.constantFrom('o1', 'o2'),
    value: fc.constantFrom(0, 10, 2.5),
    currency: fc.constantFrom('USD', 'EUR'),
    status: fc.constantFrom(...ORDER_STATES, 'nonsense'),
    delivery_id: fc.constantFrom(...DELIVERIES, 'nonsense'),
    campaign: fc.constantFrom('exit@1', 'exit@2', 'exit@draft'),
    variant: fc.constantFrom('a', 'b'),
  },
  { requiredKeys: ['items'] },
);
const NAMES = [
  'page_view',
  'search',
  'cart_updated',
  'add_to_cart',
  'remove_from_cart',
  'purchase',
  'refund',
  'order_updated',
  'popup_clicked',
  'push_shown',
  'push_clicked',
] as const;
/**
 * Few distinct times, so that ties and gaps of exactly 30 minutes are common, and some gaps a millisecond longer; and the
 * present, which is also the time of what a wrong clock says of the future.
 */
const time = fc.oneof(
  {
    weight: 30,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom(0, 0, 0, 1))
      .map(([quarter, ms]) => START + quarter * 15 * MINUTE_MS + ms),
  },
  // A day after the first of them, and a millisecond later.
  { weight: 2, arbitrary: fc.constantFrom(0, 1).map((ms) => START + 24 * 60 * MINUTE_MS + ms) },
  { weight: 1, arbitrary: fc.constant(NOW) },
);
const page = fc.record(
  {
    url: fc.constantFrom('https://shop.example/a', 'https://shop.example/b'),
    referrer: fc.constant('https://news.example/'),
  },
  { requiredKeys: [] },
);
const context = fc.record(
  { page, campaign: fc.record({ source: fc.constantFrom('mail', 'ads') }) },
  { requiredKeys: [] },
);

/** Something that somebody does in the shop. */
export const deed = fc.record({ at: time, name: fc.constantFrom(...NAMES), properties });

/** Something that happens on a device, or that the shop's server reports of one of its users. */
const act = fc.record({
  deed,
  by: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...DEVICES) },
    { weight: 1, arbitrary: fc.constantFrom(...USERS) },
  ),
  /** Whether it is somebody saying who they are, and not the deed. */
  identifies: fc.integer({ min: 0, max: 8 }).map((n) => n === 8),
  context: fc.option(context, { nil: undefined }),
  traits: fc.dictionary(fc.constantFrom('plan', 'city'), fc.integer({ min: 0, max: 9 })),
  /** Whether the message names the user, as it does once a page knows who is there. */
  signed: fc.boolean(),
});
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** Who logs in on a device, if anybody, and when: before all else, in the middle, or after it. */
const login = fc.option(
  fc.record({
    user: fc.constantFrom(...USERS),
    at: fc.constantFrom(START - MINUTE_MS, START + 150 * MINUTE_MS, START + 400 * MINUTE_MS),
  }),
  { nil: null },
);
type Logins = Record<Device, typeof login extends fc.Arbitrary<infer T> ? T : never>;

/** What some people have done in a shop: any number of devices for each, one user at most on each device. */
export interface World {
  messages: StoredMessage[];
  owners: Record<Device, User | null>;
}

export const worlds: fc.Arbitrary<World> = fc
  .record({
    logins: fc.record({ phone: login, laptop: login, tablet: login, kiosk: login }),
    acts: fc.array(act, { minLength: 1, maxLength: 25, size: 'max' }),
    /** Ids are handed out in another order than things happen. */
    ids: fc.uniqueArray(fc.integer({ min: 10, max: 99 }), { minLength: 29, maxLength: 29, size: 'max' }),
  })
  .map(({ logins, acts, ids }) => {
    const said = acts.map((act) => toMessage(act, act.deed.at, logins));
    for (const device of DEVICES) {
      const login = logins[device];
      if (login)
        said.push({ type: 'identify', anonymousId: device, userId: login.user, timestamp: iso(login.at) });
    }
    const messages = said.map((message, i): StoredMessage => ({ messageId: `m${ids[i]}`, ...message }));
    const owner = (device: Device) => logins[device]?.user ?? null;
    return {
      messages,
      owners: {
        phone: owner('phone'),
        laptop: owner('laptop'),
        tablet: owner('tablet'),
        kiosk: owner('kiosk'),
      },
    };
  });

function toMessage(
  { deed, by, identifies, context, traits, signed }: Act,
  at: number,
  logins: Logins,
): Omit<StoredMessage, 'messageId'> {
  const device = DEVICES.find((candidate) => candidate === by);
  const user = device ? logins[device]?.user : by;
  const message = {
    timestamp: iso(at),
    ...(device ? { anonymousId: device } : {}),
    ...(user && (signed || !device || identifies) ? { userId: user } : {}),
    ...(context ? { context } : {}),
  };
  return identifies
    ? { ...message, type: 'identify', traits }
    : { ...message, type: 'track', event: deed.name, properties: deed.properties };
}

const iso = (time: number) => new Date(time).toISOString();

/** The messages of whoever stands behind a device: of its user, if somebody has logged in there, else its own. */
export function heardOf({ messages, owners }: World, who: Device | User): StoredMessage[] {
  const user = USERS.find((candidate) => candidate === who) ?? owners[who as Device];
  return messages.filter(({ anonymousId, userId }) => {
    const owner = owners[anonymousId as Device];
    return user === null ? anonymousId === who : (owner ?? userId) === user;
  });
}

/** Everything of `list`, in any order, some of it twice. */
export function shuffled<T>(list: readonly T[]): fc.Arbitrary<T[]> {
  return fc
    .tuple(
      fc.shuffledSubarray([...list], { minLength: list.length }),
      fc.array(fc.record({ again: fc.nat(), at: fc.nat() }), { maxLength: 6 }),
    )
    .map(([order, repeats]) => {
      const all = [...order];
      for (const { again, at } of repeats) {
        const repeated = order[again % order.length];
        if (repeated !== undefined) all.splice(at % (all.length + 1), 0, repeated);
      }
      return all;
    });
}

/** `list` cut into pieces; the last size goes on until the end. */
export function cut<T>(list: readonly T[], sizes: readonly number[]): T[][] {
  const pieces: T[][] = [];
  for (let at = 0, i = 0; at < list.length; i++) {
    const size = sizes[i] ?? sizes.at(-1) ?? 1;
    pieces.push(list.slice(at, at + size));
    at += size;
  }
  return pieces;
}
export const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12, size: 'max' });

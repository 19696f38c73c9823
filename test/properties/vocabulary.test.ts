import { describe, expect, it } from 'vitest';
import { GA4_TRIP, SEGMENT_TRIP, type Trip, YESPO_TRIP } from '../support/shopping-trip.ts';
import { eventsOf, makeSite, profileOf, sendBatch } from '../support/workerd/collector.ts';

type Line = { item_id: string; price: number; quantity: number };
type Cart = { items: Line[]; value: number; currency: string };

const START = Date.now() - 3_600_000;

/** Sends a trip in one visitor's words; what the site's owner then finds. */
async function shop(trip: Trip) {
  const site = await makeSite();
  const messages = trip.map(([event, properties], i) => ({
    type: 'track',
    messageId: `m${i}`,
    anonymousId: 'v',
    timestamp: new Date(START + i * 1_000).toISOString(),
    event,
    properties,
  }));
  await sendBatch(site, messages);
  const events = (await eventsOf(site)).sort((a, b) => (a.messageId < b.messageId ? -1 : 1));
  const profile = (await profileOf(site, 'v')) as unknown as { cart: Cart; orders: (Cart & object)[] };
  return { events, profile, said: events.map(({ event, properties }) => ({ event, properties })) };
}
const contentOf = ({ items, value, currency }: Cart) => ({
  lines: items.map(({ item_id, price, quantity }) => ({ item_id, price, quantity })),
  value,
  currency,
});

describe('the same shopping trip', () => {
  it("is the same history in GA4's words and in Segment's, event by event", async () => {
    const [ga4, segment] = await Promise.all([shop(GA4_TRIP), shop(SEGMENT_TRIP)]);
    expect(segment.said).toEqual(ga4.said);
    expect(ga4.said).toEqual(GA4_TRIP.map(([event, properties]) => ({ event, properties })));
    expect(segment.profile).toMatchObject({ ...ga4.profile, sessions: [{ events: GA4_TRIP.length }] });
  });

  it('keeps what was really said where it was said otherwise', async () => {
    const [ga4, segment] = await Promise.all([shop(GA4_TRIP), shop(SEGMENT_TRIP)]);
    expect(ga4.events.every((event) => event.raw === undefined)).toBe(true);
    expect(segment.events.map((event) => event.raw)).toEqual(
      SEGMENT_TRIP.map(([event, properties]) => ({ event, properties })),
    );
  });

  it.each([
    ['two mugs in the cart', 3, 3],
    ['a cup added', 4, 4],
    ['the cup taken out', 5, 5],
  ])("leaves the same cart in Yespo's words: %s", async (_, ga4Calls, yespoCalls) => {
    const [ga4, yespo] = await Promise.all([
      shop(GA4_TRIP.slice(0, ga4Calls)),
      shop(YESPO_TRIP.slice(0, yespoCalls)),
    ]);
    expect(contentOf(yespo.profile.cart)).toEqual(contentOf(ga4.profile.cart));
  });

  it("is the same order in Yespo's words, and leaves no cart behind", async () => {
    const [ga4, yespo] = await Promise.all([shop(GA4_TRIP.slice(0, 8)), shop(YESPO_TRIP)]);
    const orders = yespo.profile.orders.map((order) => ({ ...order, ...contentOf(order) }));
    expect(orders).toMatchObject(
      ga4.profile.orders.map((order) => ({
        transactionId: '17',
        lines: contentOf(order).lines,
        currency: 'EUR',
      })),
    );
    expect(ga4.profile.cart.items).toEqual([]);
    expect(yespo.profile.cart.items).toEqual([]);
    expect(yespo.said.filter(({ event }) => event === 'search')).toMatchObject([
      { properties: ga4.said[0]?.properties },
    ]);
  });
});

it('a cart emptied under a new GUID does not come back to nag the visitor', async () => {
  const { profile } = await shop([
    ...YESPO_TRIP.slice(0, 5),
    ['StatusCart', { StatusCart: [], GUID: 'state-4' }],
  ]);
  expect(profile.cart.items).toEqual([]);
});

it("Yespo's customer is known from then on, unless the shop names nobody", async () => {
  const site = await makeSite();
  const say = (anonymousId: string, externalCustomerId: string) =>
    sendBatch(site, [
      {
        type: 'track',
        anonymousId,
        messageId: crypto.randomUUID(),
        event: 'CustomerData',
        properties: { CustomerData: { externalCustomerId, user_email: `${anonymousId}@shop.example` } },
      },
    ]);
  await say('known', '42');
  await shop([
    ['ProductPage', { GeneralInfo: { externalCustomerId: 42 }, ProductPage: { productKey: '1' } }],
  ]).then(({ profile }) =>
    expect(profile).toMatchObject({ ids: { userId: '42' }, counters: { view_item: 1 } }),
  );
  await say('nobody', 'null');
  expect(await profileOf(site, 'known')).toMatchObject({
    ids: { userId: '42' },
    traits: { email: 'known@shop.example' },
    counters: {},
  });
  expect(await profileOf(site, 'nobody')).toMatchObject({ ids: { userId: null } });
});

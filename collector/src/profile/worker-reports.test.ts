import { describe, expect, it } from 'vitest';
import {
  at,
  env,
  facts,
  makeSite,
  profileOf,
  sendBatch,
  track,
} from '../../../test/support/workerd/collector.ts';
import { entered } from '../campaigns/entering.ts';
import { type CompiledCampaign, programOf } from '../campaigns/program.ts';
import { type Campaign, type CampaignDraft, campaignDraft } from '../campaigns/schema.ts';
import type { StoredMessage } from '../message.ts';
import { siteSettings } from '../sites.ts';
import { audienceData } from './audience-data.ts';
import { emptyHistory, extend, type History } from './history.ts';
import { addOld } from './old-message.ts';
import { lastPresence } from './presence.ts';
import { happeningsOf } from './situation.ts';
import { emptyState } from './state.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const DELIVERY = `cart-saver@1.a.s.${'A'.repeat(22)}`;

function message(ms: number, event: string, more: Partial<StoredMessage> = {}): StoredMessage {
  return {
    messageId: `${String(ms).padStart(9, '0')}-${event}`,
    type: 'track',
    anonymousId: 'v',
    event,
    timestamp: new Date(START + ms).toISOString(),
    ...more,
  };
}
function historyOf(...messages: StoredMessage[]): History {
  const history = emptyHistory();
  extend(history, messages, 'EUR');
  return history;
}
const VISIT = message(0, 'page_view', {
  context: { page: { url: 'https://shop.example/a', path: '/a' }, timezone: 'Europe/Vienna', locale: 'de' },
});
const WORKERS = { context: { timezone: 'Asia/Tokyo', locale: 'ja', device: { type: 'tv' } } };

describe.each(['push_shown', 'push_clicked', 'push_dismissed'])('%s, told by a service worker,', (event) => {
  const report = message(5 * HOUR, event, { ...WORKERS, properties: { delivery_id: DELIVERY } });

  it('is counted, and is a sign of life', () => {
    const history = historyOf(VISIT, report);
    expect(history.counters).toEqual({ page_view: 1, [event]: 1 });
    expect(history.lastSeen).toBe(START + 5 * HOUR);
  });

  it('begins no session and lengthens none', () => {
    expect(historyOf(report).sessions).toEqual([]);
    const soon = message(60_000, event);
    expect(historyOf(VISIT, soon, report).sessions).toEqual(historyOf(VISIT).sessions);
    const old = historyOf(VISIT);
    addOld(old, message(-HOUR, event), 'EUR');
    expect(old.sessions).toEqual(historyOf(VISIT).sessions);
    expect(old.counters[event]).toBe(1);
  });

  it('does not bring the visitor to the site', () => {
    expect(lastPresence(historyOf(report))).toBeNull();
    expect(lastPresence(historyOf(VISIT, report))).toBe(START);
  });

  it('says nothing of the device, its zone and its language', () => {
    const [before, after] = [historyOf(VISIT), historyOf(VISIT, report)];
    expect([after.surroundings, after.locale]).toEqual([before.surroundings, before.locale]);
  });

  it('is what no rule sees as the event or the page', () => {
    const state = { ...emptyState(), history: historyOf(VISIT, report) };
    const content = { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }] } };
    const parsed = campaignDraft.parse({
      ...{ id: 'c', name: 'c', entry: { on: 'event', event } },
      steps: [{ id: 'm', type: 'message', channel: 'popup', variants: [{ key: 'a', content }] }],
    }) as CampaignDraft;
    const live: Campaign = {
      ...parsed,
      version: 1,
      status: 'live',
      createdAt: new Date(START).toISOString(),
    };
    const settings = siteSettings.parse({ name: 's' });
    const program = programOf(crypto.randomUUID(), settings, [live], []);
    const site = { id: 's', settings, program };
    const [campaign] = program.campaigns as [CompiledCampaign];
    const [happening] = happeningsOf(state, [report], [], site, START + 5 * HOUR);
    const data = happening?.situationFor(campaign).data;
    const shared = audienceData(state, 'v', site.settings, START + 5 * HOUR);
    expect(data?.event).toBeNull();
    expect(data?.page).toEqual(shared.page);
    expect(data?.page.path).toBe('/a');
  });

  it('lets nobody in who waits for anything at all, and those who wait for it', () => {
    const cause = { event, properties: {} };
    const campaign = (awaits: string | null) =>
      ({ campaign: { entry: {} }, awaits, entryWhere: null, place: 'corner' }) as never;
    expect(entered(campaign(null), { cause, armedAt: null })).toBe(false);
    expect(entered(campaign(event), { cause, armedAt: null })).toBe(true);
  });
});

describe('what pages tell of push', () => {
  it.each(['push_subscribed', 'push_unsubscribed', 'push_prompted', 'push_unavailable'])(
    'happens on a page, and lets nobody in who waits for anything: %s',
    (event) => {
      const history = historyOf(VISIT, message(60_000, event));
      expect(history.sessions).toMatchObject([{ events: 2, end: START + 60_000 }]);
      expect(lastPresence(history)).toBe(START + 60_000);
      const any = { campaign: { entry: {} }, awaits: null, entryWhere: null, place: 'corner' } as never;
      expect(entered(any, { cause: { event, properties: {} }, armedAt: null })).toBe(false);
    },
  );
});

describe('when a visitor was last on the site', () => {
  it('is said of each device, and of all', () => {
    const history = historyOf(
      VISIT,
      message(60_000, 'view_item', { anonymousId: 'phone' }),
      message(HOUR, 'push_shown'),
    );
    expect(history.present).toEqual({ v: START, phone: START + 60_000 });
    expect(lastPresence(history)).toBe(START + 60_000);
  });

  it("is no matter of the shop's server, nor of what the collector notes", () => {
    const said = [
      message(1, 'order_updated', { server: true }),
      message(2, 'segment_entered', { source: 'collector' }),
      message(3, 'refund', { anonymousId: undefined as never }),
    ];
    expect(historyOf(VISIT, ...said).present).toEqual({ v: START });
  });

  it('is remembered of a device whatever it is called', () => {
    expect(lastPresence(historyOf(message(0, 'page_view', { anonymousId: '__proto__' })))).toBe(START);
  });
});

describe('the collector', () => {
  it('takes reports that come hours later, once, and puts the purchase after them down to them', async () => {
    const site = await makeSite();
    const start = Date.now() - 6 * HOUR;
    const report = (what: string, ms: number) =>
      track('v', `push_${what}`, {
        ...at(start + ms),
        messageId: `${DELIVERY}/${what}`,
        properties: { delivery_id: DELIVERY, campaign: 'cart-saver@1', variant: 'a', step: 's' },
      });
    await sendBatch(site, [track('v', 'view_item', at(start))]);
    await sendBatch(site, [
      track('v', 'purchase', { ...at(start + 5 * HOUR), properties: { transaction_id: 'o', value: 5 } }),
    ]);
    // The device was offline: its reports are late.
    await sendBatch(site, [report('shown', HOUR), report('clicked', 2 * HOUR)]);
    await sendBatch(site, [report('clicked', 3 * HOUR)]);
    const profile = (await profileOf(site, 'v')) as unknown as {
      sessions: { events: number }[];
      counters: object;
      orders: { touches: object[] }[];
    };
    expect(profile.sessions.map(({ events }) => events)).toEqual([1, 1]);
    expect(profile.counters).toEqual({ view_item: 1, purchase: 1, push_shown: 1, push_clicked: 1 });
    const touch = {
      ...{
        channel: 'push',
        campaign: 'cart-saver',
        version: 1,
        variant: 'a',
        step: 's',
        deliveryId: DELIVERY,
      },
      at: new Date(start + 2 * HOUR).toISOString(),
    };
    expect(profile.orders[0]?.touches).toEqual([touch]);
    const [order] = await facts(site, 'order');
    expect(order?.row.touches).toEqual([touch]);
    const row = await env.DB.prepare('SELECT touches FROM orders WHERE site = ?')
      .bind(site.id)
      .first<{ touches: string }>();
    expect(JSON.parse(row?.touches ?? 'null')).toEqual([touch]);
  });
});

import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../sdk/src/message.ts';
import type { StoredMessage } from '../../message.ts';
import { emptyHistory, extend } from '../../profile/history.ts';
import { addToLedger, emptyLedger } from '../../profile/ledger.ts';
import { happeningsOf, type Known } from '../../profile/situation.ts';
import { type Site, siteSettings } from '../../sites.ts';
import { decide } from '../decide.ts';
import { programOf } from '../program.ts';
import type { Campaign, CampaignDraft } from '../schema.ts';
import { templates } from './index.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const DAY = 24 * 60;

/** What a visitor did: so many minutes ago, on this page. The newest event is what may arm popups. */
type Did = [minutesAgo: number, event: string, path?: string, properties?: JsonObject];

const KETTLE = { item_id: 'k', item_name: 'Kettle', price: 46, quantity: 1 };
const added: [string, string, JsonObject] = [
  'add_to_cart',
  '/p/kettle',
  { currency: 'EUR', items: [KETTLE] },
];
const looked: [string, string, JsonObject] = ['view_item', '/p/kettle', { currency: 'EUR', items: [KETTLE] }];
const bought: [string, string, JsonObject] = [
  'purchase',
  '/thank-you',
  { transaction_id: 't', value: 46, currency: 'EUR', items: [KETTLE] },
];
const outcome = (campaign: string, what: string): [string, string, JsonObject] => [
  `popup_${what}`,
  '/',
  { campaign: `${campaign}@1` },
];
const AGREED = { channel: 'email', text: 'Yes', doubleOptIn: true };
const signedUp: [string, string, JsonObject] = [
  'form_submitted',
  '/',
  { campaign: 'footer@1', fields: { email: 'ada@shop.example' }, consents: [AGREED] },
];

/** Templates that would be armed for this visitor, each alone on its site. */
function armedFor(did: readonly Did[]): string[] {
  return templates()
    .filter(({ draft }) => isArmed(draft, did))
    .map(({ id }) => id)
    .sort();
}

function isArmed(draft: CampaignDraft, did: readonly Did[]): boolean {
  const campaign: Campaign = { ...draft, version: 1, status: 'live', createdAt: '2026-01-01T00:00:00.000Z' };
  const settings = siteSettings.parse({ name: 'shop', currency: 'EUR', holdout: { percent: 0 } });
  const id = crypto.randomUUID();
  const site: Site = { id, settings, program: programOf(id, settings, [campaign], []) };
  const said = did.map(([minutesAgo, event, path = '/', properties = {}], index): StoredMessage => {
    return {
      messageId: `m${index}`,
      type: event === 'page_view' ? 'page' : 'track',
      event,
      anonymousId: 'visitor',
      timestamp: new Date(NOW - minutesAgo * 60_000 + index).toISOString(),
      properties,
      context: { page: { url: `https://shop.example${path}` } },
    };
  });
  const history = emptyHistory();
  extend(history, said, 'EUR');
  const ledger = emptyLedger();
  for (const message of said) addToLedger(ledger, site.program, message);
  const known: Known = { history, ledger, exposures: [], segments: {}, refusals: [], test: null };
  return decide(site.program, happeningsOf(known, said.slice(-1), [], site, NOW)).length > 0;
}

describe('who is met by which template', () => {
  it.each<[string, Did[], string[]]>([
    ['a newcomer', [[0, 'page_view']], ['announcement', 'welcome-offer']],
    [
      'a newcomer who looks around',
      [
        [1, 'page_view'],
        [0, 'page_view', '/lookbook'],
      ],
      ['announcement', 'newsletter', 'welcome-offer'],
    ],
    ['a newcomer in the checkout', [[0, 'page_view', '/checkout/payment']], []],
    [
      'a newcomer who has put something into the cart',
      [
        [1, 'page_view', '/p/kettle'],
        [0, ...added],
      ],
      ['abandoned-cart', 'announcement', 'cart-saver', 'free-shipping-bar', 'push-prompt', 'welcome-offer'],
    ],
    [
      'somebody at the cart',
      [
        [1, ...added],
        [0, 'view_cart', '/basket'],
      ],
      ['abandoned-cart', 'cart-saver', 'free-shipping-bar'],
    ],
    [
      'somebody who begins to pay',
      [
        [1, ...added],
        [0, 'begin_checkout', '/pay'],
      ],
      [],
    ],
    [
      'a buyer on the page that says thanks',
      [
        [5, ...added],
        [0, ...bought],
      ],
      ['csat-after-purchase'],
    ],
    [
      'a buyer whom WooCommerce thanks',
      [[0, 'purchase', '/checkout/order-received/17', bought[2]]],
      ['csat-after-purchase'],
    ],
    [
      'a buyer who was asked about an order three weeks ago',
      [
        [21 * DAY, ...outcome('csat-after-purchase', 'submitted')],
        [0, ...bought],
      ],
      [],
    ],
    [
      'a buyer who was asked about an order two months ago',
      [
        [60 * DAY, ...outcome('csat-after-purchase', 'submitted')],
        [0, ...bought],
      ],
      ['csat-after-purchase'],
    ],
    [
      'a buyer an hour later',
      [
        [60, ...bought],
        [0, 'page_view'],
      ],
      ['announcement'],
    ],
    [
      'a buyer two weeks later',
      [
        [15 * DAY, ...bought],
        [0, 'page_view'],
      ],
      ['announcement', 'nps'],
    ],
    [
      'a buyer a quarter later',
      [
        [90 * DAY, ...bought],
        [0, 'page_view'],
      ],
      ['announcement'],
    ],
    [
      'a buyer two weeks later, with a cart',
      [
        [15 * DAY, ...bought],
        [1, 'page_view'],
        [0, ...added],
      ],
      ['abandoned-cart', 'announcement', 'cart-saver', 'free-shipping-bar', 'push-prompt'],
    ],
    [
      'a buyer who has answered before',
      [
        [100 * DAY, ...outcome('nps', 'submitted')],
        [15 * DAY, ...bought],
        [0, 'page_view'],
      ],
      ['announcement'],
    ],
    [
      'a buyer who has answered long ago',
      [
        [200 * DAY, ...outcome('nps', 'submitted')],
        [15 * DAY, ...bought],
        [0, 'page_view'],
      ],
      ['announcement', 'nps'],
    ],
    [
      'somebody back after a look at a product',
      [
        [3 * DAY, ...looked],
        [0, 'page_view'],
      ],
      ['announcement', 'back-again'],
    ],
    [
      'a newcomer with an iPhone, whom a push prompt could not ask',
      [
        [0, 'page_view'],
        [0, 'push_unavailable', '/', { reason: 'home_screen' }],
      ],
      ['home-screen'],
    ],
    [
      'a newcomer where the worker is missing',
      [
        [0, 'page_view'],
        [0, 'push_unavailable', '/', { reason: 'worker_status' }],
      ],
      [],
    ],
    [
      'somebody back at that product',
      [
        [3 * DAY, ...looked],
        [1, 'page_view'],
        [0, ...looked],
      ],
      ['announcement'],
    ],
    [
      'somebody back after months',
      [
        [60 * DAY, ...looked],
        [0, 'page_view'],
      ],
      ['announcement'],
    ],
    [
      'somebody back without a look',
      [
        [3 * DAY, 'page_view'],
        [0, 'page_view'],
      ],
      ['announcement'],
    ],
    [
      'somebody back with a cart',
      [
        [3 * DAY, ...looked],
        [3 * DAY - 1, ...added],
        [0, 'page_view'],
      ],
      ['abandoned-cart', 'announcement', 'cart-saver', 'free-shipping-bar'],
    ],
    [
      'a reader who has signed up elsewhere',
      [
        [1, 'page_view'],
        [1, ...signedUp],
        [0, 'page_view'],
      ],
      ['announcement', 'welcome-offer'],
    ],
    [
      'a reader who has signed up here last year',
      [
        [300 * DAY, ...signedUp],
        [1, 'page_view'],
        [0, 'page_view'],
      ],
      ['announcement'],
    ],
    [
      'somebody who has closed all of them',
      [
        ...templates().map(({ id }): Did => [2, ...outcome(id, 'dismissed')]),
        [1, 'page_view'],
        [1, ...added],
        [0, 'page_view', '/lookbook'],
      ],
      [],
    ],
  ])('%s', (_, did, ids) => {
    expect(armedFor(did)).toEqual(ids);
  });
});

import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../sdk/src/message.ts';
import type { StoredMessage } from '../message.ts';
import { emptyHistory, extend } from '../profile/history.ts';
import { addToLedger, emptyLedger } from '../profile/ledger.ts';
import { happeningsOf, type Known } from '../profile/situation.ts';
import { type Site, siteSettings } from '../sites.ts';
import { bucket } from './bucketing.ts';
import { rivalFor } from './decide.ts';
import type { Exposure } from './exposures.ts';
import { explainDecision, GATES } from './gates.ts';
import { programOf } from './program.ts';
import { type Campaign, type CampaignDraft, campaignDraft } from './schema.ts';

const NOW = Date.parse('2026-06-10T12:00:00Z');
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** All that one decision comes from. */
interface World {
  status: Campaign['status'];
  audience: object;
  schedule: object;
  page: string;
  marketing: boolean;
  traits: JsonObject;
  /** Of the campaign itself, and of another one. */
  shown: number[];
  otherShown: number[];
  segment: string;
  event: string;
  visitor: string;
}

const variants = [
  { key: 'a', content: { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }] } } },
];

/** Two devices, of which the campaign's experiment holds out the second. */
const unitWhere = (held: boolean) =>
  Array.from({ length: 100 }, (_, i) => `v${i}`).find(
    (id) => bucket('holdout:campaign:nudge', id) < 0.5 === held,
  ) ?? '';

const OPEN: World = {
  status: 'live',
  audience: { rule: { '==': [{ var: 'visitor.traits.vip' }, true] } },
  schedule: { hours: [['09:00', '18:00']], timezone: 'site' },
  page: '/shoes',
  marketing: true,
  traits: { vip: true },
  shown: [],
  otherShown: [NOW - 2 * MINUTE_MS],
  segment: 'regulars',
  event: 'add_to_cart',
  visitor: unitWhere(false),
};

const exposure = (campaign: string, at: number): Exposure => ({
  campaign,
  version: 1,
  variant: 'a',
  claimId: `${campaign}${at}`,
  at,
});

function explained(world: World) {
  const parsed = campaignDraft.parse({
    id: 'nudge',
    name: 'Nudge',
    schedule: world.schedule,
    page: { include: [{ path: '/shoes*' }] },
    audience: world.audience,
    entry: { on: 'event', event: 'add_to_cart' },
    cap: { perDays: { n: 1, days: 7 } },
    suppress: { consent: 'marketing', segments: ['staff'] },
    holdout: { percent: 50 },
    steps: [{ id: 'm', type: 'message', channel: 'popup', variants }],
  }) as CampaignDraft;
  const { status } = world;
  const campaign: Campaign = { ...parsed, version: 1, status, createdAt: '2026-01-01T00:00:00.000Z' };
  const settings = siteSettings.parse({ name: 'shop', holdout: { percent: 0 } });
  // A site of its own each time: what is compiled is kept by version.
  const id = crypto.randomUUID();
  const site: Site = { id, settings, program: programOf(id, settings, [campaign], []) };

  const anonymousId = world.visitor;
  const context = {
    page: { url: `https://shop.example${world.page}` },
    consent: { categoryPreferences: { marketing: world.marketing } },
  };
  const said: StoredMessage[] = [
    { messageId: 'a', type: 'identify', anonymousId, traits: world.traits, timestamp: iso(NOW - 1) },
    { messageId: 'b', type: 'track', anonymousId, event: world.event, context, timestamp: iso(NOW) },
  ];
  const history = emptyHistory();
  extend(history, said, 'EUR');
  const ledger = emptyLedger();
  for (const message of said) addToLedger(ledger, site.program, message);
  const exposures = [
    ...world.shown.map((at) => exposure('nudge', at)),
    ...world.otherShown.map((at) => exposure('other', at)),
  ].sort((a, b) => a.at - b.at);
  const segments = { [world.segment]: NOW - DAY_MS };
  const known: Known = { history, ledger, exposures, segments, refusals: [], test: null };
  const [compiled] = site.program.campaigns;
  const happened = happeningsOf(known, said, [], site, NOW);
  const [happening] = happened;
  if (!compiled || !happening) throw new Error('Nothing has happened.');
  const rival = rivalFor(compiled, site.program, happened);
  const situation = happening.situationFor(compiled);
  situation.rival = rival;
  return explainDecision(compiled, situation);
}

const iso = (time: number) => new Date(time).toISOString();

describe('who asks why a popup was not shown', () => {
  it('hears that it is, when all gates are open', () => {
    const { matched, gate, trace } = explained(OPEN);
    expect(trace.gates.filter(({ open }) => !open)).toEqual([]);
    expect({ matched, gate }).toEqual({ matched: true, gate: null });
  });

  it.each<[string, Partial<World>, (typeof GATES)[number], string]>([
    ['a campaign that is paused', { status: 'paused' }, 'status', 'paused'],
    ['a shop that sleeps', { schedule: { hours: [['18:00', '20:00']] } }, 'schedule', 'hours'],
    ['another page', { page: '/hats' }, 'page', 'page'],
    ['a consent that was denied', { marketing: false }, 'consent', 'denied'],
    ['a trait', { traits: { vip: false } }, 'audience', 'not_matched'],
    ['an old exposure', { shown: [NOW - 5 * DAY_MS] }, 'caps', 'per_days'],
    ['a segment', { segment: 'staff' }, 'suppression', 'segment'],
    ["another campaign's popup a moment ago", { otherShown: [NOW - 10_000] }, 'priority', 'min_gap'],
    ['another event', { event: 'view_item' }, 'trigger', 'waits_for'],
    ['another bucket', { visitor: unitWhere(true) }, 'holdout', 'campaign'],
  ])('hears of the one gate that %s closes', (_, change, gate, reason) => {
    const answer = explained({ ...OPEN, ...change });
    expect(answer.trace.gates.map(({ gate: name, open }) => [name, open])).toEqual(
      GATES.map((name) => [name, name !== gate]),
    );
    expect(answer).toMatchObject({ matched: false, gate, reason });
  });
});

const bought = { bought: { agg: 'count', event: 'purchase' } };
const spent = { spent: { agg: 'max', event: 'purchase', prop: 'value' } };
const young = { '<': [{ var: 'visitor.traits.age' }, 30] };

describe('an audience of', () => {
  it.each<[string, object, JsonObject, string | null]>([
    ['who has bought fewer than 1', { rule: { '<': [{ var: 'facts.bought' }, 1] }, facts: bought }, {}, null],
    ['younger than 30', { rule: young }, {}, 'missing: visitor.traits.age'],
    ['not younger than 30', { rule: { '!': young } }, {}, 'missing: visitor.traits.age'],
    [
      'younger than 30 or known as a VIP',
      { rule: { or: [young, { var: 'visitor.traits.vip' }] } },
      { vip: true },
      null,
    ],
    ['younger than 30', { rule: young }, { age: 20 }, null],
    ['younger than 30', { rule: young }, { age: 30 }, 'not_matched'],
    ['not younger than 30', { rule: { '!': young } }, { age: 30 }, null],
    [
      'who never spent more than 100',
      { rule: { '<=': [{ var: 'facts.spent' }, 100] }, facts: spent },
      {},
      'missing: facts.spent',
    ],
  ])('%s: %j, %j', (_, audience, traits, reason) => {
    const { matched, reason: told } = explained({ ...OPEN, audience, traits });
    expect({ matched, reason: told }).toEqual({ matched: reason === null, reason });
  });
});

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ArmedMessage } from '../../sdk/src/message.ts';
import { api, makeSite, post, sendBatch, type TestSite } from '../support/workerd/collector.ts';
import { runs } from './runs.ts';
import { NOW } from './shopping.ts';

const MINUTE_MS = 60_000;
const DEVICES = ['phone', 'laptop', 'kiosk'] as const;

const CAMPAIGNS = ['nudge', 'welcome', 'fans'] as const;

const device = fc.constantFrom(...DEVICES);
const event = fc.record({
  name: fc.constantFrom('page_view', 'view_item', 'view_item', 'add_to_cart', 'search', 'purchase'),
  /** Some are told late. */
  ageMs: fc.constantFrom(0, 0, 0, 1_000, 20 * MINUTE_MS, 50 * MINUTE_MS),
  price: fc.constantFrom(5, 50),
});

/** Something that somebody does in the shop. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ events: fc.array(event, { minLength: 1, maxLength: 3 }), device }) },
  { weight: 3, arbitrary: fc.record({ user: fc.constantFrom('mira', 'noor'), device }) },
  { weight: 4, arbitrary: fc.record({ claims: fc.nat(), device }) },
  { weight: 2, arbitrary: fc.record({ dismisses: fc.constantFrom(...CAMPAIGNS), device }) },
  { weight: 3, arbitrary: fc.record({ minutes: fc.constantFrom(1, 10, 31, 24 * 60) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const content = { en: { kind: 'modal', blocks: [{ type: 'heading', text: 'Hi' }] } };
const popup = (...variants: string[]) => [
  { id: 'm', type: 'message', channel: 'popup', variants: variants.map((key) => ({ key, content })) },
];
const several = { perSession: null, afterDismissDays: 2, afterConvert: 1 };

const KNOWN = { '??': [{ var: 'counters.view_item' }, 0] };
const SHOWN = { var: 'exposure.any.shown' };
const CLOSED = { var: 'exposure.any.dismissed' };

const DRAFTS = [
  {
    id: 'nudge',
    priority: 600,
    entry: { on: 'event', event: 'add_to_cart', where: { '>': [{ var: 'price' }, 10] } },
    audience: {
      rule: { '>=': [{ var: 'facts.views' }, 2] },
      facts: { views: { agg: 'count', event: 'view_item', within: 'PT30M' } },
    },
    cap: { ...several, perDays: { n: 2, days: 1 } },
    steps: popup('a'),
  },
  {
    id: 'welcome',
    // For every other number of things that are known: who knows too much or too little decides otherwise.
    audience: { rule: { '===': [{ '%': [{ '+': [KNOWN, SHOWN, CLOSED] }, 2] }, 0] } },
    cap: { ...several, perSession: 2 },
    holdout: { percent: 30 },
    steps: popup('a', 'b'),
  },
  {
    id: 'fans',
    priority: 700,
    entry: { on: 'segment', segment: 'seekers' },
    cap: several,
    goal: { event: 'purchase', within: 'P1D' },
    holdout: { percent: 20 },
    steps: popup('a', 'b', 'c'),
  },
];
const SEEKERS = {
  id: 'seekers',
  name: 'Seekers',
  audience: {
    rule: { and: [{ '>=': [{ var: 'facts.n' }, 1] }, { '<': [{ var: 'visitor.orders' }, 2] }] },
    facts: { n: { agg: 'count', event: 'search', within: 'PT1H' } },
  },
};

async function shop(): Promise<TestSite> {
  const site = await makeSite({ popups: { minGapMs: 5 * MINUTE_MS, perSession: 3, perDay: null } });
  const put = async (kind: string, draft: { id: string; [key: string]: unknown }) => {
    const path = `/api/sites/${site.id}/${kind}/${draft.id}`;
    for (const response of [await api('PUT', path, draft), await api('POST', `${path}/publish`)]) {
      if (!response.ok) throw new Error(await response.text());
    }
  };
  await put('segments', SEEKERS);
  for (const draft of DRAFTS) await put('campaigns', { name: draft.id, ...draft });
  return site;
}

type Decided = Pick<ArmedMessage, 'campaign' | 'variant' | 'cause'>;

/** Lives through the steps. @returns what was decided */
async function live(site: TestSite, steps: readonly Step[]): Promise<Decided[]> {
  const armed: (ArmedMessage & { device: string })[] = [];
  let messages = 0;
  const send = async (anonymousId: string, batch: object[]) => {
    const said = batch.map((message) => ({
      messageId: `m${messages++}`,
      anonymousId,
      timestamp: new Date().toISOString(),
      ...message,
    }));
    const answer = await sendBatch(site, said);
    armed.push(...answer.messages.map((message) => ({ ...message, device: anonymousId })));
  };
  for (const step of steps) {
    if ('minutes' in step) vi.setSystemTime(Date.now() + step.minutes * MINUTE_MS);
    else if ('events' in step) {
      const happened = step.events.map(({ name, ageMs, price }) => ({
        type: 'track',
        event: name,
        properties: { price, items: [{ item_id: 'ring', price, quantity: 1 }] },
        timestamp: new Date(Date.now() - ageMs).toISOString(),
      }));
      await send(step.device, happened);
    } else if ('user' in step) await send(step.device, [{ type: 'identify', userId: step.user }]);
    else if ('dismisses' in step) {
      const properties = { campaign: step.dismisses };
      await send(step.device, [{ type: 'track', event: 'popup_dismissed', properties }]);
    } else {
      const mine = armed.filter((message) => message.device === step.device);
      const message = mine[step.claims % Math.max(1, mine.length)];
      if (!message) continue;
      const claim = { writeKey: site.browserKey, anonymousId: step.device, claimId: crypto.randomUUID() };
      expect((await post(site, `/v1/messages/${message.id}/claim`, claim)).status).toBe(200);
    }
  }
  return armed.map(({ campaign, variant, cause }) => ({
    campaign: campaign.replace(/@.*/, ''),
    variant,
    cause,
  }));
}

async function replayed(site: TestSite, kind: string, id: string) {
  const response = await api('POST', `/api/sites/${site.id}/${kind}/${id}/replay`, { days: 30 });
  expect(response.status).toBe(200);
  return (await response.json()) as {
    visitors: number;
    looked: number;
    matched: number;
    members: number;
    truncated: boolean;
    items: { profile: string; messageId: string; variant: string; event: string }[];
  };
}

const sorted = (all: Decided[]) => all.map((one) => JSON.stringify(one)).sort();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a campaign that is replayed', () => {
  it('decides as it did when it was live', async () => {
    const trips = fc.array(step, { minLength: 8, maxLength: 30, size: 'max' });
    let decisions = 0;
    await fc.assert(
      fc.asyncProperty(trips, async (steps) => {
        vi.setSystemTime(NOW);
        const site = await shop();
        const decided = await live(site, steps);
        decisions += decided.length;
        const again: Decided[] = [];
        for (const campaign of CAMPAIGNS) {
          const { items } = await replayed(site, 'campaigns', campaign);
          again.push(...items.map(({ variant, messageId: cause }) => ({ campaign, variant, cause })));
        }
        expect(sorted(again)).toEqual(sorted(decided));
      }),
      runs(6),
    );
    expect(decisions).toBeGreaterThan(0);
  });
});

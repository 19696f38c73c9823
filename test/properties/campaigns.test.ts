import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucket } from '../../collector/src/campaigns/bucketing.ts';
import { decide } from '../../collector/src/campaigns/decide.ts';
import type { Campaign } from '../../collector/src/campaigns/schema.ts';
import { type Armed, campaign, Shop, siteOf } from './campaign-life.ts';
import { runs } from './runs.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const START = Date.parse('2026-06-10T20:00:00Z');
const DEVICES = ['phone', 'laptop', 'kiosk'] as const;
const IDS = ['nudge', 'sale', 'survey'] as const;

const POPUPS = { minGapMs: 30_000, perSession: 3, perDay: 4 };
const CAPS = {
  nudge: { perSession: 1, perVisitor: 3, afterDismissDays: 2 },
  sale: { perSession: 2, perDays: { n: 2, days: 2 }, afterDismissDays: 1 },
  survey: { perSession: null, perVisitor: 2, afterDismissDays: null },
} as const;

/** One event arms one campaign, so that several are armed at the same time. */
const campaigns = (version: number): Campaign[] =>
  IDS.map((id) =>
    campaign(
      id,
      {
        entry: { on: 'event', event: id },
        cap: { ...CAPS[id], afterConvert: null },
        goal: id === 'survey' ? null : { event: 'purchase', within: 'P1D' },
        holdout: { percent: 30 },
      },
      version,
    ),
  );

const device = fc.constantFrom(...DEVICES);
const id = fc.constantFrom(...IDS);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('arm' as const), device, id }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('claim' as const), which: fc.nat(), again: fc.nat(9) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('dismiss' as const), device, id }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('identify' as const),
      device,
      user: fc.constantFrom('mira', 'mira', 'noor'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 29_999, 30_000, 10 * MINUTE_MS, 31 * MINUTE_MS, 5 * 3_600_000, DAY_MS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('publish' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What a visitor went through, as a bystander notes it. */
interface Notes {
  /** Popups painted, or counted for a control. */
  seen: { id: string; at: number }[];
  /** When each campaign's popup was closed last. */
  closed: Map<string, number>;
  /** Control or not, by campaign, of the first that was seen. */
  arms: Map<string, { control: boolean; variant: string }>;
}

/** Lives through the steps and checks each answer against the notes. @returns how many popups were painted */
function live(steps: readonly Step[]): number {
  let now = START;
  let version = 1;
  let painted = 0;
  let claims = 0;
  const shop = new Shop(siteOf(campaigns(version), { popups: POPUPS, holdout: { percent: 20 } }));
  const seed = `holdout:site:${shop.site.id}:`;
  const armed: Armed[] = [];
  const answers: { armed: Armed; claimId: string; show: boolean; owner: string }[] = [];
  const events = new Map<string, number[]>();
  const notes = new Map<string, Notes>();
  const notesOf = (of: string): Notes => {
    const owner = shop.ownerOf(of);
    const known = notes.get(owner) ?? { seen: [], closed: new Map(), arms: new Map() };
    notes.set(owner, known);
    return known;
  };
  const tell = (of: string, event: string, properties = {}) => {
    events.set(of, [...(events.get(of) ?? []), now]);
    return shop.track(of, event, properties, now);
  };

  for (const step of steps) {
    if (step.kind === 'wait') now += step.ms;
    else if (step.kind === 'arm') armed.push(...tell(step.device, step.id));
    else if (step.kind === 'dismiss') {
      tell(step.device, 'popup_dismissed', { campaign: step.id });
      notesOf(step.device).closed.set(step.id, now);
    } else if (step.kind === 'publish') {
      version++;
      const { id: site, settings } = shop.site;
      shop.site = { ...siteOf(campaigns(version), {}), id: site, settings };
    } else if (step.kind === 'identify') {
      const before = shop.ownerOf(step.device);
      const brought = notesOf(step.device);
      shop.identify(step.device, step.user, now);
      if (before === step.device) merge(notesOf(step.device), brought);
      if (before === step.device) notes.delete(step.device);
    } else {
      const repeated = step.again === 0 ? answers[step.which % Math.max(1, answers.length)] : undefined;
      const wish = repeated?.armed ?? armed[step.which % Math.max(1, armed.length)];
      if (!wish) continue;
      const claimId = repeated?.claimId ?? `c${claims++}`;
      const owner = shop.ownerOf(wish.anonymousId);
      const unit = shop.stateOf(wish.anonymousId).history.anonymousIds[0] ?? '';
      const answer = shop.claim(wish, claimId, now);
      const control = !answer.show && answer.reason === 'holdout';
      expect('content' in answer).toBe(answer.show);
      if (repeated) {
        // A new version has taken the place of what was shown: the same claim may only turn to no.
        if (repeated.owner === owner && wish.version === version) expect(answer.show).toBe(repeated.show);
        continue;
      }
      answers.push({ armed: wish, claimId, show: answer.show, owner });
      if (!answer.show && !control) continue;
      painted++;
      const { campaign: of, variant } = wish;
      const mine = notesOf(wish.anonymousId);
      checkCaps(of as (typeof IDS)[number], mine, sessionStart(events.get(wish.anonymousId) ?? []), now);
      const arm = mine.arms.get(of);
      if (arm) expect({ control, variant: control ? arm.variant : variant }).toEqual(arm);
      else {
        const held = of !== 'survey' && bucket(seed, unit) < 0.2;
        expect(control).toBe(held || bucket(`holdout:campaign:${of}`, unit) < 0.3);
        mine.arms.set(of, { control, variant });
      }
      mine.seen.push({ id: of, at: now });
    }
  }
  return painted;
}

function checkCaps(of: (typeof IDS)[number], { seen, closed }: Notes, start: number, now: number): void {
  const cap: { perSession: number | null; perVisitor?: number; afterDismissDays: number | null } = CAPS[of];
  const mine = seen.filter((one) => one.id === of);
  const since = (all: Notes['seen'], from: number) => all.filter(({ at }) => at >= from).length;
  const today = Math.floor(now / DAY_MS);
  const daysAgo = (days: number) => (today - days + 1) * DAY_MS;
  expect(mine.length).toBeLessThan(cap.perVisitor ?? Number.POSITIVE_INFINITY);
  expect(since(mine, start)).toBeLessThan(cap.perSession ?? Number.POSITIVE_INFINITY);
  if (of === 'sale') expect(since(mine, daysAgo(2))).toBeLessThan(2);
  expect(since(seen, start)).toBeLessThan(POPUPS.perSession);
  expect(since(seen, daysAgo(1))).toBeLessThan(POPUPS.perDay);
  expect(since(seen, now - POPUPS.minGapMs + 1)).toBe(0);
  const closedAt = closed.get(of);
  if (closedAt !== undefined && cap.afterDismissDays !== null) {
    expect(today - Math.floor(closedAt / DAY_MS)).toBeGreaterThanOrEqual(cap.afterDismissDays);
  }
}

/** When the last session of a device began that has had events at these times. */
function sessionStart(times: readonly number[]): number {
  let [start = START, last = START] = [times[0], times[0]];
  for (const time of times) {
    if (time - last > 30 * MINUTE_MS) start = time;
    last = time;
  }
  return start;
}

function merge(into: Notes, from: Notes): void {
  const firstSeen = ({ seen }: Notes, of: string) =>
    seen.find((one) => one.id === of)?.at ?? Number.POSITIVE_INFINITY;
  for (const [of, arm] of from.arms) {
    if (firstSeen(from, of) < firstSeen(into, of)) into.arms.set(of, arm);
  }
  into.seen.push(...from.seen);
  into.seen.sort((a, b) => a.at - b.at);
  for (const [of, at] of from.closed) into.closed.set(of, Math.max(at, into.closed.get(of) ?? 0));
}

describe('a visitor with several tabs and devices, who logs in and closes popups', () => {
  it('sees none more often or sooner than its caps allow, none that was closed, and none as a control', () => {
    let painted = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), (steps) => {
        painted += live(steps);
      }),
      runs(200),
    );
    expect(painted).toBeGreaterThan(200);
  });
});

describe('of several campaigns', () => {
  it('the most important one that is open wins: by priority, then age, then id', () => {
    const candidate = fc.record({
      id: fc.stringMatching(/^[a-c][a-c]?$/),
      priority: fc.constantFrom(1, 2),
      createdAt: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'),
      status: fc.constantFrom('live' as const, 'live' as const, 'paused' as const),
      open: fc.boolean(),
    });
    const candidates = fc.uniqueArray(candidate, { selector: ({ id: name }) => name, maxLength: 8 });
    fc.assert(
      fc.property(candidates, (all) => {
        const published = all.map(({ id: name, priority, createdAt, status, open }) => ({
          ...campaign(name, { priority, audience: { rule: open } }),
          createdAt,
          status,
        }));
        const shop = new Shop(siteOf(published, { holdout: { percent: 0 } }));
        const armed = shop.track('v', 'page_view', {}, START);
        const open = all.filter(({ open, status }) => open && status === 'live');
        const rank = ({ priority, createdAt, id: name }: (typeof all)[number]) =>
          `${9 - priority} ${createdAt} ${name}`;
        const [winner] = open.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
        expect(armed.map(({ campaign: of }) => of)).toEqual(winner ? [winner.id] : []);
      }),
      runs(100),
    );
    expect(decide({ campaigns: [] }, [])).toEqual([]);
  });
});

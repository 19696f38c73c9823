import { describe, expect, it } from 'vitest';
import { bucket } from '../../collector/src/campaigns/bucketing.ts';
import { armOf } from '../../collector/src/campaigns/experiment.ts';
import { campaignDraft } from '../../collector/src/campaigns/schema.ts';
import { env } from '../support/workerd/collector.ts';

const VISITORS = 100_000 * Math.min(env.RUNS, 5);
/** Ids as browsers make them, the same in each run. */
const ids = Array.from({ length: VISITORS }, (_, i) => `${(i * 2_654_435_761) % 2 ** 32}-v`);

/** Σ (seen − expected)² / expected. */
const chiSquare = (seen: number[], expected: number[]) =>
  seen.reduce((sum, count, i) => sum + (count - (expected[i] ?? 0)) ** 2 / (expected[i] ?? 1), 0);

/** What χ² of so many degrees of freedom exceeds once in 10,000 samples (Wilson and Hilferty). */
const bound = (degrees: number) => {
  const part = 2 / (9 * degrees);
  return degrees * (1 - part + 3.719 * Math.sqrt(part)) ** 3;
};

/** Of each visitor, in which of some parts he is. */
type Parts = readonly number[];
const MAX_PARTS = 16;

/** χ² of the wish that two ways of dividing visitors tell nothing of each other. */
function dependence(a: Parts, b: Parts): { chi: number; degrees: number } {
  const both = Array.from({ length: MAX_PARTS ** 2 }, () => 0);
  const [ofA, ofB] = [a, b].map(() => Array.from({ length: MAX_PARTS }, () => 0)) as [number[], number[]];
  for (let i = 0; i < VISITORS; i++) {
    const [x = 0, y = 0] = [a[i], b[i]];
    both[x * MAX_PARTS + y] = (both[x * MAX_PARTS + y] ?? 0) + 1;
    ofA[x] = (ofA[x] ?? 0) + 1;
    ofB[y] = (ofB[y] ?? 0) + 1;
  }
  const expected = ofA.flatMap((n) => ofB.map((m) => (n * m) / VISITORS));
  const seen = both.filter((_, i) => expected[i] !== 0);
  const chi = chiSquare(
    seen,
    expected.filter((count) => count !== 0),
  );
  const parts = (counts: number[]) => counts.filter((count) => count > 0).length;
  return { chi, degrees: (parts(ofA) - 1) * (parts(ofB) - 1) };
}

const content = { en: { kind: 'modal' as const, blocks: [{ type: 'heading' as const, text: 'Hi' }] } };
const campaign = campaignDraft.parse({
  id: 'c',
  name: 'c',
  holdout: { percent: 10 },
  goal: { event: 'purchase', within: 'P1D' },
  steps: [
    {
      id: 'm',
      type: 'message',
      channel: 'popup',
      variants: [
        { key: 'a', weight: 1, content },
        { key: 'b', weight: 2, content },
        { key: 'c', weight: 5, content },
      ],
    },
  ],
});
const site = { percent: 5, seed: 'shop:' };
const arms = ids.map((id) => armOf(campaign, id, site, []));
const variants = arms.map(({ variant }) => ['a', 'b', 'c'].indexOf(variant));
const controls = arms.map(({ control }) => ['site', 'campaign', null].indexOf(control));
const parts = (seed: string, count: number) => ids.map((id) => Math.floor(bucket(seed, id) * count));
const sizes = (of: Parts, count: number) =>
  Array.from({ length: count }, (_, part) => of.filter((one) => one === part).length);
const shares = (of: number[]) => of.map((share) => share * VISITORS);

describe('visitors', () => {
  it('are spread evenly over all buckets', () => {
    const counts = sizes(parts('seed', 100), 100);
    expect(chiSquare(counts, shares(counts.map(() => 0.01)))).toBeLessThan(bound(99));
  });

  it('get each variant, and are held out, as often as was set', () => {
    expect(chiSquare(sizes(variants, 3), shares([1 / 8, 2 / 8, 5 / 8]))).toBeLessThan(bound(2));
    const held = shares([0.05, 0.95 * 0.1, 0.95 * 0.9]);
    expect(chiSquare(sizes(controls, 3), held)).toBeLessThan(bound(2));
  });

  it('are held out whatever their variant, and whatever another campaign or another seed makes of them', () => {
    const ofSite = parts('holdout:site:shop:', 10);
    const ofCampaign = parts('holdout:campaign:c', 10);
    const ofVariants = parts('variant:c', 8);
    for (const [a, b] of [
      [variants, controls],
      [ofVariants, parts('variant:d', 8)],
      [ofSite, parts('holdout:site:shop:2', 10)],
      [ofSite, ofCampaign],
      [ofCampaign, ofVariants],
    ] as const) {
      const { chi, degrees } = dependence(a, b);
      expect(chi).toBeLessThan(bound(degrees));
    }
  });
});

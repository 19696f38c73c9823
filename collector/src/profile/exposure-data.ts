import { type Exposure, OUTCOMES, type Outcomes } from '../campaigns/exposures.ts';
import type { AudienceData, ExposureData } from '../campaigns/fields.ts';

const HOUR_MS = 3_600_000;

export const NEVER: ExposureData = {
  shown: 0,
  clicked: 0,
  dismissed: 0,
  submitted: 0,
  hoursSinceShown: null,
  hoursSinceClicked: null,
  hoursSinceDismissed: null,
  hoursSinceSubmitted: null,
};

/** What became of popups so far: of each campaign, of all together, and of those that share a tag. */
export interface Met extends Omit<AudienceData['exposure'], 'campaign'> {
  /** Of campaigns that were met with. */
  campaigns: ReadonlyMap<string, ExposureData>;
}

/**
 * @param exposures those that count
 * @param now ms since the epoch
 */
export function metWith(
  exposures: readonly Exposure[],
  outcomes: Outcomes,
  tagsOf: (campaign: string) => readonly string[],
  now: number,
): Met {
  const shown = Map.groupBy(
    exposures.filter(({ control }) => !control),
    ({ campaign }) => campaign,
  );
  const names = new Set([...exposures.map(({ campaign }) => campaign), ...Object.keys(outcomes)]);
  const campaigns = new Map(
    [...names].map((name) => [name, exposureData(shown.get(name) ?? [], outcomes, name, now)]),
  );
  const tags = new Map<string, ExposureData[]>();
  for (const [name, data] of campaigns) {
    for (const tag of tagsOf(name)) tags.set(tag, [...(tags.get(tag) ?? []), data]);
  }
  return {
    campaigns,
    any: together([...campaigns.values()]),
    tags: Object.fromEntries([...tags].map(([tag, all]) => [tag, together(all)])),
  };
}

function exposureData(
  shown: readonly Exposure[],
  outcomes: Outcomes,
  campaign: string,
  now: number,
): ExposureData {
  const found = Object.hasOwn(outcomes, campaign) ? outcomes[campaign] : undefined;
  const hoursSince = (time: number | undefined) => (time === undefined ? null : (now - time) / HOUR_MS);
  const last = shown.length > 0 ? Math.max(...shown.map(({ at }) => at)) : undefined;
  return {
    shown: shown.length,
    clicked: found?.clicked?.[0] ?? 0,
    dismissed: found?.dismissed?.[0] ?? 0,
    submitted: found?.submitted?.[0] ?? 0,
    hoursSinceShown: hoursSince(last),
    hoursSinceClicked: hoursSince(found?.clicked?.[1]),
    hoursSinceDismissed: hoursSince(found?.dismissed?.[1]),
    hoursSinceSubmitted: hoursSince(found?.submitted?.[1]),
  };
}

const COUNTS = ['shown', ...OUTCOMES] as const;
const HOURS = ['hoursSinceShown', 'hoursSinceClicked', 'hoursSinceDismissed', 'hoursSinceSubmitted'] as const;

function together(all: readonly ExposureData[]): ExposureData {
  const sum = { ...NEVER };
  for (const data of all) {
    for (const count of COUNTS) sum[count] += data[count];
    for (const hours of HOURS) sum[hours] = sooner(sum[hours], data[hours]);
  }
  return sum;
}

function sooner(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

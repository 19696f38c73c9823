/** A popup that was shown, or would have been: counted at the claim, so that it holds across tabs and cleared storage. */
export interface Exposure {
  campaign: string;
  version: number;
  variant: string;
  claimId: string;
  /** ms since the epoch. */
  at: number;
  /** When that which armed it happened, by the device's clock as far as it was corrected, ms since the epoch. */
  causedAt?: number;
  /** Of a control visitor, who was shown nothing: of which experiment. */
  control?: 'site' | 'campaign';
  /** It stood in the page, at its edge or along it, and interrupted nobody: the site's limits of popups do not count it. */
  quiet?: true;
  /** The device that asked. */
  anonymousId?: string;
  /** Of a test visitor: it is no exposure to caps and reports. */
  test?: true;
}

/** What visitors do with a popup, and what pages report of it. */
export const OUTCOMES = ['clicked', 'dismissed', 'submitted'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** How often, and when last (ms since the epoch). */
export type Times = [count: number, last: number];

/** By campaign. */
export type Outcomes = Record<string, Partial<Record<Outcome, Times>>>;

/** Those that count. */
export function counted(exposures: readonly Exposure[]): Exposure[] {
  return exposures.filter(({ test }) => !test);
}

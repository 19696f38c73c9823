/** Something that was got over, and that somebody should look at. */
export interface Alert {
  site: string;
  /** ISO 8601. */
  since: string;
  what: string;
}

/** By site. */
const standing = new Map<string, Alert[]>();
/** Sites of which alerts are kept; of more, the first are forgotten. */
const MAX_SITES = 100;

/** From now on this, and nothing else, is wrong with a site. What was wrong before keeps its time. */
export function setAlerts(site: string, faults: readonly string[], now: number): void {
  const before = standing.get(site) ?? [];
  standing.delete(site);
  if (faults.length === 0) return;
  const since = new Date(now).toISOString();
  standing.set(
    site,
    faults.map((what) => before.find((alert) => alert.what === what) ?? { site, since, what }),
  );
  const [oldest] = standing.keys();
  if (standing.size > MAX_SITES && oldest !== undefined) standing.delete(oldest);
}

/** What this isolate has seen and is still so; what is wrong with a snapshot, every isolate that uses it sees. */
export function alerts(): Alert[] {
  return [...standing.values()].flat();
}

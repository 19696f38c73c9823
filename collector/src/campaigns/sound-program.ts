import type { SiteSettings } from '../sites.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Program, programOf } from './program.ts';
import { reasonOf } from './reason.ts';
import type { Campaign, Segment } from './schema.ts';
import { campaignStore, segmentStore } from './storage.ts';

/**
 * What a snapshot decides by. A definition that does not fit, such as one that a newer version of the collector has
 * published, is left out and named; the others are not touched by it.
 */
export function soundProgram(
  site: string,
  settings: SiteSettings,
  snapshot: Snapshot,
): { program: Program; faults: string[] } {
  const faults: string[] = [];
  const sound = <T extends Campaign | Segment>(
    noun: string,
    rows: readonly unknown[],
    read: (row: unknown) => T,
    compile: (definition: T) => Program,
  ): T[] =>
    rows.flatMap((row) => {
      try {
        const definition = read(row);
        compile(definition);
        return [definition];
      } catch (error) {
        faults.push(`The ${noun} ${nameIn(row)} is left out: ${reasonOf(error)}`);
        return [];
      }
    });
  const campaigns = sound(
    'campaign',
    snapshot.campaigns,
    (row) => campaignStore.readPublished(row),
    (campaign) => programOf(site, settings, [campaign], []),
  );
  const segments = sound(
    'segment',
    snapshot.segments,
    (row) => segmentStore.readPublished(row),
    (segment) => programOf(site, settings, [], [segment]),
  );
  return { program: programOf(site, settings, campaigns, segments), faults };
}

function nameIn(row: unknown): string {
  return String((row as { id?: unknown } | null)?.id).slice(0, 64);
}

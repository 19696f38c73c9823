import type { Content } from './content-schema.ts';
import type { Campaign } from './schema.ts';
import { popupOf } from './steps.ts';

/**
 * Where a campaign's popup stands, of which there is one for all: `stage`, in front of or beside the page; `tab`, at its
 * edge until it is opened; `bar`, along an edge; `slot:<name>`, in the page itself; `asked:<id>`, wherever it was asked
 * for. Only what is on the stage interrupts.
 */
export type Place = 'stage' | 'tab' | 'bar' | `slot:${string}` | `asked:${string}`;

/** Of all that it may show; variants of several kinds are on the stage when one of them is. */
export function placeOf({ id, steps }: Pick<Campaign, 'id' | 'steps'>): Place {
  const places = contentsOf({ steps }).map(placeOfContent);
  const place = places.includes('stage') ? 'stage' : (places[0] ?? 'stage');
  // Who presses "Size guide" waits for no gap, and two such buttons of a page are no rivals.
  const triggers = popupOf({ steps })?.triggers ?? [];
  const asked = triggers.length > 0 && triggers.every(({ on }) => on === 'click' || on === 'api');
  return place === 'stage' && asked ? `asked:${id}` : place;
}

/** Whether it leaves its tab when it is dismissed, on the pages that follow too. */
export function leavesTab(campaign: Pick<Campaign, 'steps'>): boolean {
  return contentsOf(campaign).some(
    ({ kind, launcher }) => launcher !== undefined && kind !== 'inline' && kind !== 'launcher',
  );
}

function placeOfContent({ kind, slot }: Content): Place {
  if (kind === 'inline') return `slot:${slot ?? ''}`;
  if (kind === 'launcher') return 'tab';
  return kind === 'bar' ? 'bar' : 'stage';
}

function contentsOf({ steps }: Pick<Campaign, 'steps'>): Content[] {
  return popupOf({ steps })?.variants.flatMap(({ content }) => Object.values(content)) ?? [];
}

import { callsIn, literalOf, type RulePart, readOf, rootOf } from './rule-reading.ts';
import { rulesInCampaign } from './rules-in.ts';
import type { Campaign } from './schema.ts';

/** Segments that a rule names, as in `{"in": ["vip", {"var": "visitor.segments"}]}`, and where. For rules within the limits. */
export function segmentsNamed(root: RulePart): { segment: string; pointer: string }[] {
  return [...callsIn(root)].flatMap(({ op, args: [item, container] }) => {
    if (op !== 'in' || !item || !container || readOf(container)?.path !== 'visitor.segments') return [];
    const wanted = literalOf(item)?.value;
    return typeof wanted === 'string' ? [{ segment: wanted, pointer: item.pointer }] : [];
  });
}

/** Which of these campaigns start by a segment, stay away from it or ask for it in a rule. */
export function usersOfSegment(segment: string, campaigns: readonly Campaign[]): Campaign[] {
  return campaigns.filter((campaign) => {
    const { entry, suppress } = campaign;
    if (entry.on === 'segment' && entry.segment === segment) return true;
    if (suppress.segments.includes(segment)) return true;
    return rulesInCampaign(campaign)
      .flatMap(({ rule, path }) => segmentsNamed(rootOf(rule, path)))
      .some((named) => named.segment === segment);
  });
}

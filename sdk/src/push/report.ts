import type { JsonObject, TrackMessage } from '../message.ts';

/**
 * What became of a delivery, `<campaign>@<version>.<variant>.<step>.<random>`. Its id is the same from worker, page and every retry, so that it counts once.
 * @returns undefined for what is no delivery's id
 */
export function reportOf(
  id: string,
  what: 'shown' | 'clicked' | 'dismissed',
  action?: string,
): (Pick<TrackMessage, 'type' | 'event' | 'messageId'> & { properties: JsonObject }) | undefined {
  const [campaign, variant, step, random] = id.split('.');
  if (!campaign || !variant || !step || !random) return undefined;
  return {
    type: 'track',
    event: `push_${what}`,
    messageId: `${id}/${what}`,
    properties: { delivery_id: id, campaign, variant, step, ...(action && { action }) },
  };
}

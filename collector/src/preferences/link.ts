import type { ConsentChannel } from '../../../sdk/src/message.ts';
import type { Site } from '../sites.ts';
import { preferencesToken } from './token.ts';

/**
 * The address of somebody's preference page, for a year; `null`: the site does not know where its collector is reached
 * from outside (`collectorUrl`).
 *
 * @param name of the person's object
 * @param now ms since the epoch
 */
export async function preferencesLink(
  site: Site,
  name: string,
  now: number,
  key: string,
): Promise<string | null> {
  const { collectorUrl } = site.settings;
  return collectorUrl && `${collectorUrl}/v1/preferences/${await preferencesToken(name, now, key)}`;
}

/** What a mail names in `List-Unsubscribe`: a POST there ends one subscription (RFC 8058). */
export function unsubscribeLink(preferences: string, channel: ConsentChannel, topic: string | null): string {
  return `${preferences}?channel=${channel}${topic === null ? '' : `&topic=${topic}`}`;
}

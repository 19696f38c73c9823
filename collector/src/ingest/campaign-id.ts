import type { JsonObject } from '../../../sdk/src/message.ts';
import { ownString } from '../message.ts';

/** What pages tell of popups and of the forms and surveys in them, and service workers of push. */
const OF_CAMPAIGNS = new Set([
  ...['popup_shown', 'popup_clicked', 'popup_dismissed', 'popup_submitted', 'popup_closed'],
  ...['form_submitted', 'survey_answered'],
  ...['push_shown', 'push_clicked', 'push_dismissed'],
]);
const REFERENCE = /^([a-z0-9][a-z0-9-]{0,62})(?:@\d{1,9})?$/;

/**
 * What is told of a message of a campaign, with the id of its campaign beside `campaign: 'id@version'`: goals, exits and facts are about
 * all versions. Of a draft that is looked at there is none, so that none of them counts it.
 */
export function withCampaignId(event: string, properties: JsonObject): JsonObject {
  const reference = OF_CAMPAIGNS.has(event) ? ownString(properties, 'campaign') : null;
  if (reference === null) return properties;
  const { campaign_id: _, ...rest } = properties;
  const id = REFERENCE.exec(reference)?.[1];
  return id === undefined ? rest : { ...rest, campaign_id: id };
}

import type { JsonObject } from '../../../sdk/src/message.ts';
import { ownObject, ownString, setOwn } from '../message.ts';

/** Segment's name for `utm_campaign`; the others keep theirs, without `utm_`. */
const NAMES: Record<string, string> = { campaign: 'name' };

/**
 * A message's context with the campaign that the page's address names (`utm_source=…`), in Segment's words, unless
 * the sender has named one. It is read here, so that every client library has it and the browser need not.
 */
export function withCampaign(context: JsonObject): JsonObject {
  const url = ownString(ownObject(context, 'page'), 'url');
  if (Object.hasOwn(context, 'campaign') || !url?.includes('utm_') || !URL.canParse(url)) return context;
  const campaign: JsonObject = {};
  for (const [key, value] of new URL(url).searchParams) {
    const name = /^utm_(\w{1,40})$/.exec(key)?.[1];
    if (name) setOwn(campaign, NAMES[name] ?? name, value.slice(0, 200));
  }
  return Object.keys(campaign).length > 0 ? { ...context, campaign } : context;
}

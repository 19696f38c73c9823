import type { JsonObject } from '../../../sdk/src/message.ts';
import type { Program } from '../campaigns/program.ts';
import type { Campaign } from '../campaigns/schema.ts';
import { ownString } from '../message.ts';
import { checkedConsent } from './consent-updated.ts';
import { type Asks, asksOf, campaignNamed, contentNamed } from './form-content.ts';
import { checkedForm } from './form-submitted.ts';
import { checkedSurvey } from './survey-answered.ts';

/** What is known of the popup that was answered. */
export interface Popup {
  /** `null`: not what was shown exactly, since that version, variant or language is not published. */
  asks: Asks | null;
  /** As it is published now, perhaps in another version. */
  campaign: Campaign | undefined;
  program: Program;
  /** Said with the server key. */
  server: boolean;
}

/**
 * What visitors answered to popups, checked again: the page has done so, but anybody can send anything with the browser
 * key. What is not right is kept apart, and costs its neighbours nothing. Forms that name no campaign are the shop's own.
 */
export function checkedAnswers(
  event: string,
  properties: JsonObject,
  from: { program: Program; server: boolean },
): { properties: JsonObject; warnings: string[] } {
  if (event === 'consent_updated') return checkedConsent(properties, from);
  const reference = ownString(properties, 'campaign');
  if (reference === null || (event !== 'form_submitted' && event !== 'survey_answered'))
    return { properties, warnings: [] };
  const named = campaignNamed(reference, from.program);
  const content = named?.isPublished
    ? contentNamed(named.campaign, ownString(properties, 'variant'), ownString(properties, 'locale'))
    : null;
  const asks = content && asksOf(content, ownString(properties, 'step') ?? '');
  const popup = { ...from, asks, campaign: named?.campaign };
  return event === 'form_submitted' ? checkedForm(properties, popup) : checkedSurvey(properties, popup);
}

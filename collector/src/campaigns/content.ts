import type { PopupContent } from '../../../sdk/src/message.ts';
import type { Campaign } from './schema.ts';

/**
 * What a variant shows, in the visitor's language where it has it (`de-AT` takes `de`), else in its first one.
 *
 * @param locale BCP 47
 * @returns `null` when the campaign has no such variant
 */
export function contentFor(campaign: Campaign, variant: string, locale: string | null): PopupContent | null {
  const languages = campaign.steps[0].variants.find(({ key }) => key === variant)?.content;
  if (!languages) return null;
  const wanted = locale?.toLowerCase() ?? '';
  const available = Object.keys(languages);
  const lang =
    available.find((tag) => tag.toLowerCase() === wanted) ??
    available.find((tag) => tag.toLowerCase() === wanted.split('-')[0]) ??
    available[0];
  const content = lang === undefined ? undefined : languages[lang];
  return lang === undefined || content === undefined ? null : { ...content, lang };
}

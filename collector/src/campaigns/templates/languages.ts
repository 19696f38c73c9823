import type { z } from 'zod';
import type { PushContent } from '../push-content.ts';
import type { campaignDraft } from '../schema.ts';
import type { popupStep } from '../steps.ts';

/** What the management API takes. */
export type CampaignInput = z.input<typeof campaignDraft>;
type PopupInput = z.input<typeof popupStep>;
export type ContentInput = PopupInput['variants'][number]['content'][string];

export const LANGUAGES = ['en', 'de', 'pl', 'uk', 'hr', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * One content per language, built alike: only the texts differ.
 *
 * @param write what a template shows, with the texts of one language in their places
 */
export function inEachLanguage<T>(
  texts: Record<Language, T>,
  write: (texts: T) => ContentInput,
): Record<Language, ContentInput> {
  return eachLanguage((language) => {
    const content = write(texts[language]);
    return language === 'ar' ? { ...content, dir: 'rtl' as const } : content;
  });
}

function eachLanguage<Said>(write: (language: Language) => Said): Record<Language, Said> {
  return Object.fromEntries(LANGUAGES.map((language) => [language, write(language)])) as Record<
    Language,
    Said
  >;
}

/** A popup with one variant in all languages; who reads none of them reads English. */
export function popup(
  triggers: NonNullable<PopupInput['triggers']>,
  content: Record<Language, ContentInput>,
): CampaignInput['steps'] {
  return [
    {
      id: 'popup',
      type: 'message',
      channel: 'popup',
      triggers,
      fallbackLocale: 'en',
      variants: [{ key: 'a', content }],
    },
  ];
}

/** A push message with one variant in all languages; who reads none of them reads English. */
export function push<T>(
  id: string,
  texts: Record<Language, T>,
  write: (texts: T) => PushContent,
): CampaignInput['steps'][number] {
  return {
    id,
    type: 'message',
    channel: 'push',
    fallbackLocale: 'en',
    variants: [{ key: 'a', content: eachLanguage((language) => write(texts[language])) }],
  };
}

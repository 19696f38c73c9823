import { leavesTab, placeOf } from './place.ts';
import type { CompiledCampaign } from './program.ts';
import type { PushContent } from './push-content.ts';
import type { Campaign, Content } from './schema.ts';
import type { PopupStep, PushStep } from './steps.ts';

/** What the button says that leads where the notification would have led. */
const OPEN: Record<string, string> = {
  en: 'Show me',
  de: 'Ansehen',
  pl: 'Zobacz',
  uk: 'Переглянути',
  hr: 'Pogledaj',
  ar: 'عرض',
};

/**
 * A popup that a journey offers on its way, as a campaign of its own: a popup step; or a push, whose visitor is on the
 * site, so that it comes in a corner of the page. `null`: this step offers none.
 */
export function offerOf(compiled: CompiledCampaign, stepId: string): CompiledCampaign | null {
  const { campaign } = compiled;
  const step = campaign.steps.find(({ id }) => id === stepId);
  if (step?.type !== 'message') return null;
  const popup = step.channel === 'popup' ? step : step.channel === 'push' ? asPopup(step) : null;
  if (!popup) return null;
  const offered: Campaign = { ...campaign, steps: [popup] };
  return {
    ...compiled,
    campaign: offered,
    // Whoever is here has been let in.
    awaits: null,
    entryWhere: null,
    place: placeOf(offered),
    leavesTab: leavesTab(offered),
    step: stepId,
  };
}

function asPopup({ id, variants, fallbackLocale }: PushStep): PopupStep {
  return {
    id,
    type: 'message',
    channel: 'popup',
    triggers: [{ on: 'load' }],
    ...(fallbackLocale === undefined ? {} : { fallbackLocale }),
    variants: variants.map(({ key, weight, content }) => ({
      key,
      weight,
      content: Object.fromEntries(
        Object.entries(content).map(([language, said]) => [language, popupContent(said, language)]),
      ),
    })),
  };
}

function popupContent({ title, body, url, actions }: PushContent, language: string): Content {
  const [first] = actions ?? [];
  return {
    kind: 'slide-in',
    position: 'bottom-end',
    blocks: [
      { type: 'heading', text: title },
      ...(body === undefined ? [] : [{ type: 'text' as const, runs: [body] }]),
      {
        type: 'button',
        text: first?.title ?? OPEN[language.split('-')[0]?.toLowerCase() ?? ''] ?? OPEN.en ?? '',
        action: 'url',
        href: first?.url ?? url,
      },
    ],
  };
}

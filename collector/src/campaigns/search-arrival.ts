import { searchEngineOf } from '../profile/attribution.ts';
import type { SharedData } from './fields.ts';
import type { Campaign } from './schema.ts';
import { popupOf } from './steps.ts';

/** CSS px: a screen that is narrower is a phone's. It is asked where the browser does not say what it runs on. */
const PHONE_WIDTH = 640;

/**
 * Whether a search engine has sent a phone to the page that it is on, the first of its session. What hides all of such a
 * page costs the shop its rank:
 * https://developers.google.com/search/docs/appearance/avoid-intrusive-interstitials
 */
export function isSearchArrival({ session, device }: Pick<SharedData, 'session' | 'device'>): boolean {
  return session.pageViews <= 1 && isPhone(device) && searchEngineOf(session.referrerHost) !== null;
}

/** Whether a variant may cover the page unasked, in whichever language. What only a click opens is asked for. */
export function coversPage(campaign: Pick<Campaign, 'steps'>, variant: string): boolean {
  const step = popupOf(campaign);
  if (!step) return false;
  const contents = Object.values(step.variants.find(({ key }) => key === variant)?.content ?? {});
  return (
    contents.some(({ kind }) => kind === 'modal') && step.triggers.some((trigger) => trigger.on !== 'click')
  );
}

function isPhone({ type, screenWidth }: SharedData['device']): boolean {
  return type === null ? screenWidth !== null && screenWidth < PHONE_WIDTH : type === 'mobile';
}

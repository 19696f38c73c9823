import { bucket, chooseVariant } from './bucketing.ts';
import type { Exposure } from './exposures.ts';
import type { Campaign } from './schema.ts';
import { popupOf } from './steps.ts';

/** Which variant a visitor gets, or of which experiment he is a control and gets nothing. */
export interface Arm {
  variant: string;
  control: 'site' | 'campaign' | null;
}

/** Whom the site leaves alone, to see what its campaigns bring. */
export interface SiteHoldout {
  percent: number;
  seed: string;
}

/** What a test visitor wants to see; no experiment holds him out. */
export interface TestVisitor {
  /** Variants by campaign. */
  variants: Record<string, string>;
}

/** Goals of which a shop lives: campaigns for them have the site's holdout. Surveys and prompts never do. */
const COMMERCIAL = new Set([
  'purchase',
  'begin_checkout',
  'add_payment_info',
  'add_to_cart',
  'add_to_wishlist',
]);

/** Whether a campaign for this goal has the site's holdout. */
export function isCommercial({ event }: Pick<NonNullable<Campaign['goal']>, 'event'>): boolean {
  return COMMERCIAL.has(event);
}

/**
 * The arm of a visitor: the one of the first exposure, as long as there is such a variant, else by hash. Site holdout,
 * campaign holdout and variants have seeds of their own, so that none tells anything of another.
 *
 * @param unit what is drawn: the visitor's first device, the same on all of a person's devices
 * @param exposures oldest first; of any campaign
 * @param variants of the message at hand; its first popup's when absent
 */
export function armOf(
  campaign: Pick<Campaign, 'id' | 'goal' | 'holdout' | 'steps'>,
  unit: string,
  site: SiteHoldout,
  exposures: readonly Exposure[],
  test: TestVisitor | null = null,
  variants: readonly { key: string; weight: number }[] = popupOf(campaign)?.variants ?? [],
): Arm {
  const { id, goal, holdout } = campaign;
  const [first, ...others] = variants;
  if (!first) return { variant: '', control: null };
  const drawn = chooseVariant([first, ...others], `variant:${id}`, unit).key;
  const known = (key: string | undefined) => variants.find((variant) => variant.key === key)?.key;
  if (test) {
    const wanted = Object.hasOwn(test.variants, id) ? test.variants[id] : undefined;
    return { variant: known(wanted) ?? drawn, control: null };
  }
  const before = exposures.find((exposure) => exposure.campaign === id);
  const variant = known(before?.variant) ?? drawn;
  if (before) return { variant, control: before.control ?? null };
  // Who was held out once stays so for all campaigns, whatever devices turn out to be his.
  const heldOut = exposures.some(({ control }) => control === 'site');
  const isDrawn = heldOut || bucket(`holdout:site:${site.seed}`, unit) < site.percent / 100;
  if (goal && isCommercial(goal) && isDrawn) return { variant, control: 'site' };
  const held = bucket(`holdout:campaign:${id}`, unit) < holdout.percent / 100;
  return { variant, control: held ? 'campaign' : null };
}

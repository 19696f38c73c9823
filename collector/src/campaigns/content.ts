import type { ContentBlock } from './content-schema.ts';
import type { Campaign, Content } from './schema.ts';
import { popupOf } from './steps.ts';
import { variablesIn } from './template-faults.ts';

/** What a variant says in one language, its coupons still to be drawn. */
export type Written = Content & { lang: string };

type Coupon = Extract<ContentBlock, { type: 'coupon' }>;
type DrawnBlock =
  | Exclude<ContentBlock, Coupon>
  | (Omit<Coupon, 'code' | 'pool' | 'fallback'> & { code: string });

/** The same with a code in each coupon. */
export type Drawn = Omit<Written, 'blocks' | 'steps'> & {
  blocks: DrawnBlock[];
  steps?: { id: string; blocks: DrawnBlock[] }[];
};

/**
 * What a variant says, in the first of the wanted languages that it has (`de-AT` takes `de`), else in the fallback, else
 * in its first one.
 *
 * @param locales BCP 47, in the order in which they are wanted
 * @returns `null` when the campaign has no such variant
 */
export function contentFor(
  campaign: Pick<Campaign, 'steps'>,
  variant: string,
  locales: readonly (string | null)[],
): Written | null {
  const step = popupOf(campaign);
  return step && contentIn(step, variant, locales);
}

/** The same of a message of any channel. */
export function contentIn<Said>(
  step: { fallbackLocale?: string; variants: readonly { key: string; content: Record<string, Said> }[] },
  variant: string,
  locales: readonly (string | null)[],
): (Said & { lang: string }) | null {
  const languages = step.variants.find(({ key }) => key === variant)?.content;
  if (!languages) return null;
  const available = Object.keys(languages);
  const tagOf = (wanted: string | null | undefined) => {
    const tag = wanted?.toLowerCase() ?? '';
    return (
      available.find((one) => one.toLowerCase() === tag) ??
      available.find((one) => one.toLowerCase() === tag.split('-')[0])
    );
  };
  const wanted = [...locales, step.fallbackLocale].flatMap((locale) => tagOf(locale) ?? []);
  const lang = wanted[0] ?? available[0];
  const content = lang === undefined ? undefined : languages[lang];
  return lang === undefined || content === undefined ? null : { ...content, lang };
}

/** Whether it says anything of a person, or gives a code that is meant for one. */
export function isPersonal(content: Content): boolean {
  const variables = variablesIn(content);
  return (
    poolsIn(content).length > 0 ||
    ['visitor', 'cart', 'facts'].some((name) => variables.has(name)) ||
    allBlocks(content).some((block) => block.type === 'products' && block.from === 'cart')
  );
}

/** Pools of which a content shows a code, in whichever step. */
export function poolsIn(content: Pick<Content, 'blocks' | 'steps'>): string[] {
  const pools = allBlocks(content).flatMap((block) => (block.type === 'coupon' ? (block.pool ?? []) : []));
  return [...new Set(pools)];
}

/** All of its blocks: what comes first, and what its buttons and scores lead to. */
export function allBlocks<Block>({
  blocks,
  steps = [],
}: {
  blocks: Block[];
  steps?: { blocks: Block[] }[];
}): Block[] {
  return [...blocks, ...steps.flatMap((step) => step.blocks)];
}

/**
 * The content with the visitor's codes in place of pools.
 *
 * @returns `null` when there is no code, and no fallback
 */
export function withCodes(
  { blocks, steps, ...content }: Written,
  codeFrom: (pool: string) => { code: string } | null,
): Drawn | null {
  let isComplete = true;
  const drawn = (block: ContentBlock): DrawnBlock => {
    if (block.type !== 'coupon') return block;
    const { pool, fallback, ...shown } = block;
    const code = pool === undefined ? block.code : (codeFrom(pool)?.code ?? fallback);
    if (code === undefined) isComplete = false;
    return { ...shown, code: code ?? '' };
  };
  const found = {
    ...content,
    blocks: blocks.map(drawn),
    ...(steps ? { steps: steps.map((step) => ({ ...step, blocks: step.blocks.map(drawn) })) } : {}),
  };
  return isComplete ? found : null;
}

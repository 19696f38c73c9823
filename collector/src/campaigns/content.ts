import type { PopupContent } from '../../../sdk/src/message.ts';
import type { ContentBlock } from './content-schema.ts';
import type { Campaign, Content } from './schema.ts';
import { variablesIn } from './template-faults.ts';

/** What a variant says in one language, its coupons still to be drawn. */
export type Written = Content & { lang: string };

/**
 * What a variant says, in the visitor's language where it has it (`de-AT` takes `de`), else in the fallback, else in its
 * first one.
 *
 * @param locale BCP 47
 * @returns `null` when the campaign has no such variant
 */
export function contentFor(campaign: Campaign, variant: string, locale: string | null): Written | null {
  const [step] = campaign.steps;
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
  const lang = tagOf(locale) ?? tagOf(step.fallbackLocale) ?? available[0];
  const content = lang === undefined ? undefined : languages[lang];
  return lang === undefined || content === undefined ? null : { ...content, lang };
}

/** Whether it says anything of a person, or gives a code that is meant for one. */
export function isPersonal(content: Content): boolean {
  const variables = variablesIn(content);
  return poolsIn(content).length > 0 || ['visitor', 'cart', 'facts'].some((name) => variables.has(name));
}

/** Pools of which a content shows a code, whichever step shows it. */
export function poolsIn(content: Pick<Content, 'blocks' | 'steps'>): string[] {
  return [...new Set(allBlocks(content).flatMap((block) => poolOf(block) ?? []))];
}

/** All of its blocks: what comes first, and what its buttons and scores lead to. */
export function allBlocks({ blocks, steps = [] }: Pick<Content, 'blocks' | 'steps'>): ContentBlock[] {
  return [...blocks, ...steps.flatMap((step) => step.blocks)];
}

function poolOf(block: ContentBlock): string | undefined {
  return block.type === 'coupon' ? block.pool : undefined;
}

/**
 * The content with the visitor's codes in place of pools.
 *
 * @returns `null` when there is no code, and no fallback
 */
export function withCodes(
  { blocks, steps, ...content }: Written,
  codeFrom: (pool: string) => { code: string } | null,
): PopupContent | null {
  const drawn = (written: ContentBlock): ContentBlock | null => {
    if (written.type !== 'coupon' || written.pool === undefined) return written;
    const { pool, fallback, ...shown } = written;
    const code = codeFrom(pool)?.code ?? fallback;
    return code === undefined ? null : { ...shown, code };
  };
  const allDrawn = (written: readonly ContentBlock[]) => {
    const found = written.map(drawn);
    return found.includes(null) ? null : (found as ContentBlock[]);
  };
  const first = allDrawn(blocks);
  const later = steps?.map((step) => ({ ...step, blocks: allDrawn(step.blocks) }));
  if (!first || later?.some((step) => step.blocks === null)) return null;
  return { ...content, blocks: first, ...(later ? { steps: later } : {}) } as unknown as PopupContent;
}

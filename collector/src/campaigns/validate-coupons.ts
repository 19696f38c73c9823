import { poolsIn } from './content.ts';
import { nearest } from './field-lookup.ts';
import { escaped } from './logic-faults.ts';
import { distinct, error, type Problem, warning } from './problem.ts';
import type { CampaignDraft } from './schema.ts';
import type { SiteContext } from './site-context.ts';
import { popupSteps } from './steps.ts';
import { placedBlocks } from './validate-blocks.ts';

/** Ids of the pools from which a campaign gives codes. */
export function poolsOf({ steps }: CampaignDraft): string[] {
  const contents = popupSteps(steps).flatMap(({ step }) =>
    step.variants.flatMap(({ content }) => Object.values(content)),
  );
  return [...new Set(contents.flatMap(poolsIn))];
}

/** Codes that visitors would not get. */
export function validateCoupons({ steps }: CampaignDraft, context: SiteContext): Problem[] {
  const told = new Set<string>();
  const problems: Problem[] = [];
  const variants = popupSteps(steps).flatMap(({ step, pointer }) =>
    step.variants.map(({ content }, index) => ({ content, at: `${pointer}/variants/${index}` })),
  );
  for (const { content, at: variant } of variants) {
    for (const [language, written] of Object.entries(content)) {
      const at = `${variant}/content/${escaped(language)}`;
      for (const { block, pointer } of placedBlocks(written, at)) {
        if (block.type !== 'coupon' || block.pool === undefined) continue;
        const { pool, fallback } = block;
        const without = fallback === undefined;
        const key = `${pool}/${without}`;
        const found = context.pools.find(({ id }) => id === pool);
        if (!found) problems.push(error(`${pointer}/pool`, noPool(pool, context)));
        else if (!told.has(key)) problems.push(...stock(found, without, context.now, `${pointer}/pool`));
        told.add(key);
      }
    }
  }
  return distinct(problems);
}

function noPool(pool: string, { pools }: SiteContext): string {
  const meant = nearest(
    pool,
    pools.map(({ id }) => id),
  );
  return `There is no coupon pool "${pool}".${meant === null ? '' : ` Did you mean "${meant}"?`}`;
}

function stock(
  { id, warning: level, expiresAt }: SiteContext['pools'][number],
  without: boolean,
  now: number,
  pointer: string,
): Problem[] {
  const isOver = expiresAt !== null && Date.parse(expiresAt) <= now;
  const then = without
    ? 'the popup is not shown. Add codes, or a code for everybody to fall back on.'
    : 'everybody gets the code to fall back on.';
  if (isOver) return [warning(pointer, `The codes of pool "${id}" have expired: ${then}`)];
  if (level === 'empty') return [warning(pointer, `Pool "${id}" is empty: ${then}`)];
  const low = level === 'low' ? `Pool "${id}" has few codes left. ` : '';
  if (without) return [warning(pointer, `${low}When pool "${id}" is empty, ${then}`)];
  return low ? [warning(pointer, `${low}When it is empty, ${then}`)] : [];
}

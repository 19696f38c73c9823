import { escaped } from './logic-faults.ts';
import { error, listed, type Problem, warning } from './problem.ts';
import type { CampaignDraft } from './schema.ts';
import type { SiteContext } from './site-context.ts';

type Step = CampaignDraft['steps'][0];
type Variant = Step['variants'][number];

/** Texts that some visitors would read in another language, or in another order. */
export function validateLanguages(step: Step, { settings }: Pick<SiteContext, 'settings'>): Problem[] {
  const { variants, fallbackLocale } = step;
  const at = '/steps/0/variants';
  const fallback = fallbackLocale === undefined ? [] : inFallback(variants, fallbackLocale, at);
  return [
    ...variants.flatMap((variant, index) => tags(variant, `${at}/${index}/content`)),
    ...variants.flatMap((variant, index) => missing(variant, variants, `${at}/${index}/content`)),
    ...variants.flatMap((variant, index) => otherBlocks(variant, `${at}/${index}/content`)),
    ...fallback,
    ...(variants.some((variant) => speaks(variant, settings.language))
      ? []
      : [
          warning(`${at}/0/content`, `There is no text in "${settings.language}", the language of the site.`),
        ]),
  ];
}

/** Whether visitors of this language find it: `de-AT` takes `de`. */
function speaks({ content }: Variant, language: string): boolean {
  const wanted = language.toLowerCase();
  return Object.keys(content).some((tag) => [wanted, wanted.split('-')[0]].includes(tag.toLowerCase()));
}

function tags({ content }: Variant, pointer: string): Problem[] {
  const seen = new Map<string, string>();
  return Object.keys(content).flatMap((tag) => {
    const canonical = canonicalTag(tag);
    const at = `${pointer}/${escaped(tag)}`;
    if (canonical === null) {
      return [error(at, `"${tag}" is no language tag. Write one such as en, de-AT or zh-Hant.`)];
    }
    const before = seen.get(canonical);
    seen.set(canonical, tag);
    if (before === undefined) return [];
    return [warning(at, `"${before}" and "${tag}" are the same language. The first one is shown.`)];
  });
}

function canonicalTag(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}

function missing(variant: Variant, variants: readonly Variant[], pointer: string): Problem[] {
  const lacking = new Map<string, string>();
  for (const other of variants) {
    for (const tag of Object.keys(other.content)) {
      if (!speaks(variant, tag) && !lacking.has(tag)) lacking.set(tag, other.key);
    }
  }
  return [...lacking].map(([tag, key]) =>
    warning(
      pointer,
      `Variant "${variant.key}" has no text in "${tag}", variant "${key}" has one. Their results cannot be compared fairly.`,
    ),
  );
}

function otherBlocks({ key, content }: Variant, pointer: string): Problem[] {
  const [first, ...others] = Object.entries(content);
  if (!first) return [];
  const shapeOf = (blocks: Variant['content'][string]['blocks']) => blocks.map(({ type }) => type).join();
  const [language, { blocks }] = first;
  return others
    .filter(([, other]) => shapeOf(other.blocks) !== shapeOf(blocks))
    .map(([tag]) =>
      warning(
        `${pointer}/${escaped(tag)}/blocks`,
        `In variant "${key}", "${tag}" is not built as "${language}" is: the parts or their order differ.`,
      ),
    );
}

function inFallback(variants: readonly Variant[], language: string, pointer: string): Problem[] {
  const without = variants.flatMap((variant, index) =>
    speaks(variant, language) ? [] : [{ ...variant, index }],
  );
  if (without.length === variants.length) {
    return [
      error(
        '/steps/0/fallbackLocale',
        `No variant has a text in "${language}", which all others should get.`,
      ),
    ];
  }
  // Where another variant has it under this very name, its absence is told there.
  const isTold = variants.some(({ content }) => Object.hasOwn(content, language));
  const [first] = without;
  if (!first || isTold) return [];
  const names = listed(without.map(({ key }) => key));
  return [
    warning(`${pointer}/${first.index}/content`, `There is no text in "${language}" in variant ${names}.`),
  ];
}

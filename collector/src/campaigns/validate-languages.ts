import { allBlocks } from './content.ts';
import { escaped } from './logic-faults.ts';
import { error, listed, type Problem, warning } from './problem.ts';
import type { Content } from './schema.ts';
import type { SiteContext } from './site-context.ts';
import type { PopupStep } from './steps.ts';

interface Variant<Said = unknown> {
  key: string;
  /** By BCP 47 language. */
  content: Record<string, Said>;
}
type PopupVariant = PopupStep['variants'][number];

/** A message of any channel. */
interface Worded {
  variants: readonly Variant[];
  fallbackLocale?: string;
}

/** Texts of a popup that some visitors would read in another language, or in another order. */
export function validatePopupLanguages(
  step: PopupStep,
  pointer: string,
  context: Pick<SiteContext, 'settings'>,
): Problem[] {
  const { variants } = step;
  const at = `${pointer}/variants`;
  return validateLanguages(step, pointer, context, [
    ...variants.flatMap((variant, index) => otherBlocks(variant, `${at}/${index}/content`)),
    ...otherKinds(variants, at),
  ]);
}

/**
 * Texts of a message that some visitors would read in another language.
 *
 * @param more what else differs between its languages
 */
export function validateLanguages(
  { variants, fallbackLocale }: Worded,
  pointer: string,
  { settings }: Pick<SiteContext, 'settings'>,
  more: readonly Problem[] = [],
): Problem[] {
  const at = `${pointer}/variants`;
  return [
    ...variants.flatMap((variant, index) => tags(variant, `${at}/${index}/content`)),
    ...variants.flatMap((variant, index) => missing(variant, variants, `${at}/${index}/content`)),
    ...more,
    ...(fallbackLocale === undefined ? [] : inFallback(variants, fallbackLocale, pointer)),
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

function otherBlocks({ key, content }: PopupVariant, pointer: string): Problem[] {
  const [first, ...others] = Object.entries(content);
  if (!first) return [];
  const [language, model] = first;
  return others.flatMap(([tag, other]) => {
    const at = `${pointer}/${escaped(tag)}`;
    if (shapeOf(other) !== shapeOf(model)) {
      const message = `In variant "${key}", "${tag}" is not built as "${language}" is: the parts or their order differ.`;
      return [warning(`${at}/blocks`, message)];
    }
    if (consentsOf(other) === consentsOf(model)) return [];
    const message = `In variant "${key}", "${tag}" does not ask for the same agreements as "${language}".`;
    return [warning(`${at}/blocks`, message)];
  });
}

function shapeOf({ blocks, steps = [] }: Content): string {
  const types = (all: Content['blocks']) => all.map(({ type }) => type).join();
  return [types(blocks), ...steps.map((step) => `${step.id}:${types(step.blocks)}`)].join(' ');
}

function consentsOf(content: Content): string {
  const consents = allBlocks(content).flatMap((block) =>
    (block.type === 'field' || block.type === 'text') && block.consent !== undefined ? [block.consent] : [],
  );
  return consents.sort().join();
}

/** One campaign is one kind of popup: rivals, limits and results are counted by it. */
function otherKinds(variants: readonly PopupVariant[], pointer: string): Problem[] {
  const all = variants.flatMap(({ content }, index) =>
    Object.entries(content).map(([tag, { kind }]) => ({
      kind,
      at: `${pointer}/${index}/content/${escaped(tag)}/kind`,
    })),
  );
  const [first] = all;
  const other = all.find(({ kind }) => kind !== first?.kind);
  if (!first || !other) return [];
  return [
    warning(
      other.at,
      `This is a ${other.kind}, elsewhere the campaign is a ${first.kind}: their results cannot be compared.`,
    ),
  ];
}

function inFallback(variants: readonly Variant[], language: string, pointer: string): Problem[] {
  const without = variants.flatMap((variant, index) =>
    speaks(variant, language) ? [] : [{ ...variant, index }],
  );
  if (without.length === variants.length) {
    return [
      error(
        `${pointer}/fallbackLocale`,
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
    warning(
      `${pointer}/variants/${first.index}/content`,
      `There is no text in "${language}" in variant ${names}.`,
    ),
  ];
}

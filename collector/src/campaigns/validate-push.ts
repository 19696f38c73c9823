import type { Facts } from './field-lookup.ts';
import { HREF } from './href.ts';
import { hasLiquid } from './liquid.ts';
import { escaped } from './logic-faults.ts';
import { error, type Problem, warning } from './problem.ts';
import type { PushContent } from './push-content.ts';
import type { SiteContext } from './site-context.ts';
import type { PushStep } from './steps.ts';
import { isLanguage, speaks } from './validate-languages.ts';
import { validateText } from './validate-templates.ts';

/** What a push message gets wrong, or what some visitors would not be able to read. */
export function validatePush(
  { variants, fallbackLocale }: Pick<PushStep, 'variants' | 'fallbackLocale'>,
  pointer: string,
  facts: Facts,
  { settings }: Pick<SiteContext, 'settings'>,
): Problem[] {
  const languages = variants.flatMap(({ content }, index) =>
    Object.entries(content).map(([tag, said]) => ({
      tag,
      said,
      at: `${pointer}/variants/${index}/content/${escaped(tag)}`,
    })),
  );
  const problems = languages.flatMap(({ tag, said, at }) => [
    ...(isLanguage(tag)
      ? []
      : [error(at, `"${tag}" is no language tag. Write one such as en, de-AT or zh-Hant.`)]),
    ...textsIn(said).flatMap(([place, text]) => validateText(text, `${at}${place}`, facts)),
    ...addressesIn(said).flatMap(([place, address]) =>
      hasLiquid(address) || leadsToPage(address)
        ? []
        : [error(`${at}${place}`, 'A click opens a page: write an address such as https://… or /sale.')],
    ),
  ]);
  if (fallbackLocale !== undefined && !variants.some((variant) => speaks(variant, fallbackLocale))) {
    const message = `No variant has a text in "${fallbackLocale}", which all others should get.`;
    problems.push(error(`${pointer}/fallbackLocale`, message));
  }
  if (!variants.some((variant) => speaks(variant, settings.language))) {
    const message = `There is no text in "${settings.language}", the language of the site.`;
    problems.push(warning(`${pointer}/variants/0/content`, message));
  }
  return problems;
}

type Placed = [place: string, text: string];

function addressesIn({ url, actions = [] }: PushContent): Placed[] {
  return [['/url', url], ...actions.map((action, index): Placed => [`/actions/${index}/url`, action.url])];
}

function textsIn(content: PushContent): Placed[] {
  const { title, body, icon, image, actions = [] } = content;
  const said: [string, string | undefined][] = [
    ['/title', title],
    ['/body', body],
    ['/icon', icon],
    ['/image', image],
    ...actions.map((action, index): Placed => [`/actions/${index}/title`, action.title]),
    ...addressesIn(content),
  ];
  return said.filter((one): one is Placed => one[1] !== undefined);
}

function leadsToPage(address: string): boolean {
  return HREF.test(address) && !/^(mailto|tel):/i.test(address);
}

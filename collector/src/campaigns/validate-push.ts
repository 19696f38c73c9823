import { HREF } from './href.ts';
import { pathsIn } from './logic.ts';
import { error, listed, type Problem, warning } from './problem.ts';
import type { PushContent } from './push-content.ts';
import type { CampaignDraft } from './schema.ts';
import type { SiteContext } from './site-context.ts';
import { isAboutCart } from './validate-journey.ts';
import { validatePushPictures } from './validate-pictures.ts';
import { validateTemplates } from './validate-templates.ts';

/** Characters that a notification shows of its title and body, folded, on most devices. */
const SHOWN = { title: 50, body: 120 } as const;
/** Two buttons are shown beside each other. */
const SHOWN_ACTION = 20;

const RESTORE = 'cart.restore_url';

/** What a push message says that cannot be read, is cut off, or leads nowhere. */
export function validatePush(
  content: PushContent,
  pointer: string,
  draft: CampaignDraft,
  context: Pick<SiteContext, 'settings' | 'pictures'>,
): Problem[] {
  const { url, actions = [] } = content;
  return [
    ...validateTemplates(content, pointer, draft.audience.facts),
    ...lengths(content, pointer),
    ...addressProblems(url, `${pointer}/url`, draft, context),
    ...actions.flatMap((action, index) => {
      const at = `${pointer}/actions/${index}`;
      return [
        ...textProblems(action.title, `${at}/title`, SHOWN_ACTION),
        ...(actions.findIndex((other) => other.action === action.action) < index
          ? [
              error(
                `${at}/action`,
                `Two buttons are called "${action.action}", so that clicks on them cannot be told apart.`,
              ),
            ]
          : []),
        ...addressProblems(action.url, `${at}/url`, draft, context),
      ];
    }),
    ...validatePushPictures(content, pointer, context),
  ];
}

/** The link that reopens a cart is made for messages that are sent. */
export function validateRestoreLink(content: object, pointer: string): Problem[] {
  const isAsked = JSON.stringify(content).includes(RESTORE);
  const message = `A popup has no "${RESTORE}": who sees it has the cart at hand. Lead to the page of the cart.`;
  return isAsked ? [warning(pointer, message)] : [];
}

function lengths({ title, body }: PushContent, pointer: string): Problem[] {
  const empty = body?.trim() === '' ? [warning(`${pointer}/body`, 'This is empty, so it is left out.')] : [];
  return [
    ...textProblems(title, `${pointer}/title`, SHOWN.title),
    ...empty,
    ...(body ? textProblems(body, `${pointer}/body`, SHOWN.body, false) : []),
  ];
}

function textProblems(text: string, pointer: string, shown: number, isNeeded = true): Problem[] {
  if (isNeeded && text.trim() === '') return [error(pointer, 'There is nothing to read.')];
  const length = leastLength(text);
  if (length <= shown) return [];
  return [
    warning(
      pointer,
      `This has ${length} characters. Many devices show the first ${shown} alone: say what matters there.`,
    ),
  ];
}

/** Without what Liquid puts in; of texts that it chooses from, nothing is said. */
function leastLength(text: string): number {
  return text.includes('{%') ? 0 : [...text.replace(/\{\{.*?\}\}/gs, '').trim()].length;
}

function addressProblems(
  address: string,
  pointer: string,
  draft: CampaignDraft,
  { settings }: Pick<SiteContext, 'settings'>,
): Problem[] {
  if (address.includes(RESTORE)) return restoreProblems(draft, pointer);
  if (/^\s*\{[{%]/.test(address)) return [];
  if (!HREF.test(address) || /^(mailto|tel):/i.test(address)) {
    const message =
      'A click leads nowhere: the address must start with https://, with /, or with a value that is one.';
    return [error(pointer, message)];
  }
  const [host = ''] = address.split(/\{[{%]/);
  const isComplete = host === address || /^https?:\/\/[^/]+\//i.test(host);
  if (!/^https?:/i.test(host) || !isComplete || !URL.canParse(host)) return [];
  const { origin } = new URL(host);
  if (settings.origins.length === 0 || settings.origins.includes(origin)) return [];
  const message = `"${origin}" is none of the pages of this site (${listed(settings.origins.slice(0, 3))}), so that nobody can tell what comes of a click.`;
  return [warning(pointer, message)];
}

function restoreProblems(draft: CampaignDraft, pointer: string): Problem[] {
  const asksForCart = pathsIn(draft.audience.rule).some(({ path }) => path.startsWith('cart.'));
  if (isAboutCart(draft) || asksForCart) return [];
  const message =
    'Who has nothing in the cart is led to the first page instead. Start the journey by the cart, or let the audience ask for one.';
  return [warning(pointer, message)];
}

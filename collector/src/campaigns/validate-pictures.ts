import type { ContentBlock } from './content-schema.ts';
import { error, type Problem, warning } from './problem.ts';
import type { PushContent } from './push-content.ts';
import type { CampaignDraft, Content } from './schema.ts';
import type { SiteContext } from './site-context.ts';
import { popupSteps, pushSteps } from './steps.ts';
import { placedBlocks } from './validate-blocks.ts';

/** How much a picture may be stretched before somebody sees it. */
const MAX_STRETCH = 1.05;
const NO_PICTURE = 'There is no such picture in the library of this site. Upload it, or choose another one.';

type Shown = Pick<Extract<ContentBlock, { type: 'image' }>, 'src' | 'width' | 'height'> & { pointer: string };

/** Addresses of the pictures of a library that a draft shows. */
export function picturesOf({ steps }: CampaignDraft): string[] {
  const contents = popupSteps(steps).flatMap(({ step }) =>
    step.variants.flatMap(({ content }) => Object.values(content)),
  );
  const pushed = pushSteps(steps).flatMap(({ step }) =>
    step.variants.flatMap(({ content }) => Object.values(content)),
  );
  return [
    ...new Set([
      ...contents.flatMap((content) => shownIn(content, '').map(({ src }) => src)),
      ...pushed.flatMap(({ icon, image }) => [icon, image].filter(isOfLibrary)),
    ]),
  ];
}

/** Pictures of the library that a notification would come without. */
export function validatePushPictures(
  content: PushContent,
  pointer: string,
  { pictures }: Pick<SiteContext, 'pictures'>,
): Problem[] {
  return (['icon', 'image'] as const).flatMap((key) => {
    const src = content[key];
    return isOfLibrary(src) && !pictures.some((one) => one.src === src)
      ? [error(`${pointer}/${key}`, NO_PICTURE)]
      : [];
  });
}

/** Pictures of the library that visitors would not see, or not as they are. */
export function validatePictures(
  content: Content,
  pointer: string,
  { pictures }: Pick<SiteContext, 'pictures'>,
): Problem[] {
  return shownIn(content, pointer).flatMap(({ src, width, height, pointer: at }) => {
    const picture = pictures.find((one) => one.src === src);
    if (!picture) return [error(`${at}/src`, NO_PICTURE)];
    const stretch = (width * picture.height) / (height * picture.width);
    if (Math.max(stretch, 1 / stretch) <= MAX_STRETCH) return [];
    const fitting = Math.max(1, Math.round((width * picture.height) / picture.width));
    const message = `The picture is ${picture.width} × ${picture.height}, which has another shape than ${width} × ${height}: the popup jumps when it has loaded, or cuts off a part of it. With this width, the height is ${fitting}.`;
    return [warning(`${at}/height`, message)];
  });
}

function shownIn(content: Content, pointer: string): Shown[] {
  const shown = placedBlocks(content, pointer).flatMap(({ block, pointer: at }): Shown[] => {
    if (block.type === 'image') return [{ ...block, pointer: at }];
    if (block.type !== 'products') return [];
    return (block.items ?? []).flatMap(({ image }, index) =>
      image ? [{ ...image, pointer: `${at}/items/${index}/image` }] : [],
    );
  });
  return shown.filter(({ src }) => isOfLibrary(src));
}

/** What begins with Liquid is known when it is sent. */
function isOfLibrary(src: string | undefined): src is string {
  return src?.startsWith('/v1/pictures/') === true && !src.includes('{{');
}

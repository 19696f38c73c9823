import type { PlainBlock, PlainContent } from '../popups/ready.ts';
import { cartProducts } from './cart-products.ts';
import { allBlocks, type Drawn } from './content.ts';
import { exactMs } from './duration.ts';
import { builtIn, textsFor } from './popup-texts.ts';

/** What a content needs to know of the visitor, besides what stands in its texts. */
export interface Around {
  /** BCP 47, of numbers. */
  locale: string;
  /** ISO 4217, of a cart that names none. */
  currency: string;
  /** As templates know it. */
  cart: unknown;
  /** When the campaign was first shown to the visitor, ms since the epoch; this time, if it never was. */
  firstShownAt: number;
  dataLayer: boolean;
  /** To begin as its tab, whatever its kind. */
  minimised: boolean;
}

type DrawnBlock = Drawn['blocks'][number];

/** Scripts that run from right to left: https://www.unicode.org/iso15924/ */
const RIGHT_TO_LEFT = new Set(['ar', 'he', 'iw', 'fa', 'ur', 'ps', 'sd', 'ug', 'yi', 'ckb', 'dv']);

/**
 * What goes to the page: a content whose texts are rendered, with its times, products and the client's own texts worked
 * out. Nothing in it is a template any more, so that what a cart holds is never read as one.
 */
export function wireContent(rendered: Drawn, around: Around): PlainContent {
  const { kind, launcher, closeLabel, dir, blocks, steps, lang, position, slot, picture } = rendered;
  const tab = launcher && !isBlank(launcher.text) && kind !== 'inline' ? { launcher } : {};
  const texts = textsFor(lang, allBlocks(rendered));
  return {
    kind: kind === 'launcher' ? 'modal' : kind,
    ...(position === undefined ? {} : { position }),
    ...(slot === undefined ? {} : { slot }),
    ...tab,
    ...(tab.launcher && (kind === 'launcher' || around.minimised) ? { minimised: true } : {}),
    lang,
    dir: dir ?? directionOf(lang),
    closeLabel: closeLabel === undefined || isBlank(closeLabel) ? builtIn(lang).close : closeLabel,
    ...(Object.keys(texts).length > 0 ? { texts } : {}),
    ...(picture === undefined ? {} : { picture }),
    blocks: blocks.flatMap((block) => wireBlock(block, around)),
    ...(steps
      ? {
          steps: steps.map(({ id, blocks: later }) => ({
            id,
            blocks: later.flatMap((block) => wireBlock(block, around)),
          })),
        }
      : {}),
    ...(around.dataLayer ? { dataLayer: true } : {}),
  };
}

/** Of the script that a language is written in. @param lang BCP 47 */
export function directionOf(lang: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(lang.toLowerCase().split('-')[0] ?? '') ? 'rtl' : 'ltr';
}

function wireBlock(block: DrawnBlock, around: Around): PlainBlock[] {
  if (block.type === 'countdown') {
    const { for: period, until, ...shown } = block;
    const end = period === undefined ? until : new Date(around.firstShownAt + exactMs(period)).toISOString();
    return end === undefined ? [] : [{ ...shown, until: end }];
  }
  if (block.type === 'products') {
    const { from, max, items = [] } = block;
    return [{ type: 'products', items: from === 'cart' ? cartProducts(around.cart, max, around) : items }];
  }
  return [block];
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}

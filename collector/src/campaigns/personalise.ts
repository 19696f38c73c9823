import type { PopupContent } from '../../../sdk/src/message.ts';
import { isObject } from '../ingest/parse.ts';
import { readyContent } from '../popups/ready.ts';
import type { Drawn } from './content.ts';
import { mapTexts } from './content-texts.ts';
import { type Around, wireContent } from './content-wire.ts';
import { hasLiquid, type PersonalData, type Renderer, rendererOf } from './liquid.ts';
import { formattingFor } from './liquid-filters.ts';
import { presentable } from './presentable.ts';

export type { PersonalData } from './liquid.ts';

export interface PersonaliseOptions
  extends Partial<Pick<Around, 'firstShownAt' | 'dataLayer' | 'minimised'>> {
  /** BCP 47; of the texts, see {@link formattingLocale}. */
  locale: string;
  /** IANA; the visitor's. */
  timeZone: string;
  /** ISO 4217; of amounts whose currency the template does not name. */
  currency: string;
}

/** A content that cannot be shown to this visitor; `pointer` (RFC 6901) says which of its texts failed. */
export class PersonaliseError extends Error {
  readonly pointer: string;

  constructor(pointer: string, message: string, cause?: unknown) {
    super(`${pointer}: ${message}`, { cause });
    this.pointer = pointer;
  }
}

/** Characters of all texts of one content. */
const MAX_LENGTH = 20_000;

/**
 * What a content says to one visitor. The Liquid in its texts and addresses is rendered on his data, which are never read
 * as a template and stay as they are: the page shows texts with `textContent`. In a coupon `coupon.code` is its own code;
 * elsewhere the first one. See {@link presentable} for what is left out.
 *
 * @throws PersonaliseError when a template fails on this data, over 20,000 characters in all, or when nothing is left
 */
export function personalise(
  content: Drawn,
  data: PersonalData,
  { locale, timeZone, currency, ...around }: PersonaliseOptions,
): PopupContent {
  const now = typeof data.now === 'number' ? data.now : 0;
  const formatting = formattingFor({ locale, timeZone, currency }, now);
  const renderer = rendererOf(data, formatting);
  const codes = codesIn(content);
  let length = 0;
  const rendered = mapTexts(content, ({ kind, text, pointer }) => {
    const code = codes.get(BLOCK.exec(pointer)?.[0] ?? '');
    const own = code === undefined || code === codeIn(data.coupon) ? {} : { coupon: { code } };
    const result = hasLiquid(text) ? render(renderer, kind, text, pointer, own) : text;
    length += result.length;
    if (length > MAX_LENGTH) throw new PersonaliseError(pointer, 'the texts become too long');
    return result;
  }) as Drawn;
  const wire = wireContent(rendered, {
    ...{ locale: formatting.locale, currency: formatting.currency, cart: data.cart },
    ...{ firstShownAt: now, dataLayer: false, minimised: false, ...around },
  });
  const left = presentable(wire);
  if (!left) throw new PersonaliseError('/blocks', 'nothing is left to show');
  if (rendered.kind === 'launcher' && !left.launcher) {
    throw new PersonaliseError('/launcher/text', 'nothing is left to read');
  }
  return readyContent(left, rendered.theme);
}

/** The pointer of the block that a text is in. */
const BLOCK = /^(?:\/steps\/\d+)?\/blocks\/\d+/;

function codeIn(coupon: unknown): unknown {
  return isObject(coupon) ? coupon.code : undefined;
}

/** Each coupon's code, by its pointer. */
function codesIn({ blocks, steps = [] }: Drawn): Map<string, string> {
  const found = (all: Drawn['blocks'], pointer: string) =>
    all.flatMap((block, index): [string, string][] =>
      block.type === 'coupon' ? [[`${pointer}/blocks/${index}`, block.code]] : [],
    );
  return new Map([
    ...found(blocks, ''),
    ...steps.flatMap((step, index) => found(step.blocks, `/steps/${index}`)),
  ]);
}

/**
 * In which notation the numbers and dates of a text stand: the visitor's (`de-AT`) in his own language, else the
 * text's, so that no German date appears in an English sentence.
 */
export function formattingLocale(lang: string, visitorLocale: string | null): string {
  const languageOf = (tag: string) => tag.toLowerCase().split('-')[0];
  return visitorLocale !== null && languageOf(visitorLocale) === languageOf(lang) ? visitorLocale : lang;
}

function render(
  renderer: Renderer,
  kind: 'text' | 'address',
  text: string,
  pointer: string,
  own: PersonalData,
): string {
  try {
    return renderer[kind](text, own);
  } catch (cause) {
    throw new PersonaliseError(pointer, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

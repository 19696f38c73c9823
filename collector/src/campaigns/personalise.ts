import type { PopupBlock, PopupContent, TextRun } from '../../../sdk/src/message.ts';
import { mapTexts } from './content-texts.ts';
import { HREF } from './href.ts';
import { hasLiquid, type PersonalData, type Renderer, rendererOf } from './liquid.ts';

export type { PersonalData } from './liquid.ts';

export interface PersonaliseOptions {
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
 * Renders the Liquid in the texts and addresses of a content on a visitor's data. Data are never read as a template, and
 * they stay as they are: the page shows texts with `textContent`. A text that renders to nothing goes, with its block;
 * an address that leads where none may lead goes, and its button closes the popup.
 *
 * @throws PersonaliseError when a template fails on this data, over 20,000 characters in all, or when nothing is left
 */
export function personalise(
  content: PopupContent,
  data: PersonalData,
  { locale, timeZone, currency }: PersonaliseOptions,
): PopupContent {
  const renderer = rendererOf(data, {
    locale: usable(locale, (tag) => new Intl.Locale(tag), 'en'),
    timezoneOffset: usable(timeZone, (zone) => new Intl.DateTimeFormat('en', { timeZone: zone }), 'UTC'),
    currency,
    now: typeof data.now === 'number' ? data.now : 0,
  });
  let length = 0;
  const rendered = mapTexts(content, ({ kind, text, pointer }) => {
    const result = hasLiquid(text) ? render(renderer, kind, text, pointer) : text;
    length += result.length;
    if (length > MAX_LENGTH) throw new PersonaliseError(pointer, 'the texts become too long');
    return result;
  }) as PopupContent;
  const blocks = rendered.blocks.flatMap(presentable);
  if (blocks.length === 0) throw new PersonaliseError('/blocks', 'nothing is left to show');
  if (isBlank(rendered.closeLabel)) throw new PersonaliseError('/closeLabel', 'nothing is left to read');
  return { ...rendered, blocks };
}

/**
 * In which notation the numbers and dates of a text stand: the visitor's (`de-AT`) in his own language, else the
 * text's, so that no German date appears in an English sentence.
 */
export function formattingLocale(lang: string, visitorLocale: string | null): string {
  const languageOf = (tag: string) => tag.toLowerCase().split('-')[0];
  return visitorLocale !== null && languageOf(visitorLocale) === languageOf(lang) ? visitorLocale : lang;
}

function render(renderer: Renderer, kind: 'text' | 'address', text: string, pointer: string): string {
  try {
    return renderer[kind](text);
  } catch (cause) {
    throw new PersonaliseError(pointer, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function presentable(block: PopupBlock): PopupBlock[] {
  if ('text' in block && isBlank(block.text)) return [];
  if (block.type === 'text') {
    const runs = block.runs.map(withUsableLink).filter((run) => textOf(run) !== '');
    return runs.every((run) => isBlank(textOf(run))) ? [] : [{ ...block, runs }];
  }
  if (block.type === 'button' && block.action === 'url' && !HREF.test(block.href)) {
    const { href: _, ...button } = block;
    return [{ ...button, action: 'close' }];
  }
  return [block];
}

function withUsableLink(run: TextRun): TextRun {
  if (typeof run === 'string' || run.href === undefined || HREF.test(run.href)) return run;
  const { href: _, ...text } = run;
  return text;
}

function textOf(run: TextRun): string {
  return typeof run === 'string' ? run : run.text;
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** A visitor's browser says what it likes. */
function usable(value: string, check: (value: string) => unknown, fallback: string): string {
  try {
    check(value);
    return value;
  } catch {
    return fallback;
  }
}

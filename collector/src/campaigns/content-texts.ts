import { isObject } from '../ingest/parse.ts';

/** Where a content holds what people read. A list under one of them holds texts too. */
const TEXT_KEYS = ['text', 'runs', 'label', 'closeLabel', 'alt', 'placeholder', 'title', 'description'];
const ADDRESS_KEYS = ['href'];

export interface ContentText {
  kind: 'text' | 'address';
  text: string;
  /** JSON pointer (RFC 6901) into the content. */
  pointer: string;
}

/**
 * A copy of a content with each of its texts replaced by what `replace` makes of it; everything else, such as a coupon's
 * code or a colour, stays as it is.
 */
export function mapTexts(content: unknown, replace: (text: ContentText) => string): unknown {
  return map(content, null, '', replace);
}

/** All texts of a content, in its order. */
export function textsOf(content: unknown): ContentText[] {
  const texts: ContentText[] = [];
  mapTexts(content, (text) => {
    texts.push(text);
    return text.text;
  });
  return texts;
}

function map(
  value: unknown,
  key: string | null,
  pointer: string,
  replace: (text: ContentText) => string,
): unknown {
  if (typeof value === 'string') {
    const kind = key !== null && ADDRESS_KEYS.includes(key) ? 'address' : 'text';
    const isText = key !== null && (kind === 'address' || TEXT_KEYS.includes(key));
    return isText ? replace({ kind, text: value, pointer }) : value;
  }
  if (Array.isArray(value))
    return value.map((entry, index) => map(entry, key, `${pointer}/${index}`, replace));
  // `text` is also a colour of the theme.
  if (!isObject(value) || key === 'theme') return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, entry]) => [name, map(entry, name, `${pointer}/${name}`, replace)]),
  );
}

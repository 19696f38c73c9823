import { isObject } from '../ingest/parse.ts';

/** Where a content holds what people read. A list under one of them holds texts too. */
const TEXT_KEYS = [
  'text',
  'runs',
  'label',
  'closeLabel',
  'alt',
  'placeholder',
  'low',
  'high',
  'expired',
  'price',
  // Of a push message.
  'title',
  'body',
];
/** Elsewhere a `name` is the key of an answer, or what a page calls a button. */
const NAMED = 'items';
const ADDRESS_KEYS = ['href', 'url', 'icon', 'image'];

export interface ContentText {
  kind: 'text' | 'address';
  text: string;
  /** JSON pointer (RFC 6901) into the content. */
  pointer: string;
}

/**
 * A copy of a content with each of its texts replaced by what `replace` makes of it; everything else, such as a coupon's
 * code, the value of an option or a colour, stays as it is.
 */
export function mapTexts(content: unknown, replace: (text: ContentText) => string): unknown {
  return map(content, { key: null, within: null, pointer: '' }, replace);
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

interface Place {
  key: string | null;
  /** The key under which the list or object stands that holds it. */
  within: string | null;
  pointer: string;
}

function map(value: unknown, place: Place, replace: (text: ContentText) => string): unknown {
  const { key, pointer } = place;
  if (typeof value === 'string') {
    const kind = kindOf(place);
    return kind === null ? value : replace({ kind, text: value, pointer });
  }
  if (Array.isArray(value)) {
    return value.map((entry, index) => map(entry, { ...place, pointer: `${pointer}/${index}` }, replace));
  }
  // `text` is also a colour of the theme.
  if (!isObject(value) || key === 'theme') return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, entry]) => [
      name,
      map(entry, { key: name, within: key, pointer: `${pointer}/${name}` }, replace),
    ]),
  );
}

function kindOf({ key, within }: Place): ContentText['kind'] | null {
  if (key === null) return null;
  if (ADDRESS_KEYS.includes(key)) return 'address';
  return TEXT_KEYS.includes(key) || (key === 'name' && within === NAMED) ? 'text' : null;
}

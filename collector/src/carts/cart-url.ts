import type { CartItem } from './cart-items.ts';

/** What a placeholder stands for; `null`: the item does not tell. */
const PLACEHOLDERS: Record<string, (item: CartItem) => string | null> = {
  id: ({ item_id }) => textOf(item_id),
  variant: ({ item_variant }) => textOf(item_variant),
  qty: ({ quantity }) => textOf(quantity),
};
const PLACEHOLDER = /\{([^{}]*)\}/g;
/** What stands before it is repeated for each item, with the one character between them. */
const AND_SO_ON = /([^\w{}])\{?(?:…|\.\.\.)\}?/g;
/** Servers take about as long a line. */
const MAX_LENGTH = 8_000;

/**
 * The address under which a shop puts a cart together: the site's template, filled. In
 * `https://shop.example/cart/{variant}:{qty},…` the group before `,…` is repeated for each item; it begins behind the last
 * `/`, `?`, `=`, `&` or `#` before its first placeholder (where `&` joins the items, behind the last but `=`, so that
 * `?id={id}&qty={qty}&…` repeats both parameters). Without `…` it holds a single item.
 *
 * @param base the page that asks; the template may be an address relative to it
 * @param origins where the address may lead
 * @returns `null` when the template is no such template, leads elsewhere, or cannot hold this cart as it is: not all of a
 *   cart would be worse than none
 */
export function cartUrlOf(
  template: string,
  items: readonly CartItem[],
  base: string,
  origins: readonly string[],
): string | null {
  const parts = partsOf(template);
  if (!parts || items.length === 0 || (parts.between === null && items.length > 1)) return null;
  const groups = items.map((item) => filled(parts.group, item));
  if (groups.includes(null)) return null;
  const text = parts.before + groups.join(parts.between ?? '') + parts.after;
  if (text.length > MAX_LENGTH || !URL.canParse(text, base)) return null;
  const url = new URL(text, base);
  const isAllowed = origins.includes(url.origin) && url.username === '' && url.password === '';
  return isAllowed ? url.href : null;
}

interface Parts {
  before: string;
  /** For one item. */
  group: string;
  /** Between two of them; `null`: there is room for one. */
  between: string | null;
  after: string;
}

function partsOf(template: string): Parts | null {
  const [more, ...others] = template.matchAll(AND_SO_ON);
  const end = more?.index ?? template.length;
  const between = more?.[1] ?? null;
  const after = more ? template.slice(end + more[0].length) : '';
  const first = template.search(PLACEHOLDER);
  if (others.length > 0 || first < 0 || first >= end) return null;
  const begins = between === '&' ? /[/?&#](?=[^/?&#]*$)/ : /[/?=&#](?=[^/?=&#]*$)/;
  const start = template.slice(0, first).search(begins) + 1;
  const [before, group] = [template.slice(0, start), template.slice(start, end)];
  const known = [...group.matchAll(PLACEHOLDER)].every(([, name = '']) => Object.hasOwn(PLACEHOLDERS, name));
  const rest = before + group.replaceAll(PLACEHOLDER, '') + after;
  return known && !/[{}…]|\.{3}/.test(rest) ? { before, group, between, after } : null;
}

/** Each placeholder once: what an item says is never read as a template. */
function filled(group: string, item: CartItem): string | null {
  let isWhole = true;
  const text = group.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = PLACEHOLDERS[name]?.(item) ?? null;
    isWhole &&= value !== null;
    return encodeURIComponent(value ?? '');
  });
  return isWhole ? text : null;
}

/** A path of dots leads somewhere else, also when they are encoded. */
function textOf(value: string | number | undefined): string | null {
  const text = String(value ?? '').toWellFormed();
  return /^\.{0,2}$/.test(text) ? null : text;
}

import type { PageType } from '../campaigns/fields.ts';
import { ownObject, ownString, type StoredMessage } from '../message.ts';

export interface Page {
  url: string | null;
  path: string | null;
}

export const NO_PAGE: Page = { url: null, path: null };

/** The page that a message was sent from: the context that SDKs add, else what a page view says of itself. */
export function pageOf(message: StoredMessage): Page {
  const page = ownObject(message.context, 'page');
  const url = ownString(page, 'url') ?? ownString(message.properties, 'url');
  const path = ownString(page, 'path') ?? ownString(message.properties, 'path');
  return { url, path: path ?? (url !== null && URL.canParse(url) ? new URL(url).pathname : null) };
}

/** What kind of page it is that sends this event; `null` when it does not tell. */
export function pageTypeOf({ event }: StoredMessage): PageType | null {
  return event !== undefined && Object.hasOwn(TYPES, event) ? (TYPES[event] ?? null) : null;
}

const TYPES: Record<string, PageType> = {
  view_item: 'product',
  view_item_list: 'category',
  search: 'search',
  view_cart: 'cart',
  begin_checkout: 'checkout',
  add_shipping_info: 'checkout',
  add_payment_info: 'checkout',
  purchase: 'purchase',
};

/**
 * The wire: Segment's HTTP tracking API, with GA4's event and item names.
 * This file is the only one that the SDK and the collector share; it holds types alone.
 */

/** Any JSON value. What is not JSON (functions, `undefined`, `Infinity`) never reaches the wire. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A GA4 item. `item_id` or `item_name` is needed; a line of the cart is one `item_id` + `item_variant`. */
export interface Item {
  item_id?: string;
  item_name?: string;
  item_brand?: string;
  item_category?: string;
  item_variant?: string;
  item_list_id?: string;
  item_list_name?: string;
  affiliation?: string;
  coupon?: string;
  discount?: number;
  index?: number;
  /** Price of one unit, in the event's currency. */
  price?: number;
  /** 1 when absent. */
  quantity?: number;
  [key: string]: Json | undefined;
}

/** The properties that GA4 gives its retail events. Any of them may be absent, any other may be added. */
export interface CommerceProperties {
  /** ISO 4217. */
  currency?: string;
  value?: number;
  items?: Item[];
  coupon?: string;
  transaction_id?: string;
  tax?: number;
  shipping?: number;
  cart_id?: string;
  /** Of an order: `created`, `paid`, `shipped`, `delivered`, `cancelled`, `returned`, or a shop's word for one of them. */
  status?: string;
  search_term?: string;
  [key: string]: unknown;
}

/** Canonical names of design §2; any other name is a custom event. */
export type CommerceEvent =
  | 'page_view'
  | 'view_item'
  | 'view_item_list'
  | 'select_item'
  | 'search'
  | 'add_to_cart'
  | 'remove_from_cart'
  | 'view_cart'
  | 'add_to_wishlist'
  | 'begin_checkout'
  | 'add_shipping_info'
  | 'add_payment_info'
  | 'purchase'
  | 'refund'
  | 'order_updated'
  | 'cart_updated';

interface MessageBase {
  /** Unique per message; the collector counts each id once. UUIDv7 from this SDK. */
  messageId: string;
  anonymousId?: string;
  userId?: string;
  /** When it happened: ISO 8601 with milliseconds, by the sender's clock. */
  timestamp?: string;
  sentAt?: string;
  context?: JsonObject;
}

export interface TrackMessage extends MessageBase {
  type: 'track';
  event: string;
  properties?: JsonObject;
}
export interface PageMessage extends MessageBase {
  type: 'page';
  name?: string;
  category?: string;
  properties?: JsonObject;
}
export interface ScreenMessage extends MessageBase {
  type: 'screen';
  name?: string;
  properties?: JsonObject;
}
export interface IdentifyMessage extends MessageBase {
  type: 'identify';
  /** The shop's proof of `userId`: a JWT (HS256; `sub` = user id, `aud` = site). */
  token?: string | undefined;
  traits?: JsonObject;
}
export interface GroupMessage extends MessageBase {
  type: 'group';
  groupId: string;
  traits?: JsonObject;
}
export interface AliasMessage extends MessageBase {
  type: 'alias';
  /** The user's id until now; the anonymous one when absent. */
  previousId?: string | undefined;
}
export type Message =
  | TrackMessage
  | PageMessage
  | ScreenMessage
  | IdentifyMessage
  | GroupMessage
  | AliasMessage;

/** The body of `POST /v1/batch`: at most 500 messages and 512 kB; one message at most 32 kB and 32 levels deep. */
export interface Batch {
  writeKey: string;
  batch: Message[];
  /** When the batch left: ISO 8601, by the sender's clock. */
  sentAt: string;
  context?: JsonObject;
  /** The route token of the last answer. */
  token?: string;
  /** First-party mode: the collector's cookie is wanted. `fresh`: the id was just made up, the cookie's wins. */
  visitor?: { fresh?: boolean };
}

/** Why one message of a batch was refused; its neighbours are not affected. */
export type RejectionCode = 'invalid' | 'too_large' | 'too_deep' | 'no_id' | 'too_old';
export interface Rejection {
  index: number;
  messageId: string | null;
  code: RejectionCode;
  message: string;
}

/** When an armed popup may ask to be shown. `load`: as soon as it is armed, after `delayMs` of visible time. */
export interface Trigger {
  on: 'load';
  /** ms; 0 when absent. */
  delayMs?: number;
}

/** A popup to arm in the tab whose message caused it. Nothing is painted before a claim has been granted. */
export interface ArmedMessage {
  /** Unique per arming; the `:id` of the claim. */
  id: string;
  /** The `messageId` that caused the decision. */
  cause: string;
  campaign: string;
  variant: string;
  triggers: Trigger[];
}

/** The 200 of `POST /v1/batch`. */
export interface BatchAnswer {
  success: true;
  rejected: Rejection[];
  messages: ArmedMessage[];
  visitor: { anonymousId: string | null; token: string | null };
  /** What was accepted, but not as it was sent (a number out of range, a date that is none). */
  warnings?: string[];
}

export type ErrorCode =
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden_origin'
  | 'not_found'
  | 'too_large'
  | 'invalid'
  | 'conflict'
  | 'rate_limited'
  | 'unavailable'
  | 'internal';
export interface ErrorAnswer {
  success: false;
  error: { code: ErrorCode; message: string };
}

/** The body of `POST /v1/messages/:id/claim`, asked when a trigger fires, just before painting. */
export interface ClaimRequest {
  writeKey: string;
  anonymousId: string;
  token?: string;
  /** Made once per arming; asking again with the same one gives the same answer. */
  claimId: string;
}
export type ClaimAnswer = { show: true; content: PopupContent } | { show: false; reason: string };

/** A run of text in a popup; a string is plain text. Never HTML. */
export type TextRun = string | { text: string; bold?: boolean; italic?: boolean; href?: string };
export type PopupBlock =
  | { type: 'heading'; text: string }
  | { type: 'text'; runs: TextRun[] }
  | { type: 'coupon'; code: string; label?: string }
  | { type: 'button'; text: string; action: 'close' }
  | { type: 'button'; text: string; action: 'url'; href: string };

/** What a popup shows, in one language. */
export interface PopupContent {
  kind: 'modal';
  /** BCP 47 tag of the texts. */
  lang: string;
  dir?: 'ltr' | 'rtl';
  /** Accessible name of the close button. */
  closeLabel: string;
  /** CSS colours, `#rrggbb`. */
  theme?: { accent?: string; background?: string; text?: string };
  blocks: PopupBlock[];
}

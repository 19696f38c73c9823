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

/**
 * When an armed popup may ask to be shown; the first of its triggers counts. Times are ms in which the page was visible.
 * Of a type that it does not know, a client takes no notice.
 */
export type Trigger =
  /** As soon as it is armed, or `delayMs` later (0 when absent). */
  | { on: 'load' | 'delay'; delayMs?: number }
  /** So far down the page: 1 to 100, 50 when absent. */
  | { on: 'scroll'; percent?: number }
  /** The visitor is about to leave. */
  | { on: 'exit' }
  /** Neither pointer, key nor scrolling for `idleMs` (20,000 when absent). */
  | { on: 'idle'; idleMs?: number }
  /** A click on what the CSS selector matches, also if it appears later. */
  | { on: 'click'; selector: string }
  /** One of the page's own events, by its canonical name, whose properties fulfil all conditions. */
  | { on: 'event'; event: string; where?: PropertyCondition[] }
  /** `beckon.messages.show(id)`. */
  | { on: 'api' };

/** A condition on a property of an event; `property` is a path such as `items.0.price`. */
export interface PropertyCondition {
  property: string;
  is: '==' | '!=' | '>=' | '<=' | 'contains';
  value: string | number | boolean;
}

/** A popup to arm in the tab whose message caused it. Nothing is painted before a claim has been granted. */
export interface ArmedMessage {
  /** Unique per arming; the `:id` of the claim. */
  id: string;
  /** The `messageId` that caused the decision. */
  cause: string;
  /** `id@version`. */
  campaign: string;
  variant: string;
  /** What it will be, so that it waits for a place where it may appear; `modal` when absent. */
  kind?: PopupKind | 'launcher';
  /** Of an inline one: it waits for the element with this `data-beckon-slot`. */
  slot?: string;
  /** It asks to send push messages, which has to be possible in this browser, and not be so already. */
  needs?: 'push';
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
  | 'gone'
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
  token?: string | null | undefined;
  /** Made once per arming; asking again with the same one gives the same answer. */
  claimId: string;
  /** BCP 47 tags in the order in which texts are wanted: the page's language, then the browser's; 10 at most. */
  locales?: string[];
}
export type ClaimAnswer = { show: true; content: PopupContent } | { show: false; reason: string };

/** A run of text in a popup; a string is plain text. Never HTML. */
export type TextRun = string | { text: string; bold?: boolean; italic?: boolean; href?: string };

/** A picture; its size is known beforehand, so that nothing moves when it arrives. */
export interface Picture {
  /** `https:` address, or a path of the collector that begins with `/v1/`. */
  src: string;
  /** CSS px. */
  width: number;
  height: number;
  /** Empty for one that only decorates. */
  alt: string;
}

/** Something that a visitor can agree to be reached by. */
export type ConsentChannel = 'email' | 'sms' | 'push' | 'whatsapp' | 'telegram' | 'phone';

/** What a button does; `step` of `submit` comes when the answers are valid, without it the popup closes. */
export type ButtonAction =
  | { action: 'close' }
  | { action: 'url'; href: string }
  | { action: 'copy'; code: string }
  | { action: 'step'; step: string }
  /** Told to the page through `beckon.on('message')` as `{phase: 'clicked', action: 'call', name}`. */
  | { action: 'call'; name: string }
  | { action: 'submit'; step?: string }
  /** Has the browser ask whether the site may send push messages; then comes `step`, or the popup closes. */
  | { action: 'push'; step?: string };

export type FieldInput = 'email' | 'phone' | 'name' | 'text' | 'select' | 'checkbox';
/** Properties of an `<input>`, `<select>` or `<textarea>`. */
export interface FieldAttributes {
  type?: 'text' | 'email' | 'tel' | 'checkbox';
  autocomplete?: 'email' | 'tel' | 'name';
  pattern?: string;
  maxLength?: number;
  placeholder?: string;
  required?: boolean;
}
export type RatingScale = 'nps' | 'stars' | 'faces' | 'thumbs';

export type PopupBlock =
  | { type: 'heading'; text: string }
  /**
   * `consent`: submitting a form in this step agrees to this channel by this text; with `doubleOptIn` the agreement must
   * still be confirmed there.
   */
  | { type: 'text'; runs: TextRun[]; consent?: ConsentChannel; doubleOptIn?: boolean }
  | ({ type: 'image' } & Picture)
  /** `apply`: an address that puts the code into the cart. */
  | { type: 'coupon'; code: string; label?: string; apply?: { text: string; href: string } }
  | ({ type: 'button'; text: string } & ButtonAction)
  | {
      type: 'field';
      /** Key of the answer. */
      name: string;
      input: FieldInput;
      label: string;
      /** The element, and what its properties are. */
      tag: 'input' | 'select' | 'textarea';
      attributes: FieldAttributes;
      /** What is said of an answer that is there, but none. */
      fault?: string;
      /** Of a select. */
      options?: { value: string; text: string }[];
      /** Of a checkbox: ticking it agrees to this channel by the label. */
      consent?: ConsentChannel;
      doubleOptIn?: boolean;
    }
  | {
      type: 'rating';
      name: string;
      scale: RatingScale;
      /** The question. */
      label: string;
      /** From worst to best: the score, its accessible name, and its picture (SVG path data in a box of 24 by 24). */
      options: { value: string; label: string; icon?: string }[];
      /** Whether its form needs it. */
      required?: boolean;
      /** What the ends of the scale mean. */
      low?: string;
      high?: string;
      /** Which step follows which scores, both ends included; without it the score is sent with the form. */
      next?: { from: number; to: number; step: string }[];
    }
  /** `until`: ISO 8601. `expired`: shown in its place when the time is over; without it the block goes. */
  | { type: 'countdown'; until: string; label?: string; expired?: string }
  | { type: 'products'; items: { name: string; price?: string; href?: string; image?: Picture }[] }
  | { type: 'spacer'; size: 'small' | 'medium' | 'large' };

export type PopupKind = 'modal' | 'slide-in' | 'bar' | 'inline';

/** Texts of the client's own, in the content's language; those that the content needs are always there. */
export interface PopupTexts {
  copy: string;
  copied: string;
  /** Of a field that is empty. */
  required: string;
  days: string;
  hours: string;
  minutes: string;
  seconds: string;
}

/** What a popup shows, in one language. */
export interface PopupContent {
  kind: PopupKind;
  /** Of a slide-in: a corner. Of a bar: `top` or `bottom`. */
  position?: 'top' | 'bottom' | 'top-start' | 'top-end' | 'bottom-start' | 'bottom-end';
  /** Of an inline one. */
  slot?: string;
  /** The tab that is left when the visitor closes it, and reopens it. */
  launcher?: { text: string };
  /** It begins as that tab. */
  minimised?: boolean;
  /** BCP 47 tag of the texts. */
  lang: string;
  dir?: 'ltr' | 'rtl';
  /** Accessible name of the close button. */
  closeLabel: string;
  /** Its own accessible name. */
  title: string;
  /** The style sheet of its shadow root: the rules that this content needs, in its theme. */
  css: string;
  texts?: Partial<PopupTexts>;
  /** Where the first picture stands; `top` when absent, and where there is no room. */
  picture?: 'top' | 'start' | 'end';
  /** What comes first. */
  blocks: PopupBlock[];
  /** What its buttons and scores lead to. */
  steps?: { id: string; blocks: PopupBlock[] }[];
  /** Whether what happens to it is pushed to the page's `dataLayer`. */
  dataLayer?: boolean;
}

/** The body of `POST /v1/inspect`, asked by the panel that a signed link opens. */
export interface InspectRequest {
  writeKey: string;
  anonymousId: string;
  token?: string;
  /** What the link has brought. */
  inspect: string;
  /** Makes the visitor a test visitor, or one like all others. */
  test?: boolean;
}

/** What the collector makes of the visitor of a browser. */
export interface InspectAnswer {
  site: { id: string; name: string; currency: string };
  visitor: {
    /** Whether anything was heard of the visitor. */
    known: boolean;
    test: boolean;
    /** It belongs to a person, and this browser has not shown that it is his: what follows is empty. */
    withheld: boolean;
  };
  /** `null`: not asked. */
  consent: { analytics: boolean | null; marketing: boolean | null };
  /** `updatedAt`: ISO 8601. */
  cart: { items: Item[]; value: number; currency: string | null; updatedAt: string | null };
  /** When each event of this device happened last (ISO 8601), by its canonical name; of the last ones. */
  arrived: Record<string, string>;
  /** Live ones first, the most important at the top; 100 at most. */
  campaigns: {
    id: string;
    name: string;
    status: 'draft' | 'live' | 'paused' | 'ended';
    /** Whether it would be shown now, if the last event happened again. */
    matched: boolean;
    /** The first gate that is closed, and in words what closes it. */
    gate: string | null;
    because: string;
    /** How many gates are open, and how many there are. */
    open: number;
    gates: number;
  }[];
  /** Of the link's draft; `null`: it has none. */
  draft: {
    id: string;
    /** `null`: it was deleted. */
    name: string | null;
    problems: { severity: 'error' | 'warning'; pointer: string; message: string }[];
  } | null;
}

import type { Cart, CartOptions, ItemReference } from './cart.ts';
import type { ConsentChoice } from './consent.ts';
import type { Events, Listener } from './events.ts';
import type { CommerceEvent, CommerceProperties, Item } from './message.ts';
import type { Options } from './options.ts';
import type { PushStatus } from './push/index.ts';

/** The cart of this device. Every change sends one `cart_updated` with the whole cart. */
export interface CartCalls {
  /**
   * Adds to the quantity of the item's line (`item_id` + `item_variant`), or makes a new line.
   * @example beckon.cart.add({ item_id: 'mug', price: 12, quantity: 2 })
   */
  add(item: Item, options?: CartOptions): void;
  /** Takes `quantity` from a line, or the whole line. */
  remove(item: ItemReference, options?: CartOptions): void;
  /** Replaces all lines, for shops whose cart lives elsewhere. */
  set(items: Item[], options?: CartOptions): void;
  clear(options?: CartOptions): void;
  /** The cart as this page knows it: empty until IndexedDB has been read, a few ms after `init`. */
  get(): Cart;
}

/** The popups of campaigns that wait for the page's own code. */
export interface MessageCalls {
  /**
   * Fires the trigger `api` of this campaign's popup, now or as soon as the collector has armed it on this page view. It
   * is shown if the collector still agrees, like any other.
   * @param campaign - its id
   * @example beckon.messages.show('size-guide')
   */
  show(campaign: string): void;
}

/**
 * Push messages to this browser. The site hosts the worker's file, see `push.workerPath` in its settings. All calls resolve with what
 * holds then, wait for `init`, and never reject.
 */
export interface PushCalls {
  /**
   * Shows the popup of a campaign (its trigger `api`) whose button asks for push, if the visitor can be asked now: what stands in
   * the way is the `reason` of the answer. The browser's own question comes only after a click on that button.
   * @param campaign - its id; `push-prompt` when absent
   */
  prompt(campaign?: string): Promise<PushStatus>;
  /**
   * Has the browser ask and subscribes, for a button of the page's own. Call it in the button's click, and `status()` when the button appears:
   * what `status` has looked at need not be looked at between the click and the question, for which some browsers do not
   * wait. It asks also whom a popup would leave alone after a "not now".
   */
  subscribe(): Promise<PushStatus>;
  /** Ends it; no visit begins it again until `subscribe` is called or a popup asks. */
  unsubscribe(): Promise<PushStatus>;
  status(): Promise<PushStatus>;
}

/** The public calls. None of them throws; what goes wrong is told to `on('error')`. */
export interface Beckon {
  /** Starts; a second call changes nothing. Calls made before are kept and sent with their original times. */
  init(options: Options): void;
  /** A page view, for sites that have switched off automatic ones. `properties` add to url, path, search, title, referrer. */
  page(properties?: Record<string, unknown>): void;
  /**
   * Something happened. Values that are not JSON are made so: dates ISO 8601, what has no meaning `null`.
   * `purchase` also empties the local cart.
   * @param event - a name of GA4's, whose properties are checked, or any other
   * @example beckon.track('view_item', { currency: 'EUR', value: 12, items: [{ item_id: 'mug', price: 12 }] })
   */
  track<Name extends CommerceEvent | (string & {})>(
    event: Name,
    // Not two signatures: what the first one refuses, the second would take.
    properties?: Name extends CommerceEvent ? CommerceProperties : Record<string, unknown>,
  ): void;
  /**
   * The visitor is this user of yours from now on. Says nothing when that is known already, so it can be called on every page.
   * @param options - `token`: your server's proof of the id, a JWT (HS256; `sub` = user id, `aud` = site), for sites that ask for it
   */
  identify(userId: string, traits?: Record<string, unknown>, options?: { token?: string }): void;
  /** More is known about the visitor. */
  identify(traits: Record<string, unknown>): void;
  /** The user had another id before: `previousId`, or the anonymous one. */
  alias(userId: string, previousId?: string): void;
  /** The user belongs to this account (a company, a household). */
  group(groupId: string, traits?: Record<string, unknown>): void;
  /** The visitor has logged out: a new anonymous id; user, traits, cart and armed popups are forgotten. */
  reset(): void;
  /**
   * The visitor has decided. Until a site asks for consent (option `consent`, Google Consent Mode), all is granted.
   * Pending: nothing is stored or sent, calls wait in memory. Denied: they are discarded, and what was stored, here and at the collector, is erased.
   */
  consent(choice: { analytics?: ConsentChoice; marketing?: ConsentChoice }): void;
  /** Who the visitor is to Beckon, for calls that your server makes; undefined until IndexedDB has been read, and without consent. */
  anonymousId(): string | undefined;
  cart: CartCalls;
  messages: MessageCalls;
  push: PushCalls;
  /** Sends what is queued now. Resolves when the queue is empty or an attempt failed; a server's `Retry-After` is respected. */
  flush(): Promise<void>;
  /**
   * Listens to `call` (each message as it is made), `error`, `delivery` (each attempt with its answer), `message` (the life of a popup)
   * or `cart_restore` (the items of a cart that a link brings back; a site that does not listen is sent to its `cartUrl`).
   * @returns a function that ends it
   */
  on<E extends keyof Events>(name: E, listener: Listener<E>): () => void;
}

import type { DeliveryAttempt } from './delivery.ts';
import type { ArmedMessage, Item, Message, PopupContent } from './message.ts';

/** Something went wrong that the site's developer can act on. */
export interface BeckonError {
  /** `invalid_call` (`message`: which call), `refused`, `unauthorized`, `forbidden_origin`, `failed`, or a rejection's code. */
  code: string;
  message: string;
  /** Which message, where it is about one. */
  messageId?: string | null | undefined;
}

/** A step in the life of a popup. */
export interface PopupEvent {
  phase: 'armed' | 'refused' | 'show' | 'shown' | 'clicked' | 'submitted' | 'dismissed' | 'closed';
  popup: ArmedMessage;
  /** Why it was refused: the collector's word, or `no_slot`, `unsupported`, `unreachable`, `late`, `push`, `failed`. */
  reason?: string;
  /** At `show`: what would be painted. */
  content?: PopupContent;
  /** Of a click. */
  action?: string;
  name?: string;
  href?: string;
  step?: string;
  /** Of a button that asked for push: what the visitor told the browser. */
  answer?: NotificationPermission;
  /** How it was dismissed or closed. */
  how?: string;
  /**
   * At `show`: nothing is painted, for the page shows it in its own way. It counts as shown; what becomes of it the page
   * tells with `track`: `popup_clicked`, `popup_dismissed` or `popup_submitted` with `campaign`, `variant` and, as
   * `message_id`, the popup's `id`.
   */
  preventDefault?(): void;
}

/** A cart that was left, here or on another device, and that a link has brought back. */
export interface CartRestore {
  items: Item[];
  /** ISO 4217; `null` where nobody said it. */
  currency: string | null;
}

export interface Events {
  /** A call that became a message, in the task of the call; of a cart's call, without the lines. */
  call: Message;
  error: BeckonError;
  delivery: DeliveryAttempt;
  message: PopupEvent;
  cart_restore: CartRestore;
}
export type Listener<E extends keyof Events> = (event: Events[E]) => void;

export interface Emitter {
  on<E extends keyof Events>(name: E, listener: Listener<E>): () => void;
  emit<E extends keyof Events>(name: E, event: Events[E]): void;
}

/** Tells the page's listeners. A listener that throws disturbs neither us nor the next one. */
export function createEmitter(): Emitter {
  const listeners = new Set<[keyof Events, (event: never) => void]>();
  return {
    on(name, listener) {
      const entry: [keyof Events, (event: never) => void] = [name, listener];
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    emit(name, event) {
      for (const [heard, listener] of listeners) {
        try {
          if (heard === name) listener(event as never);
        } catch (error) {
          // As if it had thrown in a handler of its own: visible in the console, and nowhere in our way.
          reportError(error);
        }
      }
    },
  };
}

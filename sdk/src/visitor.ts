import { promisifyRequest } from 'idb-keyval';
import type { Cart } from './cart.ts';
import { ID_COOKIE, readCookie, writeCookie } from './cookie.ts';
import type { JsonObject, Message } from './message.ts';
import { createMessageIds } from './message-id.ts';
import type { Outbox } from './outbox.ts';
import { STATE_KEY } from './store.ts';

/** Who is on the page and what is in the cart; kept in IndexedDB, the anonymous id in a cookie as well. */
export interface VisitorState {
  anonymousId: string;
  userId?: string | undefined;
  traits?: JsonObject;
  /** Takes a request straight to the person; from the collector's last answer. */
  token?: string | null;
  cart?: Cart;
  /** The id that was made up here; a first-party cookie that only the collector can read may know better. */
  fresh?: string;
}

/** A visitor nobody has seen. A generator of its own each time, since two ids of one page must not look related. */
export const newVisitor = (): VisitorState => ({ anonymousId: createMessageIds().next().messageId });

/** A visitor whose id only this page knows as yet. */
function madeUp(): VisitorState {
  const { anonymousId } = newVisitor();
  return { anonymousId, fresh: anonymousId };
}

/** After `identify`, with an empty id if only traits are known. Another user of the device inherits nothing. */
export function identified(state: VisitorState, userId: string, traits: JsonObject): VisitorState {
  const { anonymousId } = state;
  const known: VisitorState = userId && state.userId && userId !== state.userId ? { anonymousId } : state;
  return { ...known, userId: userId || known.userId, traits: { ...known.traits, ...traits } };
}

/** The state after a change; asked twice, and may complete the message each time. */
export type Change = (state: VisitorState, message: Message) => VisitorState;

export interface Visitor {
  /** Another tab's change is taken over by assignment. */
  current: VisitorState;
  /**
   * Queues a message in the name of this visitor, and changes what is stored in the same transaction; either may be
   * missing.
   */
  change(next: Change | undefined, message?: Message): void;
}

/**
 * @param saved - what IndexedDB held, read before this is called: a killed browser loses the cookies of its last
 * seconds, but not IndexedDB, so an id is minted only when neither knows one
 * @param onChange - told of every change, for the other tabs
 */
export function createVisitor(
  outbox: Outbox,
  saved: VisitorState | undefined,
  onChange: (state: VisitorState) => void,
): Visitor {
  const anonymousId = readCookie(ID_COOKIE);
  const visitor: Visitor = {
    // The cookie is shared by the domain's hosts, IndexedDB is not: what another id left here belongs to someone else.
    current: anonymousId && anonymousId !== saved?.anonymousId ? { anonymousId } : (saved ?? madeUp()),
    change(next, message = {} as Message) {
      const sign = ({ anonymousId, userId }: VisitorState) => Object.assign(message, { anonymousId, userId });
      const before = visitor.current;
      if (!next) return void outbox.add(sign(before));
      // Another page of the domain knows better, which this one, back from the cache, has not heard.
      const known = readCookie(ID_COOKIE) ?? before.anonymousId;
      // The page's view follows at once; the transaction corrects it where another tab was faster.
      const view = next(known === before.anonymousId ? before : { anonymousId: known }, message);
      visitor.current = view;
      writeCookie(ID_COOKIE, view.anonymousId);
      outbox
        .add(sign(view), (entries, put) => {
          promisifyRequest<VisitorState | undefined>(entries.get(STATE_KEY)).then(
            (stored) => {
              const changed = stored?.anonymousId === view.anonymousId ? next(stored, message) : view;
              if (visitor.current === view) visitor.current = changed;
              entries.put(changed, STATE_KEY);
              sign(changed);
              put();
              // A failure is the transaction's.
            },
            () => {},
          );
        })
        .then(() => onChange(visitor.current));
    },
  };
  // Each visit begins the cookie's 13 months anew.
  visitor.change((stored) => stored);
  return visitor;
}

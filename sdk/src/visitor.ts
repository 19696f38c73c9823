import { promisifyRequest } from 'idb-keyval';
import type { Cart } from './cart.ts';
import { readCookie, writeCookie } from './cookie.ts';
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
  token?: string;
  cart?: Cart;
}

/** A visitor nobody has seen. A generator of its own each time, since two ids of one page must not look related. */
export const newVisitor = (): VisitorState => ({ anonymousId: createMessageIds().next() });

/** After `identify`, with an empty id if only traits are known. Another user of the device inherits nothing. */
export function identified(state: VisitorState, userId: string, traits: JsonObject): VisitorState {
  const { anonymousId } = state;
  const known: VisitorState = userId && state.userId && userId !== state.userId ? { anonymousId } : state;
  return { ...known, userId: userId || known.userId, traits: { ...known.traits, ...traits } };
}

/** What a message says that depends on the state. */
type Describe = (state: VisitorState) => Partial<Message>;

export interface Visitor {
  readonly state: VisitorState;
  /** Queues a message in the name of this visitor. */
  send(message: Message): void;
  /** Changes what is stored, and queues the message that tells of it, if any, in the same transaction. */
  change(next: (state: VisitorState) => VisitorState, message?: Message, describe?: Describe): void;
  /** Another tab has changed the visitor. */
  adopt(state: VisitorState): void;
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
  const anonymousId = readCookie();
  // The cookie is shared by the domain's hosts, IndexedDB is not: what another id left here belongs to someone else.
  let state =
    saved && (!anonymousId || anonymousId === saved.anonymousId)
      ? saved
      : { ...newVisitor(), ...(anonymousId && { anonymousId }) };
  let changing = 0;

  const sign = (message: Message, { anonymousId, userId }: VisitorState, fields?: Partial<Message>) =>
    Object.assign(message, { anonymousId }, userId && { userId }, fields);

  function change(next: (state: VisitorState) => VisitorState, message?: Message, describe?: Describe) {
    const before = state.anonymousId;
    // The page's view follows at once; the transaction corrects it where another tab was faster.
    const view = next(state);
    state = view;
    if (view.anonymousId !== before) writeCookie(view.anonymousId);
    if (message) sign(message, view, describe?.(view));
    changing += 1;
    void outbox
      .add(message, (entries, put) => {
        promisifyRequest<VisitorState | undefined>(entries.get(STATE_KEY)).then((stored) => {
          const changed = stored?.anonymousId === view.anonymousId ? next(stored) : view;
          if (changing === 1) state = changed;
          entries.put(changed, STATE_KEY);
          if (message) sign(message, changed, describe?.(changed));
          put();
        });
      })
      .then(() => {
        changing -= 1;
        onChange(state);
      });
  }

  writeCookie(state.anonymousId);
  if (state !== saved) change((stored) => stored);

  return {
    get state() {
      return state;
    },
    change,
    send: (message) => void outbox.add(sign(message, state)),
    adopt(next) {
      state = next;
    },
  };
}

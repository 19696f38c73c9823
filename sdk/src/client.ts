import { promisifyRequest } from 'idb-keyval';
import type { Beckon } from './api.ts';
import { watchPageViews } from './capture/page-views.ts';
import { addItem, type CartChange, changeCart, removeItem, setItems, snapshot } from './cart.ts';
import type { LoadChunk } from './chunks.ts';
import { contextOf, pageOf } from './context.ts';
import { createDelivery, type Delivery, type DeliveryAttempt } from './delivery.ts';
import { createEmitter } from './events.ts';
import { toJsonObject } from './json.ts';
import { onHide, onRestore } from './lifecycle.ts';
import type { Item, Message } from './message.ts';
import { createMessageIds } from './message-id.ts';
import type { Onsite } from './onsite/index.ts';
import type { Options } from './options.ts';
import { createOutbox } from './outbox.ts';
import { openStore, STATE_KEY } from './store.ts';
import { joinTabs, type Note } from './tabs.ts';
import { createVisitor, identified, newVisitor, type Visitor, type VisitorState } from './visitor.ts';

/** What of a message is known when the call is made. */
type Fields = Message extends infer M
  ? M extends Message
    ? Omit<M, 'messageId' | 'timestamp' | 'context'>
    : never
  : never;

/** A client that waits for `init`. Touches nothing of the browser before that, so it can be imported on a server. */
export function createBeckon(load: LoadChunk, { on, emit } = createEmitter()): Beckon {
  const browser = typeof window !== 'undefined';
  const ids = createMessageIds();
  /** Calls whose visitor is not known yet; each keeps the id and time of its call. */
  const held: ((visitor: Visitor) => void)[] = [];
  let options: Options | undefined;
  let visitor: Visitor | undefined;
  let delivery: Delivery | undefined;
  let onsite: Promise<Onsite> | undefined;

  const fail = (code: string, message: string, messageId?: string | null) =>
    emit('error', { code, message, messageId });
  const failed = (error: unknown) => fail('failed', String(error));
  const misused = (message: string) => fail('invalid_call', message);
  /** The boundary: an exception of ours never reaches the page. */
  const guard =
    <A extends unknown[]>(call: (...args: A) => void) =>
    (...args: A): void => {
      try {
        if (browser) call(...args);
      } catch (error) {
        failed(error);
      }
    };
  const whenKnown = (call: (visitor: Visitor) => void) => {
    visitor ? call(visitor) : held.push(call);
  };

  const stamp = () => ({ messageId: ids.next(), timestamp: new Date().toISOString() });
  /** Hands a message over as it was when it was called; `post` says how it is stored. */
  function send(
    fields: Fields,
    post = (visitor: Visitor, message: Message) => visitor.send(message),
    mark = stamp(),
  ) {
    const message = { ...fields, ...mark, context: contextOf() } as Message;
    whenKnown((visitor) => {
      post(visitor, message);
      delivery?.wake();
    });
    emit('call', message);
  }
  function page(given?: unknown, mark?: ReturnType<typeof stamp>, referrer?: string) {
    send({ type: 'page', properties: { ...pageOf(referrer), ...toJsonObject(given) } }, undefined, mark);
  }
  function track(event: unknown, given?: unknown) {
    if (typeof event !== 'string' || !event) return misused('track: no event');
    send(
      { type: 'track', event, properties: toJsonObject(given) },
      event === 'purchase'
        ? (visitor, message) => visitor.change(({ cart, ...state }) => state, message)
        : undefined,
    );
  }

  const cartOf = ({ cart }: Pick<VisitorState, 'cart'> = {}) =>
    cart ?? { currency: options?.currency ?? 'USD', items: [] };
  function updateCart(change: CartChange, given?: unknown) {
    send({ type: 'track', event: 'cart_updated' }, (visitor, message) =>
      visitor.change(
        (state) => ({ ...state, cart: changeCart(cartOf(state), change, toJsonObject(given)) }),
        message,
        (state) => ({ properties: snapshot(cartOf(state)) }),
      ),
    );
  }
  const isCartItem = (given?: Item) =>
    given?.item_id || given?.item_name || misused('cart: no item_id or item_name');
  const editCart = (edit: (item: Item) => CartChange) =>
    guard((given: Item, options?: unknown) => {
      if (isCartItem(given)) updateCart(edit(toJsonObject(given) as Item), options);
    });

  function start(site: Options) {
    const name = `beckon:${site.writeKey}`;
    const store = openStore(name);
    const tell = joinTabs(name, hear);
    const outbox = createOutbox(
      store,
      (ids) => tell({ sent: ids }),
      (count) => fail('dropped', `${count} oldest messages`),
    );
    delivery = createDelivery({
      ...site,
      outbox,
      token: () => visitor?.state.token,
      onAttempt: guard(onAttempt),
      onError: fail,
    });
    const { resume, hide } = delivery;

    /** The popups' code is not loaded before there is a popup. */
    function withOnsite(use: (popups: Onsite) => void) {
      onsite ??= load('onsite').then(({ createOnsite }) =>
        createOnsite({
          ...site,
          visitor: () => (visitor as Visitor).state,
          ids,
          tell,
          track,
          emit,
          fail: failed,
        }),
      );
      onsite.then(use).catch((error) => {
        onsite = undefined;
        failed(error);
      });
    }
    function onAttempt(attempt: DeliveryAttempt) {
      const { answer } = attempt;
      emit('delivery', attempt);
      if (!answer) return;
      const { anonymousId, token } = answer.visitor;
      // Nothing is sent before the visitor is known.
      const { state, change } = visitor as Visitor;
      // An answer to a batch from before `reset()` must not route the new visitor to the old one.
      if (token && token !== state.token && anonymousId === state.anonymousId)
        change((stored) => ({ ...stored, token }));
      for (const popup of answer.messages) withOnsite((popups) => popups.receive(popup));
    }
    function hear(note: Note) {
      outbox.forget(note.sent ?? []);
      if (note.visitor) visitor?.adopt(note.visitor);
      if (note.armed && ids.made(note.armed.cause)) withOnsite((popups) => popups.hear(note));
      else if (note.taken) onsite?.then((popups) => popups.hear(note));
    }
    function settle(saved?: VisitorState) {
      if (visitor) return;
      visitor = createVisitor(outbox, saved, (visitor) => tell({ visitor }));
      for (const call of held.splice(0)) call(visitor);
      // For what earlier pages left behind.
      resume();
    }

    store('readonly', (entries) => promisifyRequest<VisitorState | undefined>(entries.get(STATE_KEY)))
      .then(settle, () => settle())
      .catch(failed);
    // Ahead of the next lines, so that a view that is still rendering leaves with the page.
    if (String(site.pageViews) !== 'false')
      watchPageViews(stamp, (mark, referrer) => page({}, mark, referrer));
    onHide(
      guard(() => {
        settle();
        hide();
      }),
    );
    onRestore(resume);
    addEventListener('online', resume);
    for (const name of ['ecommerce', 'compat', 'signals', 'debug'] as const) {
      const setting = String(site[name] ?? false);
      if (setting !== 'false')
        load(name)
          .then(({ start }) => start(client, setting))
          .catch(failed);
    }
  }

  const client: Beckon = {
    on,
    init: guard((given) => {
      if (options) return;
      if (!given?.writeKey || !given.endpoint) return misused('init: no writeKey or endpoint');
      options = { ...given, endpoint: given.endpoint.replace(/\/+$/, '') };
      start(options);
    }),
    page: guard((properties) => page(properties)),
    track: guard((event: unknown, properties?: unknown) => track(event, properties)),
    identify: guard((user: unknown, given?: unknown) => {
      if (!user) return misused('identify: no id or traits');
      const isId = typeof user !== 'object';
      const traits = toJsonObject(isId ? given : user);
      send({ type: 'identify', traits }, (visitor, message) =>
        visitor.change((state) => identified(state, isId ? String(user) : '', traits), message),
      );
    }),
    reset: guard(() =>
      whenKnown((visitor) => {
        visitor.change(newVisitor);
        onsite?.then((popups) => popups.disarm());
      }),
    ),
    cart: {
      add: editCart(addItem),
      remove: editCart(removeItem),
      set: guard((given, options) =>
        updateCart(setItems(given.filter(isCartItem).map(toJsonObject) as Item[]), options),
      ),
      clear: guard((options) => updateCart(() => [], options)),
      get: () => snapshot(cartOf(visitor?.state)),
    },
    flush: () =>
      new Promise<void>((resolve) => {
        browser ? whenKnown(() => resolve(delivery?.flush())) : resolve();
      }),
  };
  return client;
}

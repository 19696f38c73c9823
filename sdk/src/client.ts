import { promisifyRequest } from 'idb-keyval';
import type { Beckon, PushCalls } from './api.ts';
import { watchEngagement } from './capture/engagement.ts';
import { watchPageViews } from './capture/page-views.ts';
import { type CartOptions, changeLines } from './cart.ts';
import type { LoadChunk, UseChunk } from './chunks.ts';
import { type Consent, initialConsent } from './consent.ts';
import { contextOf } from './context.ts';
import { INSPECT_COOKIE, readCookie } from './cookie.ts';
import { createDelivery, type Delivery, type DeliveryAttempt } from './delivery.ts';
import type { BeckonError, Emitter } from './events.ts';
import { onRestore, onTurn } from './lifecycle.ts';
import type { Item, JsonObject, Message, TrackMessage } from './message.ts';
import { createMessageIds, type Mark } from './message-id.ts';
import type { Heard } from './onsite/index.ts';
import type { Options } from './options.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { plain } from './plain.ts';
import type { PushHost } from './push/host.ts';
import { openStore, STATE_KEY } from './store.ts';
import { joinTabs, type Note } from './tabs.ts';
import {
  type Change,
  createVisitor,
  identified,
  newVisitor,
  type Visitor,
  type VisitorState,
} from './visitor.ts';

/** What of a message is known when the call is made. */
type Fields = Message extends infer M
  ? M extends Message
    ? Omit<M, 'messageId' | 'context'> & { messageId?: string; context?: JsonObject | undefined }
    : never
  : never;

/** Each is one short text, as a list would be a longer one. */
const MODULES = 'consent ecommerce compat signals debug linkDomains inspector push';
type ModuleName =
  | 'push'
  | 'consent'
  | 'ecommerce'
  | 'compat'
  | 'signals'
  | 'debug'
  | 'linkDomains'
  | 'inspector';

/** A client that waits for `init`. Touches nothing of the browser before that, so it can be imported on a server. */
export function createBeckon(load: LoadChunk, { on, emit }: Emitter): Beckon {
  const browser = typeof window !== 'undefined';
  const ids = createMessageIds();
  /** Calls whose visitor is not known yet, or has not consented yet; each keeps the id and time of its call. */
  const held: ((visitor: Visitor) => void)[] = [];
  let site = {} as Options;
  /** Of the database, the lock and the channel. */
  let name = '';
  let dropped = 0;
  let consent: Consent | undefined;
  let visitor: Visitor | undefined;
  let outbox: Outbox | undefined;
  let delivery: Delivery | undefined;
  let host: PushHost | undefined;
  /** Resolves when the visitor is known. */
  let ready: Promise<void> | undefined;
  let settle: ((saved?: VisitorState) => void) | undefined;
  /** Context of the latest view, for what is only known when its page has been left. */
  let viewed: JsonObject | undefined;
  let engaged: ReturnType<typeof watchEngagement> | undefined;
  let tell: ((note: Note) => void) | undefined;

  const fail = (error: BeckonError) => emit('error', error);
  const failed = (error: unknown) => fail({ code: 'failed', message: String(error) });
  const misused = (call: string) => fail({ code: 'invalid_call', message: call });
  const use: UseChunk = (name, use) => load(name).then(use).catch(failed);
  /** The popups' code is not loaded before there is a popup. */
  const onsite = (heard: Heard) => use('onsite', ({ hear }) => hear(host as PushHost, heard));
  /** The boundary: calls get plain data, and an exception of ours never reaches the page. */
  const guard =
    <A extends unknown[]>(call: (...args: A) => void) =>
    (...given: A): void => {
      if (!browser) return;
      const attempt = (copy: (given: unknown) => unknown) => call(...(given.map((part) => copy(part)) as A));
      try {
        attempt(plain);
      } catch {
        use('strange', ({ clean }) => attempt(clean));
      }
    };
  /** A call about a name or an id; numbers are taken as such. */
  const named = <T>(name: string, call: (id: string, given?: T) => void) =>
    guard((id: unknown, given?: T) => {
      if (id && typeof id !== 'object') call(String(id), given);
      else misused(name);
    });
  const whenKnown = (call: (visitor: Visitor) => void) => {
    if (visitor) call(visitor);
    else if (consent?.analytics !== false) held.push(call);
  };

  /** Hands a message over as it was when it was called; `next` is what it changes. */
  function send(fields: Fields, next?: Change) {
    const context = fields.context ?? contextOf();
    const message = { ...ids.next(), ...fields, context } as Message;
    whenKnown((visitor) => {
      if (consent) context.consent = { categoryPreferences: consent as JsonObject };
      visitor.change(next, message);
      delivery?.wake();
    });
    emit('call', message);
  }
  function page(given?: JsonObject, mark: Mark = ids.next()) {
    viewed = contextOf();
    ids.view = mark;
    send({
      ...mark,
      type: 'page',
      context: viewed,
      properties: { ...(viewed.page as JsonObject), ...given },
    });
    engaged?.(true);
  }
  function track(event: string, properties: JsonObject = {}) {
    send(
      { type: 'track', event, properties },
      event === 'purchase' ? ({ cart, ...state }) => state : undefined,
    );
  }
  /** Tells who the visitor is; once, unless it is proved by a token, which may have been refused the last time. */
  function identify(fields: Fields, userId: string, traits: JsonObject, token?: string) {
    const next = (state: VisitorState) => identified(state, userId, traits);
    const mark = ids.next();
    whenKnown(({ current: state }) => {
      if (token || JSON.stringify(next(state)) !== JSON.stringify(state)) send({ ...fields, ...mark }, next);
    });
  }

  const cartOf = ({ cart }: Pick<VisitorState, 'cart'> = {}) =>
    cart ?? { currency: site.currency ?? 'USD', items: [] };
  /** Adds or takes out items, or, by a `sign` of 0, begins with these. */
  function updateCart(given: Item[], sign: number, options?: CartOptions) {
    const items = given.filter((item) => item?.item_id || item?.item_name || misused('cart'));
    if (items[0] || !sign)
      send({ type: 'track', event: 'cart_updated' }, (state, message) => {
        const before = cartOf(state);
        const lines = changeLines(sign ? before.items : [], items, sign || 1);
        const cart = { ...before, ...options, items: lines };
        (message as TrackMessage).properties = cart as object as JsonObject;
        return { ...state, cart };
      });
  }

  /** From here on things are stored and sent. */
  function begin() {
    if (delivery) return;
    const store = openStore(name);
    const queue = createOutbox(
      store,
      (sent) => tell?.({ sent }),
      (count) => {
        dropped += count;
      },
    );
    outbox = queue;
    const mine = createDelivery(site, queue, seal, onAttempt, fail);
    delivery = mine;
    settle = (saved) => {
      if (visitor || delivery !== mine) return;
      visitor = createVisitor(queue, saved, (visitor) => tell?.({ visitor }));
      for (const call of held.splice(0)) call(visitor);
      // For what earlier pages left behind.
      mine.restart();
    };
    ready = store('readonly', (entries) => promisifyRequest<VisitorState | undefined>(entries.get(STATE_KEY)))
      .catch(() => undefined)
      .then(settle)
      .catch(failed);
  }
  /** Consent was withdrawn, or never given. */
  function end() {
    const state = visitor?.current;
    held.length = 0;
    delivery?.stop();
    visitor = delivery = undefined;
    host?.disarm?.();
    use('consent', ({ erase }) => erase(name, site, state));
  }
  function decide(next?: Consent) {
    consent = next;
    if (!name) return;
    if (!next || next.analytics) begin();
    else if (next.analytics === false) end();
  }

  /** Nothing is sent before the visitor is known. */
  const state = () => (visitor as Visitor).current;
  function seal(messages: string) {
    const { anonymousId, fresh, token } = state();
    const head = {
      writeKey: site.writeKey,
      sentAt: new Date(),
      token,
      visitor: site.cookie && { fresh: fresh === anonymousId },
      context: dropped ? { dropped } : undefined,
    };
    const body = `${JSON.stringify(head).slice(0, -1)},"batch":[${messages}]}`;
    // What was queued before the collector knew the visitor better.
    return fresh ? body.replaceAll(fresh, anonymousId) : body;
  }
  function onAttempt(attempt: DeliveryAttempt) {
    const { answer } = attempt;
    emit('delivery', attempt);
    if (!answer?.success || !visitor) return;
    dropped = 0;
    const { anonymousId, token } = answer.visitor;
    const { fresh, anonymousId: id, token: route } = state();
    // An answer to a batch from before `reset()` must not route the new visitor to the old one.
    if (anonymousId === id ? token !== route : anonymousId && site.cookie && fresh)
      visitor.change((stored) => ({ ...stored, anonymousId: anonymousId as string, token }));
    answer.messages.forEach((received) => void onsite({ received }));
  }
  function start() {
    tell = joinTabs(name, (note) => {
      outbox?.forget(note.sent ?? []);
      if (note.visitor && visitor) visitor.current = note.visitor;
      if (note.consent) decide(note.consent);
      if (ids.made(note.armed?.cause ?? '') || host?.disarm) onsite(note);
    });
    host = {
      ...site,
      ...client,
      allowed: () => consent,
      visitor: state,
      ids,
      tell,
      emit,
      load,
      fail: failed,
    };

    // What was decided before this call counts.
    decide(consent ?? initialConsent(site));
    engaged = watchEngagement((properties) =>
      send({ type: 'track', event: 'user_engagement', properties, context: viewed }),
    );
    let settleView = () => {};
    if (String(site.pageViews) !== 'false')
      settleView = watchPageViews(use, String(site.hashRoutes) === 'true', (referrer) => {
        (engaged as () => void)();
        const mark = ids.next();
        return () => page({ referrer }, mark);
      });
    onTurn(
      guard((left) => {
        if (left) settleView();
        engaged?.();
        if (!left) return;
        settle?.();
        delivery?.depart();
      }),
    );
    const resume = () => delivery?.restart();
    onRestore(() => {
      visitor?.change((state) => state);
      resume();
    });
    addEventListener('online', resume);
    // A browser may have lost or changed its subscription since the last visit.
    const settings = { ...site, consent, push: window.Notification?.permission === 'granted' };
    for (const name of MODULES.split(' ') as ModuleName[]) {
      const setting = String(settings[name] ?? false);
      if (setting !== 'false') use(name, ({ start }) => start(client, setting, host as PushHost & Options));
    }
  }

  const client: Beckon = {
    on,
    cart: {
      add: guard((item, options) => updateCart([item], 1, options)),
      remove: guard((item, options) => updateCart([item], -1, options)),
      set: guard((items, options) => updateCart(items, 0, options)),
      clear: guard((options) => updateCart([], 0, options)),
      get: () => cartOf(visitor?.current),
    },
    init: guard((given) => {
      if (name) return;
      if (!(given?.writeKey && given.endpoint)) return misused('init');
      site = given;
      name = `beckon:${given.writeKey}`;
      // A visitor from another domain of the owner's brings an id along; the owner himself, a wish to look inside.
      if (/beckon/.test(location.search + readCookie(INSPECT_COOKIE)))
        use('landing', ({ land }) => land(site, on, emit)).then((landed) => {
          start();
          // The click on a push that led here.
          if (landed) send(landed as Fields);
        });
      else start();
    }),
    identify: guard((user: unknown, given: unknown = {}, { token }: { token?: string } = {}) => {
      if (!user) return misused('identify');
      const isId = typeof user !== 'object';
      const traits = (isId ? given : user) as JsonObject;
      identify({ type: 'identify', traits, token }, isId ? String(user) : '', traits, token);
    }),
    alias: named('alias', (userId, previousId?: string) =>
      identify({ type: 'alias', previousId }, userId, {}, previousId),
    ),
    group: named('group', (groupId, traits) =>
      send({ type: 'group', groupId, traits: traits as JsonObject }),
    ),
    consent: guard((choice) => {
      // Nothing begins while the call is on its way.
      if (!name) consent ??= {};
      use('consent', ({ choose }) => {
        const next = choose(choice, consent, site);
        decide(next);
        tell?.({ consent: next });
      });
    }),
    page: guard((properties) => page(properties as JsonObject)),
    anonymousId: () => visitor?.current.anonymousId,
    push: new Proxy({} as PushCalls, {
      get: (_, call) => (given?: unknown) =>
        use('push', ({ [call as 'prompt']: ask }) => ask(() => host, given)),
    }),
    messages: {
      show: named('messages', (id) => onsite({ show: id })),
    },
    reset: guard(() =>
      whenKnown((visitor) => {
        // First: what closes now was the visitor's before.
        host?.disarm?.();
        visitor.change(newVisitor);
      }),
    ),
    async flush() {
      await ready;
      await delivery?.flush();
    },
    track: named('track', track),
  };
  return client;
}

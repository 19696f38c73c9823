/**
 * Web push end to end on one machine: nothing here leaves the loopback interface, and nothing in a browser is replaced.
 *
 *   collector ──POST──▶ push-service.ts ──▶ autopush.ts ──WebSocket──▶ Firefox ──D-Bus──▶ desktop.ts
 *                                       └─▶ gcm.ts ──────TLS─────────▶ Chromium ─────────┘
 *
 * - `push-service.ts`, the sender's side (RFC 8030, 8292): what a push service answers, and the faults of real ones.
 * - `autopush.ts` and `gcm.ts`, what each browser's own push client speaks; `link.ts` is what they have in common.
 * - `desktop.ts`, the desktop that shows notifications, where a test presses them as a person would.
 * - `browsers.ts`, `startPushBrowser(engine, service)`: a device with all of that, its tabs, and its owner's answers to
 *   permission prompts.
 * - `product.ts`, `startPushProduct(service)`: the collector in workerd and the demo shop, for which this is the
 *   Internet. Chromium's endpoints name Google's hosts, which the Worker calls as in production; they lead here.
 * - `neighbours.ts`, what else a shop may have: a Workbox-like worker, another push tool.
 */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { vapidFault } from './vapid-fault.ts';

/** What a browser's push client takes over from the service. */
export interface PushMessage {
  id: string;
  /** Encrypted; empty: a push without a payload. */
  body: Buffer;
}

/** A subscription, as the service knows it. */
export interface Subscribed {
  /** Origins that its endpoint may have in the eyes of a sender. */
  origins: string[];
  /** VAPID public key, base64url; null: anybody may send. */
  key: string | null;
  /** Hands a message to the browser; false when that is not connected, or offline. */
  deliver(message: PushMessage): boolean;
}

export type PushEvent =
  | { type: 'subscribed'; token: string; key: string | null }
  | { type: 'unsubscribed'; token: string }
  /** A sender's request and what it was answered; null: nothing, yet or ever. */
  | {
      type: 'post';
      token: string;
      status: number | null;
      text: string;
      bytes: number;
      headers: IncomingHttpHeaders;
    }
  /** The browser has been handed a message. */
  | { type: 'relayed'; token: string; id: string }
  /** Firefox only: 100 delivered, 101 not decrypted, 102 not delivered. */
  | { type: 'acknowledged'; id: string; code: number }
  | { type: 'connected' | 'disconnected' };
type EventOf<T extends PushEvent['type']> = Extract<PushEvent, { type: T }>;

/** What a real push service does on a bad day. */
export type PushFault = (
  | { kind: 'answer'; status: number; retryAfter?: number | string; text?: string; location?: string }
  /** As usual, `ms` later. */
  | { kind: 'slow'; ms: number }
  /** The connection stays open, and nothing comes. */
  | { kind: 'silent' }
  /** 201, and the message is thrown away. */
  | { kind: 'lie' }
  /** An answer of so many bytes; with `endless`, of as many as are read. */
  | { kind: 'flood'; status: number; bytes?: number; endless?: boolean }
) & {
  /** How many requests it meets; until it is lifted when absent. */
  times?: number;
  /** Meets this subscription alone. */
  token?: string;
};

export interface PushService {
  /** `http://127.0.0.1:<port>`: the origin of Firefox's endpoints. */
  base: string;
  server: Server;
  events: PushEvent[];
  /** Messages of the subscription that wait for its browser. */
  waiting(token: string): number;
  /** Waits for an event, past or future; throws with what has happened after `ms` (default 20,000). */
  waitFor<T extends PushEvent['type']>(
    type: T,
    options?: {
      is?: (event: EventOf<T>) => boolean;
      /** Only events from this place in `events` on. */
      since?: number;
      ms?: number;
    },
  ): Promise<EventOf<T>>;
  /** Replaces the fault; null: lifts it. */
  fault(fault: PushFault | null): void;
  /** What a browser's endpoint leads to on this machine; the same where it already does. */
  local(endpoint: string): string;
  emit(event: PushEvent): void;
  subscribe(token: string, subscribed: Subscribed): void;
  unsubscribe(token: string): void;
  /** Tries again to hand over what waits. */
  flush(): void;
  close(): Promise<void>;
}

/** The token of an endpoint, by which the service knows the subscription. */
export const tokenOf = (endpoint: string): string =>
  decodeURIComponent(new URL(endpoint, 'http://push').pathname.split('/').pop() ?? '');

/** RFC 8030 §7.2: more than this need not be accepted. */
const MAX_BYTES = 4_096;
/** How long another program may sit on a port that was free, in ms. */
const PORT_PATIENCE_MS = 10_000;

interface Waiting extends PushMessage {
  topic: string | undefined;
  until: number;
}
interface Answer {
  status: number;
  text?: string;
  headers?: Record<string, string>;
}

/** Starts a push service. Without a port, on a free one. */
export async function startPushService({ port = 0 } = {}): Promise<PushService> {
  const subscriptions = new Map<string, Subscribed & { waiting: Waiting[] }>();
  const ended = new Set<string>();
  const events: PushEvent[] = [];
  const listeners = new Set<(event: PushEvent) => void>();
  let fault: PushFault | null = null;

  const emit = (event: PushEvent) => {
    events.push(event);
    for (const listener of listeners) listener(event);
  };

  async function accept(token: string, headers: IncomingHttpHeaders, body: Buffer): Promise<Answer> {
    const subscribed = subscriptions.get(token);
    if (!subscribed)
      return ended.has(token) ? { status: 410, text: 'unsubscribed' } : { status: 404, text: 'unknown' };
    const ttl = Number(headers.ttl);
    if (!/^\d+$/.test(String(headers.ttl))) return { status: 400, text: 'TTL is required' };
    if (body.length > MAX_BYTES) return { status: 413, text: 'too large' };
    const topic = headers.topic?.toString();
    // Apple decodes it, so that one of 4n + 1 characters is none: the strictest reading of all services.
    if (topic && (!/^[\w-]{1,32}$/.test(topic) || topic.length % 4 === 1))
      return { status: 400, text: 'BadWebPushTopic' };
    if (body.length > 0 && headers['content-encoding'] !== 'aes128gcm')
      return { status: 400, text: 'Content-Encoding must be aes128gcm' };
    const refusal = await vapidFault(headers.authorization, subscribed, Date.now());
    if (refusal) return refusal;
    const id = randomUUID();
    if (fault?.kind !== 'lie' || !meets(token)) {
      if (subscribed.deliver({ id, body })) emit({ type: 'relayed', token, id });
      else if (ttl > 0) {
        subscribed.waiting = subscribed.waiting.filter((message) => !topic || message.topic !== topic);
        subscribed.waiting.push({ id, body, topic, until: Date.now() + ttl * 1_000 });
      }
    }
    return { status: 201, headers: { Location: `${subscribed.origins[0]}/m/${id}`, TTL: String(ttl) } };
  }

  /** Whether the fault meets this request, which it then has. */
  function meets(token: string): boolean {
    if (!fault || (fault.token !== undefined && fault.token !== token)) return false;
    const left = fault.times ?? Number.POSITIVE_INFINITY;
    fault = { ...fault, times: left - 1 };
    return left > 0;
  }

  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of request) {
      size += (part as Buffer).length;
      if (size <= 16 * MAX_BYTES) parts.push(part as Buffer);
    }
    const token = tokenOf(request.url ?? '/');
    const post = { type: 'post' as const, token, bytes: size, headers: request.headers };
    const answer = ({ status, text = '', headers = {} }: Answer) => {
      emit({ ...post, status, text });
      response.writeHead(status, headers).end(text);
    };
    if (request.method !== 'POST') return answer({ status: 405, text: 'POST only' });
    const body = Buffer.concat(parts);
    // A liar is asked only once it is clear that it would have taken the message.
    const met = fault && fault.kind !== 'lie' && meets(token) ? fault : null;
    switch (met?.kind) {
      case 'answer':
        return answer({ status: met.status, text: met.text ?? 'forced', headers: headersOf(met) });
      case 'silent':
        return emit({ ...post, status: null, text: 'silent' });
      case 'flood':
        emit({ ...post, status: met.status, text: 'flood' });
        return flood(response, met);
      case 'slow':
        await pause(met.ms);
    }
    answer(await accept(token, request.headers, body));
  });
  await listen(server, port);
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    base,
    server,
    events,
    emit,
    waiting: (token) => subscriptions.get(token)?.waiting.length ?? 0,
    waitFor(type, { is = () => true, since = 0, ms = 20_000 } = {}) {
      type Wanted = EventOf<typeof type>;
      const wanted = (event: PushEvent): event is Wanted => event.type === type && is(event as Wanted);
      const past = events.slice(since).find(wanted);
      if (past) return Promise.resolve(past);
      return new Promise((done, fail) => {
        const listener = (event: PushEvent) => {
          if (!wanted(event)) return;
          listeners.delete(listener);
          clearTimeout(timer);
          done(event);
        };
        const timer = setTimeout(() => {
          listeners.delete(listener);
          const seen = events.map((event) => ('status' in event ? `post ${event.status}` : event.type));
          fail(new Error(`The push service waited in vain for "${type}"; it has seen: ${seen.join(', ')}`));
        }, ms);
        listeners.add(listener);
      });
    },
    fault(next) {
      fault = next;
    },
    local(endpoint) {
      const { pathname, search } = new URL(endpoint);
      return base + pathname + search;
    },
    subscribe(token, subscribed) {
      subscriptions.set(token, { ...subscribed, waiting: [] });
      emit({ type: 'subscribed', token, key: subscribed.key });
    },
    unsubscribe(token) {
      if (!subscriptions.delete(token)) return;
      ended.add(token);
      emit({ type: 'unsubscribed', token });
    },
    flush() {
      for (const [token, subscribed] of subscriptions) {
        const messages = subscribed.waiting.filter(({ until }) => until > Date.now());
        subscribed.waiting = [];
        for (const message of messages) {
          if (subscribed.deliver(message)) emit({ type: 'relayed', token, id: message.id });
          else subscribed.waiting.push(message);
        }
      }
    },
    close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function headersOf({ retryAfter, location }: PushFault & { kind: 'answer' }): Record<string, string> {
  return {
    ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
    ...(location !== undefined && { Location: location }),
  };
}

function flood(
  response: ServerResponse,
  { status, bytes = 1_000_000, endless }: PushFault & { kind: 'flood' },
): void {
  response.writeHead(status, { 'Content-Type': 'text/plain' });
  if (!endless) return void response.end(Buffer.alloc(bytes, 'x'));
  const more = Buffer.alloc(65_536, 'x');
  const write = () => {
    while (!response.destroyed && response.write(more));
  };
  response.on('drain', write);
  write();
}

async function listen(server: Server, port: number): Promise<void> {
  const deadline = Date.now() + PORT_PATIENCE_MS;
  for (;;) {
    try {
      return await new Promise<void>((done, fail) => {
        server.once('error', fail);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', fail);
          done();
        });
      });
    } catch (error) {
      if (port === 0 || Date.now() > deadline) throw error;
      await pause(50);
    }
  }
}

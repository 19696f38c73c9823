import { env } from 'cloudflare:workers';
import { base64url } from 'jose';
import type { Env } from '../../../collector/src/env.ts';
import type { Sending } from '../../../collector/src/outgoing.ts';
import { pushKeys } from '../../../collector/src/push/keys.ts';
import { pushPayload } from '../../../collector/src/push/payload.ts';
import { type PushMessage, type PushResult, sendPush } from '../../../collector/src/push/send.ts';
import type { StoredSubscription } from '../../../collector/src/push/subscription.ts';
import { loadSite, type Site } from '../../../collector/src/sites.ts';
import { makeSite } from './collector.ts';

export const FCM = 'https://fcm.googleapis.com';

/** A request as a push service got it. */
export interface Got {
  url: string;
  headers: Headers;
  body: Uint8Array;
  redirect: string | undefined;
}

/** A site that has a push service of its own, which answers as a test tells it. */
export async function sendingSite(settings: object = {}) {
  const { id } = await makeSite(settings);
  const site = (await loadSite(env, id, Date.now())) as Site;
  let answer: () => Response | Promise<Response> = () => new Response(null, { status: 201 });
  const got: Got[] = [];
  const sending: Sending = {
    fetch: async (input, init) => {
      const body = new Uint8Array(await new Response(init?.body as BodyInit).arrayBuffer());
      got.push({ url: String(input), headers: new Headers(init?.headers), body, redirect: init?.redirect });
      return answer();
    },
    timeout: () => new AbortController().signal,
  };
  return {
    site,
    got,
    sending,
    /** What the push service does from now on. */
    answers(how: number | (() => Response | Promise<Response>)): void {
      answer = typeof how === 'number' ? () => new Response(null, { status: how }) : how;
    },
    async send(
      to: Partial<StoredSubscription> = {},
      { now = Date.now(), ...message }: Partial<PushMessage> & { now?: number } = {},
      how: Partial<Sending> = {},
    ): Promise<PushResult> {
      const subscription = { ...(await newSubscription(site)), ...to };
      return sendPush(env, site, subscription, { ...aMessage(), ...message }, now, { ...sending, ...how });
    },
  };
}

/** Of a browser that subscribed with the site's current key. */
export async function newSubscription(site: Site): Promise<StoredSubscription> {
  const curve = { name: 'ECDH', namedCurve: 'P-256' };
  const keys = (await crypto.subtle.generateKey(curve, true, ['deriveBits'])) as CryptoKeyPair;
  const point = (await crypto.subtle.exportKey('raw', keys.publicKey)) as ArrayBuffer;
  return {
    endpoint: `${FCM}/fcm/send/${crypto.randomUUID()}`,
    p256dh: base64url.encode(new Uint8Array(point)),
    auth: base64url.encode(crypto.getRandomValues(new Uint8Array(16))),
    key: (await pushKeys(env, site)).publicKey,
    anonymousId: 'v',
    at: Date.now(),
    seenAt: Date.now(),
  };
}

export function aMessage(): PushMessage {
  const about = { id: 'cart@1.a.m.x', anonymousId: 'v', lang: 'en', tag: 'T'.repeat(32) };
  const fitted = pushPayload({ title: 'Hi', url: 'https://shop.example/' }, about);
  if ('fault' in fitted) throw new Error(fitted.detail);
  return { payload: fitted.payload, ttlS: 3_600, urgency: 'normal', topic: 'T'.repeat(32) };
}

/** The collector's surroundings with a database in which nothing of push can be reached. */
export function withoutPush(): Env {
  const prepare = (sql: string) => {
    if (/\bpush_/.test(sql)) throw new Error('The push tables are down');
    return env.DB.prepare(sql);
  };
  return { ...env, DB: { prepare, batch: env.DB.batch.bind(env.DB) } as unknown as D1Database };
}

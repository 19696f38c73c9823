import { base64url } from 'jose';
import { generateRequestDetails } from 'web-push-neo';
import type { Env } from '../../collector/src/env.ts';
import { encrypt } from '../../collector/src/push/encrypt.ts';
import { pushKeys } from '../../collector/src/push/keys.ts';
import { type PushPayload, pushPayload } from '../../collector/src/push/payload.ts';
import { sendPush } from '../../collector/src/push/send.ts';
import { newVapidPair } from '../../collector/src/push/vapid.ts';
import { loadSite } from '../../collector/src/sites.ts';

const TOPIC = 'T'.repeat(32);

/** Makes so many push messages, everything but handing them to the push service: `?with=sendPush&count=500`. */
export async function makePushes(parameters: URLSearchParams, env: Env): Promise<Response> {
  const make = await maker(parameters.get('with') ?? '', env);
  const count = Number(parameters.get('count'));
  for (let n = 0; n < count; n++) await make(n);
  return Response.json({ count });
}

async function maker(name: string, env: Env): Promise<(n: number) => Promise<unknown>> {
  const keys = await browserKeys();
  const endpoint = (n: number) => `https://fcm.googleapis.com/fcm/send/${n}`;
  const payload = aPayload();
  const plaintext = new TextEncoder().encode(JSON.stringify(payload));
  if (name === 'encrypt') return () => encrypt(plaintext, keys);
  if (name === 'web-push-neo') {
    const vapidDetails = { ...(await newVapidPair()), subject: 'mailto:push@shop.example' };
    const options = { TTL: 60, urgency: 'normal' as const, topic: TOPIC, vapidDetails };
    return (n) => generateRequestDetails({ endpoint: endpoint(n), keys }, JSON.stringify(payload), options);
  }
  const now = Date.now();
  const site = await loadSite(env, 'bench', now);
  if (!site) throw new Error('There is no site.');
  const { publicKey: key } = await pushKeys(env, site, now);
  const message = { payload, ttlS: 60, urgency: 'normal' as const, topic: TOPIC };
  const sending = {
    fetch: async () => new Response(null, { status: 201 }),
    timeout: () => new AbortController().signal,
  };
  return async (n) => {
    const to = { endpoint: endpoint(n), ...keys, key, anonymousId: 'v', at: now, seenAt: now };
    const { outcome } = await sendPush(env, site, to, message, now, sending);
    if (outcome !== 'sent') throw new Error(outcome);
  };
}

async function browserKeys(): Promise<{ p256dh: string; auth: string }> {
  const curve = { name: 'ECDH', namedCurve: 'P-256' };
  const pair = (await crypto.subtle.generateKey(curve, true, ['deriveBits'])) as CryptoKeyPair;
  const point = (await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer;
  const auth = crypto.getRandomValues(new Uint8Array(16));
  return { p256dh: base64url.encode(new Uint8Array(point)), auth: base64url.encode(auth) };
}

function aPayload(): PushPayload {
  const text = {
    title: 'Your cart is waiting',
    body: 'The running shoes that you looked at are still there, in your size.',
    url: 'https://shop.example/cart?beckon_cart=0123456789abcdef',
  };
  const about = { id: 'cart@3.a.push1.abcdefghijklmnopqrstuv', anonymousId: crypto.randomUUID() };
  const made = pushPayload(text, { ...about, lang: 'en', tag: TOPIC });
  if ('fault' in made) throw new Error(made.detail);
  return made.payload;
}

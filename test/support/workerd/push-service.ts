import { runDurableObjectAlarm } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { vi } from 'vitest';
import type { Profile } from '../../../collector/src/profile/profile.ts';
import { api, type TestSite } from './collector.ts';

/** What a push service was asked. */
export interface Posted {
  endpoint: string;
  headers: Headers;
}

/** A push service that takes everything, unless `answer` says otherwise. End it with `mockRestore()`. */
export function pushService(
  answer: (posted: Posted) => Response | Promise<Response> = () => new Response(null, { status: 201 }),
) {
  const posted: Posted[] = [];
  const real = globalThis.fetch;
  const spy = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.startsWith('https://fcm.googleapis.com/')) return real(input, init);
    const one = { endpoint: request.url, headers: request.headers };
    posted.push(one);
    return answer(one);
  });
  return { posted, mockRestore: () => spy.mockRestore() };
}

/** A browser of this visitor takes push messages. */
export async function subscribe(
  site: TestSite,
  anonymousId: string,
  more: object = {},
  endpoint = `https://fcm.googleapis.com/fcm/send/${crypto.randomUUID()}`,
): Promise<string> {
  const pair = (await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, [
    'deriveBits',
  ])) as CryptoKeyPair;
  const point = new Uint8Array((await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer);
  const { publicKey } = (await (await api('GET', `/api/sites/${site.id}/push`)).json()) as {
    publicKey: string;
  };
  const keys = { p256dh: encoded(point), auth: encoded(crypto.getRandomValues(new Uint8Array(16))) };
  const response = await exports.default.fetch('http://collector.test/v1/push/subscription', {
    method: 'PUT',
    headers: { Origin: site.origin, 'Content-Type': 'text/plain' },
    body: JSON.stringify({
      writeKey: site.browserKey,
      anonymousId,
      key: publicKey,
      subscription: { endpoint, keys },
      ...more,
    }),
  });
  if (!response.ok) throw new Error(await response.text());
  return endpoint;
}

/** Lets the alarm go off, whenever it is set to. */
export async function alarm(object: DurableObjectStub<Profile>): Promise<void> {
  await runDurableObjectAlarm(object);
}

function encoded(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

import { createECDH, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import ece from 'http_ece';
import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import webPush from 'web-push';
import { encrypt, MAX_PLAINTEXT_BYTES } from './src/push/encrypt.ts';
import { authorization, newVapidPair, pairFault, signerOf } from './src/push/vapid.ts';

const RUNS = process.env.DEEP ? 2_000 : 60;
const ENDPOINT = 'https://fcm.googleapis.com/fcm/send/abc';

/** A browser that has subscribed, as http_ece plays it. */
function browser() {
  const keys = createECDH('prime256v1');
  const p256dh = keys.generateKeys('base64url');
  const auth = randomBytes(16);
  return {
    keys: { p256dh, auth: auth.toString('base64url') },
    reads: (body: Uint8Array) =>
      ece.decrypt(Buffer.from(body), { version: 'aes128gcm', privateKey: keys, authSecret: auth }),
  };
}

/** The `Authorization` of a request, taken apart. */
function vapid(header: string) {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(header) ?? [];
  return { token, key };
}

function publicJwk(key: string) {
  const point = Buffer.from(key, 'base64url');
  return {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
}

describe('another implementation of web push', () => {
  it('reads every message that we encrypt', async () => {
    const messages = fc.uint8Array({ maxLength: MAX_PLAINTEXT_BYTES, size: 'max' });
    await fc.assert(
      fc.asyncProperty(messages, async (message) => {
        const { keys, reads } = browser();
        expect(reads(await encrypt(message, keys))).toEqual(Buffer.from(message));
      }),
      { numRuns: RUNS },
    );
    const { keys, reads } = browser();
    expect(reads(await encrypt(new Uint8Array(MAX_PLAINTEXT_BYTES).fill(7), keys))).toHaveLength(3_993);
  });

  it('cannot read one that is for somebody else, or that was changed on the way', async () => {
    const [one, other] = [browser(), browser()];
    const body = await encrypt(new TextEncoder().encode('Hi'), one.keys);
    expect(() => other.reads(body)).toThrow();
    for (const at of [0, 30, body.length - 1]) {
      const changed = body.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => one.reads(changed), String(at)).toThrow();
    }
  });

  it('asks a push service in the same words, with the same keys', async () => {
    const pair = await newVapidPair();
    const { keys } = browser();
    const subject = 'mailto:push@shop.example';
    const theirs = webPush.generateRequestDetails({ endpoint: ENDPOINT, keys }, 'Hi', {
      vapidDetails: { ...pair, subject },
      TTL: 60,
      contentEncoding: 'aes128gcm',
    });
    const header = (theirs.headers as Record<string, string>).Authorization ?? '';
    const ours = await authorization(await signerOf(pair), 'https://fcm.googleapis.com', subject, Date.now());
    const claims = await Promise.all(
      [header, ours].map(async (text) => {
        const { token, key } = vapid(text);
        expect(key).toBe(pair.publicKey);
        const { payload, protectedHeader } = await jwtVerify(token, publicJwk(key));
        expect(protectedHeader).toEqual({ typ: 'JWT', alg: 'ES256' });
        return payload;
      }),
    );
    expect(claims[1]).toEqual({ ...claims[0], exp: expect.any(Number) });
    expect(Math.abs((claims[0]?.exp ?? 0) - (claims[1]?.exp ?? 0))).toBeLessThan(5);
    const body = await encrypt(new TextEncoder().encode('Hi'), keys);
    expect(body.subarray(16, 21)).toEqual(new Uint8Array((theirs.body as Buffer).subarray(16, 21)));
  });

  it('makes keys that can be imported', async () => {
    for (let run = 0; run < 20; run++) {
      const { publicKey, privateKey } = webPush.generateVAPIDKeys();
      expect(await pairFault({ publicKey, privateKey })).toBeNull();
    }
  });
});

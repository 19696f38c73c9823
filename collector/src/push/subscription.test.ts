import { base64url } from 'jose';
import { describe, expect, it } from 'vitest';
import { isPoint } from './curve.ts';
import { readSubscription } from './subscription.ts';

const CURVE = { name: 'ECDH', namedCurve: 'P-256' };
const KEYS = {
  p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
};
const endpoint = 'https://fcm.googleapis.com/fcm/send/abc';

describe('a subscription that a page hands in', () => {
  it('is taken as browsers write it, and without what is not needed', () => {
    const json = { endpoint, expirationTime: null, keys: { ...KEYS, more: 1 } };
    expect(readSubscription(json, [])).toEqual({ subscription: { endpoint, ...KEYS } });
  });

  it('is taken with keys in plain base64, which are kept in one form', () => {
    const standard = (key: string) => `${key.replaceAll('-', '+').replaceAll('_', '/')}=`;
    const keys = { p256dh: standard(KEYS.p256dh), auth: `${standard(KEYS.auth)}=` };
    expect(readSubscription({ endpoint, keys }, [])).toEqual({ subscription: { endpoint, ...KEYS } });
  });

  const off = base64url.decode(KEYS.p256dh);
  off[64] = (off[64] ?? 0) ^ 1;
  const compressed = base64url.decode(KEYS.p256dh).slice(0, 33);
  compressed[0] = 2;
  it.each([
    [null, '"endpoint"'],
    ['text', '"endpoint"'],
    [[], '"endpoint"'],
    [{ keys: KEYS }, '"endpoint"'],
    [{ endpoint: 7, keys: KEYS }, '"endpoint"'],
    [{ endpoint: 'https://evil.test/x', keys: KEYS }, '"subscription.endpoint"'],
    [{ endpoint }, 'p256dh'],
    [{ endpoint, keys: null }, 'p256dh'],
    [{ endpoint, keys: { ...KEYS, p256dh: base64url.encode(off) } }, 'p256dh'],
    [{ endpoint, keys: { ...KEYS, p256dh: base64url.encode(compressed) } }, 'p256dh'],
    [{ endpoint, keys: { ...KEYS, p256dh: base64url.encode(new Uint8Array(65)) } }, 'p256dh'],
    [{ endpoint, keys: { ...KEYS, p256dh: 'A'.repeat(1_000_000) } }, 'p256dh'],
    [{ endpoint, keys: { ...KEYS, p256dh: '€' } }, 'p256dh'],
    [{ endpoint, keys: { ...KEYS, auth: 'AAAA' } }, 'auth'],
    [{ endpoint, keys: { ...KEYS, auth: [1] } }, 'auth'],
    [{ endpoint, keys: { p256dh: KEYS.p256dh } }, 'auth'],
  ])('is refused with a sentence: %#', (json, about) => {
    const read = readSubscription(json, []);
    expect('fault' in read && read.fault).toContain(about);
    expect('fault' in read && read.fault).toMatch(/\.$/);
  });
});

describe('whether bytes are a point of the curve', () => {
  const imports = (bytes: Uint8Array<ArrayBuffer>) =>
    crypto.subtle.importKey('raw', bytes, CURVE, false, []).then(
      () => true,
      () => false,
    );

  it('is what WebCrypto says of them', async () => {
    for (let run = 0; run < 50; run++) {
      const pair = (await crypto.subtle.generateKey(CURVE, true, ['deriveBits'])) as CryptoKeyPair;
      const point = new Uint8Array((await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer);
      const changed = point.slice();
      const at = 1 + Math.floor(Math.random() * 64);
      changed[at] = (changed[at] ?? 0) ^ (1 << (run % 8));
      for (const bytes of [point, changed]) {
        expect(isPoint(bytes), base64url.encode(bytes)).toBe(await imports(bytes));
      }
      expect(isPoint(point)).toBe(true);
    }
  });

  it('is no, of numbers beyond the field', () => {
    const beyond = new Uint8Array(65).fill(255);
    beyond[0] = 4;
    expect(isPoint(beyond)).toBe(false);
  });
});

import { base64url, decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { authorization, newVapidPair, pairFault, type Signer, signerOf, subjectFault } from './vapid.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-20T12:00:00Z');
const FCM = 'https://fcm.googleapis.com';
const SUBJECT = 'mailto:push@shop.example';

const tokenIn = (header: string) => /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(header)?.[1] ?? '';
const signer = async (): Promise<Signer> => signerOf(await newVapidPair());

describe('the signature of a request', () => {
  it('says to which push service it goes, for how long it holds, and whom to ask', async () => {
    const mine = await signer();
    const header = await authorization(mine, FCM, SUBJECT, NOW);
    expect(header).toContain(`, k=${mine.publicKey}`);
    const point = base64url.decode(mine.publicKey);
    const [x, y] = [base64url.encode(point.slice(1, 33)), base64url.encode(point.slice(33))];
    const key = await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256');
    const { payload } = await jwtVerify(tokenIn(header), key, { currentDate: new Date(NOW) });
    expect(payload).toEqual({ aud: FCM, sub: SUBJECT, exp: (NOW + 12 * HOUR) / 1_000 });
    expect(decodeProtectedHeader(tokenIn(header))).toEqual({ typ: 'JWT', alg: 'ES256' });
  });

  it('is made once for each push service, and anew before it runs out', async () => {
    const mine = await signer();
    const first = await authorization(mine, FCM, SUBJECT, NOW);
    expect(await authorization(mine, FCM, SUBJECT, NOW + 10 * HOUR)).toBe(first);
    expect(await authorization(mine, 'https://web.push.apple.com', SUBJECT, NOW)).not.toBe(first);
    const later = await authorization(mine, FCM, SUBJECT, NOW + 11 * HOUR);
    expect(decodeJwt(tokenIn(later)).exp).toBe((NOW + 23 * HOUR) / 1_000);
    expect(await authorization(mine, FCM, 'https://shop.example', NOW + 11 * HOUR)).not.toBe(later);
  });

  it('is never valid for more than a day, even after the clock was set back', async () => {
    const mine = await signer();
    await authorization(mine, FCM, SUBJECT, NOW + 100 * HOUR);
    const { exp = 0 } = decodeJwt(tokenIn(await authorization(mine, FCM, SUBJECT, NOW)));
    expect(exp * 1_000 - NOW).toBe(12 * HOUR);
  });
});

describe('a pair that somebody brings', () => {
  it('is taken when the keys belong to each other', async () => {
    expect(await pairFault(await newVapidPair())).toBeNull();
  });

  it('is refused, in words, when they do not', async () => {
    const [one, two] = [await newVapidPair(), await newVapidPair()];
    const mixed = { publicKey: one.publicKey, privateKey: two.privateKey };
    expect(await pairFault(mixed)).toMatch(/not the one that belongs/);
    const off = base64url.decode(one.publicKey);
    off[64] = (off[64] ?? 0) ^ 1;
    expect(await pairFault({ ...one, publicKey: base64url.encode(off) })).toMatch(/point of P-256/);
    expect(await pairFault({ ...one, publicKey: one.privateKey })).toMatch(/point of P-256/);
    expect(await pairFault({ ...one, privateKey: one.publicKey })).toMatch(/32 bytes/);
    const zero = base64url.encode(new Uint8Array(32));
    expect(await pairFault({ ...one, privateKey: zero })).toMatch(/not the one that belongs/);
  });
});

describe('the contact that push services are told', () => {
  it.each([
    'mailto:a@shop.example',
    'mailto:a.b+c@mail.shop.co.uk',
    'https://shop.example',
    'https://shop.example/contact?x=1',
  ])('may be %s', (subject) => {
    expect(subjectFault(subject)).toBeNull();
  });

  it.each([
    ['mailto: a@shop.example', /spaces/],
    ['mailto:<a@shop.example>', /angle brackets/],
    ['mailto:a@localhost', /from outside/],
    ['mailto:a@mail.localhost', /from outside/],
    ['https://localhost:8788', /from outside/],
    ['https://127.0.0.1', /from outside/],
    ['https://[::1]/', /from outside/],
    ['http://shop.example', /mailto: and an e-mail address, or an https: address/],
    ['a@shop.example', /mailto: and an e-mail address, or an https: address/],
    ['mailto:shop.example', /mailto: and an e-mail address, or an https: address/],
    ['https://', /mailto: and an e-mail address, or an https: address/],
    ['', /mailto: and an e-mail address, or an https: address/],
    [`https://shop.example/${'a'.repeat(300)}`, /256 characters/],
  ])('must not be %s, which Apple answers with 403', (subject, why) => {
    expect(subjectFault(subject)).toMatch(why);
  });
});

import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { siteSettings } from '../sites.ts';
import { proverFor } from './proof.ts';

const NOW = Date.parse('2026-05-04T12:00:00Z');
const S = NOW / 1_000;
const SECRET = 'the-secret-that-the-shop-signs-with';
const OLD_SECRET = 'the-secret-that-it-signed-with-before';

function site(settings: object = {}) {
  const given = { name: 'Shop', identity: 'required', identitySecrets: [SECRET, OLD_SECRET], ...settings };
  return { id: 'shop', settings: siteSettings.parse(given) };
}

function sign(claims: JWTPayload, secret = SECRET, alg = 'HS256'): Promise<string> {
  const all = { sub: 'u1', aud: 'shop', iat: S, exp: S + 300, ...claims };
  return new SignJWT(all).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
}

const prove = (token: unknown, userId: string | undefined = 'u1', settings = {}) =>
  proverFor(site(settings), 'browser', NOW)(token, userId);

describe('a user whom the shop vouches for', () => {
  it('is believed, with the e-mail that it names', async () => {
    expect(await prove(await sign({}))).toEqual({ proof: { kind: 'proven', email: null }, fault: null });
    expect((await prove(await sign({ email: ' Mira@Shop.Example' }))).proof).toEqual({
      kind: 'proven',
      email: 'mira@shop.example',
    });
    expect((await prove(await sign({ email: 'nonsense' }))).proof).toEqual({ kind: 'proven', email: null });
  });

  it('stays known while the secret is changed, and where clocks differ a little', async () => {
    expect((await prove(await sign({}, OLD_SECRET))).proof.kind).toBe('proven');
    expect((await prove(await sign({ exp: S - 20 }))).proof.kind).toBe('proven');
    expect((await prove(await sign({ iat: S + 20, exp: S + 86_400 }))).proof.kind).toBe('proven');
  });

  it('is known by an id that is a number', async () => {
    expect((await prove(await sign({ sub: 7 as never }), '7')).proof.kind).toBe('proven');
  });
});

describe('nobody becomes another by', () => {
  it.each<[string, () => unknown, string]>([
    ['a forged signature', () => sign({}, 'a-secret-that-somebody-else-made-up'), 'identity secrets'],
    ['the token of another user', () => sign({ sub: 'u2' }), 'another user'],
    ['a token for another site', () => sign({ aud: 'other' }), 'its "aud" must be "shop"'],
    ['a token for no site', () => sign({ aud: undefined as never }), 'its "aud" must be "shop"'],
    ['a token that has expired', () => sign({ exp: S - 31 }), 'expired'],
    ['a token that never expires', () => sign({ exp: undefined as never }), '"exp"'],
    ['a token for a year', () => sign({ exp: S + 365 * 86_400 }), '24 hours'],
    ['a long token on its last day', () => sign({ iat: S - 30 * 86_400, exp: S + 60 }), '24 hours'],
    [
      'a token without a date of issue that lasts',
      () => sign({ iat: undefined as never, exp: S + 90_000 }),
      '24',
    ],
    ['a token that is not valid yet', () => sign({ nbf: S + 3_600 }), '"nbf"'],
    ['a token of nobody', () => sign({ sub: undefined as never }), '"sub"'],
    [
      'a token that nobody signed',
      () => new UnsecuredJWT({ sub: 'u1', aud: 'shop', exp: S + 60 }).encode(),
      'HS256',
    ],
    ['another algorithm', () => sign({}, SECRET.repeat(2), 'HS512'), 'HS256'],
    ['some text', () => 'a.b.c', 'no JWT'],
    ['what is no text', () => ({ sub: 'u1' }), 'no JWT'],
    ['a very long token', () => 'x'.repeat(5_000), 'no JWT'],
  ])('%s', async (_, token, fault) => {
    const result = await prove(await token());
    expect(result.proof).toEqual({ kind: 'none' });
    expect(result.fault).toContain(fault);
  });

  it('a token beside a message without a user', async () => {
    const result = await proverFor(site(), 'browser', NOW)(await sign({}), undefined);
    expect(result.proof).toEqual({ kind: 'none' });
    expect(result.fault).toContain('the message has none');
  });
});

it('no token is no fault', async () => {
  expect(await prove(undefined)).toEqual({ proof: { kind: 'none' }, fault: null });
  expect(await prove(null)).toEqual({ proof: { kind: 'none' }, fault: null });
});

it('a site without secrets is told so', async () => {
  expect((await prove(await sign({}), 'u1', { identitySecrets: [] })).fault).toContain('no identity secret');
});

it('a site that asks for no proof pays for none, and a server needs none', async () => {
  const off = await prove('whatever', 'u1', { identity: 'off' });
  expect(off).toEqual({ proof: { kind: 'none' }, fault: null });
  const server = await proverFor(site(), 'server', NOW)('whatever', 'u1');
  expect(server).toEqual({ proof: { kind: 'server' }, fault: null });
});

it('a batch of five hundred messages with one token costs one check', async () => {
  const verify = vi.spyOn(crypto.subtle, 'verify');
  const token = await sign({});
  const prover = proverFor(site(), 'browser', NOW);
  const results = await Promise.all(Array.from({ length: 500 }, () => prover(token, 'u1')));
  expect(results.every(({ proof }) => proof.kind === 'proven')).toBe(true);
  expect(verify).toHaveBeenCalledTimes(1);
  verify.mockRestore();
});

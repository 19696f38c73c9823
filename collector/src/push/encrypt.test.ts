import { base64url } from 'jose';
import { describe, expect, it } from 'vitest';
import { encrypt, MAX_PLAINTEXT_BYTES } from './encrypt.ts';

/** RFC 8291, section 5 and appendix A. */
const RFC = {
  plaintext: 'When I grow up, I want to be a watermelon',
  p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  publicKey: 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8',
  privateKey: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
  salt: 'DGv6ra1nlYgDCS1FRnbzlw',
  body: 'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
};

async function pair(publicKey: string, privateKey: string): Promise<CryptoKeyPair> {
  const point = base64url.decode(publicKey);
  const [x, y] = [base64url.encode(point.slice(1, 33)), base64url.encode(point.slice(33))];
  const jwk = { kty: 'EC', crv: 'P-256', x, y };
  const curve = { name: 'ECDH', namedCurve: 'P-256' };
  return {
    publicKey: await crypto.subtle.importKey('jwk', jwk, curve, true, []),
    privateKey: await crypto.subtle.importKey('jwk', { ...jwk, d: privateKey }, curve, false, ['deriveBits']),
  };
}

describe('a message that is encrypted for a browser', () => {
  it('is the one that RFC 8291 gives as its example, byte for byte', async () => {
    const keys = await pair(RFC.publicKey, RFC.privateKey);
    const salt = new Uint8Array(base64url.decode(RFC.salt));
    const body = await encrypt(new TextEncoder().encode(RFC.plaintext), RFC, { keys, salt });
    expect(base64url.encode(body)).toBe(RFC.body);
  });

  it('never looks the same twice', async () => {
    const plaintext = new TextEncoder().encode(RFC.plaintext);
    const [one, two] = [await encrypt(plaintext, RFC), await encrypt(plaintext, RFC)];
    expect(base64url.encode(one.slice(0, 16))).not.toBe(base64url.encode(two.slice(0, 16)));
    expect(base64url.encode(one.slice(21, 86))).not.toBe(base64url.encode(two.slice(21, 86)));
  });

  it('fills what every push service has to take, and is refused when it is longer', async () => {
    expect(await encrypt(new Uint8Array(MAX_PLAINTEXT_BYTES), RFC)).toHaveLength(4_096);
    expect(await encrypt(new Uint8Array(0), RFC)).toHaveLength(103);
    const tooLong = encrypt(new Uint8Array(MAX_PLAINTEXT_BYTES + 1), RFC);
    await expect(tooLong).rejects.toThrow('at most 3993 bytes');
  });

  it('is refused for keys that are none', async () => {
    const off = base64url.decode(RFC.p256dh);
    off[64] = (off[64] ?? 0) ^ 1;
    for (const wrong of [
      { p256dh: base64url.encode(off) },
      { p256dh: RFC.p256dh.slice(0, 80) },
      { p256dh: 'ä' },
      { p256dh: '' },
      { auth: 'AAAA' },
      { auth: '' },
      { auth: '%' },
    ]) {
      const sealed = encrypt(new Uint8Array(1), { ...RFC, ...wrong });
      await expect(sealed, JSON.stringify(wrong)).rejects.toThrow();
    }
  });
});

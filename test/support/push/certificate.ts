import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const tlv = (tag: number, ...content: Buffer[]): Buffer => {
  const value = Buffer.concat(content);
  const { length } = value;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
};
const sequence = (...content: Buffer[]) => tlv(0x30, ...content);
const time = (ms: number) =>
  tlv(
    0x17,
    Buffer.from(
      new Date(ms)
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2),
    ),
  );

/**
 * A certificate for `localhost` that is its own authority, good for a day (X.509, RFC 5280): Node can read them, not
 * make them.
 *
 * @param now ms since the epoch
 */
export function selfSigned(now: number): { key: string; cert: string /** SHA-256, base64. */; spki: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const ecdsaWithSha256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));
  const commonName = tlv(0x06, Buffer.from('550403', 'hex'));
  const name = sequence(tlv(0x31, sequence(commonName, tlv(0x0c, Buffer.from('localhost')))));
  const alternativeName = sequence(
    tlv(0x06, Buffer.from('551d11', 'hex')),
    tlv(0x04, sequence(tlv(0x82, Buffer.from('localhost')))),
  );
  const signed = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))), // version 3
    tlv(0x02, Buffer.from([1]), randomBytes(8)),
    ecdsaWithSha256,
    name,
    sequence(time(now - 3_600_000), time(now + 86_400_000)),
    name,
    spki,
    tlv(0xa3, sequence(alternativeName)),
  );
  const signature = tlv(0x03, Buffer.from([0]), sign('sha256', signed, privateKey));
  const der = sequence(signed, ecdsaWithSha256, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${der.match(/.{1,64}/g)?.join('\n')}\n-----END CERTIFICATE-----\n`,
    spki: createHash('sha256').update(spki).digest('base64'),
  };
}

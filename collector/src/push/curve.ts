import { base64url } from 'jose';

/** Bytes of an uncompressed point of P-256: 4, x, y (SEC 1, 2.3.3). */
export const POINT_BYTES = 65;

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** Whether bytes are an uncompressed point of P-256 (FIPS 186-4, D.1.2.3): y² = x³ − 3x + b mod p. */
export function isPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== POINT_BYTES || bytes[0] !== 4) return false;
  const [x, y] = [number(bytes.subarray(1, 33)), number(bytes.subarray(33))];
  return x < P && y < P && (y * y - (x * x * x - 3n * x + B)) % P === 0n;
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`);
}

/** The bytes of base64url, also of base64 and with padding, as some browsers have sent keys; `null`: it is neither. */
export function keyBytes(text: string): Uint8Array<ArrayBuffer> | null {
  const plain = text
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/={1,2}$/, '');
  if (!/^[\w-]*$/.test(plain) || plain.length % 4 === 1) return null;
  return new Uint8Array(base64url.decode(plain));
}

import { RequestError } from '../errors.ts';

/** Bytes of a request body that are read at the most. */
export const MAX_BODY_BYTES = 512_000;

const TOO_LARGE = `The body is over ${MAX_BODY_BYTES} bytes. Send fewer messages per request.`;

/**
 * Reads a body as a JSON object, whatever its content type says.
 *
 * @throws RequestError 413 over {@link MAX_BODY_BYTES}, 400 when it is not a JSON object.
 */
export async function readJsonObject(request: Request): Promise<Record<string, unknown>> {
  const text = new TextDecoder().decode(await readBytes(request));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RequestError('bad_request', `The body is not JSON: ${(cause as Error).message}.`);
  }
  if (!isObject(value)) throw new RequestError('bad_request', 'The body must be a JSON object.');
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function* bodyOf(request: Request): AsyncGenerator<Uint8Array> {
  const { body } = request;
  if (body === null) return;
  if (request.headers.get('Content-Encoding')?.toLowerCase() !== 'gzip') {
    yield* body;
    return;
  }
  try {
    yield* body.pipeThrough(new DecompressionStream('gzip'));
  } catch {
    throw new RequestError('bad_request', 'The body is not gzip, though its Content-Encoding says so.');
  }
}

/** @throws RequestError 413 over {@link MAX_BODY_BYTES} */
export async function readBytes(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get('Content-Length')) > MAX_BODY_BYTES)
    throw new RequestError('too_large', TOO_LARGE);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of bodyOf(request)) {
    size += part.byteLength;
    if (size > MAX_BODY_BYTES) throw new RequestError('too_large', TOO_LARGE);
    parts.push(part);
  }
  if (parts.length === 1 && parts[0]) return parts[0];
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}

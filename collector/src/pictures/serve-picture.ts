import type { Context } from 'hono';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { fileKey, parseSrc } from './library.ts';
import type { PictureType } from './read-picture.ts';

/** Any page may show it (its route also answers CORS), nothing in it may act, and what an address shows never changes. */
const HEADERS = {
  'Cache-Control': 'public, max-age=31536000, immutable',
  'Content-Security-Policy': "default-src 'none'",
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
};
/** How long a location answers without asking the bucket, s; for so long, it may still show what was deleted. */
const NEAR_S = 3_600;

/**
 * `GET /v1/pictures/:site/:file`: a picture of the library, in popups and as the icon of push messages.
 *
 * @throws RequestError 404 when there is none at the address
 */
export async function servePicture(c: Context<{ Bindings: Env }>): Promise<Response> {
  const src = `/v1/pictures/${c.req.param('site')}/${c.req.param('file')}`;
  const named = parseSrc(src);
  if (!named) throw noPicture();
  // Neither a prefix nor a query makes it another one.
  const address = nearAddress(c.req.url, src);
  const near = await caches.default.match(address);
  const file = near ? await near.arrayBuffer() : await readFile(c.env.PICTURES, named);
  if (!file) throw noPicture();
  if (!near) c.executionCtx.waitUntil(keepNear(address, file));

  const etag = `"${named.id}"`;
  if (isAmong(c.req.header('If-None-Match'), etag)) {
    return new Response(null, { status: 304, headers: { ...HEADERS, ETag: etag } });
  }
  return new Response(file, {
    headers: {
      ...HEADERS,
      'Content-Type': named.type,
      'Content-Length': String(file.byteLength),
      ETag: etag,
    },
  });
}

/** Takes a picture that was deleted out of the cache of this location. */
export async function forgetNear(url: string, src: string): Promise<void> {
  await caches.default.delete(nearAddress(url, src));
}

function nearAddress(url: string, src: string): string {
  return new URL(src, url).href;
}

async function keepNear(address: string, file: ArrayBuffer): Promise<void> {
  await caches.default.put(
    address,
    new Response(file, { headers: { 'Cache-Control': `max-age=${NEAR_S}` } }),
  );
}

/** What its address says it is must be what it was found to be when it was stored. */
async function readFile(
  bucket: R2Bucket,
  { site, id, type }: { site: string; id: string; type: PictureType },
): Promise<ArrayBuffer | null> {
  const object = await bucket.get(fileKey(site, id));
  if (!object) return null;
  const file = await object.arrayBuffer();
  return object.httpMetadata?.contentType === type ? file : null;
}

/** RFC 9110, 13.1.2: weak comparison. */
function isAmong(list: string | undefined, etag: string): boolean {
  return (list ?? '').split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '')));
}

function noPicture(): RequestError {
  return new RequestError('not_found', 'There is no picture at this address.');
}

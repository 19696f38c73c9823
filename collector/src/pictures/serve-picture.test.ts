import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { env, makeSite } from '../../../test/support/workerd/collector.ts';
import { PICTURES, type SamplePicture } from '../../../test/support/workerd/pictures.ts';
import { addPicture, fileKey, type Picture } from './library.ts';
import { readPicture } from './read-picture.ts';

const NOBODY_SAID = { alt: null, name: null };

async function stored(name: SamplePicture): Promise<Picture> {
  const site = await makeSite();
  const read = readPicture(PICTURES[name]);
  if ('fault' in read) throw new Error(read.fault);
  const added = await addPicture(env, site.id, PICTURES[name], read, NOBODY_SAID, Date.now());
  return added.picture;
}

function get(path: string, init?: RequestInit): Promise<Response> {
  return exports.default.fetch(`http://collector.test${path}`, init);
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

describe('a picture in a popup', () => {
  it.each([
    ['png', 'image/png'],
    ['jpeg', 'image/jpeg'],
    ['webp', 'image/webp'],
    ['avif', 'image/avif'],
  ] as const)('comes as what it is, to stay with the visitor: %s', async (name, type) => {
    const { src, id } = await stored(name);
    // The second answer comes from the cache.
    for (const _ of [1, 2]) {
      const response = await get(src, { headers: { Origin: 'https://shop.example' } });
      expect(response.status).toBe(200);
      expect(await bytesOf(response)).toEqual(PICTURES[name]);
      expect(Object.fromEntries(response.headers)).toEqual({
        'access-control-allow-origin': '*',
        'cache-control': 'public, max-age=31536000, immutable',
        'content-length': String(PICTURES[name].length),
        'content-security-policy': "default-src 'none'",
        'content-type': type,
        'cross-origin-resource-policy': 'cross-origin',
        etag: `"${id}"`,
        'x-content-type-options': 'nosniff',
      });
    }
  });

  it('comes under any path of the shop, whatever is asked after it', async () => {
    const { src } = await stored('png');
    expect((await get(`/assets/beckon${src}?v=2`)).status).toBe(200);
  });

  it('is not sent again to who has it', async () => {
    const { src, id } = await stored('png');
    for (const tag of [`"${id}"`, `W/"${id}"`, `"other", "${id}"`, '*']) {
      const response = await get(src, { headers: { 'If-None-Match': tag } });
      expect([response.status, (await bytesOf(response)).length], tag).toEqual([304, 0]);
      expect(response.headers.get('ETag')).toBe(`"${id}"`);
    }
    const other = await get(src, { headers: { 'If-None-Match': '"other"' } });
    expect([other.status, (await bytesOf(other)).length]).toEqual([200, PICTURES.png.length]);
  });

  it('says how long it is to who asks only that', async () => {
    const { src } = await stored('webp');
    const response = await get(src, { method: 'HEAD' });
    expect([response.status, (await bytesOf(response)).length]).toEqual([200, 0]);
    expect(response.headers.get('Content-Length')).toBe(String(PICTURES.webp.length));
  });
});

describe('an address without a picture', () => {
  it('says so to the page that asks', async () => {
    const { src, id } = await stored('png');
    const site = src.split('/')[3];
    for (const path of [
      src.replace(id, 'A'.repeat(22)),
      src.replace(`/${site}/`, '/other/'),
      src.replace('.png', '.jpg'),
      src.replace('.png', '.svg'),
      src.replace('.png', ''),
      `/v1/pictures/${site}/..%2F${site}%2F${id}.png`,
    ]) {
      const response = await get(path, { headers: { Origin: 'https://shop.example' } });
      expect([response.status, response.headers.get('Access-Control-Allow-Origin')], path).toEqual([
        404,
        '*',
      ]);
      expect(await response.json()).toMatchObject({ error: { code: 'not_found' } });
      expect(response.headers.get('Cache-Control'), path).toBeNull();
    }
  });

  it('serves nothing else that lies in the bucket', async () => {
    const { src, id } = await stored('png');
    const site = src.split('/')[3] ?? '';
    for (const contentType of ['text/html', 'image/svg+xml', undefined]) {
      const httpMetadata = contentType === undefined ? {} : { contentType };
      await env.PICTURES.put(fileKey(site, id), '<script>alert(1)</script>', { httpMetadata });
      expect((await get(src)).status, contentType).toBe(404);
    }
  });
});

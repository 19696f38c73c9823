import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { api, env, makeSite, type TestSite } from '../../../test/support/workerd/collector.ts';
import { PICTURES } from '../../../test/support/workerd/pictures.ts';
import { findPictures, type Picture } from '../pictures/library.ts';
import { MAX_PICTURE_BYTES } from './pictures.ts';

const ADMIN = { Authorization: 'Bearer test-admin-token' };

function upload(site: TestSite, file: BodyInit, query = '', headers: HeadersInit = ADMIN): Promise<Response> {
  return exports.default.fetch(`http://collector.test/api/sites/${site.id}/pictures${query}`, {
    method: 'POST',
    headers,
    body: file,
  });
}

async function uploaded(site: TestSite, file: BodyInit, query = ''): Promise<Picture> {
  const response = await upload(site, file, query);
  expect(response.status, await response.clone().text()).toBeLessThan(300);
  return response.json();
}

async function refusal(response: Response): Promise<[number, string]> {
  const { error } = (await response.json()) as { error: { message: string } };
  return [response.status, error.message];
}

async function list(site: TestSite, query = '') {
  const response = await api('GET', `/api/sites/${site.id}/pictures${query}`);
  return (await response.json()) as { items: Picture[]; cursor: string | null };
}

const one = (site: TestSite, { id }: Picture) => `/api/sites/${site.id}/pictures/${id}`;

async function publishPictured(
  site: TestSite,
  { src, width, height }: Pick<Picture, 'src' | 'width' | 'height'>,
): Promise<Response> {
  const block = { type: 'image', src, width, height, alt: 'A shoe' };
  const content = { en: { kind: 'modal', blocks: [block] } };
  const step = { id: 'm', type: 'message', channel: 'popup', variants: [{ key: 'a', content }] };
  const campaigns = `/api/sites/${site.id}/campaigns/spring`;
  await api('PUT', campaigns, { id: 'spring', name: 'Spring sale', steps: [step] });
  return api('POST', `${campaigns}/publish`);
}

describe('an upload', () => {
  it('answers all that a popup needs to show the picture without a shift', async () => {
    const site = await makeSite();
    const response = await upload(site, PICTURES.jpegTurned, '?alt=A%20shoe&name=shoe.jpg', {
      ...ADMIN,
      'Content-Type': 'image/png',
    });
    expect(response.status).toBe(201);
    const picture: Picture = await response.json();
    expect(picture).toEqual({
      id: expect.stringMatching(/^[\w-]{22}$/),
      src: `/v1/pictures/${site.id}/${picture.id}.jpg`,
      type: 'image/jpeg',
      width: 16,
      height: 24,
      bytes: PICTURES.jpegTurned.length,
      alt: 'A shoe',
      name: 'shoe.jpg',
      createdAt: expect.stringMatching(/^20.*Z$/),
      problems: [],
    });
    expect((await list(site)).items).toEqual([picture]);
  });

  it('asks what the picture shows, until it is said', async () => {
    const site = await makeSite();
    const picture = await uploaded(site, PICTURES.png);
    const asked = { severity: 'warning', pointer: '/alt', message: expect.stringMatching(/^Say .* shows/) };
    expect(picture).toMatchObject({ alt: null, problems: [asked] });
    expect((await list(site)).items).toMatchObject([{ problems: [asked] }]);
    for (const alt of ['A shoe', '']) {
      const said = await api('PUT', one(site, picture), { alt });
      expect(await said.json()).toMatchObject({ alt, problems: [] });
    }
    expect(await uploaded(site, PICTURES.webp, '?alt=')).toMatchObject({ alt: '', problems: [] });
  });

  it('of the same file changes nothing but what is said of it', async () => {
    const site = await makeSite();
    const first = await uploaded(site, PICTURES.avif, '?alt=A%20shoe');
    const again = await upload(site, PICTURES.avif);
    expect([again.status, await again.json()]).toEqual([200, first]);
    expect(await uploaded(site, PICTURES.avif, '?name=Shoe')).toEqual({ ...first, name: 'Shoe' });
    expect((await list(site)).items).toHaveLength(1);
    const other = await makeSite();
    expect((await upload(other, PICTURES.avif)).status).toBe(201);
  });

  it('brings a file back that was lost', async () => {
    const site = await makeSite();
    const { id, src } = await uploaded(site, PICTURES.png);
    await env.PICTURES.delete(`${site.id}/${id}`);
    await uploaded(site, PICTURES.png);
    const response = await exports.default.fetch(`http://collector.test${src}`);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(PICTURES.png);
  });

  it('of 2 MB is taken, of a byte more is not, however it is sent', async () => {
    const site = await makeSite();
    const padded = (length: number) => {
      const file = new Uint8Array(length);
      file.set(PICTURES.png);
      return file;
    };
    expect((await upload(site, padded(MAX_PICTURE_BYTES))).status).toBe(201);
    const tooLarge = [413, expect.stringMatching(/over 2000000 bytes\. Make it smaller/)];
    expect(await refusal(await upload(site, padded(MAX_PICTURE_BYTES + 1)))).toEqual(tooLarge);
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 100_000;
        controller.enqueue(new Uint8Array(100_000));
      },
    });
    expect(await refusal(await upload(site, endless))).toEqual(tooLarge);
    expect(sent).toBeLessThan(2 * MAX_PICTURE_BYTES);
  });

  it('of what is no picture is refused with what to do, and leaves nothing behind', async () => {
    const site = await makeSite();
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
    const asImage = { ...ADMIN, 'Content-Type': 'image/png' };
    expect(await refusal(await upload(site, svg, '', asImage))).toEqual([
      422,
      'SVG is not taken: it may carry scripts. Save it as PNG, JPEG, WebP or AVIF.',
    ]);
    const cut = PICTURES.jpeg.subarray(0, 200);
    expect((await refusal(await upload(site, cut)))[0]).toBe(422);
    const form = new FormData();
    form.set('file', new Blob([PICTURES.png], { type: 'image/png' }), 'a.png');
    expect(await refusal(await upload(site, form))).toEqual([
      400,
      expect.stringMatching(/^Send the file itself as the body, .* not as multipart\/form-data\.$/),
    ]);
    expect((await upload(site, PICTURES.png, `?alt=${'x'.repeat(501)}`)).status).toBe(400);
    expect(await list(site)).toEqual({ items: [], cursor: null });
    expect((await env.PICTURES.list({ prefix: `${site.id}/` })).objects).toEqual([]);
  });

  it('is for the owner of a site that exists', async () => {
    const site = await makeSite();
    expect((await upload(site, PICTURES.png, '', {})).status).toBe(401);
    expect((await upload({ ...site, id: 'nowhere' }, PICTURES.png)).status).toBe(404);
    expect((await api('GET', '/api/sites/nowhere/pictures')).status).toBe(404);
  });
});

describe('the library', () => {
  it('is read in pages, newest first, none twice', async () => {
    const site = await makeSite();
    const files = [PICTURES.png, PICTURES.jpeg, PICTURES.webp, PICTURES.avif, PICTURES.webpAlpha];
    const ids: string[] = [];
    for (const file of files) ids.push((await uploaded(site, file)).id);
    await env.DB.prepare(
      "UPDATE pictures SET created_at = '2026-01-01T00:00:00.000Z' WHERE site = ? AND id <> ?",
    )
      .bind(site.id, ids.at(-1) ?? '')
      .run();
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(site, `?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    }
    expect(seen[0]).toBe(ids.at(-1));
    expect(seen.toSorted()).toEqual(ids.toSorted());
    expect((await api('GET', `/api/sites/${site.id}/pictures?cursor=nonsense`)).status).toBe(400);
  });

  it('knows which addresses lead to a picture of the site', async () => {
    const [site, other] = [await makeSite(), await makeSite()];
    const mine = await uploaded(site, PICTURES.png);
    const theirs = await uploaded(other, PICTURES.jpeg);
    const sources = [
      mine.src,
      theirs.src,
      mine.src.replace('.png', '.webp'),
      `https://elsewhere.example${mine.src}`,
    ];
    expect(await findPictures(env.DB, site.id, sources)).toEqual([mine]);
    expect(await findPictures(env.DB, site.id, ['https://shop.example/a.png'])).toEqual([]);
  });

  it('changes nothing of a picture that is not there', async () => {
    const site = await makeSite();
    const path = `/api/sites/${site.id}/pictures/AAAAAAAAAAAAAAAAAAAAAA`;
    expect((await api('PUT', path, { alt: 'A shoe' })).status).toBe(404);
    expect((await api('DELETE', path)).status).toBe(404);
  });
});

describe('a campaign', () => {
  it('cannot be published with a picture that is gone, or that another site has', async () => {
    const [site, other] = [await makeSite(), await makeSite()];
    const gone = await uploaded(site, PICTURES.png);
    await api('DELETE', one(site, gone));
    for (const picture of [gone, await uploaded(other, PICTURES.jpeg)]) {
      const response = await publishPictured(site, picture);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({
        problems: expect.arrayContaining([
          expect.objectContaining({
            severity: 'error',
            pointer: '/steps/0/variants/0/content/en/blocks/0/src',
          }),
        ]),
      });
    }
    const there = await uploaded(site, PICTURES.webp);
    expect((await publishPictured(site, there)).status).toBe(200);
  });
});

describe('a picture that is deleted', () => {
  it('is gone at once, with its file', async () => {
    const site = await makeSite();
    const picture = await uploaded(site, PICTURES.png);
    const served = () => exports.default.fetch(`http://collector.test${picture.src}`);
    expect((await (await served()).arrayBuffer()).byteLength).toBe(picture.bytes);
    expect(await (await api('DELETE', one(site, picture))).json()).toEqual({ success: true });
    expect((await served()).status).toBe(404);
    expect((await list(site)).items).toEqual([]);
    expect(await env.PICTURES.head(`${site.id}/${picture.id}`)).toBeNull();
  });

  it('leaves no hole in a popup: first no campaign may show it, live or paused', async () => {
    const site = await makeSite();
    const picture = await uploaded(site, PICTURES.png);
    expect((await publishPictured(site, picture)).status).toBe(200);
    const shown = [409, expect.stringMatching(/shown by "Spring sale"\. Take it out of it and publish/)];
    expect(await refusal(await api('DELETE', one(site, picture)))).toEqual(shown);
    await api('POST', `/api/sites/${site.id}/campaigns/spring/pause`);
    expect(await refusal(await api('DELETE', one(site, picture)))).toEqual(shown);
    expect((await exports.default.fetch(`http://collector.test${picture.src}`)).status).toBe(200);
    const other = await makeSite();
    const same = await uploaded(other, PICTURES.png);
    expect((await api('DELETE', one(other, same))).status).toBe(200);
    await api('POST', `/api/sites/${site.id}/campaigns/spring/end`);
    expect((await api('DELETE', one(site, picture))).status).toBe(200);
  });
});

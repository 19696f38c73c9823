import { zValidator } from '@hono/zod-validator';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { listed } from '../campaigns/problem.ts';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import { addPicture, deletePicture, describePicture, listPictures } from '../pictures/library.ts';
import { readPicture } from '../pictures/read-picture.ts';
import { forgetNear } from '../pictures/serve-picture.ts';
import { cursorOf, toCursor } from './cursor.ts';
import { explainInvalid } from './explain-invalid.ts';
import { requireSite } from './require-site.ts';

/** Of one file. */
export const MAX_PICTURE_BYTES = 2_000_000;

const alt = z.string().trim().max(500);
const name = z.string().trim().min(1).max(200);

export const picturesQuery = z.object({
  cursor: cursorOf(z.tuple([z.string(), z.string()])).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const pictureUploadQuery = z.object({ alt: alt.optional(), name: name.optional() });

/** Replaced as a whole. */
export const pictureSettings = z.strictObject({
  /** What it shows, for who does not see it; empty: it only adorns. */
  alt: alt.nullable().default(null),
  name: name.nullable().default(null),
});

const tooLarge = () =>
  new RequestError(
    'too_large',
    `The file is over ${MAX_PICTURE_BYTES} bytes. Make it smaller, or save it as WebP or AVIF.`,
  );

/** `/api/sites/:site/pictures`: what popups show, and push messages as their icon. */
export const pictures = new Hono<{ Bindings: Env }>()
  .get('/', zValidator('query', picturesQuery, explainInvalid), async (c) => {
    await requireSite(c);
    const { cursor: after = null, limit } = c.req.valid('query');
    const { items, cursor } = await listPictures(c.env.DB, site(c), after, limit);
    return c.json({ items, cursor: cursor && toCursor(cursor) });
  })
  .post(
    '/',
    zValidator('query', pictureUploadQuery, explainInvalid),
    bodyLimit({ maxSize: MAX_PICTURE_BYTES, onError: () => tooLarge().toResponse() }),
    async (c) => {
      await requireSite(c);
      requireFile(c.req.header('Content-Type'));
      const file = new Uint8Array(await c.req.arrayBuffer());
      const read = readPicture(file);
      if ('fault' in read) throw new RequestError('invalid', read.fault);
      const { alt = null, name = null } = c.req.valid('query');
      const { picture, isNew } = await addPicture(c.env, site(c), file, read, { alt, name }, Date.now());
      return c.json(picture, isNew ? 201 : 200);
    },
  )
  .put('/:id', zValidator('json', pictureSettings, explainInvalid), async (c) => {
    const picture = await describePicture(c.env.DB, site(c), c.req.param('id'), c.req.valid('json'));
    if (!picture) throw noPicture();
    return c.json(picture);
  })
  .delete('/:id', async (c) => {
    const deleted = await deletePicture(c.env, site(c), c.req.param('id'));
    if (!deleted) throw noPicture();
    if ('shownBy' in deleted) {
      const one = deleted.shownBy.length === 1;
      throw new RequestError(
        'conflict',
        `The picture is shown by ${listed(deleted.shownBy)}. Take it out of ${one ? 'it' : 'them'} and publish, or end ${one ? 'it' : 'them'}, first.`,
      );
    }
    await forgetNear(c.req.url, deleted.picture.src);
    return c.json({ success: true });
  });

/** What it is, its content says; but a form is no file. @throws RequestError 400 */
function requireFile(contentType: string | undefined): void {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === '' || type === 'application/octet-stream' || type.startsWith('image/')) return;
  throw new RequestError(
    'bad_request',
    `Send the file itself as the body, as image/png, image/jpeg, image/webp, image/avif or application/octet-stream, not as ${type}.`,
  );
}

function noPicture(): RequestError {
  return new RequestError('not_found', 'There is no such picture.');
}

function site(c: Context<{ Bindings: Env }>): string {
  return c.req.param('site') ?? '';
}

import { zValidator } from '@hono/zod-validator';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Env } from '../env.ts';
import { RequestError } from '../errors.ts';
import {
  dropSecret,
  listSecrets,
  MAX_SECRET_LENGTH,
  MAX_SECRETS,
  putSecret,
  SECRET_NAME,
} from '../webhooks/secrets.ts';
import { rotateSigningSecret } from '../webhooks/signing-secret.ts';
import { explainInvalid } from './explain-invalid.ts';
import { requireSite } from './require-site.ts';

export const secretRequest = z.strictObject({
  /** Written, and never read again. */
  value: z.string().min(1).max(MAX_SECRET_LENGTH),
});

type C = Context<{ Bindings: Env }>;

/** `/api/sites/:site/secrets`: what webhooks call `{{ secrets.<name> }}`. Values are never answered. */
export const secrets = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => {
    await requireSite(c);
    return c.json({ items: await listSecrets(c.env.DB, site(c)), cursor: null });
  })
  .put('/:name', zValidator('json', secretRequest, explainInvalid), async (c) => {
    await requireSite(c);
    const { value } = c.req.valid('json');
    if (!(await putSecret(c.env, site(c), nameIn(c), value, Date.now()))) {
      throw new RequestError('conflict', `The site has ${MAX_SECRETS} secrets already; delete one first.`);
    }
    return c.json({ success: true });
  })
  .delete('/:name', async (c) => {
    await requireSite(c);
    if (!(await dropSecret(c.env.DB, site(c), nameIn(c)))) {
      throw new RequestError('not_found', 'The site has no such secret.');
    }
    return c.json({ success: true });
  });

/** `POST /api/sites/:site/webhook-signing-secret`: a new one; see {@link rotateSigningSecret}. */
export async function newSigningSecret(c: C): Promise<Response> {
  await requireSite(c);
  const secret = await rotateSigningSecret(c.env, site(c), Date.now());
  return c.json({ secret }, 201);
}

function site(c: C): string {
  return c.req.param('site') ?? '';
}

function nameIn(c: C): string {
  const name = c.req.param('name') ?? '';
  if (SECRET_NAME.test(name)) return name;
  throw new RequestError(
    'bad_request',
    'A secret is called by a lower-case letter, and up to 63 lower-case letters, digits or _.',
  );
}

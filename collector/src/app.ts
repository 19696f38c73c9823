import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { accounts } from './admin/accounts.ts';
import { broadcasts } from './admin/broadcasts.ts';
import { campaigns } from './admin/campaigns.ts';
import { coupons } from './admin/coupons.ts';
import { directory } from './admin/directory.ts';
import { events } from './admin/events.ts';
import { keys } from './admin/keys.ts';
import { pictures } from './admin/pictures.ts';
import { profiles } from './admin/profiles.ts';
import { push } from './admin/push.ts';
import { pushSubscribers } from './admin/push-subscribers.ts';
import { requireAdmin } from './admin/require-admin.ts';
import { newSigningSecret, secrets } from './admin/secrets.ts';
import { segments } from './admin/segments.ts';
import { sites } from './admin/sites.ts';
import { testLinks } from './admin/test-link.ts';
import { claim } from './campaigns/claim.ts';
import { FIELDS } from './campaigns/fields.ts';
import { templates } from './campaigns/templates/index.ts';
import { restoreCart } from './carts/restore-cart.ts';
import type { Env } from './env.ts';
import { RequestError } from './errors.ts';
import { health } from './health.ts';
import { batch, single } from './ingest/batch.ts';
import { forgetVisitor } from './ingest/forget-visitor.ts';
import { inspect } from './inspect/inspect.ts';
import { openapi } from './openapi/document.ts';
import { servePicture } from './pictures/serve-picture.ts';
import { changePreferences, showPreferences } from './preferences/route.ts';
import { subscribe, unsubscribe } from './push/subscribe.ts';
import { serviceWorker } from './service-worker.ts';
import { siteConfig } from './site-config.ts';
import { WEBHOOK_TEMPLATES } from './webhooks/templates/index.ts';

/** What a shop may serve beneath a path prefix of its own domain: `/anything/v1/batch` is `/v1/batch`. */
const UNDER_PREFIX = [/\/v1\/.+$/, /\/healthz$/, /\/api\/.+$/, /\/[\w-]+\.js$/];

function pathWithoutPrefix(request: Request): string {
  const { pathname } = new URL(request.url);
  if (pathname.startsWith('/api/')) return pathname;
  for (const pattern of UNDER_PREFIX) {
    const match = pattern.exec(pathname);
    if (match) return match[0];
  }
  return pathname;
}

export const app = new Hono<{ Bindings: Env }>({ getPath: pathWithoutPrefix });

/** Before the rest of /v1, whose answers name the origin that asks: these are the same for all, so that caches share them. */
app.get('/v1/pictures/:site/:file', cors({ origin: '*' }), servePicture);
app.get('/v1/sites/:key/config', cors({ origin: '*' }), siteConfig);
/** A page of its own, which no other may read. */
app.get('/v1/preferences/:token', (c) => showPreferences(c, Date.now()));
app.post('/v1/preferences/:token', (c) => changePreferences(c, Date.now()));

/**
 * Errors carry CORS headers too, else a developer would see "network error" instead of what to do. Nothing is given
 * away: /v1 reads no cookie, and whether an origin may use a key is decided on the request itself.
 */
const CORS = { origin: (origin: string) => origin, exposeHeaders: ['Retry-After'] };
const answers = cors(CORS);
const preflights = cors({
  ...CORS,
  allowMethods: ['POST', 'PUT', 'DELETE'],
  credentials: true,
  maxAge: 86_400,
});
app.use('/v1/*', (c, next) => (c.req.method === 'OPTIONS' ? preflights : answers)(c, next));

app.on('POST', ['/v1/batch', '/v1/b'], async (c) => {
  const answer = await batch(c, Date.now());
  return c.req.query('beacon') === '1' ? c.body(null, 204) : c.json(answer);
});
for (const type of ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const) {
  app.on('POST', [`/v1/${type}`, `/v1/${type[0]}`], async (c) => c.json(await single(c, type, Date.now())));
}
app.delete('/v1/visitor', async (c) => c.json(await forgetVisitor(c, Date.now())));
app.post('/v1/messages/:id/claim', async (c) =>
  c.json(await claim(c.req.raw, c.req.param('id'), c.env, Date.now())),
);

app.get('/v1/carts/:token', restoreCart);

app.put('/v1/push/subscription', async (c) => {
  await subscribe(c.req.raw, c.env, Date.now());
  return c.json({ success: true });
});
app.delete('/v1/push/subscription', async (c) => {
  await unsubscribe(c.req.raw, c.env, Date.now());
  return c.json({ success: true });
});

app.post('/v1/inspect', async (c) => c.json(await inspect(c.req.raw, c.env, Date.now())));

app.get('/healthz', async (c) => c.json(await health(c.env)));

/** Open to all: it says no more than the source does. */
app.get('/api/openapi.json', (c) => c.json(openapi()));
app.use('/api/*', requireAdmin);
app.route('/api/sites', sites);
app.route('/api/sites/:site/keys', keys);
app.route('/api/sites/:site/accounts', accounts);
app.route('/api/sites/:site/profiles', directory);
app.route('/api/sites/:site/profiles', profiles);
app.route('/api/sites/:site/events', events);
app.route('/api/sites/:site/campaigns', campaigns);
app.route('/api/sites/:site/segments', segments);
app.route('/api/sites/:site/broadcasts', broadcasts);
app.route('/api/sites/:site/test-links', testLinks);
app.route('/api/sites/:site/pictures', pictures);
app.route('/api/sites/:site/push', push);
app.route('/api/sites/:site/secrets', secrets);
app.post('/api/sites/:site/webhook-signing-secret', newSigningSecret);
app.get('/api/webhook-templates', (c) => c.json({ items: WEBHOOK_TEMPLATES, cursor: null }));
app.route('/api/sites/:site/push/subscribers', pushSubscribers);
app.get('/api/fields', (c) => c.json({ items: FIELDS, cursor: null }));
app.get('/api/templates', (c) => c.json({ items: templates(), cursor: null }));
app.route('/api/sites/:site/coupon-pools', coupons);

app.get('/beckon-sw.js', serviceWorker);
app.get('/:file{[\\w-]+\\.js}', (c) =>
  c.env.ASSETS.fetch(new URL(`/${c.req.param('file')}`, c.req.url).toString()),
);

app.notFound(() => new RequestError('not_found', 'There is nothing at this address.').toResponse());
app.onError((error, c) => {
  if (error instanceof RequestError) return error.toResponse();
  // Hono's validator, of a body that it cannot read.
  if (error instanceof HTTPException && error.status === 400) {
    return new RequestError('bad_request', `${error.message}.`).toResponse();
  }
  console.error(error);
  // The client keeps what it sent, and sends it again.
  if (c.req.path.startsWith('/v1/')) {
    return new RequestError('unavailable', 'The collector cannot do this now. Ask again.', 5).toResponse();
  }
  return new RequestError(
    'internal',
    'Something failed here. Try again; if it persists, look at the logs.',
  ).toResponse();
});

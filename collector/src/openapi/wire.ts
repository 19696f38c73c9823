import { z } from 'zod';
import type { BatchAnswer, ClaimAnswer, ErrorAnswer, InspectAnswer } from '../../../sdk/src/message.ts';
import { claimRequest } from '../campaigns/claim.ts';
import type { RestoredCart } from '../carts/restore-cart.ts';
import { ERROR_CODES } from '../errors.ts';
import type { Health } from '../health.ts';
import { MAX_MESSAGES } from '../ingest/batch.ts';
import { forgetRequest } from '../ingest/forget-visitor.ts';
import { messageSchema } from '../ingest/message-schema.ts';
import { inspectRequest } from '../inspect/inspect.ts';
import { subscribeRequest, unsubscribeRequest } from '../push/subscribe.ts';
import type { SiteConfig } from '../site-config.ts';
import type { Operation } from './operation.ts';
import { armedMessage, popupContent } from './popup-content.ts';

const writeKey = z.string().optional().meta({ description: 'Else it is the user name of HTTP Basic.' });
const jsonObject = z.record(z.string(), z.json());

export const success = z.strictObject({ success: z.literal(true) }).meta({ id: 'Success' });

export const errorAnswer = z
  .strictObject({
    success: z.literal(false),
    error: z.strictObject({ code: z.enum(ERROR_CODES), message: z.string() }),
  })
  .meta({ id: 'Error' }) satisfies z.ZodType<ErrorAnswer>;

const visitor = z.object({ fresh: z.boolean().optional() }).optional();
const batchRequest = z
  .object({
    writeKey,
    batch: z.array(messageSchema.meta({ id: 'Message' })).max(MAX_MESSAGES),
    sentAt: z.string().optional(),
    context: jsonObject.optional(),
    token: z.string().optional(),
    visitor,
  })
  .meta({ id: 'Batch' });

const batchAnswer = z
  .strictObject({
    success: z.literal(true),
    rejected: z.array(
      z.strictObject({
        index: z.number().int(),
        messageId: z.string().nullable(),
        code: z.enum(['invalid', 'too_large', 'too_deep', 'no_id', 'too_old']),
        message: z.string(),
      }),
    ),
    messages: z.array(armedMessage),
    visitor: z.strictObject({ anonymousId: z.string().nullable(), token: z.string().nullable() }),
    warnings: z.array(z.string()).exactOptional(),
  })
  .meta({ id: 'BatchAnswer' }) satisfies z.ZodType<BatchAnswer>;

const claimAnswer = z
  .union([
    z.strictObject({ show: z.literal(true), content: popupContent }),
    z.strictObject({ show: z.literal(false), reason: z.string() }),
  ])
  .meta({ id: 'ClaimAnswer' }) satisfies z.ZodType<ClaimAnswer>;

const item = z.record(z.string(), z.json());
const inspectAnswer = z
  .strictObject({
    site: z.strictObject({ id: z.string(), name: z.string(), currency: z.string() }),
    visitor: z.strictObject({ known: z.boolean(), test: z.boolean(), withheld: z.boolean() }),
    consent: z.strictObject({ analytics: z.boolean().nullable(), marketing: z.boolean().nullable() }),
    cart: z.strictObject({
      items: z.array(item),
      value: z.number(),
      currency: z.string().nullable(),
      updatedAt: z.string().nullable(),
    }),
    arrived: z.record(z.string(), z.string()),
    campaigns: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        status: z.enum(['draft', 'live', 'paused', 'ended']),
        matched: z.boolean(),
        gate: z.string().nullable(),
        because: z.string(),
        open: z.number().int(),
        gates: z.number().int(),
      }),
    ),
    draft: z
      .strictObject({
        id: z.string(),
        name: z.string().nullable(),
        problems: z.array(
          z.strictObject({
            severity: z.enum(['error', 'warning']),
            pointer: z.string(),
            message: z.string(),
          }),
        ),
      })
      .nullable(),
  })
  .meta({ id: 'InspectAnswer' }) satisfies z.ZodType<InspectAnswer>;

const restoredCart = z
  .strictObject({
    items: z
      .array(z.record(z.string(), z.union([z.string(), z.number()])))
      .meta({ description: "GA4's items: prices as of the message, addresses https or http" }),
    currency: z.string().meta({ description: 'ISO 4217' }),
    url: z
      .string()
      .nullable()
      .meta({ description: "The site's cartUrl, filled; null: it names none that holds this cart" }),
  })
  .meta({ id: 'RestoredCart' }) satisfies z.ZodType<RestoredCart>;

const health = z
  .strictObject({
    status: z.enum(['ok', 'degraded']),
    version: z.string(),
    alerts: z.array(z.strictObject({ site: z.string(), since: z.string(), what: z.string() })),
  })
  .meta({ id: 'Health' }) satisfies z.ZodType<Health>;

const consentDefault = z.enum(['granted', 'denied']);
const siteConfig = z
  .strictObject({
    currency: z.string().meta({ description: 'ISO 4217; of carts and orders that name none.' }),
    language: z.string().meta({ description: 'BCP 47; of visitors who name none.' }),
    consent: z
      .strictObject({ analytics: consentDefault, marketing: consentDefault })
      .meta({ description: 'What holds where neither the page nor the visitor says anything.' }),
    features: z.strictObject({
      popups: z.boolean().meta({ description: 'Whether a campaign is live.' }),
      push: z.boolean().meta({ description: 'Whether push messages are sent.' }),
      identity: z
        .enum(['off', 'optional', 'required'])
        .meta({ description: 'Whether a user id has to be proven.' }),
    }),
    vapidPublicKey: z.string().nullable().meta({ description: 'null: there are no push messages.' }),
    push: z.strictObject({
      workerPath: z.string().meta({ description: 'Where the shop serves its worker file.' }),
      takeOver: z
        .strictObject({ worker: z.string() })
        .nullable()
        .meta({ description: 'The worker of another tool, whose visitors are taken over.' }),
    }),
    cartUrl: z
      .string()
      .nullable()
      .meta({ description: 'Where the shop fills a cart: a template with {variant}, {id} and {qty}.' }),
  })
  .meta({ id: 'SiteConfig' }) satisfies z.ZodType<SiteConfig>;

const pushSubscription = z
  .object({
    endpoint: z.string().meta({ description: 'Of a push service that browsers use' }),
    keys: z.object({
      p256dh: z.string().meta({ description: 'A point of P-256 (65 bytes), base64url' }),
      auth: z.string().meta({ description: '16 bytes, base64url' }),
    }),
  })
  .meta({ id: 'PushSubscription', description: 'What PushSubscription.toJSON() returns' });

const batches = ['/v1/batch', '/v1/b'].map(
  (path): Operation => ({
    method: 'post',
    path,
    id: path === '/v1/b' ? 'batchByShortName' : 'batch',
    tag: 'Events',
    summary: `Store up to ${MAX_MESSAGES} messages and 512 kB; a refused one costs the others nothing. Any content type, and gzip`,
    access: 'write-key',
    query: z.object({ beacon: z.literal('1').optional() }),
    body: batchRequest,
    answer: batchAnswer,
    others: { 204: { description: 'The same, where `beacon=1` wants no answer' } },
    errors: ['too_large'],
  }),
);

const singles = messageSchema.options.flatMap((option) => {
  const type = option.shape.type.value;
  const { type: _, ...shape } = option.shape;
  const body = z.object({ writeKey, ...shape });
  return [`/v1/${type}`, `/v1/${type[0]}`].map(
    (path, place): Operation => ({
      method: 'post',
      path,
      id: place === 0 ? type : `${type}ByShortName`,
      tag: 'Events',
      summary: `Store one message of the type ${type}`,
      access: 'write-key',
      body,
      answer: batchAnswer,
      errors: ['too_large'],
    }),
  );
});

/** What pages and shops' servers call. */
export const WIRE: readonly Operation[] = [
  ...batches,
  ...singles,
  {
    method: 'post',
    path: '/v1/messages/:id/claim',
    id: 'claim',
    tag: 'Popups',
    summary: 'Ask whether an armed popup may be painted now; the same claimId gets the same answer',
    access: 'write-key',
    body: z.object({ writeKey, ...claimRequest.shape }),
    answer: claimAnswer,
    errors: ['not_found', 'too_large'],
  },
  {
    method: 'post',
    path: '/v1/inspect',
    id: 'inspect',
    tag: 'Popups',
    summary: 'What the collector makes of the visitor of a browser, for who has opened a signed link there',
    access: 'write-key',
    body: z.object({ writeKey, ...inspectRequest.shape }),
    answer: inspectAnswer,
    errors: ['too_large'],
  },
  {
    method: 'get',
    path: '/v1/carts/:token',
    id: 'restoreCart',
    tag: 'Carts',
    summary: 'The cart behind the link of a message, on whatever device it is opened; for 30 days',
    access: 'write-key',
    query: z.object({ key: z.string().meta({ description: 'The browser key' }) }),
    answer: restoredCart,
    errors: ['not_found', 'gone'],
  },
  {
    method: 'get',
    path: '/v1/sites/:key/config',
    id: 'siteConfig',
    tag: 'Running',
    summary: 'The public settings of the site that a browser key opens; caches keep them for 60 s',
    access: 'anybody',
    answer: siteConfig,
    errors: ['not_found', 'unavailable'],
  },
  {
    method: 'put',
    path: '/v1/push/subscription',
    id: 'subscribeToPush',
    tag: 'Push',
    summary: 'A browser takes push messages; told again, it is a sign of life',
    access: 'write-key',
    body: z
      .object({ writeKey, subscription: pushSubscription, ...subscribeRequest.shape })
      .meta({ id: 'PushSubscribe' }),
    answer: success,
    errors: ['too_large'],
  },
  {
    method: 'delete',
    path: '/v1/push/subscription',
    id: 'unsubscribeFromPush',
    tag: 'Push',
    summary: 'A browser takes no push messages any more; one that is not known is passed over',
    access: 'write-key',
    body: z.object({ writeKey, ...unsubscribeRequest.shape }).meta({ id: 'PushUnsubscribe' }),
    answer: success,
    errors: ['too_large'],
  },
  {
    method: 'delete',
    path: '/v1/visitor',
    id: 'forgetVisitor',
    tag: 'Privacy',
    summary: 'Consent was withdrawn: erase everything that a device has sent',
    access: 'write-key',
    body: z.object({ writeKey, visitor, ...forgetRequest.shape }),
    answer: success,
    errors: ['too_large'],
  },
  {
    method: 'get',
    path: '/healthz',
    id: 'health',
    tag: 'Running',
    summary: 'The version, once everything answers; and what somebody should look at',
    access: 'anybody',
    answer: health,
    errors: ['unavailable'],
  },
  {
    method: 'get',
    path: '/beckon-sw.js',
    id: 'serviceWorker',
    tag: 'Running',
    summary:
      'What the worker of a site imports, `?site=<browser key>`: the settings of the site, and the code',
    access: 'anybody',
    answer: { mediaType: 'text/javascript' },
    errors: ['bad_request', 'unavailable'],
  },
  {
    method: 'get',
    path: '/:file{[\\w-]+\\.js}',
    id: 'sdkFile',
    tag: 'Running',
    summary: 'A file of the SDK, such as beckon.js',
    access: 'anybody',
    answer: { mediaType: 'text/javascript' },
    errors: ['not_found'],
  },
];

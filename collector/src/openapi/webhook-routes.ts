import { z } from 'zod';
import { secretRequest } from '../admin/secrets.ts';
import { webhookContent } from '../webhooks/content.ts';
import type { SecretEntry } from '../webhooks/secrets.ts';
import { type Described, listOf, type Operation, SITE } from './operation.ts';
import { success } from './wire.ts';

const secret = z
  .strictObject({ name: z.string(), createdAt: z.string(), updatedAt: z.string() })
  .meta({ id: 'Secret' }) satisfies z.ZodType<SecretEntry>;

const template = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    docs: z.string(),
    secrets: z.array(z.strictObject({ name: z.string(), what: z.string() })),
    setup: z.string(),
    webhook: webhookContent.meta({ id: 'WebhookContent' }),
  })
  .meta({ id: 'WebhookTemplate' });

const SECRET = `${SITE}/secrets/:name`;

export const WEBHOOKS: Described[] = [
  {
    method: 'get',
    path: '/api/webhook-templates',
    id: 'listWebhookTemplates',
    summary: 'Webhooks that are ready to be sent: Telegram, e-mail, SMS',
    answer: listOf(template),
  },
  {
    method: 'get',
    path: `${SITE}/secrets`,
    id: 'listSecrets',
    summary: 'The names of what webhooks read as secrets.<name>; values are never answered',
    answer: listOf(secret),
    errors: ['not_found'],
  },
  {
    method: 'put',
    path: SECRET,
    id: 'putSecret',
    summary: 'Store a secret, in place of what it was',
    body: secretRequest,
    answer: success,
    errors: ['not_found', 'conflict'],
  },
  {
    method: 'delete',
    path: SECRET,
    id: 'deleteSecret',
    summary: 'Delete a secret; webhooks that need it are not sent any more',
    answer: success,
    errors: ['bad_request', 'not_found'],
  },
  {
    method: 'post',
    path: `${SITE}/webhook-signing-secret`,
    id: 'createWebhookSigningSecret',
    summary:
      'A new secret (whsec_…) that our own events are signed with; the one before signs for a day more',
    status: 201,
    answer: z.strictObject({ secret: z.string() }),
    errors: ['not_found'],
  },
];

const PREFERENCES = '/v1/preferences/:token';
const PAGE: Pick<Operation, 'tag' | 'access' | 'answer' | 'others'> = {
  tag: 'Privacy',
  access: 'anybody',
  answer: { mediaType: 'text/html' },
  others: {
    404: { description: 'A page that says that the link does not work' },
    410: { description: 'A page that says that the link is too old' },
  },
};

export const PREFERENCE_PAGE: Operation[] = [
  {
    ...PAGE,
    method: 'get',
    path: PREFERENCES,
    id: 'showPreferences',
    summary: 'The page on which somebody chooses what to be sent, in six languages; changes nothing',
  },
  {
    ...PAGE,
    method: 'post',
    path: PREFERENCES,
    id: 'changePreferences',
    summary: 'What the form on that page says, or one click in a mail program (RFC 8058)',
    errors: ['too_large'],
    query: z.object({
      channel: z.string().optional().meta({ description: 'What one click ends; without it everything.' }),
      topic: z.string().optional(),
    }),
  },
];

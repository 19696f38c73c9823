import { z } from 'zod';
import { type PushStatus, pushKeysRequest } from '../admin/push.ts';
import { subscribersQuery, subscribersUpload, subscribersUploadAnswer } from '../admin/push-subscribers.ts';
import type { Subscriber } from '../store/push-subscribers.ts';
import { type Described, listOf, SITE } from './operation.ts';

const time = z.string().meta({ description: 'ISO 8601.' });
const former = { publicKey: z.string(), createdAt: time, retiredAt: time };

const status = z
  .strictObject({
    publicKey: z.string().meta({ description: 'With which browsers subscribe.' }),
    subject: z.string().meta({ description: 'The contact that push services are told.' }),
    createdAt: time,
    former: z.array(z.strictObject(former)),
    stopped: z
      .strictObject({ since: z.string().nullable(), why: z.string() })
      .nullable()
      .meta({ description: 'Why nothing is sent; null: all is well.' }),
    acceptedAt: z.string().nullable().meta({
      description: 'When a push service last accepted a message, as far as it was noted.',
    }),
    refusals: z
      .array(
        z.strictObject({
          service: z.string(),
          status: z.number().int(),
          detail: z.string(),
          subscriptions: z.number().int(),
          at: time,
        }),
      )
      .meta({ description: 'What push services refused for a reason that the site or its keys give.' }),
    faults: z
      .array(
        z.strictObject({
          address: z.string(),
          reason: z.string(),
          status: z.number().int().nullable(),
          at: time,
        }),
      )
      .meta({ description: "Why pages cannot ask for permission: the shop's worker file." }),
  })
  .meta({ id: 'PushStatus' }) satisfies z.ZodType<PushStatus>;

const exported = z.strictObject({
  publicKey: z.string(),
  privateKey: z.string(),
  subject: z.string(),
  createdAt: time,
  former: z.array(z.strictObject({ ...former, privateKey: z.string() })),
});

const subscriber = z
  .strictObject({
    endpoint: z.string(),
    p256dh: z.string(),
    auth: z.string(),
    key: z.string().meta({ description: 'The public key with which the browser subscribed.' }),
    anonymousId: z.string(),
    userId: z.string().nullable(),
    at: time,
  })
  .meta({ id: 'PushSubscriber' }) satisfies z.ZodType<Subscriber>;

const ALL = `${SITE}/push`;

export const PUSH: Described[] = [
  {
    method: 'get',
    path: ALL,
    id: 'getPush',
    summary:
      'How push messages go: the public key, whether they are sent, what was refused and what is missing',
    answer: status,
    errors: ['not_found'],
  },
  {
    method: 'put',
    path: `${ALL}/keys`,
    id: 'importPushKeys',
    summary: 'Bring VAPID keys from another tool; those before go on reaching who subscribed with them',
    body: pushKeysRequest,
    answer: status,
    errors: ['not_found', 'conflict'],
  },
  {
    method: 'post',
    path: `${ALL}/keys/rotate`,
    id: 'rotatePushKeys',
    summary: 'Make new VAPID keys; each browser subscribes with them on its next visit',
    answer: status,
    errors: ['not_found'],
  },
  {
    method: 'get',
    path: `${ALL}/keys/export`,
    id: 'exportPushKeys',
    summary: 'The VAPID keys, private ones too, to be taken elsewhere',
    answer: exported,
    errors: ['not_found', 'unavailable'],
  },
  {
    method: 'get',
    path: `${ALL}/subscribers`,
    id: 'listPushSubscribers',
    summary:
      'Browsers that take push messages, a page at a time; with `Accept: text/csv` all of them as a table',
    query: subscribersQuery,
    answer: listOf(subscriber),
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: `${ALL}/subscribers`,
    id: 'importPushSubscribers',
    summary: 'Bring subscribers from another tool, after its keys; what is none costs the others nothing',
    body: subscribersUpload,
    bodyTexts: { 'text/csv': 'A table with the names of the fields in its first line' },
    answer: subscribersUploadAnswer,
    errors: ['not_found', 'too_large'],
  },
  {
    method: 'post',
    path: `${ALL}/resume`,
    id: 'resumePush',
    summary: 'Send again, after the cause of the refusals is gone',
    answer: status,
    errors: ['not_found'],
  },
];

import { z } from 'zod';
import { ADDRESS_KINDS, TOPIC } from '../consent.ts';

/** Characters of a body as JSON, before its templates are filled in. */
const MAX_BODY_LENGTH = 20_000;
const MAX_HEADERS = 20;

/** Those that the connection needs for itself, or that say who has sent it. */
const OURS =
  /^(host|connection|content-length|content-encoding|transfer-encoding|expect|te|trailer|upgrade|via|keep-alive|proxy-.*|cf-.*|x-forwarded-.*|x-real-ip|webhook-.*)$/i;

const headerName = z
  .string()
  .max(100)
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of a header')
  .refine((name) => !OURS.test(name), 'is set by the collector');

/**
 * What a webhook step sends. Addresses, values of headers and all strings of the body are Liquid, which may read
 * {@link WEBHOOK_VARIABLES} besides what popups read.
 */
export const webhookContent = z
  .strictObject({
    /** `https://host/…`, with the host as it is; or one secret that is the whole address. Values are percent-encoded. */
    url: z.string().min(1).max(2_048),
    method: z.enum(['POST', 'PUT', 'GET']).default('POST'),
    headers: z
      .record(headerName, z.string().max(4_096))
      .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, `has more than ${MAX_HEADERS}`)
      .default({}),
    /** JSON; when absent, our own event is sent, signed as Standard Webhooks says. */
    body: z
      .union([z.record(z.string(), z.json()), z.array(z.json())])
      .refine(
        (body) => JSON.stringify(body).length <= MAX_BODY_LENGTH,
        `is over ${MAX_BODY_LENGTH} characters`,
      )
      .exactOptional(),
    /** What the message goes to: without it, or without the consent that it needs, nothing is sent. */
    address: z.enum(ADDRESS_KINDS).exactOptional(),
    /** What the message is about; who does not want that gets none. */
    topic: z.string().regex(TOPIC, 'must be 1 to 32 lower-case letters, digits, _ or -').exactOptional(),
  })
  .refine(({ method, body }) => method !== 'GET' || body === undefined, {
    path: ['body'],
    message: 'cannot be sent with GET',
  });
export type WebhookContent = z.infer<typeof webhookContent>;

/** What templates of webhooks may read besides: the address, `delivery.id`, `links.preferences`, `links.unsubscribe`. */
export const WEBHOOK_VARIABLES = ['address', 'delivery', 'links', 'secrets'] as const;

/** A text of a webhook, and its JSON pointer (RFC 6901). */
export interface WebhookText {
  text: string;
  pointer: string;
}

/** Every text of a webhook that may be a template. */
export function textsIn({ url, headers, body }: WebhookContent): WebhookText[] {
  const found: WebhookText[] = [{ text: url, pointer: '/url' }];
  for (const [name, text] of Object.entries(headers)) {
    found.push({ text, pointer: `/headers/${escaped(name)}` });
  }
  mapStrings(body ?? null, '/body', (text, pointer) => {
    found.push({ text, pointer });
    return text;
  });
  return found;
}

/** The same JSON with other strings; keys stay. */
export function mapStrings(
  json: z.core.util.JSONType,
  pointer: string,
  map: (text: string, pointer: string) => string,
): z.core.util.JSONType {
  if (typeof json === 'string') return map(json, pointer);
  if (Array.isArray(json)) return json.map((one, i) => mapStrings(one, `${pointer}/${i}`, map));
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json).map(([key, one]) => [
    key,
    mapStrings(one, `${pointer}/${escaped(key)}`, map),
  ]);
  return Object.fromEntries(entries);
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

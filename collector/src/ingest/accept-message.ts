import { z } from 'zod';
import type { JsonObject, RejectionCode } from '../../../sdk/src/message.ts';
import type { Accepted, StoredMessage } from '../message.ts';
import { acceptedTime, isWritable } from './accepted-time.ts';
import { withCampaign } from './campaign.ts';
import { cleanJson, MAX_DEPTH } from './clean-json.ts';
import { toCanonical } from './vocabulary.ts';

/** Bytes of one message as JSON. */
export const MAX_MESSAGE_BYTES = 32_000;
/** How old a message with a browser key may be. */
const MAX_AGE_MS = 30 * 24 * 3_600_000;

export interface Arrival {
  /** ms since the epoch, by the collector's clock. */
  receivedAt: number;
  /** When the batch left, by the sender's clock, ms since the epoch; `NaN` when unknown. */
  sentAt: number;
  /** Server keys may import any past time. */
  keyKind: 'browser' | 'server';
  /** Context shared by the batch; a message's own keys win. */
  context: JsonObject | undefined;
}

export type Acceptance =
  | ({ ok: true; warnings: string[] } & Accepted)
  | { ok: false; messageId: string | null; code: RejectionCode; reason: string };

const id = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((value) => value.length <= 256, 'must have at most 256 characters');
const object = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);
const optional = {
  messageId: id.nullish(),
  anonymousId: id.nullish(),
  userId: id.nullish(),
  timestamp: z.union([z.string(), z.number()]).nullish(),
  sentAt: z.union([z.string(), z.number()]).nullish(),
  context: object.nullish(),
};
const name = z.string().max(256, 'must have at most 256 characters');
const schema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('track'), event: name.min(1), properties: object.nullish(), ...optional }),
  z.object({
    type: z.literal('page'),
    name: name.nullish(),
    category: name.nullish(),
    properties: object.nullish(),
    ...optional,
  }),
  z.object({ type: z.literal('screen'), name: name.nullish(), properties: object.nullish(), ...optional }),
  z.object({ type: z.literal('identify'), traits: object.nullish(), ...optional }),
  z.object({ type: z.literal('group'), groupId: id, traits: object.nullish(), ...optional }),
  z.object({ type: z.literal('alias'), previousId: id.nullish(), ...optional }),
]);
type Parsed = z.infer<typeof schema>;

/**
 * One message of a request, made ready to store, or refused with a reason for the developer who sent it.
 * Never throws.
 */
export async function acceptMessage(raw: unknown, arrival: Arrival): Promise<Acceptance> {
  if (typeof raw !== 'object' || raw === null)
    return refuse(null, 'invalid', 'A message must be a JSON object.');
  const sentId = messageIdOf(raw);
  const cleaned = cleanJson(raw);
  if (cleaned === null) {
    return refuse(sentId, 'too_deep', `The message is nested deeper than ${MAX_DEPTH} levels.`);
  }
  if (isTooLarge(JSON.stringify(raw))) {
    return refuse(sentId, 'too_large', `The message has more than ${MAX_MESSAGE_BYTES} bytes as JSON.`);
  }
  const result = schema.safeParse(raw);
  if (!result.success) return refuse(sentId, 'invalid', explain(result.error));
  const parsed = result.data;
  const warnings: string[] = [];
  if (parsed.userId && isJunk(parsed.userId)) {
    warnings.push(`The userId "${parsed.userId}" names nobody and is ignored.`);
    parsed.userId = null;
  }
  if (!parsed.anonymousId && !parsed.userId) {
    return refuse(sentId, 'no_id', 'The message has neither anonymousId nor userId.');
  }

  if (parsed.type === 'alias' && !(parsed.previousId ?? parsed.anonymousId)) {
    return refuse(sentId, 'invalid', 'An alias needs previousId, or the anonymousId in its place.');
  }
  if (cleaned.outOfRange > 0) warnings.push(`${cleaned.outOfRange} number(s) out of range became null.`);
  const timestamp = parseTime(parsed.timestamp);
  if (parsed.timestamp != null && Number.isNaN(timestamp)) {
    warnings.push('The timestamp is not an ISO 8601 date; the time of arrival is used.');
  }
  const sentAt = Number.isNaN(arrival.sentAt) ? parseTime(parsed.sentAt) : arrival.sentAt;
  const time = acceptedTime(timestamp, sentAt, arrival.receivedAt);
  if (arrival.keyKind === 'browser' && arrival.receivedAt - time > MAX_AGE_MS) {
    return refuse(
      sentId,
      'too_old',
      'The message is older than 30 days. Import old events with the server key.',
    );
  }

  const messageId = parsed.messageId || (await hashedId(parsed));
  const proof = { kind: arrival.keyKind === 'server' ? 'server' : 'none' } as const;
  return { ok: true, message: store(parsed, messageId, time, arrival.context), proof, warnings };
}

/** What shops send for visitors that they do not know; it would make one person of them all. */
function isJunk(userId: string): boolean {
  return /^(null|undefined|anonymous|guest|none|nan|true|false|-1|[0-]*|\[object object\])$/i.test(
    userId.trim(),
  );
}

function store(
  parsed: Parsed,
  messageId: string,
  time: number,
  shared: JsonObject | undefined,
): StoredMessage {
  const message: StoredMessage = {
    messageId,
    type: parsed.type,
    timestamp: new Date(time).toISOString(),
  };
  if (parsed.anonymousId) message.anonymousId = parsed.anonymousId;
  if (parsed.userId) message.userId = parsed.userId;
  if (parsed.context || shared) message.context = withCampaign({ ...shared, ...parsed.context });
  switch (parsed.type) {
    case 'track':
      storeTrack(message, parsed.event, parsed.properties);
      break;
    case 'page':
    case 'screen': {
      message.event = parsed.type === 'page' ? 'page_view' : 'screen_view';
      const category = parsed.type === 'page' ? parsed.category : null;
      message.properties = {
        ...parsed.properties,
        ...(parsed.name ? { name: parsed.name } : {}),
        ...(category ? { category } : {}),
      };
      break;
    }
    case 'identify':
      if (parsed.traits) message.traits = parsed.traits;
      break;
    case 'group':
      message.groupId = parsed.groupId;
      if (parsed.traits) message.traits = parsed.traits;
      break;
    case 'alias':
      message.previousId = parsed.previousId ?? parsed.anonymousId ?? '';
      break;
  }
  return message;
}

/** Under GA4's names; what was sent is kept beside it where it differs. */
function storeTrack(message: StoredMessage, event: string, sent: JsonObject | null | undefined): void {
  const properties = sent ?? {};
  const canonical = toCanonical(event, properties);
  const { userId } = canonical;
  if (userId && userId.length <= 256 && !isJunk(userId)) message.userId ??= userId;
  if (canonical.type === 'identify') {
    message.type = 'identify';
    message.traits = canonical.traits;
  } else {
    message.event = canonical.event;
    if (sent || canonical.properties !== properties) message.properties = canonical.properties;
    if (canonical.event === event && canonical.properties === properties) return;
  }
  message.raw = { event, properties };
}

/** Milliseconds since the epoch; `NaN` when absent, unreadable or outside the years that ISO 8601 writes with four digits. */
export function parseTime(value: unknown): number {
  if (typeof value !== 'string' && typeof value !== 'number') return Number.NaN;
  const time = new Date(value).getTime();
  return isWritable(time) ? time : Number.NaN;
}

/** The same message, sent again, gets the same id: `sentAt`, which changes, is left out. */
async function hashedId(parsed: Parsed): Promise<string> {
  const { sentAt: _, ...stable } = parsed;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(stable)));
  return `h-${[...new Uint8Array(digest, 0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function messageIdOf(raw: object): string | null {
  const value = 'messageId' in raw ? raw.messageId : null;
  return typeof value === 'string' && value !== '' ? value.toWellFormed().slice(0, 256) : null;
}

function explain(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'The message is not valid.';
  if (issue.path[0] === 'type') {
    return '"type" must be one of track, page, screen, identify, group, alias.';
  }
  return `"${issue.path.join('.')}": ${issue.message}.`;
}

function refuse(messageId: string | null, code: RejectionCode, reason: string): Acceptance {
  return { ok: false, messageId, code, reason };
}

/** UTF-8 takes at most three bytes per UTF-16 unit, so only text near the limit has to be encoded. */
function isTooLarge(text: string): boolean {
  return text.length * 3 > MAX_MESSAGE_BYTES && new TextEncoder().encode(text).byteLength > MAX_MESSAGE_BYTES;
}

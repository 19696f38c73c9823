import type { RejectionCode } from '../../../sdk/src/message.ts';
import type { Accepted } from '../message.ts';
import { acceptedTime, isWritable } from './accepted-time.ts';
import { cleanJson, MAX_DEPTH } from './clean-json.ts';
import { explain, messageSchema, type ParsedMessage } from './message-schema.ts';
import { namesNobody } from './names-nobody.ts';
import type { Prover } from './proof.ts';
import { type Around, toStored } from './to-stored.ts';

/** Bytes of one message as JSON. */
export const MAX_MESSAGE_BYTES = 32_000;
/** How old a message with a browser key may be. */
const MAX_AGE_MS = 30 * 24 * 3_600_000;

export interface Arrival extends Around {
  /** ms since the epoch, by the collector's clock. */
  receivedAt: number;
  /** When the batch left, by the sender's clock, ms since the epoch; `NaN` when unknown. */
  sentAt: number;
  /** Server keys may import any past time, and name people by e-mail, phone or loyalty card alone. */
  keyKind: 'browser' | 'server';
  prove: Prover;
}

export type Acceptance =
  | ({ ok: true; warnings: string[] } & Accepted)
  | { ok: false; messageId: string | null; code: RejectionCode; reason: string };

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
  const result = messageSchema.safeParse(raw);
  if (!result.success) return refuse(sentId, 'invalid', explain(result.error));
  const parsed = result.data;
  const nobodies = dropNobodies(parsed);
  const warnings = [...nobodies];
  const missing = missingName(parsed);
  if (missing) return refuse(sentId, 'invalid', missing);

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

  const id = parsed.messageId || (await hashedId(parsed));
  const { message, warnings: faults } = toStored(parsed, id, time, arrival);
  warnings.push(...faults);
  const isServer = arrival.keyKind === 'server';
  if (!message.anonymousId && !message.userId && !(isServer && message.identifiers)) {
    const reason = isServer ? NO_NAME : 'The message has neither anonymousId nor userId.';
    return refuse(sentId, 'no_id', [...nobodies, reason].join(' '));
  }
  const { proof, fault } = await arrival.prove(parsed.token, message.userId);
  if (fault) warnings.push(fault);
  return { ok: true, message, proof, warnings };
}

const NO_NAME =
  'The message has neither anonymousId nor userId, and no e-mail, phone or loyalty card either.';

/** Takes out the ids that are no one's; says so. */
function dropNobodies(parsed: ParsedMessage): string[] {
  const warnings: string[] = [];
  for (const kind of ['anonymousId', 'userId'] as const) {
    const id = parsed[kind];
    if (!id || !namesNobody(id)) continue;
    warnings.push(`The ${kind} "${id}" names nobody and is ignored.`);
    parsed[kind] = null;
  }
  if (parsed.type === 'alias' && parsed.previousId != null && namesNobody(parsed.previousId)) {
    if (parsed.previousId !== '') {
      warnings.push(`The previousId "${parsed.previousId}" names nobody and is ignored.`);
    }
    parsed.previousId = null;
  }
  return warnings;
}

/** What an alias or a group cannot be without. */
function missingName(parsed: ParsedMessage): string | null {
  if (parsed.type === 'alias') {
    if (!parsed.userId) return 'An alias needs userId: the id from now on.';
    if (!(parsed.previousId ?? parsed.anonymousId)) {
      return 'An alias needs previousId, or the anonymousId in its place.';
    }
  }
  if (parsed.type === 'group' && namesNobody(parsed.groupId)) {
    return `The groupId "${parsed.groupId}" names no group.`;
  }
  return null;
}

/** Milliseconds since the epoch; `NaN` when absent, unreadable or outside the years that ISO 8601 writes with four digits. */
export function parseTime(value: unknown): number {
  if (typeof value !== 'string' && typeof value !== 'number') return Number.NaN;
  const time = new Date(value).getTime();
  return isWritable(time) ? time : Number.NaN;
}

/** The same message, sent again, gets the same id: `sentAt` and the token, which change, are left out. */
async function hashedId(parsed: ParsedMessage): Promise<string> {
  const { sentAt: _, token: __, ...stable } = parsed;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(stable)));
  return `h-${[...new Uint8Array(digest, 0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function messageIdOf(raw: object): string | null {
  const value = 'messageId' in raw ? raw.messageId : null;
  return typeof value === 'string' && value !== '' ? value.toWellFormed().slice(0, 256) : null;
}

function refuse(messageId: string | null, code: RejectionCode, reason: string): Acceptance {
  return { ok: false, messageId, code, reason };
}

/** UTF-8 takes at most three bytes per UTF-16 unit, so only text near the limit has to be encoded. */
function isTooLarge(text: string): boolean {
  return text.length * 3 > MAX_MESSAGE_BYTES && new TextEncoder().encode(text).byteLength > MAX_MESSAGE_BYTES;
}

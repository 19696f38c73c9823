import type { Json, JsonObject, Message } from '../../sdk/src/message.ts';

/**
 * A message as it is stored: valid, with its canonical event name and its accepted time.
 * `timestamp` is ISO 8601 UTC with milliseconds, so that comparing strings compares times.
 */
export interface StoredMessage {
  messageId: string;
  type: Message['type'];
  /** Canonical name; present exactly on the types that count as events (`track`, `page`, `screen`). */
  event?: string;
  anonymousId?: string;
  userId?: string;
  timestamp: string;
  properties?: JsonObject;
  traits?: JsonObject;
  context?: JsonObject;
  groupId?: string;
  previousId?: string;
  /** What else names the person, normalised: see ingest/identifiers.ts. */
  identifiers?: Identifiers;
  /** The user id that was named without the proof that the site requires. */
  claimedUserId?: string;
  /** Told by a device that did not prove whom it belongs to; never stored, it comes from the chunk. */
  unverified?: true;
  /** Born here: what the collector noted of a person. It is no event of a session. */
  source?: 'collector';
  /** Sent with the server key: the shop's own word. */
  server?: true;
  /** Sent by a crawler or by a browser that is driven by a program: kept, and left out of reports. */
  bot?: true;
  /** What was sent, where it was said in another vocabulary. */
  raw?: { event: string; properties: JsonObject };
}

/** Names of a person below the user id: lower-case e-mail, phone in E.164, number of a loyalty card. */
export interface Identifiers {
  email?: string;
  phone?: string;
  loyaltyCard?: string;
}

/** What stands behind the names in a message. */
export type Proof =
  /** The server key: everything in it is believed. */
  | { kind: 'server' }
  /** The shop's signature for the user id, and for the e-mail when it is named there. */
  | { kind: 'proven'; email: string | null }
  | { kind: 'none' };

/** A message that is fit to be stored, and how far its names can be believed. */
export interface Accepted {
  message: StoredMessage;
  proof: Proof;
  /** Name of the object of the person who was sent the link that was opened here; it is no proof of who has opened it. */
  referred?: string;
}

/** The total order of design §2: accepted time, then id. Every invariant is over this order. */
export function compareMessages(
  a: Pick<StoredMessage, 'timestamp' | 'messageId'>,
  b: Pick<StoredMessage, 'timestamp' | 'messageId'>,
): number {
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp ? -1 : 1;
  if (a.messageId === b.messageId) return 0;
  return a.messageId < b.messageId ? -1 : 1;
}

/** The value at an own key; what a prototype holds is never read from a visitor's data. */
export function own(object: JsonObject | undefined, key: string): Json | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

export function ownString(object: JsonObject | undefined, key: string): string | null {
  const value = own(object, key);
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT_LENGTH) : null;
}

/** Of a text that is kept in a profile, such as an address; browsers and shops stay below it. */
const MAX_TEXT_LENGTH = 2_048;

export function ownNumber(object: JsonObject | undefined, key: string): number | null {
  return toNumber(own(object, key));
}

/** A number, or a numeric string as shops send prices (`"12.50"`). */
export function toNumber(value: Json | undefined): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** A price, a quantity or a sum: not negative, and small enough to be added up. */
export function ownAmount(object: JsonObject | undefined, key: string): number | null {
  const value = ownNumber(object, key);
  return value === null ? null : Math.min(MAX_AMOUNT, Math.max(0, value));
}

const MAX_AMOUNT = 1e12;

export function ownObject(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = own(object, key);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** Sets an own key. Assignment would call the setter of `__proto__`, which is data here like any other key. */
export function setOwn(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

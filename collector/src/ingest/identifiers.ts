import type { Json, JsonObject } from '../../../sdk/src/message.ts';
import { isOfDraft } from '../campaigns/draft-label.ts';
import { type Identifiers, own, ownObject, ownString, type StoredMessage } from '../message.ts';
import { namesNobody } from './names-nobody.ts';

/** Events by which a visitor speaks of himself: the address in any other may be that of a friend. */
const OF_ONESELF = new Set([
  ...['purchase', 'order_updated', 'refund', 'begin_checkout'],
  ...['generate_lead', 'sign_up', 'login', 'form_submitted', 'consent_updated'],
]);

/** By kind: how it is written, and under which names clients send it. */
const KINDS = {
  email: { normal: normalEmail, names: ['email', 'email_address'] },
  phone: { normal: normalPhone, names: ['phone', 'phone_number'] },
  loyaltyCard: { normal: normalCard, names: ['loyalty_card', 'loyaltyCard'] },
} as const satisfies Record<keyof Identifiers, object>;

/** Entries of `context.externalIds` that are read. */
const MAX_EXTERNAL_IDS = 20;
/** Of a form. */
const MAX_FIELDS = 50;

/**
 * Who, besides the ids, a message speaks of. By falling weight: the traits of an identify, `context.traits`,
 * `context.externalIds`, and the properties of events by which a visitor speaks of himself, with the fields of his form:
 * those whose `inputs` say that they are an e-mail or a phone, whatever they are called. The first that is valid wins, for
 * each kind by itself; `undefined` when there is none. What is written into the form of a draft is a try.
 */
export function identifiersOf(
  message: Pick<StoredMessage, 'type' | 'event' | 'traits' | 'context' | 'properties'>,
): Identifiers | undefined {
  const { type, event = '', context } = message;
  const properties = OF_ONESELF.has(event) && !isOfDraft(message) ? message.properties : undefined;
  const sources = [
    type === 'identify' ? message.traits : undefined,
    ownObject(context, 'traits'),
    externalIds(context),
    properties,
    ownObject(properties, 'user_data'),
  ];
  const fields = ownObject(properties, 'fields');
  const inputs = ownObject(properties, 'inputs');
  const found: Identifiers = {};
  for (const [kind, { normal, names }] of Object.entries(KINDS)) {
    const candidates = sources.flatMap((source) => names.map((name) => own(source, name)));
    const answers = Object.entries(fields ?? {}).slice(0, MAX_FIELDS);
    candidates.push(...answers.flatMap(([name, value]) => (own(inputs, name) === kind ? [value] : [])));
    const value = firstValid(candidates, normal);
    if (value !== null) found[kind as keyof Identifiers] = value;
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

/** Trimmed and in lower case; at most 254 characters. `null` for what is no address, or that of nobody (`none@…`). */
export function normalEmail(text: string): string | null {
  const email = text.trim().toLowerCase();
  const [, local] = EMAIL.exec(email) ?? [];
  if (local === undefined || email.length > 254) return null;
  return namesNobody(local) || /^no-?(reply|e?mail)$/.test(local) ? null : email;
}

const EMAIL =
  /^([^\s@"(),:;<>[\\\]\p{C}]{1,64})@(?:[\p{L}\p{M}\p{N}-]+\.)+(?=[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}])[\p{L}\p{M}\p{N}-]{2,}$/u;

/**
 * E.164 where the country is named (`+49 30 1234`, `0049…`, `+49 (0)30…`); else the digits alone, seven at least, as
 * the shop writes them: shops that sell at home write all of their numbers in the same way.
 * `null` for anything else, and where all digits are the same.
 */
export function normalPhone(text: string): string | null {
  const [, plus = '', rest = ''] = /^(?:tel:)?\s*(\+|00)?([\d\s()./-]{1,40})$/i.exec(text.trim()) ?? [];
  const digits = (plus ? rest.replace(/\(\s*0\s*\)/, '') : rest).replace(/\D/g, '');
  if (!/^(?!(\d)\1*$)\d{7,15}$/.test(digits)) return null;
  // Two zeros would be read as a plus the next time.
  if (!plus) return digits.startsWith('00') ? null : digits;
  // No country's code begins with 0.
  return digits.startsWith('0') ? null : `+${digits}`;
}

/** Upper case, without the spaces and hyphens that people put between the groups; 4 to 64 characters. */
export function normalCard(text: string): string | null {
  const card = text.replace(/[\s-]/g, '').toUpperCase();
  return /^[A-Z0-9_.:#/]{4,64}$/.test(card) && !namesNobody(card) ? card : null;
}

/** Segment's list of `{id, type}`, by type. */
function externalIds(context: JsonObject | undefined): JsonObject | undefined {
  const list = own(context, 'externalIds');
  if (!Array.isArray(list)) return undefined;
  const entries = list.slice(0, MAX_EXTERNAL_IDS).map((entry): [string, Json] => {
    const object = typeof entry === 'object' && !Array.isArray(entry) && entry !== null ? entry : {};
    return [ownString(object, 'type') ?? '', own(object, 'id') ?? null];
  });
  // The first of a type wins.
  return Object.fromEntries(entries.toReversed());
}

function firstValid(
  candidates: readonly (Json | undefined)[],
  normal: (text: string) => string | null,
): string | null {
  for (const candidate of candidates) {
    const text = Number.isSafeInteger(candidate) ? String(candidate) : candidate;
    const value = typeof text === 'string' && text.length <= 512 ? normal(text) : null;
    if (value !== null) return value;
  }
  return null;
}

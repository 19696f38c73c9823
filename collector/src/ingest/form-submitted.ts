import type { ConsentChannel, FieldInput, Json, JsonObject } from '../../../sdk/src/message.ts';
import { CONSENT_CHANNELS } from '../consent.ts';
import { own, ownObject, ownString, setOwn } from '../message.ts';
import { type AskedConsent, type AskedField, type Asks, asksDoubleOptIn } from './form-content.ts';
import { normalEmail, normalPhone } from './identifiers.ts';
import type { Popup } from './popup-answers.ts';
import { type Refusal, RefusedValues } from './refused-values.ts';

const MAX_FIELDS = 50;
const MAX_CONSENTS = 10;
/** Characters of one answer. */
export const MAX_ANSWER_LENGTH = 10_000;

const INPUTS = ['email', 'phone', 'name', 'text', 'select', 'checkbox'] as const;

type Result = { value: Json } | { reason: Refusal };

/**
 * A submitted form as it is stored: `fields` that fit what the form asks, `inputs` that say what each of them is,
 * `consents` with the text as it was published, and what does not fit under `invalid`. Where it is not known what the
 * form asked, each field is what the client says it is.
 */
export function checkedForm(
  properties: JsonObject,
  popup: Popup,
): { properties: JsonObject; warnings: string[] } {
  const { asks } = popup;
  const refused = new RefusedValues();
  const fields: JsonObject = {};
  const inputs: JsonObject = {};
  const told = ownObject(properties, 'inputs');
  const sent = Object.entries(ownObject(properties, 'fields') ?? {});
  if (sent.length === 0 && own(properties, 'fields') != null && !ownObject(properties, 'fields'))
    refused.add('fields', own(properties, 'fields') ?? null, 'type');
  for (const [index, [name, value]] of sent.entries()) {
    const asked = asks ? asks.fields.get(name) : toldField(own(told, name));
    const result = index < MAX_FIELDS ? answer(value, asked, asks) : { reason: 'too_many' as const };
    if ('reason' in result) {
      refused.add(name, value, result.reason);
      continue;
    }
    setOwn(fields, name, result.value);
    if (asked) setOwn(inputs, name, asked.input);
  }
  for (const [name, { required }] of asks?.fields ?? []) {
    if (required && !sent.some(([other]) => other === name)) refused.add(name, null, 'required');
  }
  const consents = consentsIn(properties, popup, fields, inputs, refused);
  const { invalid: _, ...rest } = properties;
  return {
    properties: { ...rest, fields, inputs, consents, ...refused.invalid },
    warnings: refused.warnings('form_submitted'),
  };
}

/** What a client says of a field, when nothing else is known of it. */
function toldField(input: Json | undefined): AskedField | undefined {
  const known = INPUTS.find((one) => one === input);
  return known && { input: known, required: false, options: null };
}

function answer(value: Json, asked: AskedField | undefined, asks: Asks | null): Result {
  if (!asked) {
    if (asks) return { reason: 'unknown' };
    if (typeof value === 'string') return text(value);
    return typeof value === 'boolean' || typeof value === 'number' ? { value } : { reason: 'type' };
  }
  const { input, required, options } = asked;
  if (input === 'checkbox') {
    if (typeof value !== 'boolean') return { reason: 'type' };
    return required && !value ? { reason: 'required' } : { value };
  }
  const written = typeof value === 'number' ? String(value) : value;
  if (typeof written !== 'string') return { reason: 'type' };
  if (written.trim() === '') return required ? { reason: 'required' } : { value: '' };
  if (input === 'email' || input === 'phone') {
    const normal = input === 'email' ? normalEmail : normalPhone;
    return normal(written) === null ? { reason: input } : { value: written.trim() };
  }
  if (options && !options.includes(written)) return { reason: 'option' };
  return text(written);
}

function text(value: string): Result {
  return value.length > MAX_ANSWER_LENGTH ? { reason: 'too_long' } : { value };
}

/**
 * What was agreed to. Of a published form, its own text counts and its own wish to have it confirmed, whatever the
 * client says; `reported`: the text is the client's word alone.
 */
function consentsIn(
  properties: JsonObject,
  { asks, campaign, program, server }: Popup,
  fields: JsonObject,
  inputs: JsonObject,
  refused: RefusedValues,
): JsonObject[] {
  const list = own(properties, 'consents');
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) {
    refused.add('consents', list, 'type');
    return [];
  }
  const taken: JsonObject[] = [];
  for (const [index, given] of list.entries()) {
    const object = typeof given === 'object' && !Array.isArray(given) && given !== null ? given : {};
    const channel = CONSENT_CHANNELS.find((one) => one === own(object, 'channel'));
    const told = ownString(object, 'field');
    const asked = asks?.consents.find(
      (one) =>
        one.channel === channel &&
        (one.field === told || (told === null && one.field !== null && own(fields, one.field) === true)),
    );
    const field = asked ? asked.field : told;
    const name = channel === undefined ? 'consents' : `consents.${channel}`;
    if (index >= MAX_CONSENTS) refused.add(name, given, 'too_many');
    else if (channel === undefined || (asks && !asked)) refused.add(name, given, 'unknown');
    else if (field !== null && own(fields, field) !== true) refused.add(name, given, 'not_ticked');
    else {
      const unknown = !server && asksDoubleOptIn(channel, program, campaign);
      const doubleOptIn = asked ? asked.doubleOptIn : unknown || own(object, 'doubleOptIn') === true;
      const address = addressIn(fields, inputs, channel);
      taken.push({
        channel,
        ...wordsOf(asked, own(object, 'text')),
        ...(field === null ? {} : { field }),
        ...(doubleOptIn ? { doubleOptIn } : {}),
        ...(address === null ? {} : { address }),
      });
    }
  }
  return taken;
}

function wordsOf(asked: AskedConsent | undefined, said: Json | undefined): JsonObject {
  const words = typeof said === 'string' ? said.slice(0, MAX_ANSWER_LENGTH).toWellFormed() : '';
  const published = asked?.text ?? null;
  if (published !== null && (words === '' || spaced(words) === spaced(published))) return { text: published };
  return { text: words, reported: true };
}

function spaced(words: string): string {
  return words.replace(/\s+/g, ' ').trim();
}

const INPUT_OF: Partial<Record<ConsentChannel, FieldInput>> = {
  email: 'email',
  sms: 'phone',
  whatsapp: 'phone',
  phone: 'phone',
};

/** The address or number in the same form; `null` where it has none. */
function addressIn(fields: JsonObject, inputs: JsonObject, channel: ConsentChannel): string | null {
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== 'string' || own(inputs, name) !== INPUT_OF[channel]) continue;
    const address = addressOn(channel, value);
    if (address !== null) return address;
  }
  return null;
}

/** The id of a chat with the shop's bot, which only the bot learns. */
const TELEGRAM_CHAT = /^-?\d{4,20}$/;

/** An address as it is written on a channel; `null` for none, and where a channel has none. */
export function addressOn(channel: ConsentChannel, written: string): string | null {
  if (channel === 'email') return normalEmail(written);
  if (channel === 'telegram') return TELEGRAM_CHAT.test(written.trim()) ? written.trim() : null;
  return channel === 'push' ? null : normalPhone(written);
}

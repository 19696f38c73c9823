import type { ConsentChannel } from '../../sdk/src/message.ts';

/** What a visitor can agree to be reached by. Not to be mixed up with `context.consent`, which is about being measured. */
export const CONSENT_CHANNELS = [
  'email',
  'sms',
  'push',
  'whatsapp',
  'telegram',
  'phone',
] as const satisfies readonly ConsentChannel[];

/** `pending`: agreed to, and still to be confirmed in the channel itself (double opt-in). */
export const CONSENT_STATES = ['granted', 'pending', 'withdrawn'] as const;
export type ConsentState = (typeof CONSENT_STATES)[number];

/** A topic's id. */
export const TOPIC = /^[a-z0-9][a-z0-9_-]{0,31}$/;

/** What a message that is not shown on the site is sent to. */
export const ADDRESS_KINDS = ['email', 'phone', 'telegram', 'whatsapp'] as const;
export type AddressKind = (typeof ADDRESS_KINDS)[number];

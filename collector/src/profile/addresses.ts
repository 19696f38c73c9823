import type { ConsentChannel } from '../../../sdk/src/message.ts';
import type { AddressKind } from '../consent.ts';
import { consentsOf, IDENTIFIER_OF, topicConsentsOf } from './consents.ts';
import { type History, identifiersOf } from './history.ts';

/** Why nothing is sent to somebody. */
export type Unreachable = 'no_address' | 'no_consent' | 'unsubscribed' | 'topic_unsubscribed';

/** The consent that each needs. */
export const CHANNEL_OF: Record<AddressKind, ConsentChannel> = {
  email: 'email',
  phone: 'sms',
  telegram: 'telegram',
  whatsapp: 'whatsapp',
};

type Known = Pick<History, 'consents' | 'claimedConsents' | 'identifiers' | 'claimedIdentifiers'>;

/**
 * Where somebody may be reached, or why not: the address that the consent was given for, else the one by which the person
 * is known. A consent to a topic does for messages about it; an end, of the channel or of the topic, beats everything.
 *
 * @param topic what the message is about; `null`: nothing that can be subscribed to by itself
 */
export function addressFor(
  person: Known,
  kind: AddressKind,
  topic: string | null,
): { address: string } | { reason: Unreachable } {
  const channel = CHANNEL_OF[kind];
  const whole = consentsOf(person.consents, person.claimedConsents)[channel];
  const topics = topicConsentsOf(person.consents, person.claimedConsents)[channel] ?? {};
  const part = topic !== null && Object.hasOwn(topics, topic) ? topics[topic] : undefined;
  if (whole?.state === 'withdrawn') return { reason: 'unsubscribed' };
  if (part?.state === 'withdrawn') return { reason: 'topic_unsubscribed' };
  const identifier = IDENTIFIER_OF[channel];
  const known = identifier ? identifiersOf(person)[identifier] : undefined;
  const granted = [part, whole].find((consent) => consent?.state === 'granted');
  const address = granted?.address ?? whole?.address ?? known ?? null;
  if (address === null) return { reason: 'no_address' };
  return granted ? { address } : { reason: 'no_consent' };
}

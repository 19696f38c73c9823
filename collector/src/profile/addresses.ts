import type { ConsentChannel } from '../../../sdk/src/message.ts';
import type { AddressKind } from '../consent.ts';
import { type Consent, consentsOf, IDENTIFIER_OF, isConfirmed, topicConsentsOf } from './consents.ts';
import { type History, identifiersOf } from './history.ts';

/** Why nothing is sent to somebody. */
export type Unreachable = 'no_address' | 'no_consent' | 'unconfirmed' | 'unsubscribed' | 'topic_unsubscribed';

/** The consent that each needs. */
export const CHANNEL_OF: Record<AddressKind, ConsentChannel> = {
  email: 'email',
  phone: 'sms',
  telegram: 'telegram',
  whatsapp: 'whatsapp',
};

type Known = Pick<History, 'userId' | 'consents' | 'claimedConsents' | 'identifiers' | 'claimedIdentifiers'>;

/**
 * Where somebody may be reached, or why not: the address that the consent was given for, else the one by which the person
 * is known. A consent to a topic does for messages about it; an end, of the channel or of the topic, beats everything.
 *
 * What only a browser has said suffices for mails. All else costs the shop money with each message, to whatever number
 * somebody has typed, or writes to strangers in a messenger: there the shop's server must have granted or confirmed it.
 *
 * @param topic what the message is about; `null`: nothing that can be subscribed to by itself
 */
export function addressFor(
  person: Known,
  kind: AddressKind,
  topic: string | null,
): { address: string } | { reason: Unreachable } {
  const ended = endOf(person, kind, topic);
  if (ended) return { reason: ended };
  const channel = CHANNEL_OF[kind];
  const { whole, part } = consentsFor(person, channel, topic);
  const believed = [part, whole].filter((consent) => consent && isBelieved(consent, person));
  const granted = believed.find((consent) => consent?.state === 'granted');
  const identifier = IDENTIFIER_OF[channel];
  const { identifiers } = person;
  const known = identifier && (person.userId === null ? identifiersOf(person) : identifiers)[identifier];
  const address = granted?.address ?? believed.at(-1)?.address ?? known ?? null;
  if (address === null) return { reason: 'no_address' };
  if (!granted) return { reason: 'no_consent' };
  const said = person.consents[channel];
  const about = granted === part && topic !== null ? said?.topics?.[topic] : said;
  const isSure = kind === 'email' || isConfirmed(about, granted.address);
  return isSure ? { address } : { reason: 'unconfirmed' };
}

/** Whether somebody wants nothing more there, or nothing more about the topic. */
export function endOf(person: Known, kind: AddressKind, topic: string | null): Unreachable | null {
  const { whole, part } = consentsFor(person, CHANNEL_OF[kind], topic);
  if (whole?.state === 'withdrawn') return 'unsubscribed';
  return part?.state === 'withdrawn' ? 'topic_unsubscribed' : null;
}

function consentsFor({ consents, claimedConsents }: Known, channel: ConsentChannel, topic: string | null) {
  const topics = topicConsentsOf(consents, claimedConsents)[channel] ?? {};
  return {
    whole: consentsOf(consents, claimedConsents)[channel],
    part: topic !== null && Object.hasOwn(topics, topic) ? topics[topic] : undefined,
  };
}

/**
 * Who claims to be somebody gets nothing of his sent to an address of his own choice. Of who is known by an e-mail alone,
 * all is claimed: there it is that e-mail that may be written to.
 */
function isBelieved({ claimed, address }: Consent, { userId, claimedIdentifiers }: Known): boolean {
  return !claimed || (userId === null && address !== null && address === claimedIdentifiers.email);
}

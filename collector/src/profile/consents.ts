import type { ConsentChannel, JsonObject } from '../../../sdk/src/message.ts';
import { isOfDraft } from '../campaigns/draft-label.ts';
import { CONSENT_CHANNELS, CONSENT_STATES, type ConsentState, TOPIC } from '../consent.ts';
import { compareMessages, own, ownString, type StoredMessage } from '../message.ts';
import type { Watermark } from './history.ts';

/*
 * The browser key is public, so anybody can send any form with any address. What follows from that:
 * - Somebody who types the address of another into a form whose consent needs no confirming has consented for him. Only
 *   `doubleOptIn` prevents that, and a browser can neither leave it out nor fulfil it: see ingest/form-submitted.ts.
 * - A device that has not proven whose it is speaks for itself alone. What it says is kept apart (`claimed`), shown while
 *   nothing else is known, and grants nothing where something is. With `identity: 'required'` it never reaches the person.
 * - The text is the published one, or it is marked as the client's word.
 *
 * Who has ended a subscription is not subscribed again by any list that the shop imports, nor by any form: only by the
 * preference page, by a request that was confirmed since, or by a message that says so (`opt_in: true`).
 */

/** What was said once of being reached on a channel; with its text, so that the shop can prove it. */
export interface ConsentChange extends Watermark {
  /** As it was said; `pending`: it has to be confirmed. */
  said: ConsentState;
  by: 'server' | 'browser';
  /** `id@version` of the campaign whose form it was, else what the sender calls it. */
  source: string;
  /** What the visitor agreed to. */
  text: string | null;
  /** The text is the client's word alone. */
  reported: boolean;
  /** The e-mail or phone that it was said of, normalised. */
  address: string | null;
  /** Said by somebody who wants to be reached again, whatever was before. */
  optIn?: true;
}

/** What has been said of one subscription. */
interface Said {
  /** Oldest first: the newest ones, and those before that the state depends on. */
  changes: ConsentChange[];
  /** Whether it was ever asked to be confirmed. */
  asked: boolean;
}
/** What has been said on one channel: of all that comes there, and of single topics. */
export interface ChannelConsents extends Said {
  topics?: Record<string, Said>;
}
export type Consents = Partial<Record<ConsentChannel, ChannelConsents>>;

/** What holds on a channel, as the management API shows it. */
export interface Consent {
  state: ConsentState;
  /** ISO 8601: since when. */
  at: string;
  by: ConsentChange['by'];
  source: string;
  text: string | null;
  reported: boolean;
  address: string | null;
  /** Said by a device that did not prove whose it is. */
  claimed: boolean;
}

/** Of each channel. */
const MAX_CHANGES = 10;
/** Characters; a longer one is whole in the event alone. */
const MAX_TEXT_LENGTH = 2_000;
const MAX_SOURCE_LENGTH = 200;
/** Changes that one message can bring. */
const MAX_PER_MESSAGE = 10;
/** Of each channel; what is said of others is in the events alone. */
const MAX_TOPICS = 50;
/** Those of each list whose end is remembered whatever else is said. */
const MAX_ADDRESSES = 5;

/**
 * Notes what a message says of consents: a form of a campaign with one that was ticked, or a `consent_updated`; not
 * the form of a draft that somebody tries. The outcome is the same in whatever order messages are noted.
 */
export function noteConsents(consents: Consents, message: StoredMessage): void {
  if (isOfDraft(message)) return;
  const topic = message.event === 'consent_updated' ? topicIn(message.properties) : null;
  for (const [channel, change] of changesIn(message)) {
    const known = consents[channel] ?? { changes: [], asked: false };
    if (topic === null) {
      consents[channel] = { ...known, ...noted(known, change) };
      continue;
    }
    const topics = known.topics ?? {};
    const said = ofTopic(topics, topic);
    if (!said && Object.keys(topics).length >= MAX_TOPICS) continue;
    consents[channel] = { ...known, topics: { ...topics, [topic]: noted(said, change) } };
  }
}

/** What a consent is about, where it is not about all of its channel. */
export function topicIn(properties: JsonObject | undefined): string | null {
  const topic = ownString(properties, 'topic');
  return topic !== null && TOPIC.test(topic) ? topic : null;
}

function ofTopic(topics: Record<string, Said>, topic: string): Said | undefined {
  return Object.hasOwn(topics, topic) ? topics[topic] : undefined;
}

function noted({ changes, asked }: Said = { changes: [], asked: false }, change: ConsentChange): Said {
  if (changes.some((known) => compareMessages(known, change) === 0)) return { changes, asked };
  return {
    changes: kept([...changes, change].sort(compareMessages), MAX_CHANGES),
    asked: asked || change.said === 'pending',
  };
}

/** By what a person is known whom a channel reaches. */
export const IDENTIFIER_OF: Partial<Record<ConsentChannel, 'email' | 'phone'>> = {
  email: 'email',
  sms: 'phone',
  whatsapp: 'phone',
  phone: 'phone',
};

function changesIn({ event, properties, identifiers, timestamp, messageId, server }: StoredMessage) {
  const found = new Map<ConsentChannel, ConsentChange>();
  const optIn: { optIn?: true } = own(properties, 'opt_in') === true ? { optIn: true } : {};
  const base = { timestamp, messageId, by: server ? 'server' : 'browser', ...optIn } as const;
  const addressFor = (channel: ConsentChannel, said: string | null) => {
    const kind = IDENTIFIER_OF[channel];
    return said ?? (kind ? (identifiers?.[kind] ?? null) : null);
  };
  if (event === 'consent_updated') {
    const channel = CONSENT_CHANNELS.find((one) => one === own(properties, 'channel'));
    const said = CONSENT_STATES.find((one) => one === own(properties, 'state'));
    if (!channel || !said) return found;
    const source = (ownString(properties, 'source') ?? base.by).slice(0, MAX_SOURCE_LENGTH);
    const text = ownString(properties, 'text')?.slice(0, MAX_TEXT_LENGTH) ?? null;
    const address = addressFor(channel, ownString(properties, 'address'));
    found.set(channel, { ...base, said, source, text, reported: !server && text !== null, address });
  }
  const campaign = event === 'form_submitted' ? ownString(properties, 'campaign') : null;
  const list = own(properties, 'consents');
  if (campaign === null || !Array.isArray(list)) return found;
  for (const given of list.slice(0, MAX_PER_MESSAGE)) {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) continue;
    const channel = CONSENT_CHANNELS.find((one) => one === own(given, 'channel'));
    if (!channel) continue;
    // Several of one channel are one agreement, to all that was said.
    const before = found.get(channel);
    const texts = [before?.text, ownString(given, 'text')].filter((text) => typeof text === 'string');
    const waits = before?.said === 'pending' || own(given, 'doubleOptIn') === true;
    found.set(channel, {
      ...base,
      said: waits ? 'pending' : 'granted',
      source: campaign.slice(0, MAX_SOURCE_LENGTH),
      text: texts.join('\n').slice(0, MAX_TEXT_LENGTH) || null,
      reported: before?.reported === true || own(given, 'reported') === true,
      address: before?.address ?? addressFor(channel, ownString(given, 'address')),
    });
  }
  return found;
}

/** The newest `count`, and before them all that the state depends on. */
function kept(sorted: readonly ConsentChange[], count: number): ConsentChange[] {
  const decisive = sorted.findLastIndex(isDecisive);
  const granted = sorted.findLastIndex(({ by, said }) => by === 'server' && said === 'granted');
  const before = (end: number, is: (change: ConsentChange) => boolean) =>
    sorted.slice(0, Math.max(0, end)).findLastIndex(is);
  const isPending = ({ said }: ConsentChange) => said === 'pending';
  const addresses = new Set(sorted.toReversed().flatMap(({ address }) => address ?? []));
  const needed = [
    ...[decisive, decisive - 1, granted, granted - 1, before(granted, isPending)],
    ...[before(sorted.length, isPending), sorted.findLastIndex(isEnd), sorted.findLastIndex(isOptIn)],
    ...[sorted.length, decisive, granted].map((end) => before(end + 1, (one) => one.address !== null)),
    ...[...addresses].slice(0, MAX_ADDRESSES).flatMap((address) => lastOf(sorted, address)),
  ];
  return sorted.filter((_, i) => i >= sorted.length - count || needed.includes(i));
}

/** Where an address was given up last, when it was asked for first after that, and when last. */
function lastOf(sorted: readonly ConsentChange[], address: string): number[] {
  const isOf = (change: ConsentChange) => change.address === address;
  const isAsked = (change: ConsentChange) => isOf(change) && change.said === 'pending';
  const end = sorted.findLastIndex((change) => isOf(change) && isEnd(change));
  return [end, sorted.findIndex((change, i) => i > end && isAsked(change)), sorted.findLastIndex(isAsked)];
}

function isEnd({ said }: ConsentChange): boolean {
  return said === 'withdrawn';
}

function isOptIn({ said, optIn }: ConsentChange): boolean {
  return optIn === true && said === 'granted';
}

/** What no later form of a browser overrules: the shop's word, or that somebody does not want it any more. */
function isDecisive(change: ConsentChange): boolean {
  return change.by === 'server' || isEnd(change);
}

/**
 * The state that a subscription is in, and what brought it there. What was asked to be confirmed once is confirmed by the
 * server alone: until then, and again after an end or with another address, whatever a browser grants is pending.
 *
 * @param claims what those who did not prove who they are have said of the same address: they may end it, and ask
 */
function standingOf(
  { changes, asked }: Said,
  claims: readonly ConsentChange[] = [],
): { state: ConsentState; change: ConsentChange } | null {
  let standing: { state: ConsentState; change: ConsentChange } | null = null;
  let address: string | null = null;
  /** What the server has confirmed. */
  let confirmed: { address: string | null } | null = null;
  let ended = false;
  let requested = false;
  for (const change of claims.length > 0 ? [...changes, ...claims].sort(compareMessages) : changes) {
    const { said, by } = change;
    const isClaim = claims.includes(change);
    if (!isClaim) address = change.address ?? address;
    if (said === 'withdrawn') {
      ended = true;
      requested = false;
      confirmed = null;
      standing = { state: said, change };
      continue;
    }
    if (ended && said === 'pending') {
      requested = true;
      if (!isClaim) standing = { state: said, change };
      continue;
    }
    if (isClaim) continue;
    const isConfirmed = by === 'server' && said === 'granted' && requested;
    if (ended && !isConfirmed && !isOptIn(change)) continue;
    ended = false;
    requested = false;
    if (by === 'server') {
      confirmed = said === 'granted' ? { address } : null;
      standing = { state: said, change };
    } else {
      const isGranted = !asked || (confirmed !== null && confirmed.address === address);
      standing = { state: isGranted ? 'granted' : 'pending', change };
    }
  }
  return standing;
}

/** Whether the server has granted it for this address (`null`: for none in particular), and nobody has ended it since. */
export function isConfirmed(said: Said | undefined, address: string | null): boolean {
  let confirmed: (string | null)[] = [];
  let named: string | null = null;
  for (const change of said?.changes ?? []) {
    named = change.address ?? named;
    if (isEnd(change)) confirmed = [];
    else if (change.by === 'server' && change.said === 'granted') confirmed.push(named);
  }
  return confirmed.includes(address);
}

/** Where an address was named last. */
function addressedAt(changes: readonly ConsentChange[]): number {
  return changes.findLastIndex(({ address }) => address !== null);
}

function addressOf(changes: readonly ConsentChange[]): string | null {
  return changes[addressedAt(changes)]?.address ?? null;
}

/** What the visitor agreed to: the newest text, unless it was taken back since. */
function wordsOf(changes: readonly ConsentChange[]): Pick<Consent, 'text' | 'reported'> {
  for (const [i, { said, text, reported }] of changes.toReversed().entries()) {
    if (i > 0 && said === 'withdrawn') break;
    if (text !== null) return { text, reported };
    if (said === 'withdrawn') break;
  }
  return { text: null, reported: false };
}

/**
 * What holds on each channel. What is claimed never grants where more is known, but it can take back: whoever names the
 * very address and wants no more sent to it is believed, because silence harms less than what is not wanted. A user id is
 * not enough for that: those can be counted through.
 */
export function consentsOf(known: Consents, claimed: Consents): Partial<Record<ConsentChannel, Consent>> {
  const all: Partial<Record<ConsentChannel, Consent>> = {};
  for (const channel of CONSENT_CHANNELS) {
    const holds = consentOf(known[channel], claimed[channel]);
    if (holds) all[channel] = holds;
  }
  return all;
}

/** What holds of each topic of which something was said: an end counts besides what holds on the channel. */
export function topicConsentsOf(
  known: Consents,
  claimed: Consents,
): Partial<Record<ConsentChannel, Record<string, Consent>>> {
  const all: ReturnType<typeof topicConsentsOf> = {};
  for (const channel of CONSENT_CHANNELS) {
    const sure = known[channel]?.topics ?? {};
    const said = claimed[channel]?.topics ?? {};
    const topics = [...new Set([...Object.keys(sure), ...Object.keys(said)])].flatMap((topic) => {
      const holds = consentOf(ofTopic(sure, topic), ofTopic(said, topic));
      return holds ? [[topic, holds] as const] : [];
    });
    if (topics.length > 0) all[channel] = Object.fromEntries(topics);
  }
  return all;
}

function consentOf(known: Said | undefined, claimed: Said | undefined): Consent | null {
  if (!known || known.changes.length === 0) return claimed ? consentIn(claimed, true) : null;
  const address = addressOf(known.changes);
  const claims = (claimed?.changes ?? []).filter(
    (change) =>
      address !== null && change.address === address && (isEnd(change) || change.said === 'pending'),
  );
  return consentIn(known, false, claims);
}

function consentIn(said: Said, claimed: boolean, claims: readonly ConsentChange[] = []): Consent | null {
  const standing = standingOf(said, claims);
  if (!standing) return null;
  const { state, change } = standing;
  const { timestamp: at, by, source } = change;
  const until = said.changes.slice(0, said.changes.indexOf(change) + 1);
  const address = addressOf(said.changes);
  return { state, at, by, source, ...wordsOf(until), address, claimed: claimed || claims.includes(change) };
}

/** One of {@link consentHistory}. `topic`: `null`, it is about the whole channel. */
export type ToldConsent = Omit<ConsentChange, 'optIn'> & {
  optIn: boolean;
  topic: string | null;
  claimed: boolean;
};

/** All that was said, oldest first, for those who have to prove it. */
export function consentHistory(
  known: Consents,
  claimed: Consents,
): Partial<Record<ConsentChannel, ToldConsent[]>> {
  const all: ReturnType<typeof consentHistory> = {};
  for (const channel of CONSENT_CHANNELS) {
    const of = (consents: Consents, isClaimed: boolean) =>
      subscriptionsOf(consents[channel]).flatMap(({ topic, changes }) =>
        changes.map(
          ({ optIn = false, ...change }): ToldConsent => ({ ...change, optIn, topic, claimed: isClaimed }),
        ),
      );
    const changes = [...of(known, false), ...of(claimed, true)].sort(compareMessages);
    if (changes.length > 0) all[channel] = changes;
  }
  return all;
}

function subscriptionsOf(channel: ChannelConsents | undefined): (Said & { topic: string | null })[] {
  if (!channel) return [];
  const topics = Object.entries(channel.topics ?? {}).map(([topic, said]) => ({ ...said, topic }));
  return [{ ...channel, topic: null }, ...topics];
}

/** Of a history that is far too large: what the state depends on stays. */
export function trimConsents(consents: Consents): void {
  for (const channel of Object.values(consents)) {
    for (const said of [channel, ...Object.values(channel.topics ?? {})])
      said.changes = kept(said.changes, 1);
  }
}
